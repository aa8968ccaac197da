//! The order in which the first attempts of a call are made (spec section 1).
//!
//! Browser requests of a call share a cookie jar, filled and sent in firing order, so they go one
//! after another: timers that are due, then what else was created, oldest first and in firing order,
//! then `always`. A delivery leaves the line when its first attempt has ended or it will have none;
//! retries stand in nobody's way. `always` waits no longer than its campaign says.

use std::collections::BTreeSet;

use super::DeliveryKey;
use crate::call::CallId;
use crate::campaign::WebhookId;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// A delivery whose first attempt is owed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PendingDelivery {
    /// Since when it stands in line: a timer from when it is due, all else from its creation.
    pub at: Timestamp,
    /// Its place among those created with it.
    pub position: u32,
    /// What fired it.
    pub trigger: Trigger,
    /// The webhook.
    pub webhook: WebhookId,
    /// Which time of the trigger it is.
    pub occurrence: String,
}

impl PendingDelivery {
    /// The delivery's key in its call.
    #[must_use]
    pub fn key(&self, call: &CallId) -> DeliveryKey {
        DeliveryKey {
            call: call.clone(),
            trigger: self.trigger,
            webhook: self.webhook.clone(),
            occurrence: self.occurrence.clone(),
        }
    }

    /// As it is kept: `millis.position#trigger#webhook#occurrence`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { at, position, trigger, webhook, occurrence } = self;
        format!("{}.{position}#{trigger}#{webhook}#{occurrence}", at.as_millis())
    }

    /// Reads what [`Self::to_text`] wrote; `None` when it is something else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '#');
        let (at, position) = parts.next()?.split_once('.')?;
        Some(Self {
            at: Timestamp::from_millis(at.parse().ok()?)?,
            position: position.parse().ok()?,
            trigger: Trigger::from_name(parts.next()?)?,
            webhook: WebhookId::parse(parts.next()?).ok()?,
            occurrence: parts.next()?.to_owned(),
        })
    }

    fn rank(&self) -> (u8, Timestamp, u32) {
        let group = match self.trigger {
            Trigger::Timer => 0,
            Trigger::Always => 2,
            _ => 1,
        };
        (group, self.at, self.position)
    }
}

/// The line of a call at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Who stands in it.
    pub pending: &'a BTreeSet<PendingDelivery>,
    /// Timers due by then may go: now, or for a call that has ended, the end of its connection.
    pub timers_until: Timestamp,
}

impl<'a> Line<'a> {
    /// Who is next; `None` when nobody who may go now is in it.
    #[must_use]
    pub fn next(&self) -> Option<&'a PendingDelivery> {
        let may_go = |pending: &&PendingDelivery| {
            pending.trigger != Trigger::Timer || pending.at <= self.timers_until
        };
        self.pending.iter().filter(may_go).min_by_key(|pending| (pending.rank(), *pending))
    }

    /// Whether it is this one's turn; so it is also for one that is not in line.
    #[must_use]
    pub fn is_turn_of(&self, one: &PendingDelivery) -> bool {
        self.next().is_none_or(|next| (next.rank(), next) >= (one.rank(), one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(trigger: Trigger, at: i64, position: u32) -> PendingDelivery {
        PendingDelivery {
            at: Timestamp::from_millis(at).unwrap(),
            position,
            trigger,
            webhook: WebhookId::parse("w").unwrap(),
            occurrence: "3.b#1".to_owned(),
        }
    }

    fn order(mut pending: BTreeSet<PendingDelivery>, timers_until: i64) -> Vec<Trigger> {
        let mut order = Vec::new();
        let timers_until = Timestamp::from_millis(timers_until).unwrap();
        while let Some(next) = (Line { pending: &pending, timers_until }).next().cloned() {
            order.push(next.trigger);
            pending.remove(&next);
        }
        order
    }

    #[test]
    fn the_end_of_a_call_goes_timers_then_connect_then_conversion_then_always() {
        use Trigger::{Always, Connect, Conversion, Postback, Timer};
        let line = BTreeSet::from([
            pending(Always, 100, 3),
            pending(Conversion, 100, 2),
            pending(Connect, 100, 1),
            pending(Timer, 90, 0),
            pending(Postback, 120, 0),
        ]);
        assert_eq!(order(line, 95), [Timer, Connect, Conversion, Postback, Always]);
    }

    #[test]
    fn a_timer_that_is_not_due_holds_nobody_up() {
        use Trigger::{Postback, Timer};
        let line = BTreeSet::from([pending(Timer, 90, 0), pending(Postback, 50, 0)]);
        assert_eq!(order(line.clone(), 60), [Postback]);
        assert_eq!(order(line, 90), [Timer, Postback]);
    }

    #[test]
    fn of_two_that_came_at_the_same_time_one_goes_first() {
        let one = pending(Trigger::Postback, 50, 0);
        let other = PendingDelivery { occurrence: "4".to_owned(), ..one.clone() };
        let both = BTreeSet::from([one.clone(), other.clone()]);
        let line = Line { pending: &both, timers_until: one.at };
        assert!(line.is_turn_of(&one) != line.is_turn_of(&other));
    }

    #[test]
    fn a_pending_reads_back() {
        let one = pending(Trigger::Postback, 1_795_453_200_123, 7);
        assert_eq!(PendingDelivery::from_text(&one.to_text()), Some(one));
        assert_eq!(PendingDelivery::from_text("12.1#timer#w"), None);
    }
}
