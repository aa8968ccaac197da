//! `ping`: what Hookline adds to the slowest partner while a caller waits.

use std::time::Duration;

use hookline_tests::partner::Reply;
use hookline_tests::runtime_api::{INVOKE_LIMIT, LambdaFunction};
use serde_json::{Value, json};

use crate::bare::Bare;
use crate::bench::{Bench, BenchError};
use crate::events;
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::{Spread, millis};
use crate::world::World;

const TRIGGERS: [&str; 3] = ["start", "selected", "answered"];
const WEBHOOKS: [usize; 3] = [1, 5, 20];
/// After how many milliseconds partners answer.
const DELAYS: [u64; 3] = [0, 20, 200];
/// The webhooks and delays that the table shows.
const SHOWN: [(usize, u64); 2] = [(5, 20), (20, 0)];
/// What a ping may take over its partners and two writes, in milliseconds: at p50 and at p99.
const BOUNDS: (f64, f64) = (1.0, 5.0);
/// What is discarded at first: cold connections and caches.
const WARM_UP: usize = 5;

/// What is measured of one trigger in one case, turn by turn, in milliseconds.
#[derive(Debug, Default)]
struct Samples {
    invocation: Vec<f64>,
    slowest: Vec<f64>,
    /// The invocation less the slowest partner of the same turn.
    over: Vec<f64>,
    write: Vec<f64>,
    two_writes: Vec<f64>,
}

/// So many webhooks of each trigger, whose partners take so long.
#[derive(Debug, Clone, Copy)]
struct Case {
    webhooks: usize,
    delay: u64,
}

/// The functions, warm, and what they are measured beside.
struct Pings {
    world: World,
    bare: Bare,
    functions: [LambdaFunction; 3],
    calls: usize,
}

/// The time of start, selected and answered over the slowest of their partners, beside two bare
/// writes, for 1, 5 and 20 webhooks and partners that take 0, 20 and 200 ms.
///
/// # Errors
/// When a call is not answered as it has to be.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let mut pings = Pings::start(bench).await?;
    let mut overhead = Row::new(
        "ping",
        "How much longer than its slowest partner does an event take?",
        Unit::Millis,
    );
    let mut whole = Row::new("ping-whole", "How long does an event take?", Unit::Millis);
    let mut write = Vec::new();
    for webhooks in WEBHOOKS {
        for delay in DELAYS {
            let case = Case { webhooks, delay };
            let rounds = bench.sized(if delay < 200 { 200 } else { 100 }, 2);
            for (trigger, samples) in TRIGGERS.into_iter().zip(pings.play(case, rounds).await?) {
                let invocation = Spread::measured(samples.invocation)?;
                let slowest = Spread::measured(samples.slowest)?;
                let over = Spread::measured(samples.over)?;
                let writes = Spread::measured(samples.two_writes)?;
                write.extend(samples.write);
                let name = case.name(trigger);
                overhead.figures.push(figure(case, &name, &over, &writes));
                let whole_figure = Figure::new(name, invocation);
                whole.figures.push(whole_figure.beside("slowest partner", slowest).unlisted());
            }
        }
    }
    let write = Spread::measured(write)?;
    let note = format!(
        "One bare write takes {} at p50 and {} at p99.",
        Unit::Millis.show(write.median),
        Unit::Millis.show(write.p99),
    );
    overhead.notes.push(note);
    overhead.notes.push(
        "An overhead is taken turn by turn: the whole invocation less the slowest of the same requests \
         by a bare client right after it. Its median and p99 are held against those of two writes in \
         a row."
            .to_owned(),
    );
    Ok(vec![overhead, whole])
}

fn figure(case: Case, name: &str, ours: &Spread, writes: &Spread) -> Figure {
    let (median, p99) = (writes.median + BOUNDS.0, writes.p99 + BOUNDS.1);
    let text = |percentile: u8, over: f64, bound: f64| {
        format!("p{percentile} ≤ 2 writes + {over} ms = {}", Unit::Millis.show(bound))
    };
    let figure = Figure::new(name, *ours)
        .beside("2 writes", *writes)
        .keeping(Target::at_most(median, ours.median, text(50, BOUNDS.0, median)))
        .keeping(Target::at_most(p99, ours.p99, text(99, BOUNDS.1, p99)));
    if SHOWN.contains(&(case.webhooks, case.delay)) { figure } else { figure.unlisted() }
}

impl Case {
    fn name(self, trigger: &str) -> String {
        let s = if self.webhooks == 1 { "" } else { "s" };
        format!("{trigger}, {} webhook{s}, {} ms", self.webhooks, self.delay)
    }

    /// The addresses of the webhooks of one trigger.
    fn addresses(self, world: &World) -> Vec<String> {
        let path = |number| world.partner.url(&format!("/{}/{number}", self.delay));
        (0..self.webhooks).map(path).collect()
    }

    /// A campaign's webhooks: as many as this case has for each of these triggers.
    fn campaign(self, world: &World, triggers: &[&str]) -> Value {
        let mut webhooks = Vec::new();
        for trigger in triggers {
            for (number, url) in self.addresses(world).into_iter().enumerate() {
                let id = format!("{trigger}-{number}");
                webhooks.push(json!({"id": id, "trigger": trigger, "url": url}));
            }
        }
        json!(webhooks)
    }
}

impl Pings {
    async fn start(bench: &Bench) -> Result<Self, BenchError> {
        let world = World::start().await?;
        let [start, selected, answered] = TRIGGERS;
        let functions = [
            world.function(bench, start).await?,
            world.function(bench, selected).await?,
            world.function(bench, answered).await?,
        ];
        let bare = Bare::new(&world)?;
        Ok(Self { world, bare, functions, calls: 0 })
    }

    /// Plays calls, event by event beside the bare client; what each trigger took.
    ///
    /// A campaign may have 50 webhooks. So that there can be 20 for each trigger, one call is started
    /// and gets a buyer, and another of a second campaign is answered.
    async fn play(&mut self, case: Case, rounds: usize) -> Result<[Samples; 3], BenchError> {
        let delay = Duration::from_millis(case.delay);
        for number in 0..case.webhooks {
            let reply = Reply::json(&json!({format!("tag_{number}"): "yes"}));
            self.world.partner.on(&format!("/{}/{number}", case.delay), reply.after(delay));
        }
        let name = format!("c{}-{}", case.webhooks, case.delay);
        let [start, selected, answered] = TRIGGERS;
        let first = case.campaign(&self.world, &[start, selected]);
        self.world.campaign(&name, &first).await?;
        let other = format!("{name}-answered");
        self.world.campaign(&other, &case.campaign(&self.world, &[answered])).await?;
        let mut samples = <[Samples; 3]>::default();
        for round in 0..WARM_UP + rounds {
            let call = self.calls;
            self.calls += 2;
            let other_start = self.functions.first().ok_or_else(|| told("no function"))?;
            let started = other_start.invoke(events::start(&other, call + 1)).await;
            started.map_err(BenchError::during("starting a call"))?;
            let events = [events::start(&name, call), events::buyer(call), events::buyer(call + 1)];
            for ((function, event), samples) in self.functions.iter().zip(events).zip(&mut samples)
            {
                let invocation = invoke(function, event, case.webhooks).await?;
                let slowest = self.bare.slowest(&case.addresses(&self.world))?;
                let (write, two) = (self.bare.writes(1)?, self.bare.writes(2)?);
                if round >= WARM_UP {
                    let (invocation, slowest) = (millis(invocation), millis(slowest));
                    samples.invocation.push(invocation);
                    samples.slowest.push(slowest);
                    samples.over.push(invocation - slowest);
                    samples.write.push(millis(write));
                    samples.two_writes.push(millis(two));
                }
            }
        }
        Ok(samples)
    }
}

/// Invokes a function, all of whose webhooks have to be answered and bring a tag.
async fn invoke(
    function: &LambdaFunction,
    event: Value,
    webhooks: usize,
) -> Result<Duration, BenchError> {
    let answered = function.invoke_timed(INVOKE_LIMIT, event).await;
    let answered = answered.map_err(BenchError::during("invoking a function"))?;
    let reports = answered.value.get("webhooks").and_then(Value::as_array);
    let good = reports.into_iter().flatten().filter(|report| {
        let tagged =
            report.get("tags").and_then(Value::as_object).is_some_and(|tags| !tags.is_empty());
        tagged && report.get("status").is_some_and(|status| status == "ok")
    });
    if good.count() == webhooks {
        Ok(answered.took)
    } else {
        Err(told(&answered.value.to_string()))
    }
}

fn told(what: &str) -> BenchError {
    BenchError::Unexpected(format!("a ping was answered {what}"))
}
