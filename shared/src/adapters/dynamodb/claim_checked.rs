//! Claims an event when its key or its campaign is not at hand.
//!
//! Reads and claim go out together. The claim is a transaction that stands only if the key is good
//! and the campaign exists, so that a stranger's event, or one for no campaign, stores nothing. A
//! transaction does not give the item back: a start asks that the call be new, so that the event is
//! all there is of it; for other events the call is read beside it and the event taken in here,
//! unless the read came after the claim. Where it may have missed what came between, the call is
//! read again.

use std::sync::Arc;

use futures_util::join;

use super::DynamoDb;
use super::call_item::{self, call_of, claimant_name, is_unclaimed};
use super::campaigns::{campaign_primary_key, campaign_stands};
use super::claim::standing_claim;
use super::failure::unreadable;
use super::item::Item;
use super::keys::{key_admits, key_primary_key};
use super::transaction::Transacted;
use crate::call::{Call, Moment};
use crate::campaign::{Campaign, CampaignId};
use crate::key::{KeyHash, KeyRefusal, Scope};
use crate::ports::StoreError;
use crate::ports::campaigns::Campaigns;
use crate::ports::intake::{Claim, ClaimError, Claimed};
use crate::ports::keys::Keys;

/// What a claim asks of the call besides what every claim does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// That nothing was reported of it: then the event is all there is.
    New,
    /// Nothing.
    Any,
}

/// How a guarded claim ended.
enum Guarded {
    /// The event is ours.
    Made,
    /// The call's own condition did not hold; the item as it stands.
    Refused(Item),
    /// The key or the campaign is not good.
    Unguarded,
}

/// The call of which the event is all that was reported.
fn new_call(claim: &Claim<'_>, campaign: &CampaignId) -> Call {
    let (id, uuid, key) = (claim.event.call.clone(), claim.uuid.clone(), claim.call_key.clone());
    let mut call = Call::new(id, campaign.clone(), uuid, key);
    call.take_in(claim.event, claim.now);
    call
}

impl DynamoDb {
    /// Claims an event with its key and its campaign checked in the same step.
    pub(super) async fn claim_checked(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        let event = claim.event;
        let hash = claim.bearer.map(crate::key::BearerKey::hash);
        let ask = if event.moment == Moment::Start { Ask::New } else { Ask::Any };
        let (guarded, beside, caller, campaign, admitted) = join!(
            self.claim_guarded(claim, hash.as_ref(), ask),
            self.read(call_item::call_primary_key(&event.call), "read a call"),
            self.memory(event, claim.now),
            self.named_campaign(event.campaign.as_ref()),
            self.admit(hash.as_ref()),
        );
        // All have ended: no write is left behind by a read that failed.
        admitted?;
        let campaign = campaign?;
        if let (Some(id), None) = (&event.campaign, &campaign) {
            return Err(ClaimError::UnknownCampaign(id.clone()));
        }
        let (mut guarded, mut beside, caller) = (guarded?, beside?, caller?);
        let mut is_new = ask == Ask::New;
        if let Guarded::Refused(item) = &guarded
            && is_new
            && is_unclaimed(claim, item)
        {
            guarded = self.claim_guarded(claim, hash.as_ref(), Ask::Any).await?;
            (beside, is_new) = (None, false);
        }
        match guarded {
            Guarded::Unguarded => Err(self.why_unguarded(claim, hash.as_ref()).await),
            Guarded::Refused(item) => {
                let repeated = standing_claim(claim, &item)?;
                self.claimed(event, &item, repeated, caller, campaign).await
            }
            Guarded::Made => {
                let call = match &event.campaign {
                    Some(campaign) if is_new => new_call(claim, campaign),
                    _ => self.call_with(claim, beside).await?,
                };
                let campaign = self.campaign_of(&call, campaign).await?;
                Ok(Claimed { call, campaign, caller, repeated: false })
            }
        }
    }

    /// Why a claim's guards did not hold, as it stands now.
    async fn why_unguarded(&self, claim: &Claim<'_>, hash: Option<&KeyHash>) -> ClaimError {
        if let Some(hash) = hash {
            self.keys.forget(hash);
            if let Err(refusal) = self.admit(Some(hash)).await {
                return refusal;
            }
        }
        let cause = "its key or campaign changed meanwhile".to_owned();
        let action = "claim an event";
        match &claim.event.campaign {
            Some(id) if matches!(self.campaign_now(id).await, Ok(None)) => {
                ClaimError::UnknownCampaign(id.clone())
            }
            _ => StoreError { action, cause }.into(),
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

    /// The call with the event in it; `beside` is its item, if it was there, as it was read while the
    /// claim was made.
    async fn call_with(&self, claim: &Claim<'_>, beside: Option<Item>) -> Result<Call, ClaimError> {
        let (event, action) = (claim.event, "claim an event");
        let item = if let Some(item) = beside {
            item
        } else {
            let after = self.read(call_item::call_primary_key(&event.call), action).await?;
            after.unwrap_or_default()
        };
        let call = call_of(&event.call, &item);
        let mut call = call.ok_or_else(|| unreadable(action, "the call"))?;
        // Read after the claim, it has the event already; and events count.
        if !item.contains_key(&claimant_name(event)) {
            call.take_in(event, claim.now);
        }
        Ok(call)
    }

    async fn claim_guarded(
        &self,
        claim: &Claim<'_>,
        hash: Option<&KeyHash>,
        ask: Ask,
    ) -> Result<Guarded, ClaimError> {
        let mut transaction = self.transaction("claim an event");
        let mut update = call_item::claim_update(claim);
        if ask == Ask::New {
            update.require_absent("uuid");
        }
        transaction.update(call_item::call_primary_key(&claim.event.call), update);
        if let Some(campaign) = &claim.event.campaign {
            transaction.check(campaign_primary_key(campaign), campaign_stands());
        }
        if let Some(hash) = hash {
            transaction.check(key_primary_key(hash), key_admits([Scope::Calls, Scope::Admin]));
        }
        match self.transact(transaction).await? {
            Transacted::Made => Ok(Guarded::Made),
            // The call's own update comes first, the guards after it.
            Transacted::Refused(items) if items.iter().skip(1).any(Option::is_some) => {
                Ok(Guarded::Unguarded)
            }
            Transacted::Refused(items) => {
                let item = items.into_iter().flatten().next();
                Ok(Guarded::Refused(item.unwrap_or_default()))
            }
        }
    }
}
