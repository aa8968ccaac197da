//! How far a call has come in what it owes its webhooks; [`crate::course`] has the rules.

use std::time::Duration;

use super::{Call, Decision};
use crate::delivery::{DeliveryKey, Line, PendingDelivery};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// How long the function that takes an event in may run, and so see to what the call owes by it, before
/// others do.
pub const HANDLING_TIME: Duration = Duration::from_secs(20);

/// How far what a call owes its webhooks has been seen to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// How often events and steps have changed what the call owes. A step holds only for the version
    /// that it was made for, and for the word of postbacks about conversion.
    pub version: u64,
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
    pub version: u64,
}

/// Shows its size: values are a partner's secrets.
impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cookies({} bytes, version {})", self.text.len(), self.version)
    }
}

impl Call {
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
}
