//! Where keys are kept, by their hash.

use std::sync::Arc;

use super::StoreError;
use crate::campaign::CampaignId;
use crate::key::{Key, KeyHash};

/// Reads, makes and pauses keys.
pub trait Keys: Sync {
    /// The key of that hash; its pausing shows here within 30 seconds.
    fn key(
        &self,
        hash: &KeyHash,
    ) -> impl Future<Output = Result<Option<Arc<Key>>, StoreError>> + Send;

    /// Stores a key; one of the same hash is replaced. Says whether it is stored: a postback key is
    /// not when there is no such campaign.
    fn store_key(&self, key: &Key) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Pauses a key or lets it work again; says whether there is such a key.
    fn pause_key(
        &self,
        hash: &KeyHash,
        paused: bool,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Lists keys and deletes them.
pub trait KeyRing: Sync {
    /// Every API key, oldest first.
    fn api_keys(&self) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// The postback keys of a campaign, oldest first.
    fn postback_keys(
        &self,
        campaign: &CampaignId,
    ) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// Deletes a key; that it is gone shows everywhere within 30 seconds.
    fn delete_key(&self, key: &Key) -> impl Future<Output = Result<(), StoreError>> + Send;
}
