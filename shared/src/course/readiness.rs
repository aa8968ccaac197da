//! Whether a delivery may be attempted now.

use crate::call::Call;
use crate::delivery::{Delivery, PendingDelivery, Progress};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// What is to be done about a delivery that somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// An attempt.
    Ready,
    /// Nothing: it has ended.
    Over,
    /// Nothing: somebody is at it.
    Held,
    /// Nothing: others of its call go first, and the last of them will say so.
    Behind,
    /// It is due later.
    Later {
        /// Not before this.
        at: Timestamp,
    },
    /// It is to be ended: the call ended before the timer came due.
    Unreached,
}

/// Whether a delivery may be attempted; `pending` is its place in the call's line, if its first attempt
/// is owed, and `always_max_wait` the seconds that an `always` waits for others at most.
#[must_use]
pub fn readiness(
    call: &Call,
    delivery: &Delivery,
    pending: Option<&PendingDelivery>,
    always_max_wait: u16,
    now: Timestamp,
) -> Readiness {
    let due_at = match &delivery.progress {
        Progress::Ended => return Readiness::Over,
        Progress::Claimed { .. } if delivery.is_held(now) => return Readiness::Held,
        Progress::Claimed { until, .. } => *until,
        Progress::Due { at } => *at,
    };
    let later = |at| if at <= now { Readiness::Ready } else { Readiness::Later { at } };
    let Some(pending) = pending else { return later(due_at) };
    if delivery.trigger() == Trigger::Timer {
        match call.connected_until() {
            Some(until) if pending.at > until => return Readiness::Unreached,
            None if pending.at > now => return Readiness::Later { at: pending.at },
            Some(_) | None => {}
        }
    }
    let waits_until = pending.at.plus_seconds(i64::from(always_max_wait));
    let bounded = delivery.trigger() == Trigger::Always && always_max_wait > 0;
    let waited_enough = bounded && waits_until <= now;
    if waited_enough || call.line(now).is_turn_of(pending) {
        Readiness::Ready
    } else {
        Readiness::Behind
    }
}
