//! Webhooks changed one by one, and campaigns deleted.

use serde_json::{Value, json};

use crate::world::{World, faults, merged};

impl World {
    /// The path of a webhook of this world's campaign.
    fn webhook_path(&self, id: &str) -> String {
        format!("/campaigns/{}/webhooks/{id}", self.campaign())
    }
}

#[tokio::test]
async fn a_webhook_is_added_read_changed_and_removed() {
    let world = World::new().await;
    let first = world.save([world.hook("start", "")]).await;
    let path = world.webhook_path("sale");
    let new = json!({"trigger": "conversion", "url": "https://a.example/?id=[sub_id]"});

    let added = world.put(&format!("{path}?version=1"), &new).await.of_status(200);
    let read = world.get(&path).await.of_status(200);
    let changed = merged(added["webhook"].clone(), json!({"enabled": false}));
    let changed = world.put(&format!("{path}?version=2"), &changed).await.of_status(200);
    let both = world.get(&format!("/campaigns/{}", world.campaign())).await.of_status(200);
    let left = world.delete(&format!("{path}?version=3")).await.of_status(200);

    assert_eq!(read, added);
    assert_eq!((&added["campaign_version"], &added["webhook"]["id"]), (&json!(2), &json!("sale")));
    assert_eq!(added["webhook"]["retry"], "standard", "defaults are filled in");
    assert_eq!(changed["webhook"], merged(added["webhook"].clone(), json!({"enabled": false})));
    assert_eq!(both["webhooks"], json!([first["webhooks"][0], changed["webhook"]]));
    assert_eq!(left, merged(first, json!({"version": 4})));
    assert_eq!(world.get(&path).await.of_status(404)["code"], "unknown_webhook");
}

#[tokio::test]
async fn faults_are_told_by_their_place_in_the_webhook() {
    let world = World::new().await;
    world.save([world.hook("start", "")]).await;
    let path = world.webhook_path("sale");
    let wrong = json!({"id": "other", "trigger": "timer", "url": "https://[x].example/"});

    let misnamed = world.put(&format!("{path}?version=1"), &wrong).await.of_status(422);
    let wrong = merged(wrong, json!({"id": "sale"}));
    let refused = world.put(&format!("{path}?version=1"), &wrong).await.of_status(422);
    let versionless = world.put(&path, &wrong).await.of_status(422);

    assert_eq!(faults(&misnamed), ["/id: must be sale, as in the address"]);
    let pointers = crate::world::pointers(&refused);
    assert_eq!(pointers, ["/seconds", "/url"]);
    assert_eq!(faults(&versionless), ["/version: is required"]);
}

#[tokio::test]
async fn a_stale_change_of_a_webhook_changes_nothing() {
    let world = World::new().await;
    world.save([world.hook("start", "")]).await;
    let two =
        world.save_with(json!({"version": 1, "webhooks": [world.hook("start", "?n=2")]})).await;
    let path = world.webhook_path("start");

    let saved = world.put(&format!("{path}?version=1"), &world.hook("start", "?n=3")).await;
    let removed = world.delete(&format!("{path}?version=1")).await;
    let deleted = world.delete(&format!("/campaigns/{}?version=1", world.campaign())).await;

    for problem in [saved, removed, deleted].map(|answer| answer.of_status(409)) {
        assert_eq!((&problem["code"], &problem["current"]), (&json!("stale_version"), &two));
    }
    assert_eq!(world.get(&format!("/campaigns/{}", world.campaign())).await.of_status(200), two);
}

#[tokio::test]
async fn a_deleted_campaign_is_gone_with_its_keys_and_its_calls_stay() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.postback_key(json!({})).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let path = format!("/campaigns/{}", world.campaign());

    let deleted = world.delete(&format!("{path}?version=1")).await;

    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    assert_eq!(world.get(&path).await.of_status(404)["code"], "unknown_campaign");
    assert_eq!(world.delete(&format!("{path}?version=1")).await.status, 404);
    let listed = world.get("/campaigns").await.of_status(200);
    let ids = listed["campaigns"].as_array().unwrap().iter().map(|campaign| &campaign["id"]);
    assert!(!ids.into_iter().any(|id| *id == json!(world.campaign())), "{listed:#}");
    assert_eq!(world.call("call").await["campaign_id"], json!(world.campaign()));
    // Begun anew under the same id it has none of the old keys.
    world.save([]).await;
    let keys = world.get(&format!("{path}/postback-keys")).await.of_status(200);
    assert_eq!(keys, json!({"keys": []}), "{key:#}");
}

#[tokio::test]
async fn unknown_campaigns_and_webhooks_are_not_found() {
    let world = World::new().await;
    world.save([]).await;
    let hook = world.hook("start", "");
    let nowhere = format!("/campaigns/{}/webhooks/start", world.named("nobody"));

    let codes = [
        world.get(&nowhere).await,
        world.put(&format!("{nowhere}?version=0"), &hook).await,
        world.delete(&format!("{nowhere}?version=0")).await,
        world.delete(&format!("{}?version=1", world.webhook_path("start"))).await,
    ]
    .map(|answer| answer.of_status(404)["code"].clone());

    let campaign = "unknown_campaign";
    assert_eq!(codes, [campaign, campaign, campaign, "unknown_webhook"].map(Value::from));
}
