//! The store's ports against `DynamoDB`: what they promise, warm and cold, raced and repeated.
//!
//! Every test has a table of its own in an embedded database. Times are arguments, so nothing waits.
//! "Cold" is a function's sandbox just started: an adapter that remembers no campaign and no key.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's world that cannot be built fails the test"
)]

mod callers;
mod campaigns;
mod claim;
mod claim_guards;
mod claim_race;
mod cut_off;
mod interrupted;
mod keys;
mod last_call;
mod postings;
mod record;
mod remember;
mod use_cases;
mod waiting_limits;
mod waiting_orders;
mod waiting_race;
mod world;
