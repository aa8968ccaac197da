//! What told a call's story on, and where its tags came from.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{START, World, merged, text};

#[tokio::test]
async fn a_call_tells_what_was_reported_posted_and_known_and_who_brought_each_tag() {
    let world = World::new().await;
    world.partner.on("/crm", Reply::json(&json!({"score": 7})));
    let fields = json!({
        "webhooks": [world.webhook("crm", "/crm", json!({}))],
        "default_tags": {"vertical": ["solar"]},
    });
    world.save_with(fields).await;
    let start = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let _ = world.event("call", "answered", json!({})).await.of_status(200);
    let _ = world.post_back("call", &start, "score=7&age=23").await;

    let mut call = world.call("call").await;

    let own = "by Hookline's clock";
    for event in call["events"].as_array_mut().unwrap() {
        let event = event.as_object_mut().unwrap();
        if event["source"] == "event" {
            assert!(!text(&event.remove("reported_at").unwrap()).is_empty());
        } else {
            event.insert("at".to_owned(), json!(own));
        }
    }
    let mut events = call["events"].as_array().unwrap().clone();
    events.sort_by_key(Value::to_string);
    let wanted = [
        json!({"at": START, "source": "event", "event": "start", "tags": {"sub_id": ["x"]}}),
        json!({"at": "2026-11-23T17:00:10Z", "source": "event", "event": "answered", "buyer": "b1"}),
        json!({"at": own, "source": "defaults", "tags": {"vertical": ["solar"]}}),
        json!({"at": own, "source": "postback", "tags": {"age": ["23"], "score": ["7"]}}),
    ];
    assert_eq!(events, wanted);
    let delivery = &call["deliveries"][0]["id"];
    let origins = |key: &str, value: &str| {
        let all = call["tag_origins"].as_array().unwrap().iter();
        let mut found = all.filter(|origin| origin["key"] == key && origin["value"] == value);
        let from = found.next().unwrap()["from"].as_array().unwrap().clone();
        assert_eq!(found.next(), None);
        let without_time = |mut origin: Value| {
            origin.as_object_mut().unwrap().remove("at");
            origin
        };
        from.into_iter().map(without_time).collect::<Vec<_>>()
    };
    assert_eq!(origins("geo", "us-oh"), [json!({"source": "number"})]);
    assert_eq!(origins("vertical", "solar"), [json!({"source": "defaults"})]);
    assert_eq!(origins("sub_id", "x"), [json!({"source": "event", "event": "start"})]);
    let webhook = json!({"source": "webhook", "webhook": "crm", "trigger": "start"});
    let webhook = merged(webhook, json!({"delivery": delivery}));
    assert_eq!(origins("score", "7"), [webhook, json!({"source": "postback"})]);
}
