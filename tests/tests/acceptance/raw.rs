//! What a platform says that the plain shape has no field for is kept under its own names, and is
//! never an error.

use serde_json::{Value, json};

use crate::world::{START, World, merged, text};

/// The one event of a call that goes by that name.
fn event<'a>(call: &'a Value, name: &str) -> &'a Value {
    let mut found = call["events"].as_array().unwrap().iter().filter(|one| one["event"] == *name);
    let event = found.next().unwrap();
    assert_eq!(found.next(), None, "{call:#}");
    event
}

#[tokio::test]
async fn what_the_plain_shape_does_not_know_is_shown_with_its_event() {
    let world = World::new().await;
    world.save([world.hook("start", "")]).await;
    let start = world.start("call", json!({"queue": {"name": "east", "size": 2}, "lang": "en"}));
    let start = start.await.of_status(200);
    let _ = world.event("call", "selected", json!({})).await.of_status(200);
    let buyer = json!({"buyer": {"id": "b1", "agent": "7"}, "recording_url": 1});
    let _ = world.event("call", "answered", buyer).await.of_status(200);
    let call_key = text(&start["call_key"]);
    let secrets = json!({"call_key": call_key, "headers": {"Authorization": "Bearer abc"},
        "sent": [{"name": "X-Api-Key", "value": "abc"}, "Authorization: Bearer abc"],
        "note": format!("https://a:b@c.example/?token={call_key}"), "utm_keyword": "solar",
        "sip_uri": format!("sip:a@b.example;key={call_key}"), "none": null});
    let _ = world.end("call", secrets).await.of_status(200);

    let call = world.call("call").await;

    let raw = |name: &str| event(&call, name)["raw"].clone();
    assert_eq!(raw("start"), json!({"lang": "en", "queue": {"name": "east", "size": 2}}));
    assert_eq!(raw("selected"), Value::Null);
    assert_eq!(raw("answered"), json!({"buyer": {"agent": "7"}, "recording_url": 1}));
    let masked = json!({"call_key": "********", "headers": {"Authorization": "********"},
        "sent": [{"name": "X-Api-Key", "value": "********"}, "Authorization: ********"],
        "note": "https://a:********@c.example/?token=********", "utm_keyword": "solar",
        "sip_uri": "sip:a@b.example;key=********"});
    assert_eq!(raw("ended"), masked);
}

#[tokio::test]
async fn an_event_told_again_with_more_keeps_what_it_said_first() {
    let world = World::new().await;
    world.save([]).await;
    let _ = world.start("call", json!({"lang": "en"})).await.of_status(200);
    let _ = world.start("call", json!({"lang": "de", "more": true})).await.of_status(200);
    assert_eq!(event(&world.call("call").await, "start")["raw"], json!({"lang": "en"}));
}

#[tokio::test]
async fn of_more_than_is_kept_the_rest_is_left_out_and_told() {
    let world = World::new().await;
    world.save([]).await;
    let said = json!({"a": 1, "b": "v".repeat(20_000), "c": "v".repeat(12_000)});
    let _ = world.start("call", said.clone()).await.of_status(200);

    let call = world.call("call").await;

    let start = event(&call, "start");
    assert_eq!(start["raw"], json!({"a": 1, "c": said["c"]}));
    assert_eq!(start["raw_cut"], true);
}

#[tokio::test]
async fn what_an_invoke_says_besides_is_kept_likewise() {
    let world = World::new().await;
    world.save([]).await;
    let start = merged(
        json!({"call_id": world.named("call"), "campaign_id": world.campaign(), "lang": "en"}),
        json!({"occurred_at": "2026-11-23T17:00:00Z"}),
    );
    world.invoke("start", start).await.unwrap();
    assert_eq!(event(&world.call("call").await, "start")["raw"], json!({"lang": "en"}));
}

#[tokio::test]
async fn the_name_of_the_event_in_a_direct_invoke_is_not_kept() {
    let world = World::new().await;
    world.save([]).await;
    let invoke = json!({"call_id": world.named("call"), "campaign_id": world.campaign(),
        "event": "start", "occurred_at": START, "queue": "east"});

    world.invoke("start", invoke).await.unwrap();

    assert_eq!(event(&world.call("call").await, "start")["raw"], json!({"queue": "east"}));
}
