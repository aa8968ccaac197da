//! A call as it stands: what the platform reported and what is known about it.

mod buyer;
mod contacts;
mod course;
mod end;
mod event;
mod event_fields;
mod facts;
mod id;
mod journal;
mod origin;
mod posting;
mod raw;
mod recording;
mod room;

use std::collections::BTreeSet;

pub use buyer::{Buyer, BuyerEvent};
pub use contacts::{ContactChange, ContactEnd, Contacts, MAX_CONTACT_ENDS, MAX_CONTACTS};
pub use course::{Cookies, Course, HANDLING_TIME};
pub use end::{Decision, End};
pub use event::{CallEvent, Choice, EventKind, HangUp, MAX_CALL_SECONDS, Moment};
pub use facts::{CallFacts, Firing, Masked};
pub use id::{CallId, CallIdFault, CallKey};
pub use journal::{JournalEntry, MAX_ENTRIES, Source};
pub use origin::{Origin, OriginSource, TagOrigin, tag_origins};
pub use posting::{Posting, PostingId};
pub use raw::{MAX_RAW_BYTES, Raw, RawEvent};
pub use recording::{Recorded, Recording};
pub use room::MAX_RECURRING_BYTES;

use crate::campaign::{Amounts, CampaignId};
use crate::delivery::PendingDelivery;
use crate::geo::{Location, Place};
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// The most that a call's tags may weigh, keys and values, in bytes. More is dropped and named, so
/// that no partner can fill the one item a call is stored in.
pub const MAX_TAG_BYTES: usize = 128 * 1024;

/// A call as it stands.
#[derive(Debug, Clone)]
pub struct Call {
    /// The platform's id.
    pub id: CallId,
    /// Hookline's own random id.
    pub uuid: String,
    /// What lets a partner post back.
    pub key: CallKey,
    /// The campaign it belongs to.
    pub campaign: CampaignId,
    /// Who calls; `None` when the number is withheld.
    pub caller: Option<E164>,
    /// The number that was called.
    pub called: Option<E164>,
    /// The platform's name for that number.
    pub number_name: Option<String>,
    /// When it was received, by the platform's clock.
    pub started_at: Option<Timestamp>,
    /// How it ended; `None` while it is up.
    pub end: Option<End>,
    /// Every recording that was told, in the order they were made.
    pub recordings: BTreeSet<Recording>,
    /// Every buyer that was chosen or answered, in the order it happened.
    pub buyer_events: BTreeSet<BuyerEvent>,
    /// Tags; where the caller is stands in `location`.
    pub tags: TagSet,
    /// Where the caller is.
    pub location: Location,
    /// Revenue and payout as somebody said them.
    pub amounts: Amounts,
    /// What a postback said about conversion, the last word.
    pub posted_conversion: Option<bool>,
    /// Whether what was known at its start has been put on it.
    pub begun: bool,
    /// How far what it owes has been seen to.
    pub course: Course,
    /// The deliveries whose first attempt is owed.
    pub pending: BTreeSet<PendingDelivery>,
    /// The cookies that its partners have set.
    pub cookies: Cookies,
    /// What told its story on.
    pub journal: BTreeSet<JournalEntry>,
}

impl Call {
    /// A call that nothing has been reported of.
    #[must_use]
    pub fn new(id: CallId, campaign: CampaignId, uuid: String, key: CallKey) -> Self {
        Self {
            id,
            uuid,
            key,
            campaign,
            caller: None,
            called: None,
            number_name: None,
            started_at: None,
            end: None,
            recordings: BTreeSet::new(),
            buyer_events: BTreeSet::new(),
            tags: TagSet::new(),
            location: Location::default(),
            amounts: Amounts::default(),
            posted_conversion: None,
            begun: false,
            course: Course::default(),
            pending: BTreeSet::new(),
            cookies: Cookies::default(),
            journal: BTreeSet::new(),
        }
    }

    /// Takes in what an event says that was reported `now`: numbers, names and the end stay as first
    /// reported; tags, recordings and what happened with buyers add up. Where the platform says that the caller
    /// is counts here only when nobody has said so before; see [`Self::move_to`]. What changes what the
    /// call owes makes it due.
    pub fn take_in(&mut self, event: &CallEvent, now: Timestamp) {
        if self.caller.is_none() && event.caller.is_some() {
            self.caller.clone_from(&event.caller);
            let told = self.location.told();
            self.location = Location::of_caller(self.caller.as_ref());
            if let Some(place) = told {
                self.move_to(place);
            }
        }
        if let (None, Some(place)) = (self.location.told(), event.place) {
            self.move_to(place);
        }
        if self.called.is_none() {
            self.called.clone_from(&event.called);
        }
        if self.number_name.is_none() {
            self.number_name.clone_from(&event.number_name);
        }
        match &event.moment {
            Moment::Start => {
                self.started_at.get_or_insert(event.occurred_at);
            }
            Moment::Ended(hang_up) => {
                self.end.get_or_insert(hang_up.end(event.occurred_at, now));
                self.amounts = self.amounts.or(hang_up.amounts);
            }
            Moment::Selected(_) | Moment::Answered(_) | Moment::Recording(_) => {}
        }
        self.recordings.extend(event.recording());
        if event.moment.changes_what_is_owed() {
            self.course.version += 1;
            self.course.due_at = Some(now.plus(HANDLING_TIME));
        }
        self.buyer_events.extend(event.buyer_event());
        self.tags.merge(event.tags.clone());
        self.journal.insert(event.journal_entry(now));
    }

    /// Takes in what was posted; the last word about amounts and conversion counts.
    pub fn take_posting(&mut self, posting: &Posting) {
        self.tags.merge(posting.tags.clone());
        if let Some(place) = posting.place {
            self.move_to(place);
        }
        let posted = Amounts { revenue: posting.revenue, payout: posting.payout };
        self.amounts = posted.or(self.amounts);
        self.posted_conversion = posting.converted.or(self.posted_conversion);
    }

    /// Whether these tags can be put on the call without its tags weighing too much.
    #[must_use]
    pub fn has_room_for(&self, tags: &TagSet) -> bool {
        self.tags.weight() + tags.weight_without(&self.tags) <= MAX_TAG_BYTES
    }

    /// Replaces where the caller is.
    pub fn move_to(&mut self, place: Place) {
        self.location = self.location.replaced_by(&place);
    }

    /// This call with tags and place as the store has them.
    #[must_use]
    pub fn standing(mut self, tags: TagSet, place: Option<Place>) -> Self {
        self.tags = tags;
        self.location = Location::of_caller(self.caller.as_ref());
        if let Some(place) = place {
            self.move_to(place);
        }
        self
    }

    /// Tags as they are shown: with where the caller is under `geo`.
    #[must_use]
    pub fn shown_tags(&self) -> TagSet {
        let mut tags = self.tags.clone();
        tags.merge(self.location.tags());
        tags
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(kind: EventKind, body: &Value) -> CallEvent {
        CallEvent::from_json(kind, CallId::parse("c1").unwrap(), body, now()).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::from_json(&json!("2026-11-23T17:00:00Z")).unwrap()
    }

    fn call() -> Call {
        let key = CallKey::from_random([7; 24]);
        Call::new(
            CallId::parse("c1").unwrap(),
            CampaignId::parse("solar").unwrap(),
            "u".to_owned(),
            key,
        )
    }

    #[test]
    fn events_in_any_order_give_the_same_call() {
        let start = event(
            EventKind::Start,
            &json!({"campaign_id": "solar", "caller_number": "+16145550100",
                "occurred_at": "2026-11-23T17:00:00Z", "tags": {"sub_id": "x"}}),
        );
        let choice = |kind, second: u32, buyer: &str, tag: &str| {
            let at = format!("2026-11-23T17:00:{second:02}Z");
            event(kind, &json!({"occurred_at": at, "buyer": {"id": buyer}, "tags": {"seen": tag}}))
        };
        let events = [
            start,
            choice(EventKind::Selected, 3, "b1", "one"),
            choice(EventKind::Selected, 20, "b2", "two"),
            choice(EventKind::Answered, 25, "b2", "three"),
        ];
        let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]];
        let calls = orders.map(|order| {
            let mut call = call();
            for at in order {
                call.take_in(&events[at], now());
            }
            call
        });
        for call in &calls {
            assert_eq!(call.buyer_events, calls[0].buyer_events);
            assert_eq!(call.shown_tags(), calls[0].shown_tags());
            assert_eq!(call.buyer().unwrap().id, "b2");
            assert_eq!(call.selected_at().unwrap().to_string(), "2026-11-23T17:00:20Z");
            assert_eq!(call.answered_at().unwrap().to_string(), "2026-11-23T17:00:25Z");
            assert_eq!(call.started_at.unwrap().to_string(), "2026-11-23T17:00:00Z");
        }
    }

    #[test]
    fn an_occurrence_is_told_by_buyer_and_attempt_or_by_time() {
        let body = |attempt: Value, buyer: &str| json!({"occurred_at": 1_000, "attempt": attempt, "buyer": {"id": buyer}});
        let occurrence =
            |attempt, buyer| event(EventKind::Selected, &body(attempt, buyer)).occurrence();
        assert_eq!(occurrence(json!(1), "b1"), "1.b1");
        assert_eq!(occurrence(Value::Null, "b1"), "at1000000.b1");
        assert_ne!(occurrence(json!(1), "b1"), occurrence(json!(2), "b1"));
    }

    #[test]
    fn a_recording_is_known_by_its_name_or_by_time_and_address() {
        let told = |second: i64, id: Value| {
            let body = json!({"occurred_at": second, "recording_url": "https://rec.example/1",
                "recording_id": id});
            event(EventKind::Recording, &body).occurrence()
        };
        assert_eq!((told(1, json!("RE1")), told(2, json!("RE1"))), ("RE1".into(), "RE1".into()));
        assert_eq!(told(1, Value::Null), "at1000.fdeb0ce024f62b1d");
        let body = json!({"occurred_at": 1, "recording_url": "https://rec.example/1",
            "recording_id": "RE 1"});
        let id = CallId::parse("c").unwrap();
        let faults = CallEvent::from_json(EventKind::Recording, id, &body, now()).unwrap_err();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/recording_id"]);
    }

    #[test]
    fn an_event_names_every_field_at_fault() {
        let body = json!({"occurred_at": "2026-11-25T17:00:00Z", "caller_number": "x", "attempt": 0,
            "tags": {"geo": "nowhere", "bad key!": 1}, "buyer": {"name": "B"}});
        let faults =
            CallEvent::from_json(EventKind::Selected, CallId::parse("c").unwrap(), &body, now())
                .unwrap_err();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/occurred_at",
                "/caller_number",
                "/tags/geo",
                "/tags/bad key!",
                "/buyer/id",
                "/attempt"
            ]
        );
    }
}
