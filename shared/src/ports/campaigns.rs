//! Where campaigns are kept.

use std::sync::Arc;

use super::StoreError;
use crate::campaign::{Campaign, CampaignId};

/// Reads and saves campaigns.
pub trait Campaigns: Sync {
    /// The campaign as it was saved, at most 30 seconds ago.
    fn campaign(
        &self,
        id: &CampaignId,
    ) -> impl Future<Output = Result<Option<Arc<Campaign>>, StoreError>> + Send;

    /// The campaign as it is saved now.
    fn campaign_now(
        &self,
        id: &CampaignId,
    ) -> impl Future<Output = Result<Option<Arc<Campaign>>, StoreError>> + Send;

    /// Saves `campaign` under its version, which must follow the stored one.
    fn save(&self, campaign: &Campaign) -> impl Future<Output = Result<Saved, StoreError>> + Send;
}

/// How a save ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Stored,
    /// Somebody saved in between; nothing was changed.
    Stale,
}
