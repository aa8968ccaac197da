//! Takes call events in.
//!
//! With campaign and key at hand, a claim is one conditional update of the call and, at a start, one
//! of its caller, both at once. Where either is not at hand, [`super::claim_checked`] asks for them
//! in the same step.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::try_join;

use super::DynamoDb;
use super::call_item::{self, call_of, claimant_name};
use super::caller_item::{self, caller_of, memory_of};
use super::delivery_item::{in_order, prefix_of};
use super::failure::{failed, unreadable};
use super::item::{Item, get_text};
use super::update::Update;
use crate::call::{CallEvent, CallId, Moment};
use crate::campaign::Campaign;
use crate::delivery::Report;
use crate::key::Scope;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory};
use crate::ports::campaigns::Campaigns;
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use crate::trigger::Trigger;

/// An item after an update, or as it was when the update's condition did not hold.
pub(super) enum Updated {
    /// The update was made.
    Made(Item),
    /// It was not; the item as it stands, empty when there is none.
    Refused(Item),
}

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
        let (call, caller) = try_join!(
            self.update(call_item::call_key(&event.call), &update, "claim an event"),
            self.claim_caller(claim, known.as_deref()),
        )?;
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
        let items = self.query_call(call, &prefix_of(trigger)).await?;
        let mut deliveries = in_order(&items);
        deliveries.retain(|delivery| delivery.occurrence == occurrence);
        Ok(deliveries.into_iter().map(|delivery| delivery.report).collect())
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
        None => Err(unreadable("claim an event", "the call").into()),
    }
}

impl DynamoDb {
    /// Updates one item under the update's condition.
    pub(super) async fn update(
        &self,
        key: Item,
        update: &Update,
        action: &'static str,
    ) -> Result<Updated, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .set_update_expression(update.expression())
            .set_condition_expression(update.condition())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(made) => Ok(Updated::Made(made.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Updated::Refused(refused.item.clone().unwrap_or_default()))
                }
                _ => Err(failed(action)(error)),
            },
        }
    }

    /// Makes a starting call its caller's latest and reads what is kept of the caller.
    pub(super) async fn claim_caller(
        &self,
        claim: &Claim<'_>,
        campaign: Option<&Campaign>,
    ) -> Result<CallerMemory, StoreError> {
        let Some(caller) = starting_caller(claim.event) else {
            return Ok(CallerMemory::default());
        };
        let update = caller_item::claim_update(claim, campaign);
        let key = caller_item::caller_key(caller);
        match self.update(key, &update, "claim a caller").await? {
            Updated::Made(item) => Ok(memory_of(&item, claim.now)),
            // A later call started already: data that waits is that one's.
            Updated::Refused(item) => {
                Ok(CallerMemory { waiting: Vec::new(), ..memory_of(&item, claim.now) })
            }
        }
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
        let campaign = match known {
            Some(campaign) => campaign,
            None => self
                .campaign(&call.campaign)
                .await?
                .ok_or_else(|| ClaimError::UnknownCampaign(call.campaign.clone()))?,
        };
        Ok(Claimed { call, campaign, caller, repeated })
    }
}

/// The caller of an event that starts a call.
pub(super) fn starting_caller(event: &CallEvent) -> Option<Caller<'_>> {
    (event.moment == Moment::Start).then(|| caller_of(event)).flatten()
}
