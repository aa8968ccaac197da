//! Keeps what later calls of a caller need.

use super::DynamoDb;
use super::caller_item::{REMEMBERED, StoredWaiting, WAITING, caller_key, last_call, waiting_of};
use super::claim::Updated;
use super::item::{Item, get_number, json, number, set_of, tag_sets, text};
use super::update::Update;
use crate::call::CallId;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, MAX_WAITING, Remembering, Waited, Waiting};
use crate::time::Timestamp;
use aws_sdk_dynamodb::types::AttributeValue;

impl Callers for DynamoDb {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        let item = self.read(caller_key(caller), "read a caller").await?;
        Ok(item.as_ref().and_then(last_call))
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        past: Option<&CallId>,
        now: Timestamp,
    ) -> Result<Waited, StoreError> {
        let update = wait_update(waiting, past);
        let mut refused =
            match self.update(caller_key(caller), &update, "let a posting wait").await? {
                Updated::Made(_) => return Ok(Waited::Stored),
                Updated::Refused(item) => item,
            };
        let expired = expired(&refused, now);
        if !expired.is_empty() {
            self.settle(caller, &expired, now).await?;
            refused = match self.update(caller_key(caller), &update, "let a posting wait").await? {
                Updated::Made(_) => return Ok(Waited::Stored),
                Updated::Refused(item) => item,
            };
        }
        Ok(match last_call(&refused) {
            Some(latest) if past != Some(&latest) => Waited::Call(latest),
            _ if refused.contains_key(&format!("{WAITING}{}", waiting.id)) => Waited::Duplicate,
            _ => Waited::Full,
        })
    }

    async fn settle(
        &self,
        caller: Caller<'_>,
        applied: &[String],
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        let item = if applied.is_empty() {
            self.read(caller_key(caller), "read a caller").await?.unwrap_or_default()
        } else {
            let mut update = Update::default();
            for id in applied {
                update.remove(&format!("{WAITING}{id}"));
            }
            update.delete("waiting", AttributeValue::Ss(applied.to_vec()));
            match self.update(caller_key(caller), &update, "settle a caller").await? {
                Updated::Made(item) | Updated::Refused(item) => item,
            }
        };
        Ok(waiting_of(&item, now))
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = caller_key(remembering.caller);
        let mut update = remember_update(remembering);
        update.require_absent_or("remembered_until", ">", number(now.as_seconds()));
        let old = match self.update(key.clone(), &update, "remember a caller").await? {
            Updated::Made(_) => return Ok(()),
            Updated::Refused(item) => item,
        };
        // What was remembered has expired but is still there: it must not come back.
        let mut update = renew_update(remembering, &old);
        let until = get_number(&old, "remembered_until").unwrap_or(0);
        update.require_absent_or("remembered_until", "=", number(until));
        self.update(key, &update, "remember a caller").await?;
        Ok(())
    }
}

fn wait_update(waiting: &Waiting, past: Option<&CallId>) -> Update {
    let Waiting { id, posting, expires_at } = waiting;
    let name = format!("{WAITING}{id}");
    let mut update = Update::default();
    update.set(&name, json(&StoredWaiting { posting: posting.clone(), expires_at: *expires_at }));
    update.add("waiting", set_of(id.clone()));
    update.set_once("expires_at", number(expires_at.plus_seconds(86400).as_seconds()));
    let max = update.value(number(i64::try_from(MAX_WAITING).unwrap_or(i64::MAX)));
    let all = update.name("waiting");
    update.require(format!("(attribute_not_exists({all}) OR size({all}) < {max})"));
    update.require_absent(&name);
    if let Some(past) = past {
        update.require_absent_or("last_call", "=", text(past.as_str()));
    } else {
        let last = update.name("last_call");
        update.require(format!("attribute_not_exists({last})"));
    }
    update
}

/// Ids of postings in the item that wait no longer.
fn expired(item: &Item, now: Timestamp) -> Vec<String> {
    let current = waiting_of(item, now);
    item.keys()
        .filter_map(|name| name.strip_prefix(WAITING))
        .filter(|id| current.iter().all(|waiting| waiting.id != *id))
        .map(str::to_owned)
        .collect()
}

fn remember_update(remembering: &Remembering<'_>) -> Update {
    let mut update = Update::default();
    for (name, values) in tag_sets(&remembering.tags, REMEMBERED) {
        update.add(&name, values);
    }
    keep_until(&mut update, remembering);
    update
}

/// Sets what is remembered anew and removes the rest.
fn renew_update(remembering: &Remembering<'_>, old: &Item) -> Update {
    let mut update = Update::default();
    let sets = tag_sets(&remembering.tags, REMEMBERED);
    for (name, values) in &sets {
        update.set(name, values.clone());
    }
    let stale = old.keys().filter(|name| name.starts_with(REMEMBERED));
    for name in stale.filter(|name| sets.iter().all(|(kept, _)| kept != *name)) {
        update.remove(name);
    }
    if remembering.place.is_none() && old.contains_key("place") {
        update.remove("place");
    }
    keep_until(&mut update, remembering);
    update
}

fn keep_until(update: &mut Update, remembering: &Remembering<'_>) {
    if let Some(place) = &remembering.place {
        update.set("place", json(place));
    }
    update.set("remembered_until", number(remembering.until.as_seconds()));
    update.set("expires_at", number(remembering.until.as_seconds()));
}
