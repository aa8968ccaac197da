//! What was read a moment ago: campaigns and keys are asked for at every event and seldom change.
//!
//! Time is the wall clock's: a monotonic one may stand still while a Lambda sandbox is frozen, and a
//! key paused meanwhile would go on working.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ports::clock::Clock;
use crate::time::Timestamp;

/// The longest that a change stays unseen, in milliseconds.
const FRESH_MILLIS: i64 = 30_000;
/// A bound against a flood of names; past it everything is read anew.
const MAX_ENTRIES: usize = 10_000;

/// Values with when they were read.
#[derive(Debug)]
pub(super) struct Cache<C, K, V> {
    clock: C,
    entries: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<C: Clock, K: Eq + Hash + Clone, V: Clone> Cache<C, K, V> {
    /// An empty cache.
    pub(super) fn new(clock: C) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    /// The value, if it was read within the last 30 seconds.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let now = self.clock.now().as_millis();
        let entries = self.lock();
        let (read_at, value) = entries.get(key)?;
        let age = now - read_at.as_millis();
        (0..FRESH_MILLIS).contains(&age).then(|| value.clone())
    }

    /// Keeps what was just read.
    pub(super) fn put(&self, key: &K, value: V) {
        let now = self.clock.now();
        let mut entries = self.lock();
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert(key.clone(), (now, value));
    }

    /// Forgets a value that was just changed.
    pub(super) fn forget(&self, key: &K) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (Timestamp, V)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed)).unwrap()
        }
    }

    #[test]
    fn a_value_is_good_for_thirty_seconds() {
        let cache = Cache::new(Hand(AtomicI64::new(1_000)));
        let at = |millis| {
            cache.clock.0.store(millis, Ordering::Relaxed);
            cache.get(&"a")
        };
        cache.put(&"a", 1);
        assert_eq!(at(30_999), Some(1));
        assert_eq!(at(31_000), None);
        assert_eq!(at(999), None);
    }
}
