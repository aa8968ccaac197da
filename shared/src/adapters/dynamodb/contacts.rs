//! The contacts of a call: two string sets on its item, so that reports in any order add up. Those that
//! have ended are kept with how they did, as JSON.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::call_primary_key;
use super::item::{Item, set_of};
use super::update::Update;
use crate::call::{CallId, ContactChange, ContactEnd, Contacts, MAX_CONTACTS};
use crate::ports::StoreError;
use crate::ports::contacts::CallContacts;

const BEGUN: &str = "contacts_begun";
const ENDED: &str = "contacts_ended";

/// An entry of a contact that has ended.
type Ended = (String, ContactEnd);

impl CallContacts for DynamoDb {
    async fn note_contact(
        &self,
        call: &CallId,
        contact: &CallId,
        change: ContactChange,
    ) -> Result<Option<Contacts>, StoreError> {
        let (set, entry) = match change {
            ContactChange::Began => (BEGUN, contact.to_string()),
            ContactChange::Ended(end) => (ENDED, written(contact.as_str(), &end)?),
        };
        let mut update = Update::default();
        update.add(set, set_of(entry));
        update.require_present("campaign_id");
        update.require_fewer(set, MAX_CONTACTS);
        match self.update(call_primary_key(call), update, "note a contact").await? {
            Updated::Made(item) => Ok(Some(contacts_of(&item))),
            Updated::Refused(item) if item.contains_key("campaign_id") => {
                Ok(Some(contacts_of(&item)))
            }
            Updated::Refused(_) => Ok(None),
        }
    }
}

fn contacts_of(item: &Item) -> Contacts {
    let set = |name| item.get(name).and_then(|set| set.as_ss().ok()).into_iter().flatten();
    let mut contacts = Contacts { begun: set(BEGUN).cloned().collect(), ..Contacts::default() };
    for (contact, end) in set(ENDED).filter_map(|entry| serde_json::from_str::<Ended>(entry).ok()) {
        contacts.note_end(&contact, end);
    }
    contacts
}

fn written(contact: &str, end: &ContactEnd) -> Result<String, StoreError> {
    let entry = serde_json::to_string(&(contact, end));
    entry.map_err(|error| StoreError { action: "note a contact", cause: error.to_string() })
}
