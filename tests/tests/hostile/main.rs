//! Receivers that mean harm, before the real sender: nothing a partner does can hurt a call.
//!
//! A module for each way to be hostile. A receiver answers byte for byte what a test says, on a
//! loopback port; what comes of it is asked for pings and for browser requests alike. Whatever a
//! receiver does, the sender is done by its deadline, takes little from it, leaves, and says nothing
//! that is a key (see [`encounter`]). Nothing here waits by sleeping.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a receiver that cannot be hostile fails the test"
)]

mod beside;
mod codings;
mod encounter;
mod floods;
mod framing;
mod hang_ups;
mod heads;
mod inside;
mod not_http;
mod receiver;
mod redirects;
mod slow;
mod statuses;
mod tls;
