//! Takes call events in.
//!
//! With campaign and key at hand, a claim is one conditional update of the call; a start reads what
//! is kept of its caller beside it. Where campaign or key is not at hand, [`super::claim_checked`]
//! asks for them in the same step.

use std::sync::Arc;

use futures_util::join;

use super::DynamoDb;
use super::access::Updated;
use super::call_item::{self, call_of, claimant_name};
use super::caller_item::{memory_of, partition};
use super::delivery_item::{in_order, prefix_of};
use super::failure::unreadable;
use super::item::{Item, get_text};
use crate::call::{Call, CallEvent, CallId, Moment, RawEvent};
use crate::campaign::Campaign;
use crate::delivery::Report;
use crate::key::Scope;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory};
use crate::ports::campaigns::Campaigns;
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use crate::time::Timestamp;
use crate::trigger::Trigger;

impl Intake for DynamoDb {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        let event = claim.event;
        let known = event.campaign.as_ref().and_then(|id| self.campaigns.get(id));
        let key = claim.bearer.map(|bearer| (bearer, self.keys.get(&bearer.hash())));
        if let Some((_, Some(key))) = &key {
            key.admit(Scope::Calls)?;
        }
        let key_is_cold = matches!(key, Some((_, None)));
        if key_is_cold || (event.campaign.is_some() && known.is_none()) {
            return Box::pin(self.claim_checked(claim)).await;
        }
        let update = call_item::claim_update(claim);
        let (call, caller) = join!(
            self.update(call_item::call_primary_key(&event.call), update, "claim an event"),
            self.memory(event, claim.now),
        );
        let (call, caller) = (call?, caller?);
        let (item, repeated) = match call {
            Updated::Made(item) => (item, false),
            Updated::Refused(item) => {
                let repeated = standing_claim(claim, &item)?;
                (item, repeated)
            }
        };
        self.claimed(event, &item, repeated, caller, known).await
    }

    async fn record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        self.keep_record(record).await
    }

    async fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> Result<Vec<Report>, StoreError> {
        let partition = call_item::partition(call);
        let items = self.query(partition, Some(&prefix_of(trigger)), "read deliveries").await?;
        let mut deliveries = in_order(call, &items);
        deliveries.retain(|delivery| delivery.key.occurrence == occurrence);
        Ok(deliveries.into_iter().filter_map(|delivery| delivery.report).collect())
    }

    async fn raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        self.read_raw_events(call).await
    }
}

/// Whether the call that a refused claim ran into has the event from somebody else. When it has it
/// from this very claim, the first answer was lost on its way and the SDK asked again.
pub(super) fn standing_claim(claim: &Claim<'_>, item: &Item) -> Result<bool, ClaimError> {
    let event = claim.event;
    let Some(campaign) = get_text(item, "campaign_id") else {
        return Err(ClaimError::UnknownCall);
    };
    if event.campaign.as_ref().is_some_and(|named| named.as_str() != campaign) {
        return Err(ClaimError::OtherCampaign);
    }
    match get_text(item, &claimant_name(event)) {
        Some(claimant) => Ok(claimant != claim.uuid),
        None if event.recurring_bytes(claim.now).is_some() => Err(ClaimError::Full),
        None => Err(unreadable("claim an event", "the call").into()),
    }
}

impl DynamoDb {
    /// What is kept of the caller of a starting call.
    pub(super) async fn memory(
        &self,
        event: &CallEvent,
        now: Timestamp,
    ) -> Result<CallerMemory, StoreError> {
        let (Moment::Start, Some(campaign), Some(number)) =
            (&event.moment, &event.campaign, &event.caller)
        else {
            return Ok(CallerMemory::default());
        };
        let caller = Caller { campaign, number };
        let items = self.query(partition(caller), None, "read a caller").await?;
        Ok(memory_of(&items, event.occurred_at, now))
    }

    /// The campaign that a call belongs to, unless it is `known` already.
    pub(super) async fn campaign_of(
        &self,
        call: &Call,
        known: Option<Arc<Campaign>>,
    ) -> Result<Arc<Campaign>, ClaimError> {
        if let Some(campaign) = known {
            return Ok(campaign);
        }
        let campaign = self.campaign(&call.campaign).await?;
        campaign.ok_or_else(|| ClaimError::UnknownCampaign(call.campaign.clone()))
    }

    /// Puts together what an event's webhooks need.
    pub(super) async fn claimed(
        &self,
        event: &CallEvent,
        item: &Item,
        repeated: bool,
        caller: CallerMemory,
        known: Option<Arc<Campaign>>,
    ) -> Result<Claimed, ClaimError> {
        let call =
            call_of(&event.call, item).ok_or_else(|| unreadable("claim an event", "the call"))?;
        let campaign = self.campaign_of(&call, known).await?;
        Ok(Claimed { call, campaign, caller, repeated })
    }
}
