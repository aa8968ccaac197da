//! All that is kept.

use std::collections::HashMap;
use std::sync::Arc;

use super::due::DueIndex;
use super::kept_call::KeptCall;
use super::kept_caller::KeptCaller;
use crate::call::CallId;
use crate::campaign::{Campaign, CampaignId};
use crate::key::{Key, KeyHash};
use crate::phone::E164;
use crate::ports::callers::Caller;

/// What stands behind the lock. Maps without an order are looked up in, never gone through.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Campaigns as they were saved last.
    pub(super) campaigns: HashMap<CampaignId, Arc<Campaign>>,
    /// Keys under their hash.
    pub(super) keys: HashMap<KeyHash, Arc<Key>>,
    /// Calls with all that belongs to them.
    pub(super) calls: HashMap<CallId, KeptCall>,
    /// What is due when; changed along with the call or delivery that is due.
    pub(super) due: DueIndex,
    callers: HashMap<CampaignId, HashMap<E164, KeptCaller>>,
}

impl State {
    /// What is kept of a caller; `None` when nothing ever was.
    pub(super) fn caller(&self, caller: Caller<'_>) -> Option<&KeptCaller> {
        self.callers.get(caller.campaign)?.get(caller.number)
    }

    /// What is kept of a caller, to be changed.
    pub(super) fn caller_mut(&mut self, caller: Caller<'_>) -> &mut KeptCaller {
        let callers = self.callers.entry(caller.campaign.clone()).or_default();
        callers.entry(caller.number.clone()).or_default()
    }
}
