//! The contacts of a call: two string sets on its item, so that reports in any order add up. Those that
//! have ended are kept with how they did, as JSON.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::call_primary_key;
use super::item::{Item, set_of};
use super::update::Update;
use crate::call::{CallId, ContactChange, ContactEnd, Contacts, MAX_CONTACT_ENDS, MAX_CONTACTS};
use crate::ports::StoreError;
use crate::ports::contacts::{CallContacts, log_no_room};

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
        let (set, limit, entry) = match change {
            ContactChange::Began => (BEGUN, MAX_CONTACTS, contact.to_string()),
            ContactChange::Ended(end) => {
                (ENDED, MAX_CONTACT_ENDS, written(contact.as_str(), &end)?)
            }
        };
        let mut update = Update::default();
        update.add(set, set_of(entry.clone()));
        update.require_present("campaign_id");
        update.require_fewer(set, limit);
        match self.update(call_primary_key(call), update, "note a contact").await? {
            Updated::Made(item) => Ok(Some(contacts_of(&item))),
            Updated::Refused(item) if item.contains_key("campaign_id") => {
                if !members(&item, set).contains(&entry) {
                    log_no_room(call, contact, set);
                }
                Ok(Some(contacts_of(&item)))
            }
            Updated::Refused(_) => Ok(None),
        }
    }
}

fn members<'i>(item: &'i Item, set: &str) -> &'i [String] {
    item.get(set).and_then(|set| set.as_ss().ok()).map_or(&[], Vec::as_slice)
}

fn contacts_of(item: &Item) -> Contacts {
    let begun = members(item, BEGUN).iter().cloned().collect();
    let mut contacts = Contacts { begun, ..Contacts::default() };
    let ended = members(item, ENDED).iter();
    for (contact, end) in ended.filter_map(|entry| serde_json::from_str::<Ended>(entry).ok()) {
        contacts.note_end(&contact, end);
    }
    contacts
}

fn written(contact: &str, end: &ContactEnd) -> Result<String, StoreError> {
    let entry = serde_json::to_string(&(contact, end));
    entry.map_err(|error| StoreError { action: "note a contact", cause: error.to_string() })
}
