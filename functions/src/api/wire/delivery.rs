//! Deliveries.

use hookline::delivery::{self, Progress};
use serde::Serialize;
use utoipa::ToSchema;

use super::attempt::{Attempt, Outcome, Report, ended};
use super::{DeliveryStatus, FailureKind, Time, Trigger};

/// One webhook fired once for one call.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Its id, which partners get as `webhook-id` with every attempt.
    #[schema(example = "dl_0123456789abcdef0123456789abcdef")]
    pub(crate) id: String,
    /// What fired it.
    trigger: Trigger,
    /// The webhook.
    webhook: String,
    /// Which time of the trigger on the call it was.
    occurrence: String,
    /// Where it stands.
    status: DeliveryStatus,
    /// When its next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Time>,
    /// What became of it so far; absent before the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    /// Its exchanges, oldest first; none when nothing was sent.
    pub(crate) attempts: Vec<Attempt>,
    /// How often it was taken over from a function that died over it.
    takeovers: u32,
    /// When somebody last had it replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
    /// When it was created.
    created_at: Time,
}

/// A delivery as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct DeliverySummary {
    /// The call.
    call_id: String,
    /// Its id.
    id: String,
    /// What fired it.
    trigger: Trigger,
    /// The webhook.
    webhook: String,
    /// Where it stands.
    status: DeliveryStatus,
    /// How the last attempt ended; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// Why it failed, with `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FailureKind>,
    /// The status of the last answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// How many attempts were made.
    attempts: usize,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Time>,
    /// When somebody last had it replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
    /// When it was created.
    created_at: Time,
}

impl Delivery {
    /// Takes the tags out of its report.
    pub(super) fn leave_out_report_tags(&mut self) {
        self.report.iter_mut().for_each(Report::leave_out_tags);
    }

    /// Takes what its attempts sent and were answered out of it.
    pub(super) fn leave_out_exchanges(&mut self) {
        self.attempts.iter_mut().for_each(Attempt::leave_out_exchange);
    }
}

impl From<&delivery::Delivery> for Delivery {
    fn from(delivery: &delivery::Delivery) -> Self {
        Self {
            id: delivery.key.id().as_str().to_owned(),
            trigger: delivery.trigger().into(),
            webhook: delivery.webhook().to_string(),
            occurrence: delivery.key.occurrence.clone(),
            status: delivery.status().into(),
            next_at: next_at(delivery),
            report: delivery.report.as_ref().map(Report::from),
            attempts: delivery.attempts.iter().map(Attempt::from).collect(),
            takeovers: delivery.takeovers,
            replayed_at: replayed_at(delivery),
            created_at: delivery.created_at.into(),
        }
    }
}

impl From<&delivery::Delivery> for DeliverySummary {
    fn from(delivery: &delivery::Delivery) -> Self {
        let report = delivery.report.as_ref();
        let (outcome, kind) = report.map(|report| ended(report.verdict)).unzip();
        Self {
            call_id: delivery.key.call.to_string(),
            id: delivery.key.id().as_str().to_owned(),
            trigger: delivery.trigger().into(),
            webhook: delivery.webhook().to_string(),
            status: delivery.status().into(),
            outcome,
            kind: kind.flatten(),
            http_status: report.and_then(|report| report.http_status),
            attempts: delivery.attempts.len(),
            next_at: next_at(delivery),
            replayed_at: replayed_at(delivery),
            created_at: delivery.created_at.into(),
        }
    }
}

fn next_at(delivery: &delivery::Delivery) -> Option<Time> {
    match delivery.progress {
        Progress::Due { at } => Some(at.into()),
        Progress::Claimed { .. } | Progress::Ended => None,
    }
}

fn replayed_at(delivery: &delivery::Delivery) -> Option<Time> {
    delivery.replayed.map(|replay| replay.at.into())
}

#[cfg(test)]
mod tests {
    use hookline::call::CallId;
    use hookline::campaign::WebhookId;
    use hookline::delivery::{DeliveryKey, ONCE, Replay, Verdict};
    use hookline::time::Timestamp;
    use hookline::trigger::Trigger;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_453_200_000).unwrap().plus_seconds(seconds)
    }

    /// A delivery that was refused once and is to be tried again.
    fn retrying() -> delivery::Delivery {
        let key = DeliveryKey {
            call: CallId::parse("c1").unwrap(),
            trigger: Trigger::NonConversion,
            webhook: WebhookId::parse("crm").unwrap(),
            occurrence: ONCE.to_owned(),
        };
        let verdict = Verdict::Failed { kind: delivery::FailureKind::TooLarge };
        let skipped = delivery::Report::skipped(key.webhook.clone(), "a note");
        let report = delivery::Report { verdict, http_status: Some(200), ..skipped };
        let attempt = delivery::Attempt {
            attempt: 1,
            at: at(1),
            method: "GET".to_owned(),
            url: "https://crm.example/".to_owned(),
            verdict,
            http_status: Some(200),
            latency_ms: 41,
            empty_tokens: vec!["sub_id".to_owned()],
            request: Some(delivery::KeptMessage {
                headers: vec![("accept".to_owned(), "*/*".to_owned())],
                body: None,
            }),
            answer: Some(delivery::KeptMessage {
                headers: Vec::new(),
                body: Some(delivery::KeptBody { text: "abc".to_owned(), bytes: 9000, cut: true }),
            }),
        };
        let due = delivery::Delivery::due(key, 0, at(5), at(0));
        let replayed = Some(Replay { at: at(4), after_attempts: 1 });
        delivery::Delivery { report: Some(report), attempts: vec![attempt], replayed, ..due }
    }

    #[test]
    fn a_delivery_looks_as_it_is_described() {
        let delivery = retrying();
        let id = delivery.key.id();
        let attempt = json!({
            "attempt": 1, "at": "2026-11-23T17:00:01Z", "method": "GET",
            "url": "https://crm.example/", "status": "failed", "kind": "too_large",
            "http_status": 200, "latency_ms": 41, "empty_tokens": ["sub_id"],
            "request": {"headers": [{"name": "accept", "value": "*/*"}]},
            "answer": {"headers": [], "body": {"text": "abc", "bytes": 9000, "cut": true}},
        });
        assert_eq!(
            serde_json::to_value(Delivery::from(&delivery)).unwrap(),
            json!({
                "id": id, "trigger": "non_conversion", "webhook": "crm", "occurrence": "1",
                "status": "retrying", "next_at": "2026-11-23T17:00:05Z",
                "report": {"id": "crm", "status": "failed", "kind": "too_large",
                    "http_status": 200, "notes": ["a note"]},
                "attempts": [attempt], "takeovers": 0,
                "replayed_at": "2026-11-23T17:00:04Z", "created_at": "2026-11-23T17:00:00Z",
            })
        );
        assert_eq!(
            serde_json::to_value(DeliverySummary::from(&delivery)).unwrap(),
            json!({
                "call_id": "c1", "id": id, "trigger": "non_conversion", "webhook": "crm",
                "status": "retrying", "outcome": "failed", "kind": "too_large",
                "http_status": 200, "attempts": 1, "next_at": "2026-11-23T17:00:05Z",
                "replayed_at": "2026-11-23T17:00:04Z", "created_at": "2026-11-23T17:00:00Z",
            })
        );
    }
}
