//! Hints: "look at this now". What has to happen stands in the store with its due time before any
//! hint is sent, so losing one loses nothing, and one too many does nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::CallId;
use crate::delivery::DeliveryKey;

/// The longest that a queue holds a hint back. What is due later is hinted again on the way.
pub const MAX_DELAY: Duration = Duration::from_mins(15);

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Hint {
    /// A delivery: it is due, or its turn may have come.
    Delivery(DeliveryKey),
    /// A call: it may owe something.
    Call {
        /// The call.
        #[serde(rename = "call_id")]
        call: CallId,
    },
}

/// A hint with how long it is to be held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayedHint {
    /// The hint.
    pub hint: Hint,
    /// How long; more than [`MAX_DELAY`] is [`MAX_DELAY`].
    pub delay: Duration,
}

impl Hint {
    /// The hint, to come at once.
    #[must_use]
    pub fn now(self) -> DelayedHint {
        self.after(Duration::ZERO)
    }

    /// The hint, to come after a delay.
    #[must_use]
    pub fn after(self, delay: Duration) -> DelayedHint {
        DelayedHint { hint: self, delay }
    }
}

/// Sends hints.
pub trait Hints: Sync {
    /// Sends these. What cannot be sent is logged and counts for nothing: the sweep sends it again.
    fn send(&self, hints: Vec<DelayedHint>) -> impl Future<Output = ()> + Send;
}
