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

/// A GET request as API Gateway hands it over (payload format 2.0). The route names the parameter
/// whose value stands in the path.
#[must_use]
pub fn get(path: &str, route: &str, parameter: (&str, &str), query: &str, bearer: &str) -> Value {
    let (name, value) = parameter;
    let route = format!("GET {route}");
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"authorization": format!("Bearer {bearer}"), "host": "hooks.example"},
        "pathParameters": {name: value},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "hooks.example",
            "domainPrefix": "hooks",
            "http": {
                "method": "GET", "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7", "userAgent": "bench",
            },
            "requestId": "request-1",
            "routeKey": route,
            "stage": "$default",
            "time": "23/Nov/2026:17:00:00 +0000",
            "timeEpoch": 1_795_453_200_000_i64,
        },
        "isBase64Encoded": false,
    })
}
