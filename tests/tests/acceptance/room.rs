//! How much a call takes about buyers.

use serde_json::{Map, Value, json};

use crate::world::World;

#[tokio::test]
async fn a_call_that_is_full_of_buyers_refuses_another_and_still_ends() {
    let world = World::new().await;
    world.save([world.hook("selected", "")]).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let tags: Map<String, Value> =
        (0..30).map(|key| (format!("k{key}"), json!("v".repeat(1000)))).collect();
    let selected = |attempt| {
        let buyer = json!({"id": "b1", "tags": tags});
        world.event("call", "selected", json!({"attempt": attempt, "buyer": buyer}))
    };
    for attempt in 1..=3 {
        let _ = selected(attempt).await.of_status(200);
    }
    let before = world.call("call").await;

    let refused = selected(4).await.of_status(409);

    let told = "this call takes no more selected, answered and recording events: together they \
                weigh at most 96 KiB";
    assert_eq!(
        refused,
        json!({"title": "call_full", "status": 409, "detail": told, "code": "call_full",
            "errors": []})
    );
    assert_eq!(world.call("call").await, before);
    let _ = selected(3).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);
    let _ = world.came("/selected", 3).await;
}
