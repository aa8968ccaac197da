//! Keeps the legs of calls.

use super::Memory;
use crate::call::{CallId, LegChange, Legs, MAX_LEGS};
use crate::ports::StoreError;
use crate::ports::legs::CallLegs;

impl CallLegs for Memory {
    async fn note_leg(
        &self,
        call: &CallId,
        leg: &CallId,
        change: LegChange,
    ) -> Result<Option<Legs>, StoreError> {
        let mut state = self.lock();
        let Some(kept) = state.calls.get_mut(call) else { return Ok(None) };
        let set = match change {
            LegChange::Began => &mut kept.legs.begun,
            LegChange::Ended => &mut kept.legs.ended,
        };
        if set.len() < MAX_LEGS {
            set.insert(leg.to_string());
        }
        Ok(Some(kept.legs.clone()))
    }
}
