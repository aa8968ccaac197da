//! The recorded shapes of `infra/events`, and what flows and instances bring besides.

mod contacts;
mod flows;

use hookline::time::Timestamp;
use serde_json::{Value, json};

pub(super) const START: &str =
    include_str!("../../../../../infra/events/amazon-connect-start.json");
pub(super) const SELECTED: &str =
    include_str!("../../../../../infra/events/amazon-connect-selected.json");
pub(super) const ANSWERED: &str =
    include_str!("../../../../../infra/events/amazon-connect-contact-answered.json");
pub(super) const TRANSFERRED: &str =
    include_str!("../../../../../infra/events/amazon-connect-contact-transferred.json");
pub(super) const ENDED: &str =
    include_str!("../../../../../infra/events/amazon-connect-contact-ended.json");
/// An end as in the sample that AWS documents, which says neither why nor of a recording.
pub(super) const ENDED_BARE: &str =
    include_str!("../../../../../infra/events/amazon-connect-contact-ended-bare.json");

pub(super) const CALL: &str = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe";
pub(super) const SECOND: &str = "c1f7a4b2-0d3e-4a6f-9b8c-7e5d4f3a2b1c";
pub(super) const QUEUE: &str = "3c7d1f52-91aa-4f0b-8f7e-6a5d4c3b2a19";
pub(super) const AGENT: &str = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
pub(super) const NOW: &str = "2026-11-23T17:00:01Z";

pub(super) fn time(text: &str) -> Timestamp {
    Timestamp::from_json(&json!(text)).unwrap()
}

pub(super) fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A sample with some of it in another way.
pub(super) fn with(text: &str, changes: &[(&str, Value)]) -> Value {
    let mut event = sample(text);
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    event
}
