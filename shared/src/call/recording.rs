//! Recordings of a call (spec section 11).
//!
//! A recording is finished when it is: before the end of the call is reported or after it, and
//! once for each leg that is recorded. All that were told are kept, so that the order in which they
//! were told does not matter; the one made last stands for the call. A recording that has been moved
//! is told again under its new address and a later time.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::time::Timestamp;

/// What an event tells of a recording, besides when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The platform's name for it, by which the same recording is known when it is told twice;
    /// `None` when the platform has none.
    pub id: Option<String>,
    /// Where it is.
    pub url: String,
}

/// A recording, ordered by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recording {
    /// When it was made, by the platform's clock.
    pub at: Timestamp,
    /// Where it is.
    pub url: String,
}

impl Call {
    /// Where the recording that stands for the call is.
    #[must_use]
    pub fn recording_url(&self) -> Option<&str> {
        self.recordings.last().map(|recording| recording.url.as_str())
    }
}
