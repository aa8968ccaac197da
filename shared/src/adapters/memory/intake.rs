//! Takes call events in and keeps what their webhooks brought.

use std::sync::Arc;

use super::Memory;
use super::due::DueIndex;
use super::kept_call::KeptCall;
use super::state::State;
use crate::call::{Call, CallEvent, CallId, MAX_RECURRING_BYTES, Moment, RawEvent};
use crate::campaign::{Campaign, CampaignId};
use crate::delivery::{Delivery, Report};
use crate::key::{BearerKey, KeyRefusal, Scope};
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory};
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use crate::time::Timestamp;
use crate::trigger::Trigger;

impl Intake for Memory {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        self.lock().claim(claim)
    }

    async fn record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        self.lock().record(record)
    }

    async fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> Result<Vec<Report>, StoreError> {
        let state = self.lock();
        let deliveries = state.calls.get(call).map(KeptCall::deliveries).unwrap_or_default();
        let of_event = |delivery: &&Delivery| {
            delivery.trigger() == trigger && delivery.key.occurrence == occurrence
        };
        let reports = deliveries.into_iter().filter(of_event);
        Ok(reports.filter_map(|delivery| delivery.report.clone()).collect())
    }

    async fn raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        let state = self.lock();
        let kept = state.calls.get(call).into_iter().flat_map(|kept| kept.raw_events.values());
        let mut events: Vec<RawEvent> = kept.cloned().collect();
        events.sort_by_key(|event| event.at);
        Ok(events)
    }
}

impl State {
    fn claim(&mut self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        let event = claim.event;
        self.admit(claim.bearer)?;
        let named = event.campaign.as_ref().map(|id| self.campaign(id)).transpose()?;
        let stands = self.calls.get(&event.call).map(|kept| &kept.call().campaign);
        let campaign = match (named, stands) {
            (None, None) => return Err(ClaimError::UnknownCall),
            (Some(named), Some(stands)) if named.id != *stands => {
                return Err(ClaimError::OtherCampaign);
            }
            (Some(named), _) => named,
            (None, Some(stands)) => self.campaign(stands)?,
        };
        let caller = self.memory(event, claim.now);
        let kept = self.calls.entry(event.call.clone()).or_insert_with(|| {
            let (uuid, key) = (claim.uuid.clone(), claim.call_key.clone());
            KeptCall::new(Call::new(event.call.clone(), campaign.id.clone(), uuid, key))
        });
        let repeated = kept.claim(&mut self.due, claim)?;
        Ok(Claimed { call: kept.call().clone(), campaign, caller, repeated })
    }

    fn admit(&self, bearer: Option<&BearerKey>) -> Result<(), KeyRefusal> {
        let Some(bearer) = bearer else { return Ok(()) };
        self.keys.get(&bearer.hash()).ok_or(KeyRefusal::Unknown)?.admit(Scope::Calls)
    }

    fn campaign(&self, id: &CampaignId) -> Result<Arc<Campaign>, ClaimError> {
        let campaign = self.campaigns.get(id).map(Arc::clone);
        campaign.ok_or_else(|| ClaimError::UnknownCampaign(id.clone()))
    }

    /// What is kept of the caller of a starting call.
    fn memory(&self, event: &CallEvent, now: Timestamp) -> CallerMemory {
        let (Moment::Start, Some(campaign), Some(number)) =
            (&event.moment, &event.campaign, &event.caller)
        else {
            return CallerMemory::default();
        };
        let kept = self.caller(Caller { campaign, number });
        kept.map(|kept| kept.memory(event.occurred_at, now)).unwrap_or_default()
    }

    fn record(&mut self, record: &Record<'_>) -> Result<Standing, StoreError> {
        let Some(kept) = self.calls.get_mut(&record.call.id) else {
            let cause = "the call is not there".to_owned();
            return Err(StoreError { action: "add tags to a call", cause });
        };
        kept.change(&mut self.due, |call| {
            call.tags.merge(record.tags.clone());
            if let Some(place) = record.place {
                call.move_to(place);
            }
            call.begun |= record.begins;
            call.journal.extend(record.journal.iter().cloned());
        });
        for delivery in record.deliveries {
            kept.put(&mut self.due, delivery.clone());
        }
        if let Some((event, raw)) = &record.raw {
            let name = (event.moment.name(), event.occurrence());
            kept.raw_events.insert(name, raw.clone());
        }
        let (tags, place) = (kept.call().tags.clone(), kept.call().location.told());
        if let Some(caller) = Caller::of(record.call) {
            record.windows.iter().for_each(|window| self.caller_mut(caller).open(window));
        }
        if let Some(remembering) = &record.remembering {
            self.caller_mut(remembering.caller).remember(remembering, record.now);
        }
        Ok(Standing { tags, place })
    }
}

impl KeptCall {
    /// Takes an event in for whoever claims it first; says whether somebody did before. The same
    /// claim told again is the first: its answer was lost on its way.
    fn claim(&mut self, due: &mut DueIndex, claim: &Claim<'_>) -> Result<bool, ClaimError> {
        let event = claim.event;
        let name = (event.moment.name(), event.occurrence());
        if let Some(claimant) = self.claimants.get(&name) {
            return Ok(*claimant != claim.uuid);
        }
        if let Some(bytes) = event.recurring_bytes(claim.now) {
            let left = MAX_RECURRING_BYTES.saturating_sub(bytes);
            if self.recurring_bytes > left {
                return Err(ClaimError::Full);
            }
            self.recurring_bytes += bytes;
        }
        self.claimants.insert(name, claim.uuid.clone());
        self.change(due, |call| call.take_in(event, claim.now));
        Ok(false)
    }
}
