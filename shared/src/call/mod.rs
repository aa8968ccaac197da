//! A call as it stands: what the platform reported and what is known about it.

mod end;
mod event;
mod facts;
mod id;
mod posting;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use end::{Decision, End};
pub use event::{CallEvent, Choice, EventKind, HangUp, Moment};
pub use facts::{CallFacts, Firing, Masked};
pub use id::{CallId, CallIdFault, CallKey};
pub use posting::{Posting, PostingId};

use crate::campaign::{Amounts, CampaignId};
use crate::delivery::{DeliveryKey, Line, PendingDelivery};
use crate::geo::{Location, Place};
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// The most that a call's tags may weigh, keys and values, in bytes. More is dropped and named, so
/// that no partner can fill the one item a call is stored in.
pub const MAX_TAG_BYTES: usize = 128 * 1024;

/// How long whoever takes an event in may need to see to what the call owes by it, before others do.
pub const HANDLING: Duration = Duration::from_secs(15);

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
}

/// How far what a call owes its webhooks has been seen to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// How often what the call owes has changed: a step holds only if nothing came in between.
    pub steps: u64,
    /// When somebody has to look at what it owes.
    pub due_at: Option<Timestamp>,
    /// Whether its timers have been set.
    pub timers_set: bool,
    /// Whether its `connect` webhooks have been fired.
    pub connect_fired: bool,
    /// What was decided about it.
    pub decision: Option<Decision>,
}

/// The cookie jar of a call as it is kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies {
    /// The jar as text; empty for an empty jar.
    pub text: String,
    /// How often it has been changed.
    pub changes: u64,
}

/// Shows its size: values are a partner's secrets.
impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cookies({} bytes, {} changes)", self.text.len(), self.changes)
    }
}

/// A buyer chosen, or a buyer who answered.
///
/// Ordered by time, so that events in any order give the same call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BuyerEvent {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Whether the buyer answered; else chosen only.
    pub answered: bool,
    /// Who.
    pub buyer: Buyer,
}

/// Who a call is sent to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Buyer {
    /// The platform's id of the buyer.
    pub id: String,
    /// The buyer's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the platform says of this buyer; seen by matches and tokens while the buyer is chosen.
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub tags: TagSet,
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
            buyer_events: BTreeSet::new(),
            tags: TagSet::new(),
            location: Location::default(),
            amounts: Amounts::default(),
            posted_conversion: None,
            begun: false,
            course: Course::default(),
            pending: BTreeSet::new(),
            cookies: Cookies::default(),
        }
    }

    /// Takes in what an event that was reported `now` says: numbers and names stay as first reported, tags and what
    /// happened with buyers add up. Where the platform says that the caller is counts here only
    /// when nobody has said so before; see [`Self::move_to`].
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
            Moment::Selected(_) | Moment::Answered(_) => {}
        }
        if event.moment.is_owing() {
            self.course.steps += 1;
            self.course.due_at = Some(now.plus(HANDLING));
        }
        self.buyer_events.extend(event.buyer_event());
        self.tags.merge(event.tags.clone());
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

    /// The buyer of the latest try.
    #[must_use]
    pub fn buyer(&self) -> Option<&Buyer> {
        self.buyer_events.last().map(|event| &event.buyer)
    }

    /// When a buyer was last chosen.
    #[must_use]
    pub fn selected_at(&self) -> Option<Timestamp> {
        self.buyer_events.iter().rfind(|event| !event.answered).map(|event| event.at)
    }

    /// When a buyer first answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.buyer_events.iter().find(|event| event.answered).map(|event| event.at)
    }

    /// The buyer who answered last, or else the one who was chosen last.
    #[must_use]
    pub fn reached_buyer(&self) -> Option<&Buyer> {
        let answered = self.buyer_events.iter().rfind(|event| event.answered);
        answered.map(|event| &event.buyer).or(self.buyer())
    }

    /// When it ended, by the platform's clock.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| end.at)
    }

    /// Whether it reached a buyer.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.answered_at().is_some() || self.connected_seconds_told().is_some_and(|s| s > 0)
    }

    /// How long the caller has been connected, in whole seconds: as the platform says, or else from
    /// the first answer to the end, or to `now` while the call is up.
    #[must_use]
    pub fn connected_seconds(&self, now: Timestamp) -> i64 {
        if let Some(told) = self.connected_seconds_told() {
            return i64::from(told);
        }
        let until = self.ended_at().unwrap_or(now);
        self.answered_at().map_or(0, |answered_at| until.seconds_since(answered_at))
    }

    /// Until when it was connected, once it has ended: a timer due by then was reached.
    #[must_use]
    pub fn connected_until(&self) -> Option<Timestamp> {
        let ended_at = self.ended_at()?;
        let told = self.answered_at().zip(self.connected_seconds_told());
        Some(told.map_or(ended_at, |(at, seconds)| at.plus_seconds(i64::from(seconds))))
    }

    fn connected_seconds_told(&self) -> Option<u32> {
        self.end.as_ref().and_then(|end| end.connected_seconds)
    }

    /// Whether it converted: as decided, or until then as a postback says.
    #[must_use]
    pub fn is_converted(&self) -> bool {
        match self.course.decision {
            Some(decision) => decision.converted,
            None => self.posted_conversion == Some(true),
        }
    }

    /// The first attempts it owes, in order.
    #[must_use]
    pub fn line(&self, now: Timestamp) -> Line<'_> {
        // Timers that the end of the call cut off never come due.
        let timers_until = self.connected_until().unwrap_or(now);
        Line { pending: &self.pending, timers_until }
    }

    /// The timers that its end cut off and that are still to be ended.
    pub fn unreached_timers(&self) -> impl Iterator<Item = &PendingDelivery> {
        let until = self.connected_until();
        self.pending.iter().filter(move |pending| {
            pending.trigger == Trigger::Timer && until.is_some_and(|until| pending.at > until)
        })
    }

    /// Its place in line of a delivery whose first attempt is owed.
    #[must_use]
    pub fn pending_delivery(&self, key: &DeliveryKey) -> Option<&PendingDelivery> {
        self.pending.iter().find(|pending| pending.key(&self.id) == *key)
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
