//! `deliver`: what a core makes of end-of-call deliveries, beside the writes that each of them needs.
//!
//! The handlers run within this process, ten messages a batch, and each exchange with a partner on a
//! thread of the sender's; the store and the partner run on threads of their own. What is measured is
//! time of the processor, whichever thread takes it. The baseline is the same kind and number of writes of items of
//! the same size by the SDK alone: the claim, and the transaction that records the attempt and takes
//! the delivery off its call.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use futures_util::future::try_join_all;
use hookline::adapters::dynamodb::create_table;
use hookline::call::{CallId, EventKind};
use hookline::campaign::WebhookId;
use hookline::trigger::Trigger;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::Database;
use hookline_tests::partner::{Partner, Reply};
use serde_json::{Value, json};

use crate::bench::{Bench, BenchError};
use crate::handlers::{Handlers, ago, call_id, save};
use crate::processor::{Aside, of_process};
use crate::row::{Figure, Row, Unit};
use crate::rows::deliver::writes::Writes;
use crate::spread::Spread;

mod writes;

/// Messages in a batch, as the template has it.
const A_BATCH: usize = 10;
/// The deliveries of a call that converts, in their order.
const DELIVERIES: [(Trigger, &str); 3] =
    [(Trigger::Connect, "reached"), (Trigger::Conversion, "sale"), (Trigger::Always, "sync")];

/// Deliveries a second and processor time of each, whole and without the store's and the partner's.
///
/// # Errors
/// When something is not delivered.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let (blocks, calls) = bench.sized((12, 200), (2, 10));
    let world = World::start().await?;
    let (mut ours, mut baseline) = (Blocks::default(), Blocks::default());
    let example = world.ended_calls("example", A_BATCH).await?;
    world.deliver(&example).await?;
    let writes = Writes::like(&world.client, &world.settings.table, &example).await?;
    for block in 0..blocks {
        let ended = world.ended_calls(&format!("ours-{block}"), calls).await?;
        let before = world.used().await?;
        world.deliver(&ended).await?;
        ours.note(before, world.used().await?, ended.len() * DELIVERIES.len())?;

        let prepared = writes.prepare(&format!("writes-{block}"), calls).await?;
        let before = world.used().await?;
        writes.make(&prepared, A_BATCH).await?;
        baseline.note(before, world.used().await?, prepared.len() * DELIVERIES.len())?;
    }
    let mut rate = Row::new(
        "deliver",
        "How many end-of-call deliveries does a core make a second?",
        Unit::PerSecond,
    );
    let mut time =
        Row::new("deliver-cpu", "What does a delivery take of the processor?", Unit::Micros);
    let kinds = [("with the embedded store", 0), ("without the store and the partner", 1)];
    for (case, share) in kinds {
        let name = "the same writes alone";
        rate.figures.push(Figure::new(case, ours.rate(share)?).beside(name, baseline.rate(share)?));
        time.figures.push(Figure::new(case, ours.time(share)?).beside(name, baseline.time(share)?));
    }
    rate.notes.push(
        "The rate is the reciprocal of processor time, not a count against the clock; the embedded \
         queues, to which hints are sent, are in both."
            .to_owned(),
    );
    time.notes.push(
        "A delivery reads its call and itself, claims, sends, records, reads the call and hints the \
         next; the partner's time is left out."
            .to_owned(),
    );
    Ok(vec![rate, time])
}

/// Processor time, of this process without the partner, and of that the store's.
#[derive(Debug, Clone, Copy)]
struct Used {
    whole: Duration,
    store: Duration,
}

/// Microseconds a delivery, block by block: with the store, and without it.
#[derive(Debug, Default)]
struct Blocks([Vec<f64>; 2]);

impl Blocks {
    #[expect(clippy::cast_precision_loss, reason = "a block has some hundred deliveries")]
    fn note(&mut self, before: Used, after: Used, deliveries: usize) -> Result<(), BenchError> {
        let whole = after.whole.saturating_sub(before.whole);
        let own = whole.saturating_sub(after.store.saturating_sub(before.store));
        let each = |time: Duration| time.as_secs_f64() * 1e6 / deliveries as f64;
        for (samples, time) in self.0.iter_mut().zip([whole, own]) {
            if time.is_zero() {
                return Err(BenchError::Unexpected("a block took no processor time".to_owned()));
            }
            samples.push(each(time));
        }
        Ok(())
    }

    fn time(&self, share: usize) -> Result<Spread, BenchError> {
        let samples = self.0.get(share).cloned().unwrap_or_default();
        Spread::measured(samples)
    }

    fn rate(&self, share: usize) -> Result<Spread, BenchError> {
        let samples = self.0.get(share).into_iter().flatten().map(|micros| 1e6 / micros);
        Spread::measured(samples.collect())
    }
}

struct World {
    handlers: Handlers,
    settings: StoreSettings,
    client: Client,
    store: Aside,
    partner: Aside,
}

impl World {
    async fn start() -> Result<Self, BenchError> {
        let (store, settings) = Aside::start(async || {
            let database = Database::start(None).await;
            let database = database.map_err(BenchError::during("starting the store"))?;
            let settings = database.store_settings("hookline");
            Ok((database, settings))
        })
        .await?;
        let (partner, url) = Aside::start(async || {
            let partner = Partner::start().await;
            let partner = partner.map_err(BenchError::during("starting a partner"))?;
            partner.on("/done", Reply::status(204));
            let url = partner.url("/done");
            Ok((partner, url))
        })
        .await?;
        let client = settings.client();
        let made = create_table(&client, &settings.table).await;
        made.map_err(BenchError::during("making the table"))?;
        save(&settings, &campaign(&url)).await?;
        let handlers = Handlers::before(&settings).await?;
        Ok(Self { handlers, settings, client, store, partner })
    }

    async fn used(&self) -> Result<Used, BenchError> {
        let (partner, store) = (self.partner.used().await?, self.store.used().await?);
        Ok(Used { whole: of_process().saturating_sub(partner), store })
    }

    /// Calls that have ended and owe their deliveries.
    async fn ended_calls(&self, name: &str, count: usize) -> Result<Vec<CallId>, BenchError> {
        let calls: Result<Vec<CallId>, BenchError> =
            (0..count).map(|n| call_id(&format!("{name}-{n:06}"))).collect();
        let calls = calls?;
        for some in calls.chunks(A_BATCH) {
            for (kind, event) in events() {
                try_join_all(some.iter().map(|call| {
                    let mut event = event.clone();
                    if let Some(fields) = event.as_object_mut() {
                        fields.insert("call_id".to_owned(), json!(call.as_str()));
                    }
                    self.handlers.tell(kind, event)
                }))
                .await?;
            }
            self.handlers.see_to(some).await?;
        }
        Ok(calls)
    }

    /// Makes every delivery of these calls.
    async fn deliver(&self, calls: &[CallId]) -> Result<(), BenchError> {
        for some in calls.chunks(A_BATCH) {
            for (trigger, webhook) in DELIVERIES {
                let webhook = WebhookId::parse(webhook);
                let webhook = webhook.map_err(BenchError::during("naming a webhook"))?;
                self.handlers.deliver(some, trigger, &webhook).await?;
            }
        }
        Ok(())
    }
}

fn campaign(url: &str) -> Value {
    json!({"id": "solar", "name": "Solar leads", "version": 1, "settle_seconds": 0, "webhooks": [
        {"id": "reached", "trigger": "connect", "url": format!("{url}?call=[call_id]")},
        {"id": "sale", "trigger": "conversion", "retry": "standard",
         "url": format!("{url}?id=[sub_id]&amount=[revenue]")},
        {"id": "sync", "trigger": "always", "method": "POST", "url": url,
         "body": {"content_type": "application/json",
                  "template": "{\"call\":\"[call_id]\",\"name\":\"[first_name|default:unknown]\"}"}},
    ]})
}

fn events() -> [(EventKind, Value); 3] {
    [
        (
            EventKind::Start,
            json!({"campaign_id": "solar", "occurred_at": ago(180), "caller_number": "+16145550123", "called_number": "+18005550100",
                "tags": {"sub_id": "aff-1234", "publisher_id": "77", "first_name": "Jason"}}),
        ),
        (
            EventKind::Answered,
            json!({"occurred_at": ago(170), "attempt": 1,
                "buyer": {"id": "b7", "name": "Sunny Roofs"}}),
        ),
        (
            EventKind::Ended,
            json!({"occurred_at": ago(1), "connected_seconds": 169, "hung_up_by": "caller"}),
        ),
    ]
}
