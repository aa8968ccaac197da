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
        let legs = &mut kept.legs;
        match change {
            LegChange::Began if legs.begun.len() < MAX_LEGS => {
                legs.begun.insert(leg.to_string());
            }
            LegChange::Ended(end) if legs.ended.len() < MAX_LEGS => {
                legs.note_end(leg.as_str(), end);
            }
            LegChange::Began | LegChange::Ended(_) => {}
        }
        Ok(Some(kept.legs.clone()))
    }
}
