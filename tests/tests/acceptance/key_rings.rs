//! Keys listed, paused and deleted.

use hookline_tests::client::Body;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, merged, text};

/// A key as lists show it: without the key itself.
fn without_key(made: &Value) -> Value {
    let mut shown = made.clone();
    assert!(shown.as_object_mut().unwrap().remove("key").is_some());
    shown
}

#[tokio::test]
async fn api_keys_are_listed_without_themselves() {
    let world = World::new().await;
    let fields = json!({"name": world.named("dialler"), "scope": "calls"});
    let made = world.post("/api-keys", &fields).await.of_status(201);

    let listed = world.get("/api-keys").await;

    assert!(!listed.text.contains(&text(&made["key"])), "{}", listed.text);
    let keys = listed.of_status(200);
    let keys = keys["keys"].as_array().unwrap();
    assert!(keys.contains(&without_key(&made)), "{keys:#?}");
    let times: Vec<String> = keys.iter().map(|key| text(&key["created_at"])).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn a_paused_api_key_is_refused_and_a_deleted_one_unknown() {
    let world = World::new().await;
    world.save([]).await;
    let fields = json!({"name": "n", "scope": "calls"});
    let [paused, deleted] = [
        world.post("/api-keys", &fields).await.of_status(201),
        world.post("/api-keys", &fields).await.of_status(201),
    ];
    let path = |made: &Value| format!("/api-keys/{}", text(&made["id"]));

    let answer = world.patch(&path(&paused), &json!({"paused": true})).await.of_status(200);
    let gone = world.delete(&path(&deleted)).await;
    let again = world.delete(&path(&deleted)).await;

    assert_eq!(answer, merged(without_key(&paused), json!({"paused": true})));
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(again.of_status(404)["code"], "unknown_key");
    let start = format!("/calls/{}/start", world.named("call"));
    let body = json!({"campaign_id": world.campaign(), "occurred_at": crate::world::START});
    for (key, status) in [(paused, 403), (deleted, 401)] {
        let key = text(&key["key"]);
        let refused = world.send_as(&key, Method::POST, &start, Body::json(&body)).await;
        assert_eq!(refused.status, status, "{}", refused.text);
    }
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let world = World::new().await;
    let made = world.post("/api-keys", &json!({"scope": "admin"})).await.of_status(201);
    let (key, path) = (text(&made["key"]), format!("/api-keys/{}", text(&made["id"])));
    let pausing = |paused: bool| Body::json(&json!({"paused": paused}));

    let paused = world.send_as(&key, Method::PATCH, &path, pausing(true)).await;
    let deleted = world.send_as(&key, Method::DELETE, &path, Body::none()).await;
    let kept = world.send_as(&key, Method::PATCH, &path, pausing(false)).await;

    assert_eq!(paused.of_status(409)["code"], "own_key");
    assert_eq!(deleted.of_status(409)["code"], "own_key");
    assert_eq!(kept.of_status(200), without_key(&made));
    assert_eq!(world.delete(&path).await.status, 204, "another key may");
}

#[tokio::test]
async fn postback_keys_belong_to_their_campaign() {
    let world = World::new().await;
    world.save([]).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let made = world.postback_key(json!({"name": "Dialler", "tag_prefix": "crm_"})).await;
    let of = |campaign: &str| format!("/campaigns/{campaign}/postback-keys");
    let (own, id) = (of(&world.campaign()), text(&made["id"]));

    let listed = world.get(&own).await;
    let elsewhere = world.get(&of(&other)).await.of_status(200);
    let not_there = world.delete(&format!("{}/{id}", of(&other))).await;
    let no_api_key = world.delete(&format!("/api-keys/{id}")).await;
    let deleted = world.delete(&format!("{own}/{id}")).await;

    assert!(!listed.text.contains(&text(&made["key"])), "{}", listed.text);
    assert_eq!(listed.of_status(200), json!({"keys": [without_key(&made)]}));
    assert_eq!(elsewhere, json!({"keys": []}));
    assert_eq!(not_there.of_status(404)["code"], "unknown_key");
    assert_eq!(no_api_key.of_status(404)["code"], "unknown_key");
    assert_eq!(deleted.status, 204);
    assert_eq!(world.get(&own).await.of_status(200), json!({"keys": []}));
    let write = format!("/data/{}?caller_number=%2B16145550100&a=1", text(&made["key"]));
    assert_eq!(world.visit(&write).await.of_status(403)["result"], "forbidden");
}
