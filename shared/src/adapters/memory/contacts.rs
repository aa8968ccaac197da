//! Keeps the contacts of calls.

use super::Memory;
use crate::call::{CallId, ContactChange, Contacts, MAX_CONTACTS};
use crate::ports::StoreError;
use crate::ports::contacts::CallContacts;

impl CallContacts for Memory {
    async fn note_contact(
        &self,
        call: &CallId,
        contact: &CallId,
        change: ContactChange,
    ) -> Result<Option<Contacts>, StoreError> {
        let mut state = self.lock();
        let Some(kept) = state.calls.get_mut(call) else { return Ok(None) };
        let contacts = &mut kept.contacts;
        match change {
            ContactChange::Began if contacts.begun.len() < MAX_CONTACTS => {
                contacts.begun.insert(contact.to_string());
            }
            ContactChange::Ended(end) if contacts.ended.len() < MAX_CONTACTS => {
                contacts.note_end(contact.as_str(), end);
            }
            ContactChange::Began | ContactChange::Ended(_) => {}
        }
        Ok(Some(kept.contacts.clone()))
    }
}
