//! Where the contacts of calls are kept.

use super::StoreError;
use crate::call::{CallId, ContactChange, Contacts};

/// Logs that a contact of a call was not noted: without it, the call may end too early or never.
pub(crate) fn log_no_room(call: &CallId, contact: &CallId, what: &str) {
    let (correlation_id, contact) = (call.as_str(), contact.as_str());
    tracing::error!(correlation_id, contact, what, "a call has too many contacts to note another");
}

/// Keeps the contacts of calls that the platform transfers.
pub trait CallContacts: Sync {
    /// Notes what happened to a contact, once however often it is told, and gives the contacts as they now
    /// stand; `None` when there is no such call. What there is no room for is logged and changes nothing.
    fn note_contact(
        &self,
        call: &CallId,
        contact: &CallId,
        change: ContactChange,
    ) -> impl Future<Output = Result<Option<Contacts>, StoreError>> + Send;
}
