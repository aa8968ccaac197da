//! Keys by what they are granted: one that is for something else is as good as none.

use std::sync::Arc;

use hookline::campaign::CampaignId;
use hookline::key::{Grant, Key, KeyHash};
use hookline::ports::StoreError;
use hookline::ports::keys::Keys;

use crate::management::Backend;

impl Backend {
    /// The API key of that hash.
    pub(crate) async fn api_key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        let key = self.store.key(hash).await?;
        Ok(key.filter(|key| matches!(key.grant, Grant::Api(_))))
    }

    /// The postback key of that hash, if it is for this campaign.
    pub(crate) async fn postback_key(
        &self,
        campaign: &CampaignId,
        hash: &KeyHash,
    ) -> Result<Option<Arc<Key>>, StoreError> {
        let is_for_it = |key: &Arc<Key>| match &key.grant {
            Grant::Postback(grant) => grant.campaign == *campaign,
            Grant::Api(_) => false,
        };
        Ok(self.store.key(hash).await?.filter(is_for_it))
    }
}
