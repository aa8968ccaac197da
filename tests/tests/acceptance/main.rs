//! Acceptance: a call goes in, tags and webhooks come out, seen from outside over HTTP.
//!
//! A module for each part of the spec, a test for each of its sentences about calls.
//! Every test starts a stack of its own in memory. With `HOOKLINE_URL` and `HOOKLINE_ADMIN_KEY`
//! set they all drive that one instead, as often as one likes: no test uses another's ids; the module
//! `direct_invokes` asks for `HOOKLINE_INVOKE_URL` and `HOOKLINE_FUNCTION_PREFIX` too.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this crate is tests, what they share included"
)]

mod always;
mod amazon_connect;
mod amazon_connect_legs;
mod answers;
mod bad_input;
mod browser;
mod calls;
mod campaign_faults;
mod campaigns;
mod changes;
mod cloud_events;
mod conversion;
mod dedupe;
mod deliveries;
mod direct_invokes;
mod end_of_call;
mod ended;
mod geo;
mod key_rings;
mod keys;
mod late_answers;
mod lists;
mod matches;
mod partners;
mod postback_webhooks;
mod postbacks;
mod posted_conversion;
mod raw;
mod recordings;
mod reference;
mod replays;
mod return_callers;
mod room;
mod schemas;
mod selected_answered;
mod signing;
mod source_data;
mod start;
mod story;
mod time;
mod timers;
mod token_values;
mod tokens;
mod trying_out;
mod twilio;
mod twilio_refusals;
mod waiting_data;
mod withheld_callers;
mod world;
