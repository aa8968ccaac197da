//! A store where others get in just before one of its operations, or which fails there: what races
//! and faults may do, done on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use hookline::call::{Call, CallId, Posting, RawEvent};
use hookline::campaign::{Campaign, CampaignId};
use hookline::course::Step;
use hookline::delivery::{Delivery, DeliveryKey, Report};
use hookline::key::{Key, KeyHash};
use hookline::ports::StoreError;
use hookline::ports::callers::{Caller, Callers, Remembering, Waiting};
use hookline::ports::calls::{Calls, Posted};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::deliveries::{AttemptClaim, AttemptRecord, Deliveries, Recorded};
use hookline::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use hookline::ports::keys::Keys;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use hookline::window::Windows;

use super::store::Store;

/// A store, and what is to happen before its operation of that number, counted from 0. An error is
/// that operation's.
pub(crate) struct Interrupted<'a> {
    store: Store,
    before: usize,
    seen: AtomicUsize,
    meanwhile: Mutex<Option<BoxFuture<'a, Result<(), StoreError>>>>,
}

impl<'a> Interrupted<'a> {
    pub(crate) fn new(
        store: Store,
        before: usize,
        meanwhile: impl Future<Output = Result<(), StoreError>> + Send + 'a,
    ) -> Self {
        let meanwhile =
            Mutex::new(Some(Box::pin(meanwhile) as BoxFuture<'a, Result<(), StoreError>>));
        Self { store, before, seen: AtomicUsize::new(0), meanwhile }
    }

    /// Whether as many operations were asked for that the others got in.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.seen.load(Ordering::SeqCst) > self.before
    }

    /// A store that fails at that operation.
    pub(crate) fn failing(store: Store, at: usize) -> Self {
        let cause = "a test says so".to_owned();
        Self::new(store, at, async { Err(StoreError { action: "go on", cause }) })
    }

    async fn step(&self) -> Result<&Store, StoreError> {
        if self.seen.fetch_add(1, Ordering::SeqCst) == self.before {
            let meanwhile = self.meanwhile.lock().unwrap().take();
            meanwhile.unwrap().await?;
        }
        Ok(&self.store)
    }
}

impl Intake for Interrupted<'_> {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        self.step().await?.claim(claim).await
    }

    async fn record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        self.step().await?.record(record).await
    }

    async fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> Result<Vec<Report>, StoreError> {
        self.step().await?.reports(call, trigger, occurrence).await
    }

    async fn raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        self.step().await?.raw_events(call).await
    }
}

impl Calls for Interrupted<'_> {
    async fn advance(&self, call: &Call, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        self.step().await?.advance(call, step, now).await
    }

    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        self.step().await?.call(id).await
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        self.step().await?.history(id).await
    }

    async fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        self.step().await?.post(call, posting, fired, now).await
    }
}

impl Callers for Interrupted<'_> {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        self.step().await?.last_call(caller).await
    }

    async fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.step().await?.name_last_call(caller, call, at, now).await
    }

    async fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        self.step().await?.waiting(caller, now).await
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.step().await?.wait(caller, waiting, now).await
    }

    async fn settle(&self, caller: Caller<'_>, id: &str) -> Result<(), StoreError> {
        self.step().await?.settle(caller, id).await
    }

    async fn windows(&self, caller: Caller<'_>, now: Timestamp) -> Result<Windows, StoreError> {
        self.step().await?.windows(caller, now).await
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step().await?.remember(remembering, now).await
    }
}

impl Deliveries for Interrupted<'_> {
    async fn delivery(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        self.step().await?.delivery(key).await
    }

    async fn claim_attempt(&self, claim: &AttemptClaim<'_>) -> Result<bool, StoreError> {
        self.step().await?.claim_attempt(claim).await
    }

    async fn record_attempt(&self, record: &AttemptRecord<'_>) -> Result<Recorded, StoreError> {
        self.step().await?.record_attempt(record).await
    }
}

impl Campaigns for Interrupted<'_> {
    async fn campaign(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        self.step().await?.campaign(id).await
    }

    async fn campaign_now(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        self.step().await?.campaign_now(id).await
    }

    async fn deleted_version(&self, id: &CampaignId) -> Result<u64, StoreError> {
        self.step().await?.deleted_version(id).await
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        self.step().await?.save(campaign).await
    }
}

impl Keys for Interrupted<'_> {
    async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        self.step().await?.key(hash).await
    }

    async fn store_key(&self, key: &Key) -> Result<bool, StoreError> {
        self.step().await?.store_key(key).await
    }
}
