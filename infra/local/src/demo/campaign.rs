//! The campaign of the demo, and what the spec says of its call.

use serde_json::{Value, json};

use super::partner::Partner;

pub(super) fn campaign(partner: &Partner) -> Value {
    let url = |path: &str| partner.url(path);
    json!({
        "id": "solar", "name": "Solar leads", "version": 0, "settle_seconds": 1,
        "webhooks": [
            {"id": "crm", "trigger": "start", "url": url("/crm?phone=[caller_number]")},
            {"id": "interests", "trigger": "start", "url": url("/interests?caller=[nanp_caller_number]")},
            {"id": "slow", "trigger": "start", "url": url("/slow")},
            {"id": "texas", "trigger": "start", "url": url("/crm"), "matches": ["geo:us-tx"]},
            {"id": "screen", "trigger": "selected", "method": "POST", "url": url("/screen"),
             "matches": ["geo:us-ny"],
             "body": {"content_type": "application/json",
                      "template": "{\"caller\":\"[first_name] [last_name]\",\"age\":[age]}"}},
            {"id": "desk", "trigger": "answered", "tag_prefix": "desk_",
             "url": url("/desk?buyer=[buyer_name]&key=[call_key]")},
            {"id": "two-seconds", "trigger": "timer", "seconds": 2,
             "url": url("/reached?seconds=[connected_seconds]")},
            {"id": "an-hour", "trigger": "timer", "seconds": 3600, "url": url("/reached")},
            {"id": "offer", "trigger": "postback", "url": url("/posted?credit_offer=[credit_offer]")},
            {"id": "ended", "trigger": "connect", "url": url("/ended?by=[hung_up_by]")},
            {"id": "sale", "trigger": "conversion",
             "url": url("/sale?amount=[revenue]&attempt=[attempt]")},
            {"id": "no-sale", "trigger": "non_conversion", "url": url("/no-sale")},
            {"id": "sync", "trigger": "always", "method": "POST", "url": url("/sync"),
             "body": {"content_type": "application/json",
                      "template": "{\"agent\":\"[desk_agent]\",\"converted\":\"[converted]\"}"}},
        ],
        "conversion": [
            {"matches": ["credit_offer:yes"], "seconds": 2, "revenue": "30.00", "payout": "15.00"},
            {"matches": [], "seconds": 90, "revenue": "20.00", "payout": "10.00"},
        ],
    })
}

/// What section 5 of the spec says of Jason Kay's call: the area code stays, the rest of `geo`
/// follows the ZIP code of the answer, and `slow` put nothing.
pub(super) fn after_start() -> Value {
    json!({
        "age": ["23"],
        "first_name": ["Jason"],
        "gender": ["m"],
        "geo": ["614", "us", "us-10101", "us-ny"],
        "last_name": ["Kay"],
        "product_interest": ["insurance", "mortgage"],
        "sub_id": ["spring-ad"],
    })
}

/// The same with what the buyer's desk and the postback added.
pub(super) fn after_postback() -> Value {
    let mut tags = after_start();
    if let Some(tags) = tags.as_object_mut() {
        tags.insert("desk_agent".to_owned(), json!(["Ann"]));
        tags.insert("credit_offer".to_owned(), json!(["yes"]));
    }
    tags
}

/// What became of its deliveries after pings, in their order: the timer, what the postback fired,
/// and the end; with how often each was attempted.
pub(super) fn deliveries() -> Value {
    json!([
        ["two-seconds", "ok", 1],
        ["an-hour", "skipped", 0],
        ["offer", "ok", 1],
        ["ended", "ok", 1],
        ["sale", "ok", 3],
        ["sync", "ok", 1],
    ])
}
