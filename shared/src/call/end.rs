//! How a call ended, and what was decided about it (spec sections 8 and 11).

use serde::Serialize;

use crate::time::Timestamp;

/// How a call ended, as the platform reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// When the report came, by our clock: what is decided about the call waits from here.
    pub reported_at: Timestamp,
    /// How long the caller was connected, in whole seconds, where the platform says so.
    pub connected_seconds: Option<u32>,
    /// Who hung up, in the platform's words.
    pub hung_up_by: Option<String>,
    /// Where the recording is.
    pub recording_url: Option<String>,
}

/// What was decided about conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether the call converted; a postback may change that from no to yes, once.
    pub converted: bool,
    /// When it was first decided.
    #[serde(rename = "decided_at")]
    pub at: Timestamp,
}
