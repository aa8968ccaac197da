//! The writes of a delivery by themselves: copies of items that a real one left, under other keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, ReturnValue, TransactWriteItem, Update, WriteRequest,
};
use futures_util::future::try_join_all;
use hookline::call::CallId;

use crate::bench::BenchError;

type Item = HashMap<String, AttributeValue>;

/// Items in one batch (a limit of the service).
const ITEMS_A_BATCH: usize = 25;

/// What is written: items as they stood before the writes, and what the writes put there.
#[derive(Debug)]
pub(super) struct Writes {
    client: Client,
    table: String,
    call: Item,
    deliveries: Vec<Item>,
    report: AttributeValue,
    attempt: AttributeValue,
}

impl Writes {
    /// Writes like those that were made for the first of these calls.
    pub(super) async fn like(
        client: &Client,
        table: &str,
        calls: &[CallId],
    ) -> Result<Self, BenchError> {
        let missing = || BenchError::Unexpected("a delivered call is not as expected".to_owned());
        let call = calls.first().ok_or_else(missing)?;
        let found = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(format!("CALL#{call}")))
            .send()
            .await
            .map_err(BenchError::during("reading a delivered call"))?;
        let (calls, deliveries): (Vec<Item>, Vec<Item>) =
            found.items.unwrap_or_default().into_iter().partition(|item| sort_key(item) == "CALL");
        let of_first = |name: &str| deliveries.first().and_then(|item| item.get(name)).cloned();
        let report = of_first("report").ok_or_else(missing)?;
        let attempt = of_first("a:001").ok_or_else(missing)?;
        let call = calls.into_iter().next().ok_or_else(missing)?;
        let deliveries = deliveries.into_iter().map(undone).collect();
        let (client, table) = (client.clone(), table.to_owned());
        Ok(Self { client, table, call, deliveries, report, attempt })
    }

    /// Puts copies of the items under other keys; answers with the partitions.
    pub(super) async fn prepare(
        &self,
        name: &str,
        calls: usize,
    ) -> Result<Vec<String>, BenchError> {
        let partitions: Vec<String> = (0..calls).map(|n| format!("CALL#{name}-{n:06}")).collect();
        let mut puts = Vec::new();
        for partition in &partitions {
            let mut call = self.call.clone();
            let pending = self.deliveries.iter().map(|item| sort_key(item).to_owned()).collect();
            call.insert("pending".to_owned(), AttributeValue::Ss(pending));
            for mut item in self.deliveries.iter().cloned().chain([call]) {
                item.insert("pk".to_owned(), AttributeValue::S(partition.clone()));
                let put = PutRequest::builder().set_item(Some(item)).build();
                let put = put.map_err(BenchError::during("putting an item"))?;
                puts.push(WriteRequest::builder().put_request(put).build());
            }
        }
        for some in puts.chunks(ITEMS_A_BATCH) {
            let batch = self.client.batch_write_item().request_items(&self.table, some.to_vec());
            batch.send().await.map_err(BenchError::during("putting items"))?;
        }
        Ok(partitions)
    }

    /// Makes the writes of every delivery, so many calls at a time.
    pub(super) async fn make(&self, calls: &[String], at_once: usize) -> Result<(), BenchError> {
        for some in calls.chunks(at_once) {
            for delivery in &self.deliveries {
                let sort = sort_key(delivery);
                try_join_all(some.iter().map(async |partition| {
                    self.claim(partition, sort).await?;
                    self.record(partition, sort).await
                }))
                .await?;
            }
        }
        Ok(())
    }

    async fn claim(&self, partition: &str, sort: &str) -> Result<(), BenchError> {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(partition, sort)))
            .update_expression("SET claimed_by = :by, due_shard = :shard, due_at = :at")
            .condition_expression("attempts_made = :made AND attribute_not_exists(claimed_by)")
            .expression_attribute_values(":by", claimant())
            .expression_attribute_values(":shard", number("7"))
            .expression_attribute_values(":at", number("1795521600000"))
            .expression_attribute_values(":made", number("0"))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(BenchError::during("claiming"))?;
        Ok(())
    }

    async fn record(&self, partition: &str, sort: &str) -> Result<(), BenchError> {
        let delivery = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(partition, sort)))
            .update_expression(
                "SET report = :report, #attempt = :attempt, recorded_by = :by \
                 ADD attempts_made :one REMOVE due_shard, due_at, claimed_by",
            )
            .condition_expression("claimed_by = :by")
            .expression_attribute_names("#attempt", "a:001")
            .expression_attribute_values(":report", self.report.clone())
            .expression_attribute_values(":attempt", self.attempt.clone())
            .expression_attribute_values(":by", claimant())
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build()
            .map_err(BenchError::during("recording"))?;
        let call = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(partition, "CALL")))
            .update_expression("DELETE pending :place")
            .condition_expression("attribute_exists(campaign_id)")
            .expression_attribute_values(":place", AttributeValue::Ss(vec![sort.to_owned()]))
            .build()
            .map_err(BenchError::during("recording"))?;
        let action = |update| TransactWriteItem::builder().update(update).build();
        self.client
            .transact_write_items()
            .transact_items(action(delivery))
            .transact_items(action(call))
            .send()
            .await
            .map_err(BenchError::during("recording"))?;
        Ok(())
    }
}

/// A delivery as it stood before anything was done about it.
fn undone(mut item: Item) -> Item {
    for name in ["report", "a:001", "recorded_by", "claimed_by"] {
        item.remove(name);
    }
    item.insert("attempts_made".to_owned(), AttributeValue::N("0".to_owned()));
    item.insert("due_shard".to_owned(), AttributeValue::N("7".to_owned()));
    item.insert("due_at".to_owned(), AttributeValue::N("1795521500000".to_owned()));
    item
}

/// As long as a claimant's name.
fn claimant() -> AttributeValue {
    AttributeValue::S("0f9a7b3e-1c2d-4e5f-8a9b-0c1d2e3f4a5b".to_owned())
}

fn key(partition: &str, sort: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(sort))])
}

fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sort| sort.as_s().ok()).map_or("", String::as_str)
}
