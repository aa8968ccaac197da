//! Where calls are kept.

use super::StoreError;
use crate::call::{Call, CallId, Posting};
use crate::course::Step;
use crate::delivery::Delivery;
use crate::time::Timestamp;

/// The most postings with an id that one call takes, so that no sender can fill its item.
pub const MAX_POSTING_IDS: usize = 1000;

/// The most first attempts that a call may owe before it takes no more postings that fire webhooks.
pub const MAX_PENDING: usize = 200;

/// Reads calls, applies what is posted back to them and takes them from step to step.
pub trait Calls: Sync {
    /// The call as it stands; `None` when nothing was reported of it or it is no longer kept.
    fn call(&self, id: &CallId) -> impl Future<Output = Result<Option<Call>, StoreError>> + Send;

    /// The call with all its deliveries, oldest first.
    fn history(
        &self,
        id: &CallId,
    ) -> impl Future<Output = Result<Option<(Call, Vec<Delivery>)>, StoreError>> + Send;

    /// Makes a step of a call, if what the call owes has not changed since it was read, nothing that
    /// the step creates is there, and the window that it opens for the call's caller is not open;
    /// says whether it was made.
    fn advance(
        &self,
        call: &Call,
        step: &Step,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Applies a posting once, and creates the deliveries that it fires with it. One that says
    /// whether the call converted makes the call due: it may owe something by that.
    fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> impl Future<Output = Result<Posted, StoreError>> + Send;
}

/// What became of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It was applied.
    Applied,
    /// One with its id, or one that fired any of the same, was applied before; nothing changed.
    Duplicate,
    /// The call is no longer there.
    Gone,
    /// The call has as many postings with an id as it may, or owes as many first attempts.
    Full,
}
