//! Takes deliveries from attempt to attempt.

use super::Memory;
use super::due::DueIndex;
use super::kept_call::{KeptCall, KeptDelivery};
use super::state::State;
use crate::delivery::{Delivery, DeliveryKey, Progress, Replay};
use crate::ports::StoreError;
use crate::ports::callers::Caller;
use crate::ports::deliveries::{
    AttemptClaim, AttemptRecord, Authority, Deliveries, Recorded, Replays,
};
use crate::time::Timestamp;

impl Deliveries for Memory {
    async fn delivery(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        let state = self.lock();
        Ok(state.calls.get(&key.call).and_then(|kept| kept.delivery(key)).cloned())
    }

    async fn claim_attempt(&self, claim: &AttemptClaim<'_>) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let State { calls, due, .. } = &mut *state;
        let kept = calls.get_mut(&claim.delivery.key.call);
        Ok(kept.is_some_and(|kept| kept.claim_attempt(due, claim)))
    }

    async fn record_attempt(&self, record: &AttemptRecord<'_>) -> Result<Recorded, StoreError> {
        Ok(self.lock().record_attempt(record))
    }
}

impl Replays for Memory {
    async fn replay(&self, read: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let State { calls, due, .. } = &mut *state;
        let kept = calls.get_mut(&read.key.call);
        Ok(kept.is_some_and(|kept| kept.replay(due, read, now)))
    }
}

impl State {
    fn record_attempt(&mut self, record: &AttemptRecord<'_>) -> Recorded {
        let Some(kept) = self.calls.get_mut(&record.delivery.key.call) else {
            return Recorded::Overtaken;
        };
        match kept.kept_delivery(&record.delivery.key) {
            Some(stands) if record.holds(&stands.delivery) => {}
            Some(stands) if record.was_told(stands) => return Recorded::Kept,
            Some(_) | None => return Recorded::Overtaken,
        }
        let version = kept.call().cookies.version;
        if record.cookies.is_some_and(|cookies| cookies.version != version + 1) {
            return Recorded::CookiesMoved;
        }
        kept.record_attempt(&mut self.due, record);
        if let Some((caller, opens)) = Caller::of(record.call).zip(record.window) {
            self.caller_mut(caller).open(opens);
        }
        Recorded::Kept
    }
}

impl AttemptRecord<'_> {
    /// Whether this word about a delivery counts, as the delivery stands.
    fn holds(&self, stands: &Delivery) -> bool {
        match self.authority {
            Authority::Claimant(name) => {
                matches!(&stands.progress, Progress::Claimed { by, .. } if by == name)
            }
            Authority::Reader => is_as_read(stands, self.delivery),
        }
    }

    /// Whether this is the word that was told last. It is told again when its answer was lost on its
    /// way, and is kept already.
    fn was_told(&self, stands: &KeptDelivery) -> bool {
        matches!(self.authority, Authority::Claimant(name) if stands.recorded_by.as_deref() == Some(name))
    }
}

/// Whether nothing was done about a delivery since it was read.
fn is_as_read(stands: &Delivery, read: &Delivery) -> bool {
    stands.attempts.len() == read.attempts.len()
        && stands.progress == read.progress
        && stands.replayed == read.replayed
}

impl KeptCall {
    fn claim_attempt(&mut self, due: &mut DueIndex, claim: &AttemptClaim<'_>) -> bool {
        let read = claim.delivery;
        let Some(stands) = self.delivery(&read.key) else { return false };
        let claimant = match &stands.progress {
            Progress::Claimed { by, .. } => Some(by.as_str()),
            Progress::Due { .. } | Progress::Ended => None,
        };
        if claimant == Some(claim.by) {
            // The same claim told again: its answer was lost on its way.
            return true;
        }
        if !stands.is_free_for(claim.by, claim.now) {
            return false;
        }
        let takes_over = claimant.is_some();
        let is_too_late = claim.while_up && self.call().end.is_some();
        if is_too_late || !is_as_read(stands, read) {
            return false;
        }
        self.change_delivery(due, &read.key, |kept| {
            let (by, until) = (claim.by.to_owned(), claim.until);
            kept.delivery.progress = Progress::Claimed { by, until };
            kept.delivery.takeovers += u32::from(takes_over);
        });
        true
    }

    fn record_attempt(&mut self, due: &mut DueIndex, record: &AttemptRecord<'_>) {
        self.change_delivery(
            due,
            &record.delivery.key,
            |KeptDelivery { delivery, recorded_by }| {
                delivery.report = Some(record.report.clone());
                delivery.attempts.extend(record.attempt.cloned());
                delivery.progress =
                    record.next_at.map_or(Progress::Ended, |at| Progress::Due { at });
                if let Authority::Claimant(name) = record.authority {
                    *recorded_by = Some(name.to_owned());
                }
            },
        );
        self.change(due, |call| {
            if let Some(place) = record.leaves {
                call.pending.remove(place);
            }
            if let Some(cookies) = record.cookies {
                call.cookies = cookies.clone();
            }
            call.tags.merge(record.tags.clone());
            if let Some(place) = record.place {
                call.move_to(place);
            }
        });
    }
    fn replay(&mut self, due: &mut DueIndex, read: &Delivery, now: Timestamp) -> bool {
        let Some(stands) = self.delivery(&read.key).filter(|_| read.is_replayable()) else {
            return false;
        };
        let replay = Replay { at: now, after_attempts: read.attempts_made() };
        if !is_as_read(stands, read) {
            // The same told again: its answer was lost on its way.
            return stands.replayed == Some(replay);
        }
        self.change_delivery(due, &read.key, |KeptDelivery { delivery, .. }| {
            delivery.progress = Progress::Due { at: now };
            delivery.replayed = Some(replay);
            delivery.takeovers = 0;
        });
        true
    }
}
