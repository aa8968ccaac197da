//! Hints: "look at this now". What has to happen stands in the store with its due time before any
//! hint is sent, so losing one loses nothing, and one too many does nothing.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::CallId;
use crate::delivery::DeliveryKey;
use crate::time::Timestamp;

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

impl Hint {
    /// The call that it is about.
    #[must_use]
    pub fn call(&self) -> &CallId {
        match self {
            Self::Call { call } => call,
            Self::Delivery(key) => &key.call,
        }
    }
}

/// A hint with the time since when what it is about is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueHint {
    /// Since when.
    pub due_at: Timestamp,
    /// The hint.
    pub hint: Hint,
}

/// Hints, as many as are wanted, but no more of one call than leave room for others.
#[derive(Debug)]
pub struct Fair {
    limit: usize,
    hints: Vec<DueHint>,
    of_call: HashMap<CallId, usize>,
}

/// The most that are taken of one call: it leaves room for others in what a sweep takes of a part.
pub const MAX_HINTS_A_CALL: usize = 30;

impl Fair {
    /// Room for that many.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, hints: Vec::new(), of_call: HashMap::new() }
    }

    /// Whether there are as many as are wanted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.hints.len() >= self.limit
    }

    /// What was taken, in the order it came.
    #[must_use]
    pub fn into_hints(self) -> Vec<DueHint> {
        self.hints
    }
}

/// Takes hints as far as there is room.
impl Extend<DueHint> for Fair {
    fn extend<T: IntoIterator<Item = DueHint>>(&mut self, hints: T) {
        for due in hints {
            let taken = self.of_call.entry(due.hint.call().clone()).or_default();
            if self.hints.len() < self.limit && *taken < MAX_HINTS_A_CALL {
                *taken += 1;
                self.hints.push(due);
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_owes_much_leaves_room_for_others() {
        let hint = |call: &str| DueHint {
            due_at: Timestamp::from_millis(0).unwrap(),
            hint: Hint::Call { call: CallId::parse(call).unwrap() },
        };
        let mut fair = Fair::new(MAX_HINTS_A_CALL + 2);

        fair.extend(vec![hint("long"); 500]);
        assert!(!fair.is_full());
        fair.extend(["a", "b", "c"].map(hint));

        assert!(fair.is_full());
        let calls: Vec<String> =
            fair.into_hints().iter().map(|due| due.hint.call().to_string()).collect();
        assert_eq!(calls, [vec!["long"; MAX_HINTS_A_CALL], vec!["a", "b"]].concat());
    }
}
