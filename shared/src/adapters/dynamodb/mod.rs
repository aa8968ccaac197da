//! The store: one `DynamoDB` table, where every step that decides something is one conditional
//! write.
//!
//! - A call is one item; each tag key is its own string set, so that merging is `ADD`: no
//!   read-modify-write, any order, twice is once.
//! - Deliveries stand beside their call, an item each, and so does what an event said that nothing
//!   knows what to do with. What is due of a call or a delivery is in the
//!   sparse index `due`, and in nothing else that the sweep reads.
//! - A caller of a campaign is one partition: the latest call, remembered tags, data that waits and
//!   de-dupe windows, an item each with a time to live of its own.
//! - Campaigns are one JSON document an item; keys stand under their hash. What is listed of them
//!   stands in a partition of its own, written in the same transaction, so that nothing is scanned.
//! - The calls and the failed deliveries of a campaign's day are in the sparse index `log`.

mod access;
mod advance;
mod cache;
mod call_item;
mod call_log;
mod caller_item;
mod callers;
mod calls;
mod campaigns;
mod claim;
mod claim_checked;
mod contacts;
mod deliveries;
mod delivery_item;
mod failure;
mod item;
mod keys;
mod log;
mod log_cursor;
mod partitions;
mod past_due;
mod raw_item;
mod record;
mod retry;
mod sessions;
mod table;
mod transaction;
mod update;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::adapters::system::SystemClock;
use crate::campaign::{Campaign, CampaignId};
use crate::key::{Key, KeyHash};
use cache::Cache;

pub use partitions::{CallPartitions, key_partition};
pub use retry::ConflictRetry;
pub use table::create_table;

/// How long a call and its deliveries are kept, in days.
pub const CALL_RETENTION_DAYS: i64 = 90;

/// The table, with campaigns and keys remembered for up to 30 seconds.
#[derive(Debug)]
pub struct DynamoDb {
    client: Client,
    table: String,
    campaigns: Cache<SystemClock, CampaignId, Arc<Campaign>>,
    keys: Cache<SystemClock, KeyHash, Arc<Key>>,
}

impl DynamoDb {
    /// The store in the table of that name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, campaigns: Cache::new(SystemClock), keys: Cache::new(SystemClock) }
    }
}
