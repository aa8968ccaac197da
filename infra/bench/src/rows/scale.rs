//! `scale`: what a call costs with ever more calls in the table, beside a table with few.
//!
//! Both tables are files of the embedded engine, filled past the wire with copies of a call that was
//! really played, of the same campaign; then typical calls are played in turn before either, one at a time, through a meter.

mod table;

use hookline::call::EventKind;
use hookline::campaign::WebhookId;
use hookline::trigger::Trigger;
use hookline_functions::environment::StoreSettings;
use hookline_tests::partner::{Partner, Reply};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::bench::{Bench, BenchError};
use crate::handlers::{Handlers, ago, call_id, save};
use crate::meter::Meter;
use crate::processor::Aside;
use crate::row::{Figure, Row, Target, Unit};
use crate::rows::scale::table::{CALLER, EXAMPLE, Table};
use crate::spread::Spread;

/// The campaign of the calls that fill the table, and of those that are played.
const CAMPAIGN: &str = "solar";
/// How much more a call may cost than among few.
const FLAT: f64 = 1.1;

/// What one call came to.
#[derive(Debug, Clone, Copy)]
struct Cost {
    items: f64,
    bytes: f64,
    units: f64,
    millis: f64,
}

/// Items, bytes, capacity and time of a call.
///
/// # Errors
/// When the table cannot be filled, or a call is not taken.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let sizes: &[u32] = bench.sized(&[1_000, 10_000, 100_000, 1_000_000], &[20, 200]);
    let plays = bench.sized(100, 3);
    let few = sizes.first().copied().unwrap_or(1);
    let (_thread, url) = Aside::start(async || {
        let partner = Partner::start().await;
        let partner = partner.map_err(BenchError::during("starting a partner"))?;
        partner.on("/lookup", Reply::json(&json!({"first_name": "Jason", "score": 71})));
        partner.on("/done", Reply::status(204));
        let url = partner.url("");
        Ok((partner, url))
    })
    .await?;
    let small = World::start(&url, few).await?;
    let mut large = World::start(&url, few).await?;
    // Campaigns are cached and connections made.
    for world in [&small, &large] {
        world.play("warm-0000000", "+16155550000").await?;
    }
    let mut rows = [
        Row::new("scale-items", "How many items does a call read and write?", Unit::Units),
        Row::new("scale-bytes", "How much goes to and from the table for a call?", Unit::Bytes),
        Row::new("scale-units", "How much capacity does a call consume?", Unit::Units),
        Row::new("scale-time", "How long do the functions of a call take?", Unit::Millis),
    ];
    let mut played = 0;
    for calls in sizes {
        large.table.fill(&large.example, *calls)?;
        let (mut among_many, mut among_few) = (Vec::new(), Vec::new());
        for _ in 0..plays {
            played += 1;
            let (call, caller) = (format!("played-{played:07}"), format!("+1615{played:07}"));
            among_many.push(large.play(&call, &caller).await?);
            among_few.push(small.play(&call, &caller).await?);
        }
        let is_largest = sizes.last() == Some(calls);
        let case = format!("among {} calls", grouped(*calls));
        let beside = format!("among {}", grouped(few));
        for (row, part) in rows.iter_mut().zip(PARTS) {
            let figure = figure(&case, &among_many, &beside, &among_few, part)?;
            row.figures.push(if is_largest { figure } else { figure.unlisted() });
        }
    }
    if let Some(time) = rows.last_mut() {
        for figure in &mut time.figures {
            figure.targets.clear();
        }
        time.notes.push(
            "A call has two start webhooks, a choice, an answer, an end, a decision and an always \
             webhook, whose partners answer at once. The tables are SQLite files of the embedded \
             engine, whose own depth shows in the time; the service's does not."
                .to_owned(),
        );
    }
    Ok(rows.into())
}

/// What each row shows of a cost.
const PARTS: [fn(&Cost) -> f64; 4] =
    [|cost| cost.items, |cost| cost.bytes, |cost| cost.units, |cost| cost.millis];

fn figure(
    case: &str,
    ours: &[Cost],
    beside: &str,
    baseline: &[Cost],
    part: fn(&Cost) -> f64,
) -> Result<Figure, BenchError> {
    let spread = |costs: &[Cost]| {
        let spread = Spread::of(costs.iter().map(part).collect());
        spread.ok_or_else(|| BenchError::Unexpected("no calls".to_owned()))
    };
    let figure = Figure::new(case, spread(ours)?).beside(beside, spread(baseline)?);
    let ratio = figure.ratio().unwrap_or(1.0);
    Ok(figure.keeping(Target::at_most(FLAT, ratio, "≤ 1.1×")))
}

struct World {
    table: Table,
    example: Vec<dynoxide::Item>,
    handlers: Handlers,
    meter: Meter,
}

impl World {
    /// A table with so many calls, and the functions before it.
    async fn start(partner: &str, calls: u32) -> Result<Self, BenchError> {
        let mut table = Table::create().await?;
        let endpoint = table.settings.endpoint.clone().unwrap_or_default();
        let meter = Meter::before(endpoint).await;
        let meter = meter.map_err(BenchError::during("starting a meter"))?;
        let settings = StoreSettings { endpoint: Some(meter.endpoint()), ..table.settings.clone() };
        save(&settings, &campaign(partner)).await?;
        let handlers = Handlers::before(&settings).await?;
        let start = json!({"call_id": EXAMPLE, "campaign_id": CAMPAIGN, "caller_number": CALLER,
            "occurred_at": ago(60), "tags": {"sub_id": "x"}});
        handlers.tell(EventKind::Start, start).await?;
        end(&handlers, EXAMPLE).await?;
        let example = table.example(CAMPAIGN).await?;
        table.fill(&example, calls)?;
        Ok(Self { table, example, handlers, meter })
    }

    /// Plays a typical call to its end.
    async fn play(&self, call: &str, caller: &str) -> Result<Cost, BenchError> {
        let _ = self.meter.take();
        let began = Instant::now();
        let start = json!({"call_id": call, "campaign_id": CAMPAIGN, "caller_number": caller,
            "called_number": "+18005550100", "occurred_at": ago(188),
            "tags": {"sub_id": "aff-1234", "publisher_id": "77", "utm_source": "search"}});
        self.handlers.tell(EventKind::Start, start).await?;
        for (kind, before) in [(EventKind::Selected, 186), (EventKind::Answered, 180)] {
            let event = json!({"call_id": call, "occurred_at": ago(before), "attempt": 1,
                "buyer": {"id": "b7", "name": "Sunny Roofs", "tags": {"tier": "gold"}}});
            self.handlers.tell(kind, event).await?;
        }
        end(&self.handlers, call).await?;
        let millis = began.elapsed().as_secs_f64() * 1e3;
        let total = self.meter.take().total();
        Ok(Cost {
            items: counted(total.items_read + total.items_written),
            bytes: counted(total.bytes_in + total.bytes_out),
            units: total.read_units + total.write_units,
            millis,
        })
    }
}

/// Ends a call, and has everything done that follows.
async fn end(handlers: &Handlers, call: &str) -> Result<(), BenchError> {
    let ended = json!({"call_id": call, "occurred_at": ago(1), "hung_up_by": "caller"});
    handlers.tell(EventKind::Ended, ended).await?;
    let calls = [call_id(call)?];
    handlers.see_to(&calls).await?;
    let webhook = WebhookId::parse("sync").map_err(BenchError::during("naming a webhook"))?;
    handlers.deliver(&calls, Trigger::Always, &webhook).await
}

/// A call that comes from a search has two start webhooks; those that fill the table come from nowhere,
/// so that they are small.
fn campaign(partner: &str) -> Value {
    let sync = json!({"id": "sync", "trigger": "always", "method": "POST",
        "url": format!("{partner}/done"), "retry": "standard",
        "body": {"content_type": "application/json",
                 "template": "{\"call\":\"[call_id]\",\"name\":\"[first_name|default:unknown]\"}"}});
    let ping = |id: &str, query: &str| {
        json!({"id": id, "trigger": "start",
        "matches": ["utm_source:search"], "url": format!("{partner}/lookup?{query}")})
    };
    let pings = (ping("crm", "phone=[caller_number]"), ping("score", "n=[caller_number|e164]"));
    json!({"id": CAMPAIGN, "name": CAMPAIGN, "version": 1, "settle_seconds": 0,
        "webhooks": [pings.0, pings.1, sync]})
}

#[expect(clippy::cast_precision_loss, reason = "a call has some thousand bytes")]
fn counted(count: u64) -> f64 {
    count as f64
}

/// `1,000,000`.
fn grouped(number: u32) -> String {
    Unit::Units.show(f64::from(number))
}
