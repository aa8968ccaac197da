//! Where each tag of a call came from, put together of its journal and of what its webhooks were
//! answered. It explains a call to people; nothing is decided by it.
//!
//! A journal has an end and entries are cut, and of a delivery that was tried again only the last
//! report stands: a tag may have origins that are not told, or none that is known.

use std::time::Duration;

use super::{Call, JournalEntry, Source};
use crate::campaign::WebhookId;
use crate::delivery::{Delivery, DeliveryId};
use crate::geo::Location;
use crate::tag::{TagKey, TagSet, TagValue};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// One value of a tag and all who are known to have brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagOrigin {
    /// The key.
    pub key: TagKey,
    /// The value.
    pub value: TagValue,
    /// Who brought it, oldest first; nobody where it is not known.
    pub from: Vec<Origin>,
}

/// Somebody who brought a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// When; `None` for what the call came with.
    pub at: Option<Timestamp>,
    /// Who.
    pub source: OriginSource,
}

/// Who brings tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginSource {
    /// The caller's number: its area code and where that is.
    Number,
    /// What was remembered of the caller.
    Remembered,
    /// The campaign's default tags.
    Defaults,
    /// The platform, with an event.
    Event {
        /// `start`, `selected`, `answered` or `ended`.
        event: String,
        /// The buyer it is about, by id.
        buyer: Option<String>,
    },
    /// A partner who was asked by a webhook.
    Webhook {
        /// The webhook.
        webhook: WebhookId,
        /// What fired it.
        trigger: Trigger,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// A partner who posted back.
    Postback,
}

/// Where each tag that a call shows came from, by key and value; `deliveries` are the call's.
#[must_use]
pub fn tag_origins(call: &Call, deliveries: &[Delivery]) -> Vec<TagOrigin> {
    let noted = call.journal.iter().map(|entry| (of_entry(entry), &entry.tags));
    let brought: Vec<(Origin, &TagSet)> =
        noted.chain(deliveries.iter().filter_map(of_delivery)).collect();
    let of_number = Location::of_caller(call.caller.as_ref()).tags();
    let shown = call.shown_tags();
    let pairs = shown.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    let origin = |(key, value): (&TagKey, &TagValue)| {
        let by_others = brought.iter().filter(|(_, tags)| tags.contains(key, value));
        let mut from: Vec<Origin> = by_others.map(|(origin, _)| origin.clone()).collect();
        if from.is_empty() && of_number.contains(key, value) {
            from.push(Origin { at: None, source: OriginSource::Number });
        }
        from.sort_unstable();
        TagOrigin { key: key.clone(), value: value.clone(), from }
    };
    pairs.map(origin).collect()
}

fn of_entry(entry: &JournalEntry) -> Origin {
    let source = match &entry.source {
        Source::Event { event, buyer, .. } => {
            OriginSource::Event { event: event.clone(), buyer: buyer.clone() }
        }
        Source::Defaults => OriginSource::Defaults,
        Source::Remembered => OriginSource::Remembered,
        Source::Postback => OriginSource::Postback,
    };
    Origin { at: Some(entry.at), source }
}

/// The webhook of a delivery, at the time when its last answer had come.
fn of_delivery(delivery: &Delivery) -> Option<(Origin, &TagSet)> {
    let tags = delivery.report.as_ref()?.tags.as_ref()?;
    let answered_at = delivery
        .attempts
        .last()
        .map(|attempt| attempt.at.plus(Duration::from_millis(attempt.latency_ms)));
    let source = OriginSource::Webhook {
        webhook: delivery.webhook().clone(),
        trigger: delivery.trigger(),
        delivery: delivery.key.id(),
    };
    Some((Origin { at: Some(answered_at.unwrap_or(delivery.created_at)), source }, tags))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::call::{CallEvent, CallId, CallKey, EventKind, Posting};
    use crate::campaign::CampaignId;
    use crate::delivery::{Attempt, DeliveryKey, Report, Verdict};
    use crate::geo::Place;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000).unwrap().plus_seconds(seconds)
    }

    fn tags(json: Value) -> TagSet {
        serde_json::from_value(json).unwrap()
    }

    /// A call from Ohio that was reported with `sub_id`.
    fn call() -> Call {
        let (id, campaign) = (CallId::parse("c1").unwrap(), CampaignId::parse("solar").unwrap());
        let key = CallKey::from_random([7; 24]);
        let mut call = Call::new(id.clone(), campaign, "u".to_owned(), key);
        let body = json!({"campaign_id": "solar", "occurred_at": 1_000,
            "caller_number": "+16145550100", "tags": {"sub_id": "x"}});
        call.take_in(&CallEvent::from_json(EventKind::Start, id, &body, at(0)).unwrap(), at(1));
        call
    }

    fn delivery(call: &Call, answered: TagSet, attempts: Vec<Attempt>) -> Delivery {
        let key = DeliveryKey {
            call: call.id.clone(),
            trigger: Trigger::Start,
            webhook: WebhookId::parse("crm").unwrap(),
            occurrence: "1".to_owned(),
        };
        let skipped = Report::skipped(key.webhook.clone(), "");
        let report = Report { verdict: Verdict::Ok, tags: Some(answered), ..skipped };
        Delivery { attempts, ..Delivery::ended(key, 0, report, at(2)) }
    }

    fn attempt(number: u32, at: Timestamp) -> Attempt {
        Attempt {
            attempt: number,
            at,
            method: "GET".to_owned(),
            url: "https://crm.example/".to_owned(),
            verdict: Verdict::Ok,
            http_status: Some(200),
            latency_ms: 1500,
            empty_tokens: Vec::new(),
            request: None,
            answer: None,
        }
    }

    /// A tag, told as `key:value`, and who brought it.
    fn brought(tag: &str, from: &[Origin]) -> TagOrigin {
        let (key, value) = tag.split_once(':').unwrap();
        let (key, value) = (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap());
        TagOrigin { key, value, from: from.to_vec() }
    }

    fn start() -> [Origin; 1] {
        let source = OriginSource::Event { event: "start".to_owned(), buyer: None };
        [Origin { at: Some(at(0)), source }]
    }

    #[test]
    fn the_number_says_where_a_caller_is_until_somebody_else_does() {
        let number = [Origin { at: None, source: OriginSource::Number }];
        let mut call = call();
        assert_eq!(
            tag_origins(&call, &[]),
            [
                brought("geo:614", &number),
                brought("geo:us", &number),
                brought("geo:us-oh", &number),
                brought("sub_id:x", &start()),
            ]
        );

        let posting = Posting { place: Place::parse("us-10101").ok(), ..Posting::default() };
        call.journal.extend(call.journal_entry(&posting, at(5)));
        call.take_posting(&posting);

        let posted = [Origin { at: Some(at(5)), source: OriginSource::Postback }];
        assert_eq!(
            tag_origins(&call, &[]),
            [
                brought("geo:614", &number),
                brought("geo:us", &posted),
                brought("geo:us-10101", &posted),
                brought("geo:us-ny", &posted),
                brought("sub_id:x", &start()),
            ]
        );
    }

    #[test]
    fn everybody_who_brought_a_value_is_named_oldest_first() {
        let mut call = call();
        call.caller = None;
        call.location = Location::default();
        let answered = tags(json!({"age": ["23"], "name": ["Jo"]}));
        let twice = vec![attempt(1, at(10)), attempt(2, at(20))];
        let deliveries = [delivery(&call, answered.clone(), twice)];
        let entry = |source, json: Value| JournalEntry::of(at(1), source, tags(json), None);
        call.journal.extend([
            entry(Source::Defaults, json!({"source": ["web"]})),
            entry(Source::Remembered, json!({"age": ["22", "23"]})),
        ]);
        call.tags.merge(answered);
        call.tags.merge(tags(json!({"source": ["web"], "age": ["22"], "lost": ["1"]})));

        let webhook = Origin {
            at: Some(at(21).plus(Duration::from_millis(500))),
            source: OriginSource::Webhook {
                webhook: WebhookId::parse("crm").unwrap(),
                trigger: Trigger::Start,
                delivery: deliveries[0].key.id(),
            },
        };
        let remembered = Origin { at: Some(at(1)), source: OriginSource::Remembered };
        let defaults = Origin { at: Some(at(1)), source: OriginSource::Defaults };
        assert_eq!(
            tag_origins(&call, &deliveries),
            [
                brought("age:22", std::slice::from_ref(&remembered)),
                brought("age:23", &[remembered, webhook.clone()]),
                brought("lost:1", &[]),
                brought("name:Jo", &[webhook]),
                brought("source:web", &[defaults]),
                brought("sub_id:x", &start()),
            ]
        );
    }

    #[test]
    fn an_answer_without_an_attempt_counts_from_the_delivery() {
        let mut call = call();
        call.tags.merge(tags(json!({"age": ["23"]})));
        let deliveries = [delivery(&call, tags(json!({"age": ["23"]})), Vec::new())];
        let origins = tag_origins(&call, &deliveries);
        let age = origins.iter().find(|origin| origin.key.as_str() == "age").unwrap();
        assert_eq!(age.from.iter().map(|from| from.at).collect::<Vec<_>>(), [Some(at(2))]);
    }
}
