//! What functions are invoked with.

use serde_json::{Value, json};

/// A start of that call, by a caller of its own.
#[must_use]
pub fn start(campaign: &str, call: usize) -> Value {
    let line = call % 10_000;
    json!({
        "call_id": id(call), "campaign_id": campaign, "occurred_at": "2026-11-23T17:00:00Z",
        "caller_number": format!("+1614555{line:04}"), "called_number": "+18005550100",
        "tags": {"sub_id": "spring-ad"},
    })
}

/// A buyer of that call was chosen, or answered.
#[must_use]
pub fn buyer(call: usize) -> Value {
    json!({
        "call_id": id(call), "occurred_at": "2026-11-23T17:00:05Z",
        "buyer": {"id": "b7", "name": "Sunny", "tags": {"tier": "gold"}}, "attempt": 1,
    })
}

/// That call ended.
#[must_use]
pub fn ended(call: usize) -> Value {
    json!({"call_id": id(call), "occurred_at": "2026-11-23T17:01:39Z", "hung_up_by": "caller"})
}

/// The id of a call.
#[must_use]
pub fn id(call: usize) -> String {
    format!("call-{call}")
}
