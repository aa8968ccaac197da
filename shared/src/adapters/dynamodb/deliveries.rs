//! Takes deliveries from attempt to attempt.
//!
//! What changes one item is an update; what changes a delivery and its call together is a transaction.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::{TAG, call_primary_key, make_due, make_due_again};
use super::caller_item::window_item;
use super::delivery_item::{
    REPLAYED_AFTER, REPLAYED_AT, attempt_name, delivery_of, delivery_primary_key, log_entry,
    replay_of,
};
use super::item::{Item, get_text, json, number, set_of, tag_sets, text};
use super::log;
use super::transaction::Transacted;
use super::update::Update;
use crate::delivery::{Delivery, DeliveryKey, Progress, Replay};
use crate::ports::StoreError;
use crate::ports::callers::Caller;
use crate::ports::deliveries::{
    AttemptClaim, AttemptRecord, Authority, Deliveries, Recorded, Replays,
};
use crate::time::Timestamp;

impl Deliveries for DynamoDb {
    async fn delivery(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        let item = self.read(delivery_primary_key(key), "read a delivery").await?;
        Ok(item.and_then(|item| delivery_of(&key.call, &item)))
    }

    async fn claim_attempt(&self, claim: &AttemptClaim<'_>) -> Result<bool, StoreError> {
        // The write asks that it still is as it was read.
        if !claim.delivery.is_free_for(claim.by, claim.now) {
            return Ok(false);
        }
        let action = "claim a delivery";
        let key = delivery_primary_key(&claim.delivery.key);
        let update = claim_update(claim);
        let refused = if claim.while_up {
            let mut transaction = self.transaction(action);
            transaction.update(key, update);
            let mut is_up = Update::default();
            is_up.require_absent("ended_at");
            transaction.check(call_primary_key(&claim.delivery.key.call), is_up);
            match self.transact(transaction).await? {
                Transacted::Made => return Ok(true),
                Transacted::Refused(items) => items.into_iter().next().flatten(),
            }
        } else {
            match self.update(key, update, action).await? {
                Updated::Made(_) => return Ok(true),
                Updated::Refused(item) => Some(item),
            }
        };
        // The first answer may have been lost on its way, and the SDK have asked again.
        Ok(refused.is_some_and(|item| get_text(&item, "claimed_by") == Some(claim.by)))
    }

    async fn record_attempt(&self, record: &AttemptRecord<'_>) -> Result<Recorded, StoreError> {
        let action = "record an attempt";
        let (key, update) = (delivery_primary_key(&record.delivery.key), record_update(record));
        let on_call = on_call_update(record);
        let window = Caller::of(record.call).zip(record.window);
        if on_call.is_none() && window.is_none() {
            return Ok(match self.update(key, update, action).await? {
                Updated::Made(_) => Recorded::Kept,
                Updated::Refused(item) => told_before(record, &item),
            });
        }
        let mut transaction = self.transaction(action);
        transaction.update(key, update);
        if let Some(update) = on_call {
            transaction.update(call_primary_key(&record.call.id), update);
        }
        if let Some((caller, window)) = window {
            transaction.put(window_item(caller, window), Update::default());
        }
        match self.transact(transaction).await? {
            Transacted::Made => Ok(Recorded::Kept),
            Transacted::Refused(items) => {
                let mut items = items.into_iter();
                let (delivery, call) = (items.next().flatten(), items.next().flatten());
                Ok(match (delivery, call) {
                    (Some(delivery), _) => told_before(record, &delivery),
                    (None, Some(call)) if call.contains_key("campaign_id") => {
                        Recorded::CookiesMoved
                    }
                    // The call is no longer kept.
                    (None, _) => Recorded::Overtaken,
                })
            }
        }
    }
}

fn claim_update(claim: &AttemptClaim<'_>) -> Update {
    let delivery = claim.delivery;
    let mut update = Update::default();
    update.set("claimed_by", text(claim.by));
    make_due(&mut update, &delivery.key.call, claim.until);
    if matches!(&delivery.progress, Progress::Claimed { by, .. } if by != claim.by) {
        update.add("takeovers", number(1));
    }
    require_as_read(&mut update, delivery);
    update
}

/// Asks that nothing was done about a delivery since it was read.
fn require_as_read(update: &mut Update, read: &Delivery) {
    update.require_equal("attempts_made", number(i64::from(read.attempts_made())));
    match &read.progress {
        Progress::Due { at } => {
            update.require_absent("claimed_by");
            update.require_equal("due_at", number(at.as_millis()));
        }
        Progress::Claimed { by, until } => {
            update.require_equal("claimed_by", text(by.clone()));
            update.require_equal("due_at", number(until.as_millis()));
        }
        Progress::Ended => update.require_absent("due_at"),
    }
    match read.replayed {
        Some(replay) => update.require_equal(REPLAYED_AT, number(replay.at.as_millis())),
        None => update.require_absent(REPLAYED_AT),
    }
}

/// What a record does to the delivery's item.
fn record_update(record: &AttemptRecord<'_>) -> Update {
    let mut update = Update::default();
    update.set("report", json(record.report));
    if let Some(attempt) = record.attempt {
        update.set(&attempt_name(attempt), json(attempt));
        update.add("attempts_made", number(1));
    }
    make_due_again(&mut update, &record.delivery.key.call, record.next_at);
    if record.next_at.is_none() && record.report.verdict.is_failure() {
        for (name, value) in log_entry(record.call, record.delivery) {
            update.set(name, value);
        }
    } else {
        log::leave(&mut update);
    }
    match record.authority {
        Authority::Claimant(by) => {
            update.remove("claimed_by");
            update.set("recorded_by", text(by));
            update.require_equal("claimed_by", text(by));
        }
        Authority::Reader => {
            update.remove("claimed_by");
            require_as_read(&mut update, record.delivery);
        }
    }
    update
}

/// What a record does to the call's item; `None` when nothing.
fn on_call_update(record: &AttemptRecord<'_>) -> Option<Update> {
    let mut update = Update::default();
    if let Some(pending) = record.leaves {
        update.delete("pending", set_of(pending.to_text()));
    }
    for (name, values) in tag_sets(record.tags, TAG) {
        update.add(&name, values);
    }
    if let Some(place) = &record.place {
        update.set("place", json(place));
    }
    if let Some(cookies) = record.cookies {
        let version = |version: u64| number(i64::try_from(version).unwrap_or(i64::MAX));
        update.set("cookies", text(cookies.text.clone()));
        update.set("cookies_version", version(cookies.version));
        match cookies.version {
            0 | 1 => update.require_absent("cookies_version"),
            n => update.require_equal("cookies_version", version(n - 1)),
        }
    }
    if update.is_empty() {
        return None;
    }
    update.require_present("campaign_id");
    Some(update)
}

/// What a refused record means: the same claimant told it before and the answer was lost, or it is
/// somebody else's by now.
fn told_before(record: &AttemptRecord<'_>, item: &Item) -> Recorded {
    match record.authority {
        Authority::Claimant(by) if get_text(item, "recorded_by") == Some(by) => Recorded::Kept,
        _ => Recorded::Overtaken,
    }
}

impl Replays for DynamoDb {
    async fn replay(&self, read: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
        if !read.is_replayable() {
            return Ok(false);
        }
        let replay = Replay { at: now, after_attempts: read.attempts_made() };
        let mut transaction = self.transaction("replay a delivery");
        transaction.update(delivery_primary_key(&read.key), replay_update(read, replay));
        // Nobody could deliver it for a call that is no longer kept.
        let mut is_kept = Update::default();
        is_kept.require_present("campaign_id");
        transaction.check(call_primary_key(&read.key.call), is_kept);
        Ok(match self.transact(transaction).await? {
            Transacted::Made => true,
            // The first answer may have been lost on its way, and the SDK have asked again.
            Transacted::Refused(items) => {
                let delivery = items.into_iter().next().flatten();
                delivery.is_some_and(|item| replay_of(&item) == Some(replay))
            }
        })
    }
}

fn replay_update(read: &Delivery, replay: Replay) -> Update {
    let mut update = Update::default();
    make_due(&mut update, &read.key.call, replay.at);
    update.set(REPLAYED_AT, number(replay.at.as_millis()));
    update.set(REPLAYED_AFTER, number(i64::from(replay.after_attempts)));
    update.remove("takeovers");
    log::leave(&mut update);
    update.require_present("delivery_id");
    require_as_read(&mut update, read);
    update
}
