//! Who plays: the campaigns, the keys, and what the partner answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::CAMPAIGN;
use crate::partner::{Partner, Reply};

/// What the partner says at each address, and how long it thinks.
pub(super) fn instruct(partner: &Partner) {
    let millis = Duration::from_millis;
    let caller = json!({"first_name": "Jason", "last_name": "Kay", "zip": "10101",
        "geo": "us-10101", "homeowner": "yes", "roof": "pitched"});
    let bid = json!({"bid": {"amount": "38.50", "expires": 90}, "buyer": "Bright Homes"});
    partner.on("/crm/callers", Reply::json(&caller).after(millis(140)));
    partner.on("/rtb/solar", Reply::json(&bid).after(millis(310)));
    partner.on("/desk/calls", Reply::json(&json!({"agent": "Ann"})).after(millis(60)));
    partner.on("/conversions/spring-ad", Reply::status(204).after(millis(45)));
    let fault = json!({"error": "account suspended", "code": "ACC-17"}).to_string();
    let down = format!(
        "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{fault}",
        fault.len(),
    );
    partner.on("/conversions/summer-ad", Reply::raw(down).after(millis(220)));
    partner.on("/ledger", Reply::json(&json!({"row": 4711})).after(millis(80)));
}

/// The campaign that is shown.
pub(super) fn campaign(partner: &Partner) -> Value {
    let url = |path: &str| partner.url(path);
    let json_body =
        |template: &str| json!({"content_type": "application/json", "template": template});
    json!({
        "id": CAMPAIGN, "name": "Solar leads", "version": 0, "settle_seconds": 0,
        "default_tags": {"vertical": "solar"},
        "return_callers": {"remember": "all", "days": 90},
        "conversion": [
            {"matches": ["homeowner:yes"], "seconds": 6, "revenue": "42.00", "payout": "30.00"},
            {"matches": [], "seconds": 30, "revenue": "20.00", "payout": "12.00"},
        ],
        "webhooks": [
            {"id": "crm", "name": "CRM lookup", "trigger": "start",
             "url": url("/crm/callers?phone=[nanp_caller_number]&source=[sub_id]")},
            {"id": "auction", "name": "Lead auction", "trigger": "start", "method": "POST",
             "url": url("/rtb/solar"), "matches": ["geo:us"], "timeout_ms": 900,
             "headers": {"x-account": "hookline-demo"}, "tag_prefix": "rtb_",
             "response_map": {"bid": "bid.amount", "buyer": "buyer"},
             "body": json_body("{\"caller\": \"[caller_number]\", \"state\": \"[caller_state]\"}")},
            {"id": "desk", "name": "Agent's screen", "trigger": "answered", "method": "POST",
             "url": url("/desk/calls"), "tag_prefix": "desk_",
             "body": json_body("{\"name\": \"[first_name] [last_name]\", \"zip\": \"[zip]\", \
                                \"bid\": [rtb_bid]}")},
            {"id": "sale", "name": "Sale to the ad network", "trigger": "conversion",
             "url": url("/conversions/[sub_id]?value=[revenue]&call=[call_id]"), "retry": "none"},
            {"id": "ledger", "name": "Call ledger", "trigger": "always", "method": "POST",
             "url": url("/ledger"),
             "body": json_body("{\"call\": \"[call_id]\", \"agent\": \"[desk_agent]\", \
                                \"converted\": [converted]}")},
        ],
    })
}

/// Campaigns that stand beside it in the list.
pub(super) fn other_campaigns() -> [Value; 2] {
    let hook =
        |id: &str| json!({"id": id, "trigger": "always", "url": "https://crm.example/calls"});
    [
        json!({"id": "medicare-q4", "name": "Medicare, open enrolment", "version": 0,
               "webhooks": [hook("crm"), hook("sheet")]}),
        json!({"id": "roofing", "name": "Roofing", "version": 0, "enabled": false, "webhooks": []}),
    ]
}

/// Keys of people and platforms.
pub(super) fn api_keys() -> [Value; 2] {
    [json!({"name": "our switch", "scope": "calls"}), json!({"name": "Ann", "scope": "admin"})]
}

/// Keys of partners.
pub(super) fn postback_keys() -> [Value; 2] {
    [
        json!({"name": "CRM", "tag_prefix": "crm_", "storage_seconds": 172_800}),
        json!({"name": "Bright Homes", "tag_prefix": "buyer_", "cutoff_seconds": 7200}),
    ]
}
