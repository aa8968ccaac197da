//! Deliveries and what comes of them, to be put through a store.

use std::collections::BTreeSet;

use hookline::call::{Call, Course};
use hookline::campaign::{Amounts, WebhookId};
use hookline::course::Step;
use hookline::delivery::{
    Attempt, Delivery, DeliveryKey, FailureKind, ONCE, PendingDelivery, Report, Verdict,
};
use hookline::ports::calls::Calls;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use serde_json::json;

use super::store::Store;
use super::world::{at, tags};

/// An answer that did not deliver.
pub(crate) const FAILED: Verdict = Verdict::Failed { kind: FailureKind::Http };

/// The key of what a call has once.
pub(crate) fn key(call: &Call, trigger: Trigger, webhook: &str) -> DeliveryKey {
    let (call, webhook) = (call.id.clone(), WebhookId::parse(webhook).unwrap());
    DeliveryKey { call, trigger, webhook, occurrence: ONCE.to_owned() }
}

/// A delivery to be attempted at a time, created a minute after the beginning.
pub(crate) fn due(key: DeliveryKey, position: u32, when: Timestamp) -> Delivery {
    Delivery::due(key, position, when, at(60))
}

/// One that is not for the call, created in the same minute.
pub(crate) fn skipped(key: DeliveryKey, position: u32) -> Delivery {
    let report = Report::skipped(key.webhook.clone(), "matches: geo:us-ca");
    Delivery::ended(key, position, report, at(60))
}

/// A `connect` delivery of that name, due when it is created.
pub(crate) fn connect(call: &Call, webhook: &str) -> Delivery {
    due(key(call, Trigger::Connect, webhook), 0, at(60))
}

/// The exchange of that number.
pub(crate) fn attempt(number: u32) -> Attempt {
    Attempt {
        attempt: number,
        at: at(60 + i64::from(number)),
        method: "GET".to_owned(),
        url: format!("https://crm.example/?call_key=********&attempt={number}"),
        verdict: FAILED,
        http_status: Some(500),
        latency_ms: 1_000,
        empty_tokens: vec!["age".to_owned()],
        request: None,
        answer: None,
    }
}

/// What became of a delivery.
pub(crate) fn report(key: &DeliveryKey, verdict: Verdict) -> Report {
    Report {
        id: key.webhook.clone(),
        verdict,
        http_status: Some(500),
        latency_ms: Some(1_000),
        tags: Some(tags(json!({"hook": [key.webhook]}))),
        notes: vec!["a note".to_owned()],
    }
}

/// Amounts, each unless it is empty.
pub(crate) fn amounts(revenue: &str, payout: &str) -> Amounts {
    Amounts { revenue: revenue.parse().ok(), payout: payout.parse().ok() }
}

/// Lets a call have these deliveries and nothing else, by one step; the call after it.
pub(crate) async fn created(store: &Store, call: &Call, created: &[Delivery]) -> Call {
    let step = Step { created: created.to_vec(), ..Step::default() };
    assert!(store.advance(call, &step, at(60)).await.unwrap(), "the step was not made");
    store.call(&call.id).await.unwrap().unwrap()
}

/// A call after so many more changes of what it owes, of which the last says when it is due.
pub(crate) fn after(call: &Call, steps: u64, due_at: Option<Timestamp>) -> Call {
    let course = Course { version: call.course.version + steps, due_at, ..call.course.clone() };
    Call { course, ..call.clone() }
}

/// The places in line of those that have one.
pub(crate) fn line_of(deliveries: &[Delivery]) -> BTreeSet<PendingDelivery> {
    deliveries.iter().filter_map(Delivery::pending).collect()
}
