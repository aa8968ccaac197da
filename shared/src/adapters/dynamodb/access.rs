//! The ways to the table that everything else uses: items read, a partition queried, one item
//! updated or put under a condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure,
};

use super::DynamoDb;
use super::failure::{failed, unreadable};
use super::item::{Item, get_text, text};
use super::update::Update;
use crate::ports::StoreError;

/// Items in one batch read (a limit of the service).
const ITEMS_A_READ: usize = 100;
/// How often what a batch left over is asked for or sent again.
pub(super) const BATCH_TRIES: usize = 5;

/// An item after an update, or as it was when the update's condition did not hold.
pub(super) enum Updated {
    /// The update was made.
    Made(Item),
    /// It was not; the item as it stands, empty when there is none.
    Refused(Item),
}

impl DynamoDb {
    /// Reads one item as it stands.
    pub(super) async fn read(
        &self,
        key: Item,
        action: &'static str,
    ) -> Result<Option<Item>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed(action))?;
        Ok(found.item)
    }

    /// Reads items as they stand, in the order of their keys; `None` for each that is not there.
    pub(super) async fn read_all(
        &self,
        keys: Vec<Item>,
        action: &'static str,
    ) -> Result<Vec<Option<Item>>, StoreError> {
        let mut found = HashMap::new();
        for keys in keys.chunks(ITEMS_A_READ) {
            let items = self.read_batch(keys.to_vec(), action).await?;
            found.extend(items.into_iter().map(|item| (name_of(&item), item)));
        }
        Ok(keys.iter().map(|key| found.remove(&name_of(key))).collect())
    }

    async fn read_batch(
        &self,
        keys: Vec<Item>,
        action: &'static str,
    ) -> Result<Vec<Item>, StoreError> {
        let (mut left, mut found) = (keys, Vec::new());
        // An answer holds 16 MB; what does not fit in it is left over.
        for _ in 0..BATCH_TRIES {
            if left.is_empty() {
                break;
            }
            let asked = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true);
            let asked = asked.build().map_err(|_| unreadable(action, "a key"))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, asked)
                .send()
                .await
                .map_err(failed(action))?;
            let of_table = answer.responses.and_then(|mut tables| tables.remove(&self.table));
            found.extend(of_table.into_iter().flatten());
            let over = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
            left = over.map(|over| over.keys).unwrap_or_default();
        }
        let cause = "the table gave too few items".to_owned();
        if left.is_empty() { Ok(found) } else { Err(StoreError { action, cause }) }
    }

    /// The items of a partition, or those of them whose sort key starts with `prefix`.
    pub(super) async fn query(
        &self,
        partition: String,
        prefix: Option<&str>,
        action: &'static str,
    ) -> Result<Vec<Item>, StoreError> {
        let condition = match prefix {
            Some(_) => "pk = :pk AND begins_with(sk, :prefix)",
            None => "pk = :pk",
        };
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", text(partition))
            .consistent_read(true);
        if let Some(prefix) = prefix {
            request = request.expression_attribute_values(":prefix", text(prefix));
        }
        let mut pages = request.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.map_err(failed(action))?);
        }
        Ok(items)
    }

    /// Updates one item under the update's condition.
    pub(super) async fn update(
        &self,
        key: Item,
        update: Update,
        action: &'static str,
    ) -> Result<Updated, StoreError> {
        let (expression, condition) = (update.expression(), update.condition());
        let (names, values) = update.into_placeholders();
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .set_update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(made) => Ok(Updated::Made(made.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Updated::Refused(refused.item.clone().unwrap_or_default()))
                }
                _ => Err(failed(action)(error)),
            },
        }
    }

    /// Deletes an item, if it is there.
    pub(super) async fn delete(&self, key: Item, action: &'static str) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .send()
            .await
            .map_err(failed(action))?;
        Ok(())
    }

    /// Puts an item if the conditions of `only_if` hold; says whether they did.
    pub(super) async fn put(
        &self,
        item: Item,
        only_if: Update,
        action: &'static str,
    ) -> Result<bool, StoreError> {
        let condition = only_if.condition();
        let (names, values) = only_if.into_placeholders();
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failed(action)(error)),
            },
        }
    }
}

/// What tells items apart: partition and sort key.
fn name_of(item: &Item) -> Option<(String, String)> {
    Some((get_text(item, "pk")?.to_owned(), get_text(item, "sk")?.to_owned()))
}
