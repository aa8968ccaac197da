//! The store as a function meets it: slow, at times throttled, at times silent about what it did.
//! What it did is in the journal.

use std::sync::Arc;

use hookline::adapters::memory::Memory;
use hookline::call::{Call, CallId, Posting, RawEvent};
use hookline::campaign::{Campaign, CampaignId};
use hookline::course::Step;
use hookline::delivery::{Delivery, DeliveryKey, Report};
use hookline::key::{Key, KeyHash};
use hookline::ports::StoreError;
use hookline::ports::callers::{Caller, Callers, Remembering, Waiting};
use hookline::ports::calls::{Calls, Posted};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::deliveries::{
    AttemptClaim, AttemptRecord, Deliveries, PastDue, Recorded, Replays,
};
use hookline::ports::hints::DueHint;
use hookline::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use hookline::ports::keys::Keys;
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use hookline::window::Windows;

use super::function::Function;
use super::journal::What;

/// The store for a function.
pub(super) struct Store<'a>(pub(super) &'a Function);

impl Store<'_> {
    fn memory(&self) -> &Memory {
        &self.0.world.memory
    }

    /// Asks the store; `told` is what the journal says of what it did.
    async fn ask<T, E: From<StoreError>, W: Future<Output = Result<T, E>>>(
        &self,
        action: &'static str,
        work: impl Fn() -> W,
        told: impl Fn(&T) -> Option<What>,
    ) -> Result<T, E> {
        let function = self.0;
        function.pass().await;
        let (throttled, unanswered, repeated) = {
            let rates = function.world.rates();
            let mut dice = function.world.dice();
            let mut happens = |rate| dice.happens(rate);
            (happens(rates.throttled), happens(rates.unanswered), happens(rates.repeated))
        };
        let failed = |cause: &str| StoreError { action, cause: cause.to_owned() };
        if throttled {
            function.write(What::Faulted { action, done: false });
            function.pass().await;
            return Err(failed("throttled").into());
        }
        let mut answer = work().await;
        if let Some(what) = answer.as_ref().ok().and_then(&told) {
            function.write(what);
        }
        if repeated {
            // The first answer was lost on its way, and the client asks again of itself.
            function.pass().await;
            answer = work().await;
            function.write(What::AskedAgain(action));
            if let Some(what) = answer.as_ref().ok().and_then(&told) {
                function.write(what);
            }
        }
        function.pass().await;
        if unanswered {
            function.write(What::Faulted { action, done: true });
            return Err(failed("no answer").into());
        }
        answer
    }
}

fn nothing<T>(_: &T) -> Option<What> {
    None
}

impl Intake for Store<'_> {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        let told = |claimed: &Claimed| {
            let mut waited = TagSet::new();
            let mut waited_converted = None;
            for Waiting { posting, .. } in &claimed.caller.waiting {
                waited.merge(posting.tags.clone());
                waited_converted = posting.converted.or(waited_converted);
            }
            let (event, now) = (Box::new(claim.event.clone()), claim.now);
            let repeated = claimed.repeated;
            Some(What::Event { event, now, repeated, waited, waited_converted })
        };
        self.ask("claim an event", || self.memory().claim(claim), told).await
    }

    async fn record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        let told = |_: &Standing| {
            let reports = record.deliveries.iter().filter_map(|one| one.report.as_ref());
            let webhooks = reports.map(|report| (report.id.to_string(), report.verdict));
            Some(What::EventRecorded {
                call: record.call.id.clone(),
                begins: record.begins,
                webhooks: webhooks.collect(),
                windows: record.windows.clone(),
                remembered: record.remembering.as_ref().map(|known| known.tags.clone()),
            })
        };
        self.ask("record an event", || self.memory().record(record), told).await
    }

    async fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> Result<Vec<Report>, StoreError> {
        let asked = || self.memory().reports(call, trigger, occurrence);
        self.ask("read reports", asked, nothing).await
    }

    async fn raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        self.ask("read what events said", || self.memory().raw_events(call), nothing).await
    }
}

impl Calls for Store<'_> {
    async fn advance(&self, call: &Call, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        let told = |made: &bool| {
            Some(match made {
                true => What::Advanced(call.id.clone(), Box::new(step.clone()), now),
                false => What::NotAdvanced(call.id.clone()),
            })
        };
        self.ask("advance a call", || self.memory().advance(call, step, now), told).await
    }

    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        let told = |_: &Option<Call>| Some(What::ReadCall(id.clone()));
        self.ask("read a call", || self.memory().call(id), told).await
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        self.ask("read a call", || self.memory().history(id), nothing).await
    }

    async fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let told = |result: &Posted| {
            let (call, posting) = (call.id.clone(), Box::new(posting.clone()));
            Some(What::Posted { call, posting, fired: fired.to_vec(), result: *result })
        };
        self.ask("apply a posting", || self.memory().post(call, posting, fired, now), told).await
    }
}

impl Callers for Store<'_> {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        self.ask("read a caller", || self.memory().last_call(caller), nothing).await
    }

    async fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let named = || self.memory().name_last_call(caller, call, at, now);
        self.ask("name a caller's latest call", named, nothing).await
    }

    async fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        self.ask("read what waits", || self.memory().waiting(caller, now), nothing).await
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.ask("let a posting wait", || self.memory().wait(caller, waiting, now), nothing).await
    }

    async fn settle(&self, caller: Caller<'_>, id: &str) -> Result<(), StoreError> {
        self.ask("settle a caller", || self.memory().settle(caller, id), nothing).await
    }

    async fn windows(&self, caller: Caller<'_>, now: Timestamp) -> Result<Windows, StoreError> {
        let told = |windows: &Windows| Some(What::ReadWindows(windows.clone()));
        self.ask("read windows", || self.memory().windows(caller, now), told).await
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let told = |(): &()| {
            let number = remembering.caller.number.as_str().to_owned();
            Some(What::Remembered(number, remembering.tags.clone()))
        };
        self.ask("remember a caller", || self.memory().remember(remembering, now), told).await
    }
}

impl Campaigns for Store<'_> {
    async fn campaign(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        let told = |_: &Option<Arc<Campaign>>| Some(What::ReadCampaign);
        self.ask("read a campaign", || self.memory().campaign(id), told).await
    }

    async fn campaign_now(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        self.ask("read a campaign", || self.memory().campaign_now(id), nothing).await
    }

    async fn deleted_version(&self, id: &CampaignId) -> Result<u64, StoreError> {
        self.ask("read a campaign", || self.memory().deleted_version(id), nothing).await
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        let told = |saved: &Saved| {
            let disabled = campaign.webhooks.iter().filter(|webhook| !webhook.enabled);
            let disabled = disabled.map(|webhook| webhook.id.to_string()).collect();
            (*saved == Saved::Stored).then_some(What::Saved(disabled))
        };
        self.ask("save a campaign", || self.memory().save(campaign), told).await
    }
}

impl Keys for Store<'_> {
    async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        self.ask("read a key", || self.memory().key(hash), nothing).await
    }

    async fn store_key(&self, key: &Key) -> Result<bool, StoreError> {
        self.ask("store a key", || self.memory().store_key(key), nothing).await
    }
}

impl Deliveries for Store<'_> {
    async fn delivery(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        self.ask("read a delivery", || self.memory().delivery(key), nothing).await
    }

    async fn claim_attempt(&self, claim: &AttemptClaim<'_>) -> Result<bool, StoreError> {
        let told = |claimed: &bool| {
            let key = claim.delivery.key.clone();
            Some(if *claimed { What::Claimed(key, claim.until) } else { What::NotClaimed(key) })
        };
        self.ask("claim a delivery", || self.memory().claim_attempt(claim), told).await
    }

    async fn record_attempt(&self, record: &AttemptRecord<'_>) -> Result<Recorded, StoreError> {
        let told = |result: &Recorded| {
            Some(What::Recorded {
                key: record.delivery.key.clone(),
                verdict: record.report.verdict,
                attempt: record.attempt.map(|attempt| attempt.attempt),
                next_at: record.next_at,
                window: record.window.cloned(),
                result: *result,
            })
        };
        self.ask("record an attempt", || self.memory().record_attempt(record), told).await
    }
}

impl Replays for Store<'_> {
    async fn replay(&self, read: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
        let told = |made: &bool| Some(What::Replayed(read.key.clone(), now, *made));
        self.ask("replay a delivery", || self.memory().replay(read, now), told).await
    }
}

impl PastDue for Store<'_> {
    /// Fewer parts than the store has, each of several of its own: a sweep is asked often.
    const SHARDS: u16 = 2;

    async fn past_due(
        &self,
        shard: u16,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueHint>, StoreError> {
        let read = || async {
            let mut due = Vec::new();
            for part in (0..Memory::SHARDS).filter(|part| part % Self::SHARDS == shard) {
                due.extend(self.memory().past_due(part, before, limit).await?);
            }
            Ok::<_, StoreError>(due)
        };
        let told = |due: &Vec<DueHint>| {
            let hints = due.iter().map(|due| due.hint.clone());
            (!due.is_empty()).then(|| What::PastDue(hints.collect()))
        };
        self.ask("read what is past due", read, told).await
    }
}
