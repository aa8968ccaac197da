//! Finds what is past due, by the sparse index `due` and nothing else.

use super::DynamoDb;
use super::delivery_item::delivery_key_of;
use super::failure::failed;
use super::item::{Item, get_millis, get_text, number};
use crate::call::CallId;
use crate::ports::StoreError;
use crate::ports::deliveries::PastDue;
use crate::ports::hints::{DueHint, Fair, Hint};
use crate::time::Timestamp;

/// In how many partitions the index is kept. A call with everything configured writes 20 units to it:
/// at ten thousand calls a second, that leaves each partition below the thousand a second that the
/// service takes (`infra/CAPACITY.md`). There may be more some day and never fewer: what was written
/// when there were 16 stands in the first of them.
pub(super) const DUE_SHARDS: u16 = 384;

/// How many items are read at a time: what a sweep wants, and a line or two before it that are longer
/// than their call's share. Another page is read only where these were not enough.
const PAGE: i32 = 100;

impl PastDue for DynamoDb {
    const SHARDS: u16 = DUE_SHARDS;

    async fn past_due(
        &self,
        shard: u16,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueHint>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("due_shard = :shard AND due_at <= :by")
            .expression_attribute_values(":shard", number(i64::from(shard)))
            .expression_attribute_values(":by", number(by.as_millis()))
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut found = Fair::new(limit);
        while !found.is_full()
            && let Some(item) = pages.next().await
        {
            found.extend(due_of(&item.map_err(failed("find what is past due"))?));
        }
        Ok(found.into_hints())
    }
}

/// What an item of the index is about, and since when that is due.
fn due_of(item: &Item) -> Option<DueHint> {
    let due_at = get_millis(item, "due_at")?;
    let call = CallId::parse(get_text(item, "pk")?.strip_prefix("CALL#")?).ok()?;
    let hint = match get_text(item, "sk")? {
        "CALL" => Hint::Call { call },
        sort => Hint::Delivery(delivery_key_of(call, sort)?),
    };
    Some(DueHint { due_at, hint })
}
