//! What the store's ports promise, held against both stores: `DynamoDB`, cold and warm, and the one
//! in memory; raced and repeated.
//!
//! Every test has a store of its own, in `DynamoDB` a table in an embedded database. Times are
//! arguments, so nothing waits. What is about `DynamoDB` alone is in modules named for it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's world that cannot be built fails the test"
)]

mod advance;
mod attempts;
mod call_log_dynamodb;
mod callers;
mod campaign_list_dynamodb;
mod campaigns;
mod claim;
mod claim_guards;
mod claim_race;
mod contacts;
mod cut_off;
mod deliveries;
mod died_over;
mod dynamodb;
mod failed_dynamodb;
mod fired;
mod first_key_dynamodb;
mod interrupted;
mod journal;
mod key_ring_dynamodb;
mod keys;
mod kind;
mod last_call;
mod owing;
mod past_due;
mod pings_until;
mod postings;
mod race;
mod raw;
mod record;
mod recorded;
mod recordings;
mod records_meet;
mod remember;
mod replayed;
mod replays;
mod room;
mod sample;
mod sessions_dynamodb;
mod store;
mod table;
mod table_dynamodb;
mod use_cases;
mod waiting_limits;
mod waiting_orders;
mod waiting_race;
mod windows;
mod world;
