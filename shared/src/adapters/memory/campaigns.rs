//! Campaigns, one version after the other.

use std::sync::Arc;

use super::Memory;
use crate::campaign::{Campaign, CampaignId};
use crate::ports::StoreError;
use crate::ports::campaigns::{Campaigns, Saved};

impl Campaigns for Memory {
    async fn campaign(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        self.campaign_now(id).await
    }

    async fn campaign_now(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        Ok(self.lock().campaigns.get(id).map(Arc::clone))
    }

    async fn deleted_version(&self, _: &CampaignId) -> Result<u64, StoreError> {
        // Nothing deletes one here.
        Ok(0)
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        let mut state = self.lock();
        let stored = state.campaigns.get(&campaign.id).map_or(0, |stored| stored.version);
        if stored.checked_add(1) != Some(campaign.version) {
            return Ok(Saved::Stale);
        }
        state.campaigns.insert(campaign.id.clone(), Arc::new(campaign.clone()));
        Ok(Saved::Stored)
    }
}
