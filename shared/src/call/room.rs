//! How much a call has room for. What is kept of buyers and recordings stands in the call's own item,
//! which holds 400 KB in all.

use super::{CallEvent, Moment};
use crate::time::Timestamp;

/// The most that those events of one call weigh together of which it may have any number, so that no
/// platform can fill the one item a call is stored in; later ones are refused. A plain one weighs
/// some 400 bytes.
pub const MAX_RECURRING_BYTES: usize = 96 * 1024;
/// What the names of an event's attributes weigh.
const NAMES: usize = 192;

impl CallEvent {
    /// What an event that was reported `now` adds to its call, in bytes, if a call may have any number
    /// of its kind; `None` for a start and an end.
    #[must_use]
    pub fn recurring_bytes(&self, now: Timestamp) -> Option<usize> {
        let written = |text: serde_json::Result<String>| text.map_or(0, |text| text.len());
        let told = match &self.moment {
            Moment::Start | Moment::Ended(_) => return None,
            Moment::Selected(_) | Moment::Answered(_) => {
                written(serde_json::to_string(&self.buyer_event()))
            }
            Moment::Recording(_) => written(serde_json::to_string(&self.recording())),
        };
        let entry = written(serde_json::to_string(&self.journal_entry(now)));
        Some(NAMES + told + entry + self.occurrence().len() + self.tags.weight())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::call::{CallId, EventKind};

    #[test]
    fn events_of_which_there_may_be_many_weigh_what_they_say() {
        let now = Timestamp::from_json(&json!("2026-11-23T17:00:05Z")).unwrap();
        let bytes = |kind, more: Value| {
            let mut body = json!({"campaign_id": "solar", "occurred_at": "2026-11-23T17:00:03Z",
                "buyer": {"id": "b1"}, "attempt": 1});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let event = CallEvent::from_json(kind, CallId::parse("c1").unwrap(), &body, now);
            event.unwrap().recurring_bytes(now)
        };
        let plain = bytes(EventKind::Selected, json!({})).unwrap();
        assert!((350..450).contains(&plain), "{plain}");
        let long = json!("v".repeat(1000));
        let tags = bytes(EventKind::Answered, json!({"tags": {"a": long}})).unwrap();
        assert!(tags > plain + 1900, "{tags}");
        let buyer = json!({"buyer": {"id": "b1", "tags": {"a": long}}});
        let buyer = bytes(EventKind::Selected, buyer).unwrap();
        assert!((plain + 1000..plain + 1100).contains(&buyer), "{buyer}");
        let url = json!({"recording_url": format!("https://a.example/{}", "v".repeat(1000))});
        let recording = bytes(EventKind::Recording, url).unwrap();
        assert!((1300..1500).contains(&recording), "{recording}");
        assert_eq!(bytes(EventKind::Start, json!({})), None);
        let url = json!({"recording_url": "https://a.example/r"});
        assert_eq!(bytes(EventKind::Ended, url), None);
    }
}
