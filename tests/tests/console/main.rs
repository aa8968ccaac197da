//! The console over HTTP, as a browser without scripts asks for it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this crate is tests, what they share included"
)]

mod addresses;
mod forms;
mod visitor;
