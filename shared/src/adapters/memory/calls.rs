//! Reads calls and applies postings to them.

use super::Memory;
use super::due::DueIndex;
use super::kept_call::KeptCall;
use super::state::State;
use crate::call::{Call, CallId, JournalEntry, Posting, PostingId};
use crate::course::Step;
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::calls::{Calls, MAX_PENDING, MAX_POSTING_IDS, Posted};
use crate::time::Timestamp;

impl Calls for Memory {
    async fn advance(&self, call: &Call, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.lock().advance(call, step, now))
    }

    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        Ok(self.lock().calls.get(id).map(|kept| kept.call().clone()))
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        let state = self.lock();
        let whole = |kept: &KeptCall| {
            (kept.call().clone(), kept.deliveries().into_iter().cloned().collect())
        };
        Ok(state.calls.get(id).map(whole))
    }

    async fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let mut state = self.lock();
        let State { calls, due, .. } = &mut *state;
        let entry = call.journal_entry(posting, now);
        let kept = calls.get_mut(&call.id);
        Ok(kept.map_or(Posted::Gone, |kept| kept.post(due, posting, entry, fired, now)))
    }
}

impl KeptCall {
    fn post(
        &mut self,
        due: &mut DueIndex,
        posting: &Posting,
        entry: Option<JournalEntry>,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Posted {
        let known = |id: &PostingId| self.posting_ids.contains(id);
        // What was applied before stays so, however full the call is by now.
        if posting.id.as_ref().is_some_and(known) || self.has_any_of(fired) {
            return Posted::Duplicate;
        }
        let joins = fired.iter().any(|delivery| delivery.pending().is_some());
        let has_room_for_id = posting.id.is_none() || self.posting_ids.len() < MAX_POSTING_IDS;
        let has_room_in_line = !joins || self.call().pending.len() < MAX_PENDING;
        if !(has_room_for_id && has_room_in_line) {
            return Posted::Full;
        }
        self.posting_ids.extend(posting.id.clone());
        self.change(due, |call| {
            call.take_posting(posting);
            call.journal.extend(entry);
            if posting.converted.is_some() {
                call.course.due_at = Some(now);
            }
        });
        self.create(due, fired);
        Posted::Applied
    }
}
