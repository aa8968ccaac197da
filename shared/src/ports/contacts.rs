//! Where the contacts of calls are kept.

use super::StoreError;
use crate::call::{CallId, ContactChange, Contacts};

/// Keeps the contacts of calls that the platform transfers.
pub trait CallContacts: Sync {
    /// Notes what happened to a contact, once however often it is told, and gives the contacts as they now
    /// stand; `None` when there is no such call.
    fn note_contact(
        &self,
        call: &CallId,
        contact: &CallId,
        change: ContactChange,
    ) -> impl Future<Output = Result<Option<Contacts>, StoreError>> + Send;
}
