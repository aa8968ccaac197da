//! Where keys are kept, by their hash.

use std::sync::Arc;

use super::StoreError;
use crate::campaign::CampaignId;
use crate::key::{Key, KeyHash, KeyRefusal};
use crate::time::Timestamp;

/// Reads and makes keys.
pub trait Keys: Sync {
    /// The key of that hash; what was changed of it shows here within 30 seconds.
    fn key(
        &self,
        hash: &KeyHash,
    ) -> impl Future<Output = Result<Option<Arc<Key>>, StoreError>> + Send;

    /// Stores a key; one of the same hash is replaced. Says whether it is stored: a postback key is
    /// not when there is no such campaign.
    fn store_key(&self, key: &Key) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Keeps the key with which everything begins.
pub trait FirstKey: Sync {
    /// Stores an admin key, unless one was stored so before. Says whether it is stored.
    fn store_first_key(&self, key: &Key) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Lists keys and changes them. A change is made only while the key of whoever makes it, `by`, is an
/// admin key that works, as it stands then: of two who shut each other out, one gets to stay.
pub trait KeyRing: Sync {
    /// Every API key, oldest first.
    fn api_keys(&self) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// The postback keys of a campaign, oldest first.
    fn postback_keys(
        &self,
        campaign: &CampaignId,
    ) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// Pauses a key, and keeps that it was paused `now`.
    fn pause_key(
        &self,
        hash: &KeyHash,
        by: &KeyHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<KeyChanged, StoreError>> + Send;

    /// Lets a paused key work again.
    fn resume_key(
        &self,
        hash: &KeyHash,
        by: &KeyHash,
    ) -> impl Future<Output = Result<KeyChanged, StoreError>> + Send;

    /// Deletes a key; one that is gone already counts as deleted.
    fn delete_key(
        &self,
        key: &Key,
        by: &KeyHash,
    ) -> impl Future<Output = Result<KeyChanged, StoreError>> + Send;
}

/// How a change of a key ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChanged {
    /// It is made; it shows everywhere within 30 seconds.
    Made,
    /// There is no such key.
    Unknown,
    /// The key of whoever asked for it does not admit them any more.
    Refused(KeyRefusal),
}
