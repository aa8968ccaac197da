//! The functions' handlers within this process, for rows that ask what handling itself takes.
//!
//! Hints are sent, to an embedded queue service within this process; nobody follows them, so that a
//! row decides itself when what happens.

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::{AddressPolicy, HttpSender, Loopback, PrivateEndpoints};
use hookline::adapters::system::SystemClock;
use hookline::call::{CallId, EventKind};
use hookline::campaign::{Campaign, WebhookId};
use hookline::delivery::{DeliveryKey, ONCE};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::clock::Clock;
use hookline::ports::hints::Hint;
use hookline::trigger::Trigger;
use hookline_functions::envelope::Answer;
use hookline_functions::environment::StoreSettings;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::hint_handlers::{DeliveryHandler, OutcomeHandler};
use hookline_functions::runtime::Invocation;
use hookline_local::queues::Queues;
use hookline_tests::queues::batch;
use serde_json::{Value, json};
use std::time::Duration;

use crate::bench::BenchError;

/// How long a function may run, as the template has it.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// The handlers that a call goes through.
#[derive(Debug)]
pub struct Handlers {
    events: EventHandler,
    outcomes: OutcomeHandler,
    deliveries: DeliveryHandler,
    _queues: Queues,
}

impl Handlers {
    /// The handlers before that store, whose partners may be on loopback.
    ///
    /// # Errors
    /// When a part of them cannot be set up.
    pub async fn before(settings: &StoreSettings) -> Result<Self, BenchError> {
        let queues = Queues::start().await.map_err(BenchError::during("starting queues"))?;
        let policy = AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), None);
        let policy = policy.map_err(BenchError::during("allowing loopback"))?;
        let sender = || HttpSender::new(policy.clone()).map_err(BenchError::during("a sender"));
        let store = || DynamoDb::new(settings.client(), settings.table.clone());
        Ok(Self {
            events: EventHandler::new(store(), sender()?, queues.hints()),
            outcomes: OutcomeHandler::new(store(), queues.hints()),
            deliveries: DeliveryHandler::new(store(), sender()?, queues.hints()),
            _queues: queues,
        })
    }

    /// Tells of an event.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn tell(&self, kind: EventKind, event: Value) -> Result<Value, BenchError> {
        let answer = self.events.take(kind, event).await;
        let answer = answer.map_err(BenchError::during(kind.as_str()))?;
        match answer.get("error") {
            None => Ok(answer),
            Some(error) => Err(BenchError::Unexpected(format!("{}: {error}", kind.as_str()))),
        }
    }

    /// Has it seen to what these calls owe.
    ///
    /// # Errors
    /// When that fails.
    pub async fn see_to(&self, calls: &[CallId]) -> Result<(), BenchError> {
        let hints = calls.iter().map(|call| Hint::Call { call: call.clone() });
        taken(self.outcomes.take(invocation(hints)?).await)
    }

    /// Has the deliveries of that webhook made, one for each of these calls.
    ///
    /// # Errors
    /// When that fails.
    pub async fn deliver(
        &self,
        calls: &[CallId],
        trigger: Trigger,
        webhook: &WebhookId,
    ) -> Result<(), BenchError> {
        let hints = calls.iter().map(|call| {
            let (call, webhook) = (call.clone(), webhook.clone());
            Hint::Delivery(DeliveryKey { call, trigger, webhook, occurrence: ONCE.to_owned() })
        });
        taken(self.deliveries.take(invocation(hints)?).await)
    }
}

/// Saves a campaign.
///
/// # Errors
/// When it is none, or is there already.
pub async fn save(settings: &StoreSettings, document: &Value) -> Result<(), BenchError> {
    let campaign = Campaign::from_document(document)
        .map_err(|faults| BenchError::Unexpected(format!("the campaign: {faults}")))?;
    let store = DynamoDb::new(settings.client(), settings.table.clone());
    match store.save(&campaign).await.map_err(BenchError::during("saving the campaign"))? {
        Saved::Stored => Ok(()),
        Saved::Stale => Err(BenchError::Unexpected("the campaign is there already".to_owned())),
    }
}

/// So many seconds ago, as platforms write it.
#[must_use]
pub fn ago(seconds: i64) -> String {
    SystemClock.now().plus_seconds(-seconds).to_string()
}

/// The id of a call.
///
/// # Errors
/// When it is none.
pub fn call_id(text: &str) -> Result<CallId, BenchError> {
    CallId::parse(text).map_err(BenchError::during("naming a call"))
}

/// A batch of messages as SQS hands it over.
fn invocation(hints: impl Iterator<Item = Hint>) -> Result<Invocation, BenchError> {
    let bodies: Result<Vec<String>, serde_json::Error> =
        hints.map(|hint| serde_json::to_string(&hint)).collect();
    let bodies = bodies.map_err(BenchError::during("writing hints"))?;
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    Ok(Invocation { payload: batch(&bodies), remaining: FUNCTION_TIMEOUT })
}

/// That every message of a batch was taken.
fn taken(answer: Answer) -> Result<(), BenchError> {
    let answer = answer.map_err(BenchError::during("handling a batch"))?;
    if answer == json!({"batchItemFailures": []}) {
        return Ok(());
    }
    Err(BenchError::Unexpected(format!("a batch came to {answer}")))
}
