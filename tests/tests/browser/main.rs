//! The console in a real browser: what people do there, click by click.
//!
//! Every test has a stack, a stub partner and a headless Chromium of its own ([`scene`]). Where
//! Chromium or its driver is missing the suite says so and passes, except in CI, which has to have
//! them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this crate is tests, what they share included"
)]

mod calls;
mod editor;
mod every_page;
mod failed;
mod keyboard;
mod keys;
mod no_script;
mod scene;
mod sign_in;
