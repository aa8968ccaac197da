//! A flow of Amazon Connect invokes the functions as it does in a sandbox.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use super::world::{SELECTED, START, World, take_call_key};

const FLOW_START: &str = include_str!("../../../infra/events/amazon-connect-start.json");
const FLOW_SELECTED: &str = include_str!("../../../infra/events/amazon-connect-selected.json");
const CALL: &str = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe";

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_flow_is_answered_with_its_map_and_fails_only_when_the_store_does() {
    let world = World::new().await;
    let crm = json!([
        {"id": "crm", "trigger": "start", "url": world.partner.url("/crm?phone=[caller_number]")},
        {"id": "gone", "trigger": "start", "timeout_ms": 300, "url": world.partner.url("/gone")},
    ]);
    world.campaign(&crm).await;
    world.partner.on("/crm", Reply::json(&json!({"first_name": "Jason", "bid.amount": 12.5})));
    world.partner.on("/gone", Reply::never());
    let start = world.function(START).await;

    let mut answer = start.invoke(sample(FLOW_START)).await.unwrap();

    take_call_key(&mut answer);
    let map = json!({"call_id": CALL, "system_status": "ok", "sub_id": "google",
        "language_chosen": "en", "geo": "614,us,us-oh", "first_name": "Jason", "bid_amount": "12.5"});
    assert_eq!(answer, map);
    let selected = world.function(SELECTED).await.invoke(sample(FLOW_SELECTED)).await.unwrap();
    assert_eq!(selected, map);
    let asked = world.partner.requests_to("/crm").into_iter().map(|request| request.target);
    assert_eq!(asked.collect::<Vec<_>>(), ["/crm?phone=%2B16145550100"]);

    world.database.stop().await;

    let unavailable = start.invoke(sample(FLOW_START)).await.unwrap_err();
    assert_eq!(unavailable.error_type, "Hookline.Unavailable");
}
