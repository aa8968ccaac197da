//! Takes calls from step to step: one update, or with the deliveries that a step creates one
//! transaction.

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::access::Updated;
use super::call_item::{call_primary_key, make_due_again};
use super::caller_item::window_item;
use super::delivery_item::item_of;
use super::item::{number, text};
use super::transaction::Transacted;
use super::update::Update;
use crate::call::Call;
use crate::course::Step;
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::callers::Caller;
use crate::time::Timestamp;

impl DynamoDb {
    pub(super) async fn take_step(
        &self,
        call: &Call,
        step: &Step,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let action = "advance a call";
        let (key, update) = (call_primary_key(&call.id), step_update(call, step));
        let window = step.window.as_ref().and_then(|window| Some((Caller::of(call)?, window)));
        if step.created.is_empty() && window.is_none() {
            let updated = self.update(key, update, action).await?;
            return Ok(matches!(updated, Updated::Made(_)));
        }
        let mut transaction = self.transaction(action);
        transaction.update(key, update);
        for delivery in &step.created {
            transaction.put(item_of(call, delivery, now), absent());
        }
        if let Some((caller, window)) = window {
            let mut closed = Update::default();
            closed.require_absent_or("until", "<=", number(now.as_millis()));
            transaction.put(window_item(caller, window), closed);
        }
        Ok(matches!(self.transact(transaction).await?, Transacted::Made))
    }
}

/// Asks that an item not be there.
pub(super) fn absent() -> Update {
    let mut update = Update::default();
    update.require_absent("pk");
    update
}

/// The places that new deliveries take in their call's line, as a set to be added.
pub(super) fn pending_set(created: &[Delivery]) -> Option<AttributeValue> {
    let pending = created.iter().filter_map(Delivery::pending);
    let texts: Vec<String> = pending.map(|one| one.to_text()).collect();
    (!texts.is_empty()).then_some(AttributeValue::Ss(texts))
}

/// What a step does to the call's item.
fn step_update(call: &Call, step: &Step) -> Update {
    let mut update = Update::default();
    for (set, name) in [(step.sets_timers, "timers_set"), (step.fires_connect, "connect_fired")] {
        if set {
            update.set(name, AttributeValue::Bool(true));
        }
    }
    if let Some(decision) = step.decision {
        update.set("converted", AttributeValue::Bool(decision.converted));
        update.set("deduped", AttributeValue::Bool(decision.deduped));
        update.set("decided_at", number(decision.at.as_millis()));
    }
    for (name, amount) in [("revenue", step.amounts.revenue), ("payout", step.amounts.payout)] {
        if let Some(amount) = amount {
            update.set_once(name, text(amount.to_string()));
        }
    }
    make_due_again(&mut update, &call.id, step.due_at);
    if let Some(joining) = pending_set(&step.created) {
        update.add("pending", joining);
    }
    update.add("course_version", number(1));
    let version = i64::try_from(call.course.version).unwrap_or(i64::MAX);
    if version == 0 {
        update.require_absent("course_version");
    } else {
        update.require_equal("course_version", number(version));
    }
    match call.posted_conversion {
        Some(posted) => update.require_equal("posted_conversion", AttributeValue::Bool(posted)),
        None => update.require_absent("posted_conversion"),
    }
    update.require_present("campaign_id");
    update
}
