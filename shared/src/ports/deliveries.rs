//! Where deliveries are kept.
//!
//! Each method is one write that holds whole or not at all, under a condition on what was read, so
//! that of any number of functions at the same step one takes it.

use super::StoreError;
use super::hints::DueHint;
use crate::call::{Call, Cookies};
use crate::delivery::{Attempt, Delivery, DeliveryKey, PendingDelivery, Report};
use crate::geo::Place;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::window::OpenWindow;

/// Reads deliveries and takes them from step to step.
pub trait Deliveries: Sync {
    /// The delivery as it stands; `None` when there is none or it is no longer kept.
    fn delivery(
        &self,
        key: &DeliveryKey,
    ) -> impl Future<Output = Result<Option<Delivery>, StoreError>> + Send;

    /// Claims a delivery for one attempt, if it has not ended, nobody has it, and nothing was done
    /// about it since it was read; says whether it is claimed. The same claim told again holds.
    fn claim_attempt(
        &self,
        claim: &AttemptClaim<'_>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Keeps what came of a claimed attempt, or ends a delivery without one. The same claimant's
    /// word told again is kept, and changes nothing.
    fn record_attempt(
        &self,
        record: &AttemptRecord<'_>,
    ) -> impl Future<Output = Result<Recorded, StoreError>> + Send;
}

/// Makes deliveries that are over due again.
pub trait Replays: Sync {
    /// Makes a delivery due `now`, its schedule begun anew, if nothing was done about it since it was
    /// read; says whether it was done. One that is not [over](Delivery::is_replayable), or whose call
    /// is no longer kept, is left alone.
    /// The same told again holds, as does that of two in one moment.
    fn replay(
        &self,
        read: &Delivery,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// A claim of a delivery.
#[derive(Debug)]
pub struct AttemptClaim<'a> {
    /// The delivery as it was read.
    pub delivery: &'a Delivery,
    /// Names whoever claims it.
    pub by: &'a str,
    /// When they will have told its end, or else are dead.
    pub until: Timestamp,
    /// Whether to ask that the call has not ended.
    pub while_up: bool,
    /// Now, by our clock.
    pub now: Timestamp,
}

/// Whose word about a delivery holds.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// Of whoever claimed it, under this name.
    Claimant(&'a str),
    /// Of whoever read it as the record has it, if nothing was done about it since.
    Reader,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct AttemptRecord<'a> {
    /// The call.
    pub call: &'a Call,
    /// The delivery as it was read.
    pub delivery: &'a Delivery,
    /// Whose word this is.
    pub authority: Authority<'a>,
    /// The exchange; `None` when nothing was sent.
    pub attempt: Option<&'a Attempt>,
    /// What became of the delivery so far.
    pub report: &'a Report,
    /// When the next attempt is due; `None` ends the delivery.
    pub next_at: Option<Timestamp>,
    /// Its place in its call's line, which it leaves.
    pub leaves: Option<&'a PendingDelivery>,
    /// The jar, one version on from what was read.
    pub cookies: Option<&'a Cookies>,
    /// Tags that its answer puts on the call.
    pub tags: &'a TagSet,
    /// Where its answer says that the caller is.
    pub place: Option<Place>,
    /// The window that it opens for the call's caller.
    pub window: Option<&'a OpenWindow>,
}

impl<'a> AttemptRecord<'a> {
    /// A record that ends a delivery with this report and brings nothing else.
    #[must_use]
    pub fn ending(
        call: &'a Call,
        delivery: &'a Delivery,
        authority: Authority<'a>,
        report: &'a Report,
    ) -> Self {
        Self {
            call,
            delivery,
            authority,
            attempt: None,
            report,
            next_at: None,
            leaves: None,
            cookies: None,
            tags: const { &TagSet::new() },
            place: None,
            window: None,
        }
    }
}

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is kept.
    Kept,
    /// The word does not hold: somebody else has the delivery, or had it since. Nothing changed.
    Overtaken,
    /// The jar was changed since it was read. Nothing changed.
    CookiesMoved,
}

/// Finds what is past due.
pub trait PastDue: Sync {
    /// In how many parts [`Self::past_due`] is asked.
    const SHARDS: u16;

    /// What is due by a time in one part and since when, longest due first: at most `limit`, and of one
    /// call at most [`MAX_HINTS_A_CALL`](super::hints::MAX_HINTS_A_CALL), so that a call with a long line leaves room for others.
    fn past_due(
        &self,
        shard: u16,
        by: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DueHint>, StoreError>> + Send;
}
