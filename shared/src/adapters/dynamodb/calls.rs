//! Reads calls and applies postings to them.

use super::DynamoDb;
use super::call_item::{TAG, call_key, call_of, partition};
use super::claim::Updated;
use super::delivery_item::{PREFIX, in_order};
use super::failure::failed;
use super::item::{Item, json, set_of, tag_sets, text};
use super::update::Update;
use crate::call::{Call, CallId, Posting};
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::calls::{Calls, Posted};
use aws_sdk_dynamodb::types::AttributeValue;

impl Calls for DynamoDb {
    async fn call(&self, id: &CallId) -> Result<Option<Call>, StoreError> {
        let item = self.read(call_key(id), "read a call").await?;
        Ok(item.and_then(|item| call_of(id, &item)))
    }

    async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
        let (call, items) = futures_util::try_join!(self.call(id), self.query_call(id, PREFIX))?;
        Ok(call.map(|call| (call, in_order(&items))))
    }

    async fn post(&self, call: &Call, posting: &Posting) -> Result<Posted, StoreError> {
        let update = post_update(call, posting);
        match self.update(call_key(&call.id), &update, "apply a posting").await? {
            Updated::Made(_) => Ok(Posted::Applied),
            Updated::Refused(item) if item.contains_key("campaign_id") => Ok(Posted::Duplicate),
            Updated::Refused(_) => Ok(Posted::Gone),
        }
    }
}

fn post_update(call: &Call, posting: &Posting) -> Update {
    let mut update = Update::default();
    for (name, values) in tag_sets(&posting.tags, TAG) {
        update.add(&name, values);
    }
    if let Some(place) = &posting.place {
        update.set("location", json(&call.location.replaced_by(place)));
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
    }
    update.require_present("campaign_id");
    update
}

impl DynamoDb {
    /// The items of a call whose sort key starts with `prefix`.
    pub(super) async fn query_call(
        &self,
        id: &CallId,
        prefix: &str,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", text(partition(id)))
                .expression_attribute_values(":prefix", text(prefix))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed("read deliveries"))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}
