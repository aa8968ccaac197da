//! Reads calls and applies postings to them.

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::access::Updated;
use super::advance::{absent, pending_set};
use super::call_item::{TAG, call_of, call_primary_key, journal_attribute, make_due, partition};
use super::delivery_item::{PREFIX, in_order, item_of};
use super::item::{Item, json, set_of, tag_sets, text};
use super::transaction::Transacted;
use super::update::Update;
use crate::call::{Call, CallId, Posting};
use crate::course::Step;
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::calls::{Calls, MAX_PENDING, MAX_POSTING_IDS, Posted};
use crate::time::Timestamp;

impl Calls for DynamoDb {
    async fn advance(&self, call: &Call, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        self.take_step(call, step, now).await
    }

    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        let item = self.read(call_primary_key(id), "read a call").await?;
        Ok(item.and_then(|item| call_of(id, &item)))
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        let (call, items) = futures_util::try_join!(
            self.call(id),
            self.query(partition(id), Some(PREFIX), "read deliveries")
        )?;
        Ok(call.map(|call| {
            let deliveries = in_order(&call.id, &items);
            (call, deliveries)
        }))
    }

    async fn post(
        &self,
        call: &Call,
        posting: &Posting,
        fired: &[Delivery],
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let action = "apply a posting";
        let (key, update) = (call_primary_key(&call.id), post_update(call, posting, fired, now));
        if fired.is_empty() {
            return Ok(match self.update(key, update, action).await? {
                Updated::Made(_) => Posted::Applied,
                Updated::Refused(item) => why_refused(posting, &item),
            });
        }
        let mut transaction = self.transaction(action);
        transaction.update(key, update);
        for delivery in fired {
            transaction.put(item_of(call, delivery, now), absent());
        }
        match self.transact(transaction).await? {
            Transacted::Made => Ok(Posted::Applied),
            Transacted::Refused(mut items) => {
                let call = items.first_mut().and_then(Option::take);
                let fired_before = items.iter().any(Option::is_some);
                Ok(match call.map(|item| why_refused(posting, &item)) {
                    Some(Posted::Full) | None if fired_before => Posted::Duplicate,
                    Some(posted) => posted,
                    None => Posted::Full,
                })
            }
        }
    }
}

/// Why the call that a posting ran into did not take it.
fn why_refused(posting: &Posting, item: &Item) -> Posted {
    if !item.contains_key("campaign_id") {
        return Posted::Gone;
    }
    let ids = item.get("postbacks").and_then(|ids| ids.as_ss().ok());
    let id = posting.id.as_ref().map(|id| id.as_str().to_owned());
    let known = id.zip(ids).is_some_and(|(id, ids)| ids.contains(&id));
    if known { Posted::Duplicate } else { Posted::Full }
}

fn post_update(call: &Call, posting: &Posting, fired: &[Delivery], now: Timestamp) -> Update {
    let mut update = Update::default();
    for (name, values) in tag_sets(&posting.tags, TAG) {
        update.add(&name, values);
    }
    if let Some(entry) = call.journal_entry(posting, now) {
        let (name, told) = journal_attribute(&entry);
        update.set(&name, told);
    }
    if let Some(place) = &posting.place {
        update.set("place", json(place));
    }
    if let Some(revenue) = posting.revenue {
        update.set("revenue", text(revenue.to_string()));
    }
    if let Some(payout) = posting.payout {
        update.set("payout", text(payout.to_string()));
    }
    if let Some(converted) = posting.converted {
        update.set("posted_conversion", AttributeValue::Bool(converted));
        make_due(&mut update, &call.id, now);
    }
    if let Some(joining) = pending_set(fired) {
        update.add("pending", joining);
        update.require_fewer("pending", MAX_PENDING);
    }
    if let Some(id) = &posting.id {
        update.add("postbacks", set_of(id.as_str()));
        update.require_without("postbacks", text(id.as_str()));
        update.require_fewer("postbacks", MAX_POSTING_IDS);
    }
    update.require_present("campaign_id");
    update
}
