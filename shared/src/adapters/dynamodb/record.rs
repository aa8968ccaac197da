//! Keeps what an event's webhooks brought: tags and place on the call, deliveries beside it, and
//! what is remembered of the caller, all at once.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::future::join_all;
use futures_util::join;

use super::DynamoDb;
use super::access::{BATCH_TRIES, Updated};
use super::call_item::{TAG, call_primary_key, journal_attribute, place_of, tags_of};
use super::caller_item::window_item;
use super::delivery_item::item_of;
use super::failure::{failed, unreadable};
use super::item::{Item, json, tag_sets};
use super::raw_item::raw_item;
use super::update::{KEYS_AN_UPDATE, Update};
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers};
use crate::ports::intake::{Record, Standing};

/// Items in one batch (a limit of the service).
const ITEMS_A_BATCH: usize = 25;

impl DynamoDb {
    pub(super) async fn keep_record(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        let call = &record.call.id;
        let deliveries =
            record.deliveries.iter().map(|delivery| item_of(record.call, delivery, record.now));
        let opened = Caller::of(record.call).into_iter().flat_map(|caller| {
            record.windows.iter().map(move |window| window_item(caller, window))
        });
        let raw = record.raw.as_ref().map(|(event, raw)| raw_item(event, raw, record.now));
        let items: Vec<Item> = deliveries.chain(opened).chain(raw).collect();
        let deliveries = async {
            let batches = items.chunks(ITEMS_A_BATCH).map(|batch| self.put_all(batch));
            join_all(batches).await.into_iter().collect::<Result<(), _>>()
        };
        let remember = async {
            match &record.remembering {
                Some(remembering) => self.remember(remembering, record.now).await,
                None => Ok(()),
            }
        };
        let (standing, deliveries, remembered) =
            join!(self.add_to_call(record), deliveries, remember);
        // The caller waits for tags, and has them; what else failed is for the log.
        for error in [deliveries.err(), remembered.err()].into_iter().flatten() {
            error.log(call.as_str());
        }
        standing
    }

    async fn add_to_call(&self, record: &Record<'_>) -> Result<Standing, StoreError> {
        let mut updates = Vec::new();
        let mut attributes = tag_sets(&record.tags, TAG);
        attributes.extend(record.journal.iter().map(journal_attribute));
        for attributes in attributes.chunks(KEYS_AN_UPDATE) {
            let mut update = Update::default();
            for (name, value) in attributes {
                match value {
                    AttributeValue::Ss(_) => update.add(name, value.clone()),
                    _ => update.set(name, value.clone()),
                }
            }
            updates.push(update);
        }
        let mut last = updates.pop().unwrap_or_default();
        if let Some(place) = &record.place {
            last.set("place", json(place));
        }
        if record.begins {
            last.set("begun", AttributeValue::Bool(true));
        }
        if !last.is_empty() {
            updates.push(last);
        }
        let (call, action) = (&record.call.id, "add tags to a call");
        let mut stands = None;
        for mut update in updates {
            update.require_present("campaign_id");
            stands = match self.update(call_primary_key(call), update, action).await? {
                Updated::Made(item) => Some(item),
                Updated::Refused(_) => return Err(unreadable(action, "the call")),
            };
        }
        // With nothing to add, others may have added to it since it was claimed.
        let stands = match stands {
            Some(item) => Some(item),
            None => self.read(call_primary_key(call), action).await?,
        };
        let item = stands.ok_or_else(|| unreadable(action, "the call"))?;
        Ok(Standing { tags: tags_of(&item), place: place_of(&item) })
    }

    async fn put_all(&self, items: &[Item]) -> Result<(), StoreError> {
        let put = |item: &Item| {
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            put.map(|put| WriteRequest::builder().put_request(put).build())
                .map_err(|_| unreadable("keep deliveries", "an item"))
        };
        let mut left = items.iter().map(put).collect::<Result<Vec<_>, _>>()?;
        for _ in 0..BATCH_TRIES {
            if left.is_empty() {
                return Ok(());
            }
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, left)
                .send()
                .await
                .map_err(failed("keep deliveries"))?;
            left = answer
                .unprocessed_items
                .and_then(|mut tables| tables.remove(&self.table))
                .unwrap_or_default();
        }
        let cause = "the table took too few writes".to_owned();
        if left.is_empty() { Ok(()) } else { Err(StoreError { action: "keep deliveries", cause }) }
    }
}
