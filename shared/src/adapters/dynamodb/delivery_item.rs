//! The item of a delivery, beside its call: `D#trigger#webhook#occurrence`.

use aws_sdk_dynamodb::types::AttributeValue;

use super::call_item::{expiry, partition};
use super::item::{
    Item, get_json, get_millis, get_number, get_text, json, number, primary_key, text,
};
use crate::call::CallId;
use crate::delivery::{Delivery, Report};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// What the sort keys of deliveries start with.
pub(super) const PREFIX: &str = "D#";

/// What the sort keys of a trigger's deliveries start with.
pub(super) fn prefix_of(trigger: Trigger) -> String {
    format!("{PREFIX}{trigger}#")
}

/// A delivery as an item; `position` is its place in firing order.
pub(super) fn item_of(call: &CallId, delivery: &Delivery, position: usize, now: Timestamp) -> Item {
    let sort =
        format!("{}{}#{}", prefix_of(delivery.trigger), delivery.report.id, delivery.occurrence);
    let mut item = primary_key(partition(call), sort);
    let attributes: [(&str, AttributeValue); 8] = [
        ("delivery_id", json(&delivery.id)),
        ("trigger", text(delivery.trigger.as_str())),
        ("occurrence", text(delivery.occurrence.clone())),
        ("position", number(i64::try_from(position).unwrap_or(i64::MAX))),
        ("report", json(&delivery.report)),
        ("attempts", json(&delivery.attempts)),
        ("created_at", number(delivery.created_at.as_millis())),
        ("expires_at", number(expiry(now))),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    item
}

/// Reads a delivery back; `None` when the item is none.
pub(super) fn delivery_of(item: &Item) -> Option<Delivery> {
    Some(Delivery {
        id: get_json(item, "delivery_id")?,
        trigger: Trigger::from_name(get_text(item, "trigger")?)?,
        occurrence: get_text(item, "occurrence")?.to_owned(),
        report: get_json::<Report>(item, "report")?,
        attempts: get_json(item, "attempts")?,
        created_at: get_millis(item, "created_at")?,
    })
}

/// Items read back in the order they happened: by time, then in firing order.
pub(super) fn in_order(items: &[Item]) -> Vec<Delivery> {
    let mut placed: Vec<(Timestamp, i64, Delivery)> = items
        .iter()
        .filter_map(|item| {
            let delivery = delivery_of(item)?;
            Some((delivery.created_at, get_number(item, "position").unwrap_or(0), delivery))
        })
        .collect();
    placed.sort_by_key(|(at, position, _)| (*at, *position));
    placed.into_iter().map(|(_, _, delivery)| delivery).collect()
}
