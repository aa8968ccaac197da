//! Spec section 13: platforms that invoke the functions directly.

use hookline_tests::partner::Reply;
use serde_json::json;

use crate::world::{START, World, reports, text};

#[tokio::test]
async fn a_start_is_reported_by_direct_invoke_as_over_http() {
    let world = World::new().await;
    world.partner.on("/crm", Reply::json(&json!({"first_name": "Jason"})));
    world.save([world.webhook("crm", "/crm", json!({}))]).await;
    let event = json!({
        "call_id": world.named("call"),
        "campaign_id": world.campaign(),
        "caller_number": world.caller(),
        "occurred_at": START,
        "tags": {"sub_id": "x"},
    });

    let mut answer = world.invoke("start", event.clone()).await.unwrap();
    let again = world.invoke("start", event).await.unwrap();

    assert_eq!(again, answer);
    answer["webhooks"] = reports(&answer);
    assert_eq!(
        answer,
        json!({
            "call_id": world.named("call"),
            "call_key": text(&answer["call_key"]),
            "tags": {"first_name": ["Jason"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]},
            "webhooks": [{"id": "crm", "status": "ok", "http_status": 200,
                          "tags": {"first_name": ["Jason"]}, "notes": []}],
        })
    );
    assert_eq!(world.targets_at("/crm"), ["/crm"]);
}

#[tokio::test]
async fn what_the_caller_did_wrong_is_in_the_answer() {
    let world = World::new().await;
    world.save([]).await;
    let event = json!({
        "call_id": world.named("call"),
        "campaign_id": world.campaign(),
        "caller_number": "614",
        "occurred_at": START,
    });

    let answer = world.invoke("start", event).await.unwrap();

    assert_eq!(answer["error"]["code"], "invalid");
    assert_eq!(answer["error"]["errors"][0]["pointer"], "/caller_number");
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    let shown = world.get(&format!("/calls/{}", world.named("call"))).await;
    assert_eq!(shown.status, 404, "{}", shown.text);
}
