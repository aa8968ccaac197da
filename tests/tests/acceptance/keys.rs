//! Spec sections 11 and 13: who is let in.

use hookline_tests::client::Body;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{START, World, faults, text};

/// What a platform reports.
const EVENTS: [&str; 4] = ["start", "selected", "answered", "ended"];

/// Every request that needs a key, for a campaign and a call of that world.
fn doors(world: &World) -> Vec<(Method, String, Body)> {
    let (campaign, call) = (world.campaign(), world.named("new"));
    let event = json!({
        "campaign_id": campaign, "occurred_at": START, "caller_number": world.caller(),
        "buyer": {"id": "b1"},
    });
    let document = json!({"id": campaign, "name": "x", "version": 1});
    let mut doors = vec![
        (Method::GET, format!("/campaigns/{campaign}"), Body::none()),
        (Method::PUT, format!("/campaigns/{campaign}"), Body::json(&document)),
        (Method::POST, format!("/campaigns/{campaign}/postback-keys"), Body::json(&json!({}))),
        (
            Method::PATCH,
            format!("/campaigns/{campaign}/postback-keys/{}", "0".repeat(64)),
            Body::json(&json!({"paused": true})),
        ),
        (Method::POST, "/api-keys".to_owned(), Body::json(&json!({"scope": "admin"}))),
        (Method::GET, format!("/calls/{call}"), Body::none()),
        (Method::GET, "/openapi.json".to_owned(), Body::none()),
        (Method::GET, "/nothing/here".to_owned(), Body::none()),
    ];
    for kind in EVENTS {
        doors.push((Method::POST, format!("/calls/{call}/{kind}"), Body::json(&event)));
    }
    doors
}

/// Nothing came of what was refused.
async fn assert_untouched(world: &World) {
    assert_eq!(world.get(&format!("/calls/{}", world.named("new"))).await.status, 404);
    let campaign = world.get(&format!("/campaigns/{}", world.campaign())).await.of_status(200);
    assert_eq!((&campaign["name"], &campaign["version"]), (&json!("Solar leads"), &json!(1)));
}

#[tokio::test]
async fn without_a_key_or_with_an_unknown_one_nobody_is_let_in() {
    let world = World::new().await;
    world.save([]).await;
    for bearer in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Basic YTpi"),
        Some("Bearer nobody-was-given-this"),
    ] {
        for (method, path, body) in doors(&world) {
            let answer = world.send_bare(bearer, method.clone(), &path, body).await;
            assert_eq!(answer.content_type, "application/problem+json");
            assert!(answer.text.contains("\"www-authenticate\": \"Bearer\""), "{}", answer.text);
            let problem = answer.of_status(401);
            let told = (&problem["status"], &problem["code"], &problem["errors"]);
            assert_eq!(told, (&json!(401), &json!("unauthorized"), &json!([])), "{method} {path}");
        }
    }
    assert_untouched(&world).await;
}

#[tokio::test]
async fn a_calls_key_reports_events_and_does_nothing_else() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.api_key("calls").await;
    for (method, path, body) in doors(&world) {
        let answer = world.send_as(&key, method.clone(), &path, body).await;
        let is_event = EVENTS.iter().any(|event| path.ends_with(event));
        let wanted = if is_event { 200 } else { 403 };
        assert_eq!(answer.status, wanted, "{method} {path}: {}", answer.text);
        if !is_event {
            assert_eq!(answer.body["code"], json!("forbidden"));
        }
    }
    let call = world.get(&format!("/calls/{}", world.named("new"))).await.of_status(200);
    assert_eq!(call["buyer_events"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_made_admin_key_does_everything() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.api_key("admin").await;
    let statuses = [200, 200, 201, 404, 201, 404, 200, 404, 200, 200, 200, 200];
    for ((method, path, body), status) in doors(&world).into_iter().zip(statuses) {
        let answer = world.send_as(&key, method.clone(), &path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_postback_key_is_no_bearer_key() {
    let world = World::new().await;
    world.save([]).await;
    let key = text(&world.postback_key(json!({})).await["key"]);
    for (method, path, body) in doors(&world) {
        let answer = world.send_as(&key, method.clone(), &path, body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
    }
    assert_untouched(&world).await;
}

#[tokio::test]
async fn the_scheme_of_a_key_has_no_case() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.api_key("admin").await;
    let path = format!("/campaigns/{}", world.campaign());
    for bearer in [format!("bearer {key}"), format!("BEARER  {key} ")] {
        let answer = world.send_bare(Some(&bearer), Method::GET, &path, Body::none()).await;
        let _ = answer.of_status(200);
    }
}

#[tokio::test]
async fn a_postback_key_is_shown_once() {
    let world = World::new().await;
    world.save([]).await;
    let fields = json!({
        "name": "Dialler", "tag_prefix": "crm_", "storage_seconds": 3600, "cutoff_seconds": 60,
    });

    let full = world.postback_key(fields).await;
    let plain = world.postback_key(json!({})).await;

    let shown = |made: &Value| {
        let mut made = made.clone();
        let fields = made.as_object_mut().unwrap();
        for once in ["key", "id", "created_at"] {
            assert!(!text(&fields.remove(once).unwrap()).is_empty());
        }
        made
    };
    let campaign = world.campaign();
    assert_eq!(
        shown(&full),
        json!({
            "name": "Dialler", "paused": false, "campaign_id": campaign, "tag_prefix": "crm_",
            "storage_seconds": 3600, "cutoff_seconds": 60,
        })
    );
    let defaults = json!({
        "name": "", "paused": false, "campaign_id": campaign, "storage_seconds": 172_800,
    });
    assert_eq!(shown(&plain), defaults);
    assert_ne!(full["key"], plain["key"]);
    let path = format!("/campaigns/{campaign}/postback-keys/{}", text(&full["id"]));
    let body = Body::json(&json!({"paused": true}));
    let patched = world.send(Method::PATCH, &path, body).await;
    assert!(!patched.text.contains(&text(&full["key"])), "{}", patched.text);
    assert_eq!(patched.of_status(200)["paused"], json!(true));
}

#[tokio::test]
async fn keys_that_cannot_be_made_name_every_fault() {
    let world = World::new().await;
    world.save([]).await;
    let path = format!("/campaigns/{}/postback-keys", world.campaign());
    let fields = json!({
        "name": "n".repeat(201), "tag_prefix": "a/b", "storage_seconds": 0, "cutoff_seconds": -1,
        "paused": "no", "typo": 1,
    });

    let refused = world.post(&path, &fields).await.of_status(422);
    let scope = world.post("/api-keys", &json!({"scope": "all"})).await.of_status(422);
    let unknown = world.post("/campaigns/nobody-has-this/postback-keys", &json!({})).await;

    let faults_at: Vec<String> =
        faults(&refused).iter().map(|fault| fault.split(':').next().unwrap().to_owned()).collect();
    let wanted =
        ["/cutoff_seconds", "/name", "/paused", "/storage_seconds", "/tag_prefix", "/typo"];
    assert_eq!(faults_at, wanted);
    assert_eq!(faults(&scope), ["/scope: must be calls or admin"]);
    assert_eq!(unknown.of_status(404)["code"], json!("unknown_campaign"));
}
