//! The item of what an event said that the plain shape does not know, beside its call:
//! `R#event#occurrence`. It is no part of the call's own item, whose every update would pay for its
//! size.
//!
//! | attribute | holds |
//! |---|---|
//! | `told` | the event and what it said, JSON |

use super::DynamoDb;
use super::call_item::{expiry, partition};
use super::failure::failed;
use super::item::{Item, get_json, json, number, primary_key, text};
use crate::call::{CallEvent, CallId, RawEvent};
use crate::ports::StoreError;
use crate::time::Timestamp;

const PREFIX: &str = "R#";

/// What an event said as an item.
pub(super) fn raw_item(event: &CallEvent, raw: &RawEvent, now: Timestamp) -> Item {
    let sort = format!("{PREFIX}{}#{}", event.moment.name(), event.occurrence());
    let mut item = primary_key(partition(&event.call), sort);
    item.insert("told".to_owned(), json(raw));
    item.insert("expires_at".to_owned(), number(expiry(now)));
    item
}

impl DynamoDb {
    /// What a call's events said, as much as one answer of the service holds: 1 MB.
    pub(super) async fn read_raw_events(&self, call: &CallId) -> Result<Vec<RawEvent>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(partition(call)))
            .expression_attribute_values(":prefix", text(PREFIX))
            .send()
            .await
            .map_err(failed("read what events said"))?;
        let mut events: Vec<RawEvent> =
            answer.items().iter().filter_map(|item| get_json(item, "told")).collect();
        events.sort_by_key(|event| event.at);
        Ok(events)
    }
}
