//! Either store, behind every port.

use std::sync::Arc;

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::memory::Memory;
use hookline::call::{Call, CallId, ContactChange, Contacts, Posting, RawEvent};
use hookline::campaign::{Campaign, CampaignId};
use hookline::course::Step;
use hookline::delivery::{Delivery, DeliveryKey, Report};
use hookline::key::{Key, KeyHash};
use hookline::ports::StoreError;
use hookline::ports::callers::{Caller, Callers, Remembering, Waiting};
use hookline::ports::calls::{Calls, Posted};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::contacts::CallContacts;
use hookline::ports::deliveries::{
    AttemptClaim, AttemptRecord, Deliveries, PastDue, Recorded, Replays,
};
use hookline::ports::hints::DueHint;
use hookline::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use hookline::ports::keys::Keys;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use hookline::window::Windows;

/// A store of one of the two kinds.
pub(crate) enum Store {
    DynamoDb(Box<DynamoDb>),
    Memory(Memory),
}

/// Asks whichever store it is.
macro_rules! ask {
    ($either:expr, $store:ident => $answer:expr) => {
        match $either {
            Store::DynamoDb($store) => $answer.await,
            Store::Memory($store) => $answer.await,
        }
    };
}

impl CallContacts for Store {
    async fn note_contact(
        &self,
        call: &CallId,
        contact: &CallId,
        change: ContactChange,
    ) -> Result<Option<Contacts>, StoreError> {
        ask!(self, store => store.note_contact(call, contact, change))
    }
}

impl Intake for Store {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, ClaimError> {
        ask!(self, store => store.claim(claim))
    }

    async fn record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        ask!(self, store => store.record(record))
    }

    async fn reports(
        &self,
        call: &CallId,
        trigger: Trigger,
        occurrence: &str,
    ) -> Result<Vec<Report>, StoreError> {
        ask!(self, store => store.reports(call, trigger, occurrence))
    }

    async fn raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        ask!(self, store => store.raw_events(call))
    }
}

impl Calls for Store {
    async fn advance(&self, call: &Call, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        ask!(self, store => store.advance(call, step, now))
    }

    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        ask!(self, store => store.call(id))
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        ask!(self, store => store.history(id))
    }

    async fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        ask!(self, store => store.post(call, posting, fired, now))
    }
}

impl Callers for Store {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        ask!(self, store => store.last_call(caller))
    }

    async fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        ask!(self, store => store.name_last_call(caller, call, at, now))
    }

    async fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        ask!(self, store => store.waiting(caller, now))
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        ask!(self, store => store.wait(caller, waiting, now))
    }

    async fn settle(&self, caller: Caller<'_>, id: &str) -> Result<(), StoreError> {
        ask!(self, store => store.settle(caller, id))
    }

    async fn windows(&self, caller: Caller<'_>, now: Timestamp) -> Result<Windows, StoreError> {
        ask!(self, store => store.windows(caller, now))
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        ask!(self, store => store.remember(remembering, now))
    }
}

impl Deliveries for Store {
    async fn delivery(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        ask!(self, store => store.delivery(key))
    }

    async fn claim_attempt(&self, claim: &AttemptClaim<'_>) -> Result<bool, StoreError> {
        ask!(self, store => store.claim_attempt(claim))
    }

    async fn record_attempt(&self, record: &AttemptRecord<'_>) -> Result<Recorded, StoreError> {
        ask!(self, store => store.record_attempt(record))
    }
}

impl Replays for Store {
    async fn replay(&self, read: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
        ask!(self, store => store.replay(read, now))
    }
}

impl PastDue for Store {
    const SHARDS: u16 = {
        assert!(DynamoDb::SHARDS == Memory::SHARDS, "calls are spread alike");
        DynamoDb::SHARDS
    };

    async fn past_due(
        &self,
        shard: u16,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueHint>, StoreError> {
        ask!(self, store => store.past_due(shard, by, limit))
    }
}

impl Campaigns for Store {
    async fn campaign(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        ask!(self, store => store.campaign(id))
    }

    async fn campaign_now(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        ask!(self, store => store.campaign_now(id))
    }

    async fn deleted_version(&self, id: &CampaignId) -> Result<u64, StoreError> {
        ask!(self, store => store.deleted_version(id))
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        ask!(self, store => store.save(campaign))
    }
}

impl Keys for Store {
    async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        ask!(self, store => store.key(hash))
    }

    async fn store_key(&self, key: &Key) -> Result<bool, StoreError> {
        ask!(self, store => store.store_key(key))
    }
}
