//! Keeps the contacts of calls.

use super::Memory;
use crate::call::{CallId, ContactChange, Contacts, MAX_CONTACT_ENDS, MAX_CONTACTS};
use crate::ports::StoreError;
use crate::ports::contacts::{CallContacts, log_no_room};

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
        let Contacts { begun, ended } = &*contacts;
        let (has_begun, has_ended) =
            (begun.contains(contact.as_str()), ended.contains_key(contact.as_str()));
        match change {
            ContactChange::Began if has_begun || begun.len() < MAX_CONTACTS => {
                contacts.begun.insert(contact.to_string());
            }
            ContactChange::Ended(end) if has_ended || ended.len() < MAX_CONTACT_ENDS => {
                contacts.note_end(contact.as_str(), end);
            }
            ContactChange::Began => log_no_room(call, contact, "began"),
            ContactChange::Ended(_) => log_no_room(call, contact, "ended"),
        }
        Ok(Some(kept.contacts.clone()))
    }
}
