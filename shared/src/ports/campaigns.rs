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

    /// The version that the deletion of a campaign counts as; 0 when it was never deleted, or stands.
    fn deleted_version(
        &self,
        id: &CampaignId,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Saves `campaign` under its version, which must follow the stored one.
    fn save(&self, campaign: &Campaign) -> impl Future<Output = Result<Saved, StoreError>> + Send;
}

/// Lists campaigns and deletes them.
pub trait CampaignList: Sync {
    /// Every campaign, by name.
    fn campaigns(&self) -> impl Future<Output = Result<Vec<CampaignSummary>, StoreError>> + Send;

    /// Deletes a campaign if it stands at this version, and with it every postback key for it. When
    /// it is gone already, keys that it may have left go.
    fn delete_campaign(
        &self,
        id: &CampaignId,
        version: u64,
    ) -> impl Future<Output = Result<Saved, StoreError>> + Send;
}

/// A campaign as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignSummary {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Whether its webhooks fire.
    pub enabled: bool,
    /// How often it has been saved.
    pub version: u64,
    /// How many webhooks it has.
    pub webhooks: usize,
}

/// How a save ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Stored,
    /// Somebody saved in between; nothing was changed.
    Stale,
}
