//! The real binaries under a simulated Lambda runtime, before a store and partners of the test's
//! own.
//!
//! Nothing is shared between tests and nothing leaves loopback. A binary gets the environment that
//! Lambda and `template.yaml` would give it and no more.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's world that cannot be built fails the test"
)]

mod addresses;
mod amazon_connect;
mod api;
mod call;
mod end;
mod first_key;
mod init;
mod logs;
mod metrics;
mod postbacks;
mod refusals;
mod request;
mod store_gone;
mod twilio;
mod world;
