//! The item of a delivery, beside its call: `D#trigger#webhook#occurrence`.
//!
//! | attribute | holds |
//! |---|---|
//! | `delivery_id` `position` `created_at` | what it is, besides its key |
//! | `report` | what became of it so far, JSON |
//! | `a:NNN` | one attempt each, JSON; `attempts_made` counts them |
//! | `due_shard` `due_at` | in the index `due`: when somebody has to look at it; absent when it has ended |
//! | `claimed_by` | whoever makes an attempt; `due_at` is then when they are dead |
//! | `recorded_by` | whoever told of the last attempt |
//! | `takeovers` | how often it was taken over since it was created or replayed |
//! | `replayed_at` `replayed_after` | when it was replayed last, and after how many attempts |
//! | `log` `logged_at` | in the index `log`, while it stands failed: the campaign and the day of its creation |

use aws_sdk_dynamodb::types::AttributeValue;

use super::call_item::{due_shard, expiry, partition};
use super::item::{
    Item, get_json, get_millis, get_number, get_text, json, number, primary_key, text,
};
use super::log::{self, Logged};
use crate::call::{Call, CallId};
use crate::campaign::WebhookId;
use crate::delivery::{Attempt, Delivery, DeliveryKey, DeliveryStatus, Progress, Replay};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// What the sort keys of deliveries start with.
pub(super) const PREFIX: &str = "D#";
const ATTEMPT: &str = "a:";
/// When somebody had it replayed last, in milliseconds.
pub(super) const REPLAYED_AT: &str = "replayed_at";
/// How many attempts had been made by then.
pub(super) const REPLAYED_AFTER: &str = "replayed_after";

/// What the sort keys of a trigger's deliveries start with.
pub(super) fn prefix_of(trigger: Trigger) -> String {
    format!("{PREFIX}{trigger}#")
}

/// The key of a delivery's item.
pub(super) fn delivery_primary_key(key: &DeliveryKey) -> Item {
    let sort = format!("{}{}#{}", prefix_of(key.trigger), key.webhook, key.occurrence);
    primary_key(partition(&key.call), sort)
}

/// Reads a sort key back; `None` when it is no delivery's.
pub(super) fn delivery_key_of(call: CallId, sort: &str) -> Option<DeliveryKey> {
    let mut parts = sort.strip_prefix(PREFIX)?.splitn(3, '#');
    Some(DeliveryKey {
        call,
        trigger: Trigger::from_name(parts.next()?)?,
        webhook: WebhookId::parse(parts.next()?).ok()?,
        occurrence: parts.next()?.to_owned(),
    })
}

/// The attribute of an attempt.
pub(super) fn attempt_name(attempt: &Attempt) -> String {
    format!("{ATTEMPT}{:03}", attempt.attempt)
}

/// What puts a delivery of a call on the list of those that failed.
pub(super) fn log_entry(call: &Call, delivery: &Delivery) -> [(&'static str, AttributeValue); 2] {
    log::entry(Logged::Failures, &call.campaign, &delivery.key.call, delivery.created_at)
}

/// A new delivery of a call as an item.
pub(super) fn item_of(call: &Call, delivery: &Delivery, now: Timestamp) -> Item {
    let mut item = delivery_primary_key(&delivery.key);
    let attributes: [(&str, AttributeValue); 5] = [
        ("delivery_id", text(delivery.key.id().as_str())),
        ("position", number(i64::from(delivery.position))),
        ("attempts_made", number(i64::from(delivery.attempts_made()))),
        ("created_at", number(delivery.created_at.as_millis())),
        ("expires_at", number(expiry(now))),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    if let Some(report) = &delivery.report {
        item.insert("report".to_owned(), json(report));
    }
    if let Some(at) = delivery.due_at() {
        item.insert("due_shard".to_owned(), due_shard(&delivery.key.call));
        item.insert("due_at".to_owned(), number(at.as_millis()));
    }
    if delivery.status() == DeliveryStatus::Failed {
        let entry = log_entry(call, delivery).map(|(name, value)| (name.to_owned(), value));
        item.extend(entry);
    }
    item.extend(delivery.attempts.iter().map(|attempt| (attempt_name(attempt), json(attempt))));
    item
}

/// Reads a delivery back; `None` when the item is none.
pub(super) fn delivery_of(call: &CallId, item: &Item) -> Option<Delivery> {
    let mut attempts: Vec<Attempt> = item
        .keys()
        .filter(|name| name.starts_with(ATTEMPT))
        .filter_map(|name| get_json(item, name))
        .collect();
    attempts.sort_by_key(|attempt| attempt.attempt);
    let progress = match (get_millis(item, "due_at"), get_text(item, "claimed_by")) {
        (Some(until), Some(by)) => Progress::Claimed { by: by.to_owned(), until },
        (Some(at), None) => Progress::Due { at },
        (None, _) => Progress::Ended,
    };
    Some(Delivery {
        key: delivery_key_of(call.clone(), get_text(item, "sk")?)?,
        position: whole(item, "position")?,
        progress,
        report: get_json(item, "report"),
        attempts,
        takeovers: whole(item, "takeovers").unwrap_or(0),
        replayed: replay_of(item),
        created_at: get_millis(item, "created_at")?,
    })
}

/// When a delivery was replayed last.
pub(super) fn replay_of(item: &Item) -> Option<Replay> {
    let at = get_millis(item, REPLAYED_AT)?;
    Some(Replay { at, after_attempts: whole(item, REPLAYED_AFTER)? })
}

fn whole(item: &Item, name: &str) -> Option<u32> {
    get_number(item, name).and_then(|number| u32::try_from(number).ok())
}

/// Items read back in the order they happened: by time, then in firing order.
pub(super) fn in_order(call: &CallId, items: &[Item]) -> Vec<Delivery> {
    let mut deliveries: Vec<Delivery> =
        items.iter().filter_map(|item| delivery_of(call, item)).collect();
    deliveries.sort_by_key(|one| (one.created_at, one.position, one.trigger()));
    deliveries
}
