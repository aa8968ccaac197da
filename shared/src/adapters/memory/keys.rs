//! Keys under their hash.

use std::sync::Arc;

use super::Memory;
use crate::key::{Key, KeyHash};
use crate::ports::StoreError;
use crate::ports::keys::Keys;

impl Keys for Memory {
    async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        Ok(self.lock().keys.get(hash).map(Arc::clone))
    }

    async fn store_key(&self, key: &Key) -> Result<bool, StoreError> {
        let mut state = self.lock();
        if key.campaign().is_some_and(|campaign| !state.campaigns.contains_key(campaign)) {
            return Ok(false);
        }
        state.keys.insert(key.hash.clone(), Arc::new(key.clone()));
        Ok(true)
    }
}
