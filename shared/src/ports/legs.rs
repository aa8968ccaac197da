//! Where the legs of calls are kept.

use super::StoreError;
use crate::call::{CallId, LegChange, Legs};

/// Keeps the legs of calls that the platform transfers.
pub trait CallLegs: Sync {
    /// Notes what happened to a leg, once however often it is told, and gives the legs as they now
    /// stand; `None` when there is no such call.
    fn note_leg(
        &self,
        call: &CallId,
        leg: &CallId,
        change: LegChange,
    ) -> impl Future<Output = Result<Option<Legs>, StoreError>> + Send;
}
