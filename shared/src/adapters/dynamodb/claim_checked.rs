//! Claims an event when its key or its campaign is not at hand.
//!
//! Reads and claim go out together. The claim is a transaction that stands only if the key is good
//! and the campaign exists, so that a stranger's event, or one for no campaign, stores nothing. A
//! transaction does not give items back: call and caller are read beside it and the event is taken
//! in here. Data posted between that read and the claim shows when the caller is settled.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update as UpdateAction,
};
use futures_util::try_join;

use super::DynamoDb;
use super::call_item::{self, call_of};
use super::caller_item::{self, memory_of};
use super::campaigns::campaign_key;
use super::claim::{standing_claim, starting_caller};
use super::failure::{failed, unreadable};
use super::item::{Item, text};
use super::keys::key_key;
use super::update::Update;
use crate::call::Call;
use crate::campaign::{Campaign, CampaignId};
use crate::key::{KeyHash, KeyRefusal, Scope};
use crate::ports::StoreError;
use crate::ports::callers::CallerMemory;
use crate::ports::campaigns::Campaigns;
use crate::ports::intake::{Claim, ClaimError, Claimed};
use crate::ports::keys::Keys;

/// How often a transaction is tried that another write got in the way of.
const TRIES: usize = 4;

/// How a guarded claim ended.
enum Guarded {
    /// The event is ours.
    Made,
    /// The call's own condition did not hold; the item as it stands.
    Refused(Item),
    /// The key or the campaign is not good.
    Unguarded,
}

impl DynamoDb {
    /// Claims an event with its key and its campaign checked in the same step.
    pub(super) async fn claim_checked(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        let event = claim.event;
        let hash = claim.bearer.map(crate::key::BearerKey::hash);
        let (guarded, before, caller, campaign, ()) = try_join!(
            self.claim_guarded(claim, hash.as_ref()),
            self.call_before(claim),
            self.caller_before(claim),
            self.named_campaign(event.campaign.as_ref()),
            self.admit(hash.as_ref()),
        )?;
        if let (Some(id), None) = (&event.campaign, &campaign) {
            return Err(ClaimError::UnknownCampaign(id.clone()));
        }
        match guarded {
            Guarded::Unguarded => Err(KeyRefusal::Unknown.into()),
            Guarded::Refused(item) => {
                let repeated = standing_claim(claim, &item)?;
                self.claimed(event, &item, repeated, caller, campaign).await
            }
            Guarded::Made => {
                let mut call = match (before, &event.campaign) {
                    (Some(call), _) => call,
                    (None, Some(campaign)) => Call::new(
                        event.call.clone(),
                        campaign.clone(),
                        claim.uuid.clone(),
                        claim.call_key.clone(),
                    ),
                    (None, None) => return Err(ClaimError::UnknownCall),
                };
                call.take_in(event);
                let campaign = match campaign {
                    Some(campaign) => campaign,
                    None => self
                        .campaign(&call.campaign)
                        .await?
                        .ok_or_else(|| ClaimError::UnknownCampaign(call.campaign.clone()))?,
                };
                Ok(Claimed { call, campaign, caller, repeated: false })
            }
        }
    }

    async fn admit(&self, hash: Option<&KeyHash>) -> Result<(), ClaimError> {
        let Some(hash) = hash else { return Ok(()) };
        let key = self.key(hash).await?.ok_or(KeyRefusal::Unknown)?;
        Ok(key.admit(Scope::Calls)?)
    }

    async fn named_campaign(
        &self,
        id: Option<&CampaignId>,
    ) -> Result<Option<Arc<Campaign>>, ClaimError> {
        match id {
            Some(id) => Ok(self.campaign(id).await?),
            None => Ok(None),
        }
    }

    async fn call_before(&self, claim: &Claim<'_>) -> Result<Option<Call>, ClaimError> {
        let id = &claim.event.call;
        let item = self.read(call_item::call_key(id), "read a call").await?;
        Ok(item.and_then(|item| call_of(id, &item)))
    }

    async fn caller_before(&self, claim: &Claim<'_>) -> Result<CallerMemory, ClaimError> {
        let Some(caller) = starting_caller(claim.event) else {
            return Ok(CallerMemory::default());
        };
        let item = self.read(caller_item::caller_key(caller), "read a caller").await?;
        let memory = item.map(|item| memory_of(&item, claim.now)).unwrap_or_default();
        Ok(CallerMemory { unsettled: true, ..memory })
    }

    /// Reads one item as it stands.
    pub(super) async fn read(
        &self,
        key: Item,
        action: &'static str,
    ) -> Result<Option<Item>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed(action))?;
        Ok(found.item)
    }

    async fn claim_guarded(
        &self,
        claim: &Claim<'_>,
        hash: Option<&KeyHash>,
    ) -> Result<Guarded, ClaimError> {
        let actions = self.guarded_actions(claim, hash)?;
        for _ in 1..TRIES {
            if let Some(guarded) = self.try_guarded(claim, actions.clone()).await? {
                return Ok(guarded);
            }
        }
        let last = self.try_guarded(claim, actions).await?;
        last.ok_or_else(|| {
            let cause = "another write was in the way each time".to_owned();
            StoreError { action: "claim an event", cause }.into()
        })
    }

    /// One try; `None` when another write was in the way.
    async fn try_guarded(
        &self,
        claim: &Claim<'_>,
        actions: Vec<TransactWriteItem>,
    ) -> Result<Option<Guarded>, ClaimError> {
        let answer =
            self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        let Err(error) = answer else { return Ok(Some(Guarded::Made)) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        else {
            return Err(failed("claim an event")(error).into());
        };
        // The call's own update comes first; the caller's, where there is one, second.
        let mut reasons = cancelled.cancellation_reasons().iter();
        let failed_check =
            |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
        let call = reasons.next();
        let caller_checked = starting_caller(claim.event).and_then(|_| reasons.next());
        if reasons.any(failed_check) {
            return Ok(Some(Guarded::Unguarded));
        }
        if let Some(call) = call.filter(|reason| failed_check(reason)) {
            return Ok(Some(Guarded::Refused(call.item.clone().unwrap_or_default())));
        }
        if caller_checked.is_some_and(failed_check) {
            // A later call of the caller started already: claim without becoming the latest.
            let call_alone = self.guarded_call_alone(claim)?;
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(call_alone))
                .send()
                .await;
            return match answer {
                Ok(_) => Ok(Some(Guarded::Made)),
                Err(error) => Err(failed("claim an event")(error).into()),
            };
        }
        Ok(None)
    }

    fn guarded_call_alone(&self, claim: &Claim<'_>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let key = call_item::call_key(&claim.event.call);
        let action = self.update_action(key, &call_item::claim_update(claim))?;
        Ok(vec![TransactWriteItem::builder().update(action).build()])
    }

    fn guarded_actions(
        &self,
        claim: &Claim<'_>,
        hash: Option<&KeyHash>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut actions = self.guarded_call_alone(claim)?;
        if let Some(caller) = starting_caller(claim.event) {
            let update = caller_item::claim_update(claim, None);
            let action = self.update_action(caller_item::caller_key(caller), &update)?;
            actions.push(TransactWriteItem::builder().update(action).build());
        }
        if let Some(campaign) = &claim.event.campaign {
            let check = self.check(campaign_key(campaign), "attribute_exists(pk)", None)?;
            actions.push(TransactWriteItem::builder().condition_check(check).build());
        }
        if let Some(hash) = hash {
            let condition = "paused = :no AND (#scope = :calls OR #scope = :admin)";
            let values = HashMap::from([
                (":no".to_owned(), AttributeValue::Bool(false)),
                (":calls".to_owned(), text("calls")),
                (":admin".to_owned(), text("admin")),
            ]);
            let check = self.check(key_key(hash), condition, Some(values))?;
            actions.push(TransactWriteItem::builder().condition_check(check).build());
        }
        Ok(actions)
    }

    fn update_action(&self, key: Item, update: &Update) -> Result<UpdateAction, StoreError> {
        UpdateAction::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .set_update_expression(update.expression())
            .set_condition_expression(update.condition())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| unreadable("claim an event", "the update"))
    }

    fn check(
        &self,
        key: Item,
        condition: &str,
        values: Option<HashMap<String, AttributeValue>>,
    ) -> Result<ConditionCheck, StoreError> {
        let names = values.is_some().then(|| HashMap::from([("#scope".into(), "scope".into())]));
        ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|_| unreadable("claim an event", "the check"))
    }
}
