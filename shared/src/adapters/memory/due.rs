//! What is due when, in the order in which it comes due. What is due at no time is not in it.

use std::collections::BTreeSet;

use super::Memory;
use crate::delivery::DeliveryKey;
use crate::ports::StoreError;
use crate::ports::deliveries::PastDue;
use crate::ports::hints::{DueHint, Fair, Hint};
use crate::time::Timestamp;

const SHARDS: u16 = 384;

/// Hints by the time they are due, in parts by their call.
#[derive(Debug)]
pub(super) struct DueIndex([BTreeSet<DueHint>; SHARDS as usize]);

impl Default for DueIndex {
    fn default() -> Self {
        Self(std::array::from_fn(|_| BTreeSet::new()))
    }
}

impl DueIndex {
    /// Moves what a hint is about from when it was due to when it is due now.
    pub(super) fn reschedule(&mut self, hint: Hint, was: Option<Timestamp>, is: Option<Timestamp>) {
        if was == is {
            return;
        }
        let Some(part) = self.0.get_mut(part_of(&hint)) else { return };
        let hint = match was {
            Some(due_at) => {
                let entry = DueHint { due_at, hint };
                part.remove(&entry);
                entry.hint
            }
            None => hint,
        };
        if let Some(due_at) = is {
            part.insert(DueHint { due_at, hint });
        }
    }
}

/// The part that a call and its deliveries are in.
fn part_of(hint: &Hint) -> usize {
    let (Hint::Call { call } | Hint::Delivery(DeliveryKey { call, .. })) = hint;
    usize::try_from(call.part(u32::from(SHARDS))).unwrap_or(0)
}

impl Memory {
    /// Whether anything is due by a time: what a sweep would find, for less than a look at every part.
    #[must_use]
    pub fn is_due(&self, by: Timestamp) -> bool {
        let state = self.lock();
        let mut first = state.due.0.iter().filter_map(BTreeSet::first);
        first.any(|due| due.due_at <= by)
    }
}

impl PastDue for Memory {
    const SHARDS: u16 = SHARDS;

    async fn past_due(
        &self,
        shard: u16,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueHint>, StoreError> {
        let state = self.lock();
        let part = state.due.0.get(usize::from(shard));
        let mut found = Fair::new(limit);
        for due in part.into_iter().flatten().take_while(|due| due.due_at <= by) {
            found.extend(Some(due.clone()));
        }
        Ok(found.into_hints())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallId;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn call(id: usize) -> Hint {
        Hint::Call { call: CallId::parse(&format!("c{id}")).unwrap() }
    }

    #[test]
    fn what_moves_is_in_one_place_and_what_ends_is_in_none() {
        let mut due = DueIndex::default();
        let all = |due: &DueIndex| due.0.iter().flatten().cloned().collect::<Vec<_>>();

        due.reschedule(call(1), None, Some(at(5)));
        due.reschedule(call(1), Some(at(5)), Some(at(3)));
        assert_eq!(all(&due), [DueHint { due_at: at(3), hint: call(1) }]);

        due.reschedule(call(1), Some(at(3)), None);
        assert_eq!(all(&due), []);
    }

    #[test]
    fn calls_spread_over_all_parts() {
        let mut due = DueIndex::default();
        (0..5000).for_each(|id| due.reschedule(call(id), None, Some(at(0))));
        assert!(due.0.iter().all(|part| !part.is_empty()));
    }
}
