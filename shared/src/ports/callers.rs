//! What is kept of a caller between calls: tags to remember, data that waits, the latest call, and the
//! de-dupe windows that are open.
//!
//! Data that comes in while a call starts is never left between the two: whoever posts lets the
//! data wait first and looks for the latest call then; a start names itself the latest call first
//! and looks for what waits then. One of them sees the other.

use super::StoreError;
use crate::call::{Call, CallId, Posting};
use crate::campaign::CampaignId;
use crate::geo::Place;
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::window::Windows;

/// The most that remembered tags weigh, in bytes: half of what a call holds. A caller who brings
/// more is remembered by the latest call alone.
pub const MAX_REMEMBERED_BYTES: usize = 64 * 1024;

/// A caller of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The campaign.
    pub campaign: &'a CampaignId,
    /// The number.
    pub number: &'a E164,
}

impl<'a> Caller<'a> {
    /// The caller of a call; `None` when the number is withheld.
    #[must_use]
    pub fn of(call: &'a Call) -> Option<Self> {
        let number = call.caller.as_ref()?;
        Some(Self { campaign: &call.campaign, number })
    }
}

/// Keeps what later calls of a caller need.
pub trait Callers: Sync {
    /// The caller's latest call.
    fn last_call(
        &self,
        caller: Caller<'_>,
    ) -> impl Future<Output = Result<Option<CallId>, StoreError>> + Send;

    /// Makes a call that started `at` the caller's latest, unless a later one is; says whether it
    /// is the latest now.
    fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The postings that wait for the caller's next call, oldest first.
    fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Waiting>, StoreError>> + Send;

    /// Lets a posting wait; says whether it is new.
    fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes away a posting that was applied to a call.
    fn settle(
        &self,
        caller: Caller<'_>,
        id: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The de-dupe windows that are open for the caller.
    fn windows(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Windows, StoreError>> + Send;

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
    /// Postings that waited for this call, oldest first.
    pub waiting: Vec<Waiting>,
    /// The de-dupe windows that are open.
    pub windows: Windows,
}

/// A posting that waits for a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its id among those of the caller.
    pub id: String,
    /// What it brings.
    pub posting: Posting,
    /// When it came.
    pub since: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
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
