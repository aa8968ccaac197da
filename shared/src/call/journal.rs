//! The journal of a call: what was reported and posted, and the tags that came by it. It explains a
//! call to people; nothing is decided by it.

use serde::{Deserialize, Serialize};

use crate::tag::TagSet;
use crate::time::Timestamp;

/// The most entries that postings add to one call's journal; later ones are not noted.
pub const MAX_ENTRIES: usize = 100;
/// The most that the tags of one entry weigh, in bytes; the rest is left out and `cut` says so.
pub const MAX_ENTRY_BYTES: usize = 1024;

/// Something that told the call's story on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When it happened: by the platform's clock for its events, else by ours.
    pub at: Timestamp,
    /// Where it came from.
    #[serde(flatten)]
    pub source: Source,
    /// The tags that came by it, with the place under `geo`.
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub tags: TagSet,
    /// Whether tags were left out of this entry (not off the call).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// Where an entry came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// The platform reported an event.
    Event {
        /// `start`, `selected`, `answered` or `ended`.
        event: String,
        /// The buyer it is about, by id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        buyer: Option<String>,
        /// When it was reported, by our clock.
        reported_at: Timestamp,
    },
    /// The campaign's default tags.
    Defaults,
    /// What was remembered of the caller.
    Remembered,
    /// A partner posted back.
    Postback,
}
