//! What was read a moment ago: campaigns and keys are asked for at every event and seldom change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The longest that a change stays unseen.
const FRESH_FOR: Duration = Duration::from_secs(30);
/// A bound against a flood of names; past it everything is read anew.
const MAX_ENTRIES: usize = 10_000;

/// Values with when they were read.
#[derive(Debug)]
pub(super) struct Cache<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// The value, if it was read within the last 30 seconds.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, value) = entries.get(key)?;
        (read_at.elapsed() < FRESH_FOR).then(|| value.clone())
    }

    /// Keeps what was just read.
    pub(super) fn put(&self, key: &K, value: V) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert(key.clone(), (Instant::now(), value));
    }

    /// Forgets a value that was just changed.
    pub(super) fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_value_is_good_for_thirty_seconds() {
        let cache = Cache::default();
        cache.put(&"a", 1);
        tokio::time::advance(Duration::from_secs(29)).await;
        assert_eq!(cache.get(&"a"), Some(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(cache.get(&"a"), None);
    }
}
