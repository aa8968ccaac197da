//! The time of day.

use crate::time::Timestamp;

/// Tells what time it is.
pub trait Clock: Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
