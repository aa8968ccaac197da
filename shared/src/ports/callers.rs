//! What is kept of a caller between calls: tags to remember, data that waits, the last call.

use super::StoreError;
use crate::call::{CallId, Posting};
use crate::campaign::CampaignId;
use crate::geo::Place;
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// The most postings that wait for one caller at a time.
pub const MAX_WAITING: usize = 50;

/// A caller of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The campaign.
    pub campaign: &'a CampaignId,
    /// The number.
    pub number: &'a E164,
}

/// Keeps what later calls of a caller need.
pub trait Callers: Sync {
    /// The caller's latest call.
    fn last_call(
        &self,
        caller: Caller<'_>,
    ) -> impl Future<Output = Result<Option<CallId>, StoreError>> + Send;

    /// Lets a posting wait for the caller's next call after `past`, the one that takes no more.
    /// Decided in one step with the call's start, so that a posting is never left between the two.
    fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        past: Option<&CallId>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Waited, StoreError>> + Send;

    /// Takes away postings that were applied to a call; answers with those that still wait.
    fn settle(
        &self,
        caller: Caller<'_>,
        applied: &[String],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Waiting>, StoreError>> + Send;

    /// Keeps tags for the caller's next call.
    fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What a caller's next call starts with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallerMemory {
    /// Tags of earlier calls.
    pub tags: TagSet,
    /// Where earlier calls said that the caller is.
    pub place: Option<Place>,
    /// Postings that waited for this call.
    pub waiting: Vec<Waiting>,
    /// Whether a posting may have come in after this was read, so that it has to be read again.
    pub unsettled: bool,
}

/// A posting that waits for a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its id among those of the caller.
    pub id: String,
    /// What it brings.
    pub posting: Posting,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// What became of a posting that was to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// It waits.
    Stored,
    /// One with its id waits already.
    Duplicate,
    /// There is a call; apply it to that one.
    Call(CallId),
    /// Too many wait.
    Full,
}

/// What is to be remembered of a caller.
#[derive(Debug, Clone)]
pub struct Remembering<'a> {
    /// The caller.
    pub caller: Caller<'a>,
    /// Tags to add to what is remembered.
    pub tags: TagSet,
    /// Where the caller turned out to be.
    pub place: Option<Place>,
    /// When all of it is forgotten, unless the caller is heard of again.
    pub until: Timestamp,
}
