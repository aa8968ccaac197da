//! Writes to several items that hold together or not at all.

use std::mem::replace;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update as UpdateAction,
};

use super::DynamoDb;
use super::failure::{failed, unreadable};
use super::item::Item;
use super::update::Update;
use crate::ports::StoreError;

/// The writes of one transaction, each under the conditions of its [`Update`].
#[derive(Debug)]
pub(super) struct Transaction {
    table: String,
    action: &'static str,
    writes: Result<Vec<TransactWriteItem>, BuildError>,
}

/// How a transaction ended.
#[derive(Debug)]
pub(super) enum Transacted {
    /// All of it was written.
    Made,
    /// Nothing was. For each write in order: `None` if its condition held, or else the item as it
    /// stands, empty when there is none.
    Refused(Vec<Option<Item>>),
}

impl Transaction {
    /// An item updated.
    pub(super) fn update(&mut self, key: Item, update: Update) {
        let (expression, condition) = (update.expression(), update.condition());
        let (names, values) = update.into_placeholders();
        let action = UpdateAction::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .set_update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        self.push(action.build().map(|update| TransactWriteItem::builder().update(update).build()));
    }

    /// An item put.
    pub(super) fn put(&mut self, item: Item, only_if: Update) {
        let condition = only_if.condition();
        let (names, values) = only_if.into_placeholders();
        let action = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        self.push(action.build().map(|put| TransactWriteItem::builder().put(put).build()));
    }

    /// An item deleted.
    pub(super) fn delete(&mut self, key: Item, only_if: Update) {
        let condition = only_if.condition();
        let (names, values) = only_if.into_placeholders();
        let action = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let built = action.build();
        self.push(built.map(|delete| TransactWriteItem::builder().delete(delete).build()));
    }

    /// An item left as it is.
    pub(super) fn check(&mut self, key: Item, only_if: Update) {
        let condition = only_if.condition().unwrap_or_default();
        let (names, values) = only_if.into_placeholders();
        let action = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let built = action.build();
        self.push(built.map(|check| TransactWriteItem::builder().condition_check(check).build()));
    }

    fn push(&mut self, write: Result<TransactWriteItem, BuildError>) {
        self.writes = replace(&mut self.writes, Ok(Vec::new())).and_then(|mut writes| {
            writes.push(write?);
            Ok(writes)
        });
    }
}

impl DynamoDb {
    /// A transaction with nothing in it, to do what `action` says.
    pub(super) fn transaction(&self, action: &'static str) -> Transaction {
        Transaction { table: self.table.clone(), action, writes: Ok(Vec::new()) }
    }

    /// Makes a transaction.
    pub(super) async fn transact(
        &self,
        transaction: Transaction,
    ) -> Result<Transacted, StoreError> {
        let Transaction { action, writes, .. } = transaction;
        let writes = writes.map_err(|_| unreadable(action, "a write"))?;
        let answer =
            self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = answer else { return Ok(Transacted::Made) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        else {
            return Err(failed(action)(error));
        };
        let refused: Vec<Option<Item>> = cancelled
            .cancellation_reasons()
            .iter()
            .map(|reason| {
                let refused = reason.code() == Some("ConditionalCheckFailed");
                refused.then(|| reason.item.clone().unwrap_or_default())
            })
            .collect();
        if refused.iter().all(Option::is_none) {
            return Err(failed(action)(error));
        }
        Ok(Transacted::Refused(refused))
    }
}
