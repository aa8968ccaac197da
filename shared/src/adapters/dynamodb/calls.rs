//! Reads calls and applies postings to them.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::{TAG, call_of, call_primary_key, partition};
use super::delivery_item::{PREFIX, in_order};
use super::item::{json, set_of, tag_sets, text};
use super::update::Update;
use crate::call::{Call, CallId, Posting};
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::calls::{Calls, MAX_POSTING_IDS, Posted};
use aws_sdk_dynamodb::types::AttributeValue;

impl Calls for DynamoDb {
    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        let item = self.read(call_primary_key(id), "read a call").await?;
        Ok(item.and_then(|item| call_of(id, &item)))
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        let (call, items) = futures_util::try_join!(
            self.call(id),
            self.query(partition(id), Some(PREFIX), "read deliveries")
        )?;
        Ok(call.map(|call| (call, in_order(&items))))
    }

    async fn post(&self, call: &Call, posting: &Posting) -> Result<Posted, StoreError> {
        let update = post_update(posting);
        match self.update(call_primary_key(&call.id), update, "apply a posting").await? {
            Updated::Made(_) => Ok(Posted::Applied),
            Updated::Refused(item) if !item.contains_key("campaign_id") => Ok(Posted::Gone),
            Updated::Refused(item) => {
                let ids = item.get("postbacks").and_then(|ids| ids.as_ss().ok());
                let id = posting.id.as_ref().map(|id| id.as_str().to_owned());
                let known = id.zip(ids).is_some_and(|(id, ids)| ids.contains(&id));
                Ok(if known { Posted::Duplicate } else { Posted::Full })
            }
        }
    }
}

fn post_update(posting: &Posting) -> Update {
    let mut update = Update::default();
    for (name, values) in tag_sets(&posting.tags, TAG) {
        update.add(&name, values);
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
    }
    if let Some(id) = &posting.id {
        update.add("postbacks", set_of(id.as_str()));
        update.require_without("postbacks", text(id.as_str()));
        update.require_fewer("postbacks", MAX_POSTING_IDS);
    }
    update.require_present("campaign_id");
    update
}
