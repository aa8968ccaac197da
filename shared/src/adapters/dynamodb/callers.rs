//! Keeps what later calls of a caller need.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::expiry;
use super::caller_item::{
    DATA, DEDUPE, REMEMBERED, data_item, data_primary_key, expires_at, last_call_of,
    last_call_primary_key, partition, tags_primary_key, waiting_of, windows_of,
};
use super::item::{Item, get_number, get_tags, json, number, tag_sets, text};
use super::update::{KEYS_AN_UPDATE, Update};
use crate::call::CallId;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, MAX_REMEMBERED_BYTES, Remembering, Waiting};
use crate::time::Timestamp;
use crate::window::Windows;

impl Callers for DynamoDb {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        let item = self.read(last_call_primary_key(caller), "read a caller").await?;
        Ok(item.as_ref().and_then(last_call_of))
    }

    async fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut update = Update::default();
        let at = number(at.as_millis());
        update.set("call_id", text(call.as_str()));
        update.set("started_at_ms", at.clone());
        update.set("expires_at", number(expiry(now)));
        update.require_absent_or("started_at_ms", "<=", at);
        let key = last_call_primary_key(caller);
        let named = self.update(key, update, "name a caller's latest call").await?;
        Ok(matches!(named, Updated::Made(_)))
    }

    async fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        let items =
            self.query(partition(caller), Some(DATA), "read what waits for a caller").await?;
        Ok(waiting_of(&items, now))
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut unless_it_waits = Update::default();
        unless_it_waits.require_absent_or("until", "<=", number(now.as_millis()));
        self.put(data_item(caller, waiting), unless_it_waits, "let a posting wait").await
    }

    async fn settle(&self, caller: Caller<'_>, id: &str) -> Result<(), StoreError> {
        self.delete(data_primary_key(caller, id), "settle a caller").await
    }

    async fn windows(&self, caller: Caller<'_>, now: Timestamp) -> Result<Windows, StoreError> {
        let action = "read a caller's de-dupe windows";
        let items = self.query(partition(caller), Some(DEDUPE), action).await?;
        Ok(windows_of(&items, now))
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sets = tag_sets(&remembering.tags, REMEMBERED);
        let mut chunks: Vec<&[_]> = sets.chunks(KEYS_AN_UPDATE).collect();
        if chunks.is_empty() {
            chunks.push(&[]);
        }
        for chunk in chunks {
            let mut update = Update::default();
            for (name, values) in chunk {
                update.add(name, values.clone());
            }
            keep_until(&mut update, remembering);
            update.require_absent_or("until", ">", number(now.as_millis()));
            let key = tags_primary_key(remembering.caller);
            match self.update(key, update, "remember a caller").await? {
                Updated::Made(item)
                    if get_tags(&item, REMEMBERED).weight() <= MAX_REMEMBERED_BYTES => {}
                // What has expired, or has grown too heavy, is forgotten for what is new.
                Updated::Made(item) | Updated::Refused(item) => {
                    return self.remember_anew(remembering, &item).await;
                }
            }
        }
        Ok(())
    }
}

impl DynamoDb {
    async fn remember_anew(
        &self,
        remembering: &Remembering<'_>,
        old: &Item,
    ) -> Result<(), StoreError> {
        let mut item = tags_primary_key(remembering.caller);
        let fits = remembering.tags.weight() <= MAX_REMEMBERED_BYTES;
        item.extend(tag_sets(&remembering.tags, REMEMBERED).into_iter().filter(|_| fits));
        if let Some(place) = &remembering.place {
            item.insert("place".to_owned(), json(place));
        }
        item.insert("until".to_owned(), number(remembering.until.as_millis()));
        item.insert("expires_at".to_owned(), expires_at(remembering.until));
        let stands = get_number(old, "until").unwrap_or_default();
        let mut as_it_stood = Update::default();
        as_it_stood.require_absent_or("until", "=", number(stands));
        // Where another call of the caller began anew at the same time, its tags stand.
        self.put(item, as_it_stood, "remember a caller").await?;
        Ok(())
    }
}

fn keep_until(update: &mut Update, remembering: &Remembering<'_>) {
    if let Some(place) = &remembering.place {
        update.set("place", json(place));
    }
    update.set("until", number(remembering.until.as_millis()));
    update.set("expires_at", expires_at(remembering.until));
}
