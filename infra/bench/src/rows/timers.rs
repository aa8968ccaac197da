//! `timers`: how late timers are when many are due within a minute, beside plain messages that have
//! the same delays and go through a queue of the same kind.
//!
//! The whole stack runs as on one machine: events come in, timers are set and hinted, the pollers hand
//! messages over, and the time counts at which the partner has the request. The plain messages are
//! sent as the timers are set, and received by a loop that does nothing else. Queues count delays in
//! whole seconds, which both round up so that nothing comes early; half a second on average is theirs.

mod plain;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use hookline_local::database::store_settings;
use hookline_local::routes::Function;
use hookline_local::stack::{Settings, Stack};
use hookline_tests::partner::{Partner, Received, Reply};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::bench::{Bench, BenchError};
use crate::handlers::save;
use crate::processor::Aside;
use crate::row::{Figure, Row, Unit};
use crate::rows::timers::plain::Plain;
use crate::spread::Spread;

/// Calls that are played at the same time.
const AT_ONCE: usize = 8;
/// Calls that are played first, to learn how fast the stack takes them.
const FIRST: usize = 16;
/// How much longer than the last is due all are waited for, and how often one looks.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How many timers, and when.
#[derive(Debug, Clone, Copy)]
struct Plan {
    calls: usize,
    /// Timers of each call.
    timers: usize,
    /// Seconds between two timers of a call.
    apart: usize,
}

/// How late timers are.
///
/// # Errors
/// When one does not fire, or the stack cannot be started.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let full = Plan { calls: 1000, timers: 10, apart: 6 };
    let plan = bench.sized(full, Plan { calls: 17, timers: 3, apart: 1 });
    let world = World::start(plan).await?;
    let a_call = world.warm_up().await?;
    let seeding = a_call.mul_f64(2.0 * small(plan.calls)) + Duration::from_secs(2);
    let opens = SystemClock.now().plus(seeding);
    let calls: Vec<(String, Timestamp)> =
        (0..plan.calls).map(|n| (format!("timed-{n:06}"), opens.plus(plan.offset(n)))).collect();
    let seeded = Instant::now();
    stream::iter(&calls)
        .map(|(call, answered_at)| world.answered(call, *answered_at))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    let seeded = seeded.elapsed();
    let late = SystemClock.now() > opens;
    let (ours, baseline) = world.lateness(&calls).await?;
    let mut row = Row::new("timers", "How late are timers?", Unit::Millis);
    let case = format!("{} timers within {} s", plan.timers * plan.calls, plan.timers * plan.apart);
    row.figures.push(Figure::new(case, ours).beside("plain messages", baseline));
    row.notes.push(format!(
        "Setting them took {:.0} s. Both wait for the same whole seconds of a queue, which are {:.0} \
         ms too many in the median.",
        seeded.as_secs_f64(),
        baseline.median
    ));
    if late {
        row.notes.push("Timers came due before all were set; those took no delay.".to_owned());
    }
    Ok(vec![row])
}

impl Plan {
    /// How long after the first call that one is answered: all timers together are evenly spread.
    fn offset(self, call: usize) -> Duration {
        Duration::from_secs_f64(small(self.apart) * small(call) / small(self.calls))
    }

    /// The seconds of a call's timers, by the names of their webhooks.
    fn seconds(self) -> Vec<(String, i64)> {
        let seconds = (0_i64..).step_by(self.apart).take(self.timers);
        seconds.map(|seconds| (format!("t{seconds}"), seconds + 1)).collect()
    }
}

struct World {
    plan: Plan,
    stack: Stack,
    partner: Partner,
    plain: Plain,
    _thread: Aside,
}

impl World {
    async fn start(plan: Plan) -> Result<Self, BenchError> {
        let stack = Stack::start(Settings::default()).await;
        let stack = stack.map_err(BenchError::during("starting a stack"))?;
        let partner = Partner::start().await.map_err(BenchError::during("starting a partner"))?;
        partner.on("/timer", Reply::status(204));
        let settings = store_settings(stack.database_url(), "hookline");
        save(&settings, &campaign(plan, &partner.url("/timer"))).await?;
        let (thread, messages) = Plain::start().await?;
        Ok(Self { plan, stack, partner, plain: messages, _thread: thread })
    }

    /// Plays calls whose timers are far off; tells how long a call took.
    async fn warm_up(&self) -> Result<Duration, BenchError> {
        let began = Instant::now();
        let far = SystemClock.now().plus_seconds(3600);
        let names: Vec<String> = (0..FIRST).map(|n| format!("first-{n}")).collect();
        stream::iter(&names)
            .map(|call| self.tell(call, far))
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(began.elapsed() / u32::try_from(FIRST).unwrap_or(1))
    }

    /// Has a call answered, and sends a plain message for each of its timers.
    async fn answered(&self, call: &str, at: Timestamp) -> Result<(), BenchError> {
        self.tell(call, at).await?;
        let names = self.plan.seconds();
        let due =
            names.iter().map(|(name, seconds)| (name_of(call, name), at.plus_seconds(*seconds)));
        self.plain.send(due.collect()).await
    }

    async fn tell(&self, call: &str, answered_at: Timestamp) -> Result<(), BenchError> {
        let start = json!({"call_id": call, "campaign_id": "solar", "caller_number": "+16145550123",
            "occurred_at": answered_at.plus_seconds(-20).to_string()});
        let answered = json!({"call_id": call, "occurred_at": answered_at.to_string(),
            "attempt": 1, "buyer": {"id": "b7"}});
        for (function, event) in [(Function::Start, start), (Function::Answered, answered)] {
            let answer = self.stack.invoke(function, event).await;
            let answer = answer.map_err(BenchError::during(function.name()))?;
            if let Some(error) = answer.get("error") {
                return Err(BenchError::Unexpected(format!("{}: {error}", function.name())));
            }
        }
        Ok(())
    }

    /// How late timers were, and plain messages, in milliseconds; waits for the last.
    async fn lateness(
        &self,
        calls: &[(String, Timestamp)],
    ) -> Result<(Spread, Spread), BenchError> {
        let mut due = HashMap::new();
        for (call, answered_at) in calls {
            for (name, seconds) in self.plan.seconds() {
                due.insert(name_of(call, &name), answered_at.plus_seconds(seconds));
            }
        }
        // Two readings of one moment, to tell times of one clock by the other.
        let (now, here) = (SystemClock.now(), Instant::now());
        let last = due.values().max().copied().unwrap_or(now);
        let mut look = here + now.until(last);
        let give_up = look + PATIENCE;
        sleep_until(look).await;
        while self.partner.requests().len() < due.len() && look < give_up {
            look += LOOK_EVERY;
            sleep_until(look).await;
        }
        let mut arrived = BTreeMap::new();
        for request in self.partner.requests() {
            arrived.entry(timer_of(&request)).or_insert(request.at);
        }
        let late = |name: &String, at: Instant| {
            let due = due.get(name)?;
            let after = at.saturating_duration_since(here).as_secs_f64()
                - here.saturating_duration_since(at).as_secs_f64();
            Some(after * 1e3 - millis_from(now, *due))
        };
        let spread = |arrived: &BTreeMap<String, Instant>| {
            let samples: Vec<f64> =
                arrived.iter().filter_map(|(name, at)| late(name, *at)).collect();
            let all = samples.len() == due.len();
            Spread::of(samples).filter(|_| all).ok_or_else(|| {
                BenchError::Unexpected(format!("{} of {} came", arrived.len(), due.len()))
            })
        };
        Ok((spread(&arrived)?, spread(&self.plain.arrived())?))
    }
}

fn campaign(plan: Plan, url: &str) -> Value {
    let timer = |(name, seconds): (String, i64)| {
        json!({"id": name, "trigger": "timer", "seconds": seconds,
            "url": format!("{url}?timer=[call_id]/[webhook_id]")})
    };
    let webhooks: Vec<Value> = plan.seconds().into_iter().map(timer).collect();
    json!({"id": "solar", "name": "Solar leads", "version": 1, "webhooks": webhooks})
}

fn name_of(call: &str, timer: &str) -> String {
    format!("{call}/{timer}")
}

/// What the request of a timer says that it is.
fn timer_of(request: &Received) -> String {
    request.target.split_once("?timer=").map_or("", |(_, name)| name).replace("%2F", "/")
}

/// How much later the second is, in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "timers are minutes apart at the most")]
fn millis_from(one: Timestamp, other: Timestamp) -> f64 {
    (other.as_millis() - one.as_millis()) as f64
}

#[expect(clippy::cast_precision_loss, reason = "calls and seconds are few")]
fn small(count: usize) -> f64 {
    count as f64
}
