//! Plays calls through the functions' own binaries, before an embedded store that a meter stands
//! before, and tells what each function used.
//!
//! It does what queues do: a message is handed to its function when its delay is over, alone, as
//! where there are few calls. A delay of more than `PATIENCE` is not waited for; such a message is
//! the last of its call and finds that there is nothing left to do, whenever it comes.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use hookline::adapters::dynamodb::create_table;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::Database;
use hookline_tests::partner::{Partner, Reply};
use hookline_tests::queues::{Queues, Sent, batch};
use hookline_tests::runtime_api::{INVOKE_LIMIT, LambdaFunction};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::bench::{Bench, BenchError};
use crate::handlers::save;
use crate::meter::{Meter, Usage};
use crate::spread::millis;
use crate::typical::{Reported, Typical, lookup_answer};

/// How long the partner takes over every answer.
pub const PARTNER_TAKES: Duration = Duration::from_millis(150);
/// The functions that the calls of [`Typical`] come through.
const FUNCTIONS: [&str; 10] = [
    "start",
    "selected",
    "answered",
    "ended",
    "outcome",
    "timer",
    "conversion",
    "non_conversion",
    "always",
    "postback",
];
const PATIENCE: Duration = Duration::from_secs(3);
const TABLE: &str = "hookline";

/// Everything that a call needs.
#[derive(Debug)]
pub struct Stage {
    typical: Typical,
    functions: BTreeMap<&'static str, LambdaFunction>,
    meter: Meter,
    queues: Queues,
    /// How many messages of [`Queues::sent`] were taken out.
    taken: usize,
    waiting: Vec<(Instant, Sent)>,
    settings: StoreSettings,
    /// Kept for as long as they are asked.
    _running: (Partner, Database),
}

/// What one function, or all of them, did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Invocations.
    pub invocations: u64,
    /// How long each took from when it was given its event to its answer, in milliseconds.
    pub millis: Vec<f64>,
    /// What was asked of the store.
    pub store: Usage,
    /// What was printed.
    pub log_bytes: usize,
}

/// What calls came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Played {
    /// By function.
    pub work: BTreeMap<&'static str, Work>,
    /// Requests that came through API Gateway, if the platform uses it.
    pub api_requests: u64,
    /// Requests that sent messages.
    pub sends: u64,
    /// Messages that were sent.
    pub messages: u64,
}

impl AddAssign<&Self> for Work {
    fn add_assign(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.millis.extend(&other.millis);
        self.store += &other.store;
        self.log_bytes += other.log_bytes;
    }
}

impl Played {
    /// All functions together.
    #[must_use]
    pub fn total(&self) -> Work {
        let mut total = Work::default();
        for work in self.work.values() {
            total += work;
        }
        total
    }
}

impl Stage {
    /// Saves the campaign and starts every function; nothing is cached in them yet.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn set(bench: &Bench, typical: Typical) -> Result<Self, BenchError> {
        let database =
            Database::start(None).await.map_err(BenchError::during("starting a database"))?;
        let meter = Meter::before(database.endpoint()).await;
        let meter = meter.map_err(BenchError::during("starting a meter"))?;
        let queues = Queues::start().await.map_err(BenchError::during("starting queues"))?;
        let partner = Partner::start().await.map_err(BenchError::during("starting a partner"))?;
        partner.on("/lookup", Reply::json(&lookup_answer()).after(PARTNER_TAKES));
        partner.on("/done", Reply::status(204).after(PARTNER_TAKES));
        let settings = database.store_settings(TABLE);
        let made = create_table(&settings.client(), TABLE).await;
        made.map_err(BenchError::during("making the table"))?;
        save(&settings, &typical.campaign(&format!("http://{}", partner.address()))).await?;
        let mut functions = BTreeMap::new();
        for name in FUNCTIONS {
            let environment = queues.environment(TABLE, &meter.endpoint(), &partner);
            let function = LambdaFunction::spawn(&bench.function(name), environment).await;
            functions.insert(name, function.map_err(BenchError::during(name))?);
        }
        let _ = meter.take();
        let (taken, waiting) = (0, Vec::new());
        let running = (partner, database);
        Ok(Self { typical, functions, meter, queues, taken, waiting, settings, _running: running })
    }

    /// Plays one call to its very end, and tells what it used.
    ///
    /// # Errors
    /// When a function fails, or does not take what it is given.
    pub async fn play(&mut self, call: &str, caller: &str) -> Result<Played, BenchError> {
        let mut played = Played::default();
        let printed = self.printed();
        let sent = self.queues.batches().len();
        let mut key = String::new();
        for event in self.typical.while_up(call, caller) {
            let answer = self.tell(&event, &mut played).await?;
            if let Some(given) = answer.get("call_key").and_then(Value::as_str) {
                given.clone_into(&mut key);
            }
        }
        self.carry(&mut played).await?;
        if let Some(postback) = self.typical.postback(call, &key) {
            let answer = self.tell(&postback, &mut played).await?;
            if answer.get("statusCode") != Some(&Value::from(200)) {
                return Err(BenchError::Unexpected(format!("the postback came to {answer}")));
            }
        }
        let end = self.typical.end(call);
        self.tell(&end, &mut played).await?;
        self.carry(&mut played).await?;
        played.sends = (self.queues.batches().len() - sent) as u64;
        for (name, bytes) in self.printed() {
            let before = printed.get(name).copied().unwrap_or_default();
            played.work.entry(name).or_default().log_bytes += bytes - before;
        }
        played.work.retain(|_, work| work.invocations > 0);
        Ok(played)
    }

    /// What the table holds: items, and their bytes as the service counts them.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn held(&self) -> Result<(u64, u64), BenchError> {
        let told = self.settings.client().describe_table().table_name(TABLE).send().await;
        let table = told.map_err(BenchError::during("asking for the table's size"))?.table;
        let of = |number: Option<i64>| number.unwrap_or_default().unsigned_abs();
        Ok(table.map_or((0, 0), |table| (of(table.item_count), of(table.table_size_bytes))))
    }

    async fn tell(&self, event: &Reported, played: &mut Played) -> Result<Value, BenchError> {
        played.api_requests += 1;
        let answer = self.invoke(event.to, event.payload.clone(), played).await?;
        match answer.get("error") {
            None => Ok(answer),
            Some(error) => Err(BenchError::Unexpected(format!("{}: {error}", event.to))),
        }
    }

    /// Hands messages over until there are none.
    async fn carry(&mut self, played: &mut Played) -> Result<(), BenchError> {
        loop {
            let sent = self.queues.sent();
            for message in sent.into_iter().skip(self.taken) {
                self.taken += 1;
                played.messages += 1;
                let due = Instant::now() + Duration::from_secs(message.delay);
                self.waiting.push((due, message));
            }
            let first = self.waiting.iter().enumerate().min_by_key(|(_, (due, _))| *due);
            let Some(first) = first.map(|(index, _)| index) else { return Ok(()) };
            let (due, message) = self.waiting.remove(first);
            if due.saturating_duration_since(Instant::now()) < PATIENCE {
                sleep_until(due).await;
            }
            let payload = batch(&[&message.hint.to_string()]);
            let answer = self.invoke(&message.to, payload, played).await?;
            if answer != serde_json::json!({"batchItemFailures": []}) {
                return Err(BenchError::Unexpected(format!("{message:?} came to {answer}")));
            }
        }
    }

    async fn invoke(
        &self,
        name: &str,
        payload: Value,
        played: &mut Played,
    ) -> Result<Value, BenchError> {
        let Some((name, function)) = self.functions.get_key_value(name) else {
            return Err(BenchError::Unexpected(format!("a message for {name}")));
        };
        let answered = function.invoke_timed(INVOKE_LIMIT, payload).await;
        let answered = answered.map_err(BenchError::during(*name))?;
        let work = played.work.entry(*name).or_default();
        work.millis.push(millis(answered.took));
        work.invocations += 1;
        work.store += &self.meter.take();
        Ok(answered.value)
    }

    fn printed(&self) -> BTreeMap<&'static str, usize> {
        self.functions.iter().map(|(name, function)| (*name, function.logs().len())).collect()
    }
}
