//! Where call events come in: claimed once, with all that their webhooks need.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::StoreError;
use super::callers::{CallerMemory, Remembering};
use crate::call::{Call, CallEvent, CallId, CallKey, JournalEntry, MAX_RECURRING_BYTES, RawEvent};
use crate::campaign::{Campaign, CampaignId};
use crate::delivery::{Delivery, Report};
use crate::geo::Place;
use crate::key::{BearerKey, KeyRefusal};
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::OpenWindow;

/// Takes call events in and keeps what became of them.
pub trait Intake: Sync {
    /// Claims an event for whoever asks first and reads the call, its campaign and, at a start,
    /// what is kept of the caller, in one round trip. Nothing is stored unless the key, the
    /// campaign and the call are right.
    fn claim(&self, claim: &Claim<'_>) -> impl Future<Output = Result<Claimed, ClaimError>> + Send;

    /// Keeps what an event's webhooks brought, in one round trip; answers with the tags and the
    /// place of the call as they now stand. An error means that the call does not have its tags;
    /// deliveries or memory that could not be kept are logged.
    fn record(
        &self,
        record: &Record<'_>,
    ) -> impl Future<Output = Result<Standing, StoreError>> + Send;

    /// The reports of an event that was claimed before, in firing order.
    fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> impl Future<Output = Result<Vec<Report>, StoreError>> + Send;

    /// What a call's events said that the plain shape does not know, oldest first: what was kept of
    /// late may be missing, and of a call with more than a megabyte of it what is over.
    fn raw_events(
        &self,
        call: &CallId,
    ) -> impl Future<Output = Result<Vec<RawEvent>, StoreError>> + Send;
}

/// An event to be claimed.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The event.
    pub event: &'a CallEvent,
    /// The key it came with; `None` when the platform is let in by other means (direct invoke).
    pub bearer: Option<&'a BearerKey>,
    /// Now, by our clock.
    pub now: Timestamp,
    /// Names this claim, and the call too, should this event be its first.
    pub uuid: String,
    /// The key that the call gets, should this event be its first.
    pub call_key: CallKey,
}

/// A claimed event with what its webhooks need.
#[derive(Debug)]
pub struct Claimed {
    /// The call, the event taken in.
    pub call: Call,
    /// Its campaign.
    pub campaign: Arc<Campaign>,
    /// What is kept of the caller; empty but at a start.
    pub caller: CallerMemory,
    /// Whether this event was claimed before.
    pub repeated: bool,
}

/// Why an event is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The key is not good for this.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// No such campaign.
    #[error("there is no campaign {0}")]
    UnknownCampaign(CampaignId),
    /// The event names no campaign and nothing was reported of this call before.
    #[error("nothing is known of this call; report its start first, or name its campaign")]
    UnknownCall,
    /// The call belongs to another campaign.
    #[error("this call belongs to another campaign")]
    OtherCampaign,
    /// The call's events of which it may have any number weigh as much as they may.
    #[error(
        "this call takes no more selected, answered and recording events: together they weigh at most {} KiB",
        MAX_RECURRING_BYTES / 1024
    )]
    Full,
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an event's webhooks brought.
#[derive(Debug)]
pub struct Record<'a> {
    /// The call.
    pub call: &'a Call,
    /// Tags to add to it.
    pub tags: TagSet,
    /// Where the caller is now, when that changed.
    pub place: Option<Place>,
    /// Whether this puts on the call what was known at its start.
    pub begins: bool,
    /// Where that came from.
    pub journal: BTreeSet<JournalEntry>,
    /// What was sent and what was not.
    pub deliveries: &'a [Delivery],
    /// What else the event said, with the event; `None` when nothing, or when it was kept before.
    pub raw: Option<(&'a CallEvent, RawEvent)>,
    /// The windows that its deliveries open for the caller.
    pub windows: Vec<OpenWindow>,
    /// What is to be remembered of the caller.
    pub remembering: Option<Remembering<'a>>,
    /// Now, by our clock.
    pub now: Timestamp,
}

/// A call's tags and place as they stand in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Tags without place.
    pub tags: TagSet,
    /// Where somebody said that the caller is.
    pub place: Option<Place>,
}
