//! Issue 2, "Bad input", for call events: each fault has its status and names its field.

use hookline_tests::client::Body;
use hookline_tests::partner::Reply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{START, World, faults, pointers};

const EVENTS: [&str; 4] = ["start", "selected", "answered", "ended"];

#[tokio::test]
async fn an_unknown_campaign_is_not_found_and_nothing_is_stored() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([world.webhook("p", "/p", json!({}))]).await;
    let nobody = world.named("nobody");
    // Once with nothing in memory yet, and once with the key known there.
    for round in 0..2 {
        for event in EVENTS {
            let body = json!({
                "campaign_id": nobody, "caller_number": world.caller(), "occurred_at": START,
                "buyer": {"id": "b1"},
            });
            let path = format!("/calls/{}/{event}", world.named("call"));
            let problem = world.post(&path, &body).await.of_status(404);
            assert_eq!(problem["code"], json!("unknown_campaign"), "{event}");
            assert_eq!(pointers(&problem), ["/campaign_id"]);
            let read = world.get(&format!("/calls/{}", world.named("call"))).await;
            assert_eq!(read.status, 404, "{event}");
        }
        let _ = world.start(&format!("known{round}"), json!({})).await.of_status(200);
    }

    // The campaign that was asked for may come later, and finds nothing of those events.
    let key = world.save_as(&nobody, json!({})).await.of_status(200);
    assert_eq!(key["version"], json!(1));
    let start = world.start("call", json!({"campaign_id": nobody})).await.of_status(200);
    assert_eq!(start["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(world.call("call").await["buyer_events"], json!([]));
}

#[tokio::test]
async fn an_unknown_call_without_a_campaign_is_not_found() {
    let world = World::new().await;
    world.save([]).await;
    for round in 0..2 {
        for event in ["selected", "answered", "ended"] {
            let problem = world.event("nobody", event, json!({})).await.of_status(404);
            assert_eq!(problem["code"], json!("unknown_call"));
        }
        let read = world.get(&format!("/calls/{}", world.named("nobody"))).await;
        assert_eq!(read.of_status(404)["code"], json!("unknown_call"));
        let _ = world.start(&format!("known{round}"), json!({})).await.of_status(200);
    }
}

#[tokio::test]
async fn a_call_of_another_campaign_is_a_conflict() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([]).await;
    let other = world.named("other");
    let hooks = ["start", "selected", "answered", "non_conversion", "always"];
    let hooks = hooks.map(|trigger| world.webhook(trigger, "/p", json!({"trigger": trigger})));
    let _ = world.save_as(&other, json!({"webhooks": hooks})).await.of_status(200);
    let _ = world.start("call", json!({"tags": {"a": 1}})).await.of_status(200);
    let before = world.call("call").await;

    for _ in 0..2 {
        for event in EVENTS {
            let body = json!({
                "campaign_id": other, "occurred_at": START, "tags": {"b": 2}, "buyer": {"id": "x"},
                "caller_number": world.caller(),
            });
            let path = format!("/calls/{}/{event}", world.named("call"));
            let problem = world.post(&path, &body).await.of_status(409);
            assert_eq!(problem["code"], json!("other_campaign"), "{event}");
            assert_eq!(pointers(&problem), ["/campaign_id"]);
        }
        let _ = world.start("theirs", json!({"campaign_id": other})).await.of_status(200);
    }

    assert_eq!(world.call("call").await, before);
    assert_eq!(world.targets_at("/p").len(), 1);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let world = World::new().await;
    world.save([]).await;
    let bodies: [&[u8]; 5] = [b"", b"{", b"campaign_id=solar", b"\xff\xfe{}", b"{} {}"];
    for event in EVENTS {
        for bytes in bodies {
            let path = format!("/calls/{}/{event}", world.named("call"));
            let body = Body::of_type("application/json", bytes);
            let answer = world.send(Method::POST, &path, body).await;
            assert_eq!(answer.content_type, "application/problem+json");
            let problem = answer.of_status(400);
            assert_eq!(problem["code"], json!("not_json"));
        }
    }
    let path = format!("/campaigns/{}", world.campaign());
    let body = Body::of_type("application/json", "{");
    let problem = world.send(Method::PUT, &path, body).await.of_status(400);
    assert_eq!(problem["code"], json!("not_json"));
}

#[tokio::test]
async fn json_that_is_no_object_is_invalid() {
    let world = World::new().await;
    for body in [json!([]), json!("x"), json!(1), Value::Null] {
        let path = format!("/calls/{}/start", world.named("call"));
        let problem = world.post(&path, &body).await.of_status(422);
        assert_eq!(faults(&problem), [": must be an object"]);
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.postback_key(json!({})).await;
    let start = world.start("known", json!({})).await.of_status(200);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024));
    let known = world.named("known");
    for (method, path) in [
        (Method::POST, format!("/calls/{}/start", world.named("call"))),
        (Method::POST, format!("/calls/{known}/selected")),
        (Method::PUT, format!("/campaigns/{}", world.campaign())),
        (Method::POST, format!("/postback/{known}?key={}", start["call_key"].as_str().unwrap())),
        (Method::POST, format!("/data/{}?call_id={known}", key["key"].as_str().unwrap())),
    ] {
        let body = Body::of_type("application/json", large.clone());
        let answer = world.send(method, &path, body).await;
        assert_eq!(answer.status, 413, "{path}: {:.200}", answer.text);
    }
}

#[tokio::test]
async fn a_number_that_is_no_phone_number_is_invalid_and_named() {
    let world = World::new().await;
    world.save([]).await;
    for number in ["nobody", "12", "+1614555", "555-1234", "+123456789012345678", "++16145550100"] {
        let fields = json!({"caller_number": number, "called_number": number});
        let answer = world.start("call", fields).await;
        assert_eq!(answer.content_type, "application/problem+json");
        let problem = answer.of_status(422);
        assert_eq!(pointers(&problem), ["/called_number", "/caller_number"], "{number}");
        assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("invalid")));
    }
    assert_eq!(world.get(&format!("/calls/{}", world.named("call"))).await.status, 404);
}

#[tokio::test]
async fn every_fault_of_an_event_is_named_at_once() {
    let world = World::new().await;
    world.save([]).await;
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(1025));
    let start = json!({
        "campaign_id": "no spaces", "occurred_at": "yesterday", "caller_number": 6,
        "called_number": "x", "number_name": "n".repeat(201),
        "tags": {"b/d": 1, &long_key: 1, "long": long_value, "o": {}, "list": ["ok", []], "geo": "zz-"},
    });
    let choice = json!({
        "occurred_at": null, "attempt": 0,
        "buyer": {"id": "b".repeat(129), "name": "n".repeat(201), "tags": {"call_id": 1}},
    });

    let start = world.start("call", start).await.of_status(422);
    let choice = world.event("call", "selected", choice).await.of_status(422);
    let nothing = world.post(&format!("/calls/{}/start", world.named("x")), &json!({})).await;
    let no_buyer = world.event("call", "answered", json!({"buyer": null})).await.of_status(422);

    let long_key = format!("/tags/{long_key}");
    let mut wanted = vec![
        "/called_number",
        "/caller_number",
        "/campaign_id",
        "/number_name",
        "/occurred_at",
        "/tags/b~1d",
        "/tags/geo",
        &long_key,
        "/tags/list/1",
        "/tags/long",
        "/tags/o",
    ];
    wanted.sort_unstable();
    assert_eq!(pointers(&start), wanted);
    let wanted = ["/attempt", "/buyer/id", "/buyer/name", "/buyer/tags/call_id", "/occurred_at"];
    assert_eq!(pointers(&choice), wanted);
    let required = ["/campaign_id: is required", "/occurred_at: is required"];
    assert_eq!(faults(&nothing.of_status(422)), required);
    assert_eq!(faults(&no_buyer), ["/buyer: is required"]);
}

#[tokio::test]
async fn a_call_id_is_checked_and_must_be_that_of_the_address() {
    let world = World::new().await;
    world.save([]).await;
    let event = json!({"campaign_id": world.campaign(), "occurred_at": START});
    for id in ["no%20spaces", &"c".repeat(129), "caf%C3%A9"] {
        let problem = world.post(&format!("/calls/{id}/start"), &event).await.of_status(422);
        assert_eq!(pointers(&problem), ["/call_id"], "{id}");
    }

    let other = world.start("call", json!({"call_id": "other"})).await.of_status(422);
    let same = world.start("call", json!({"call_id": world.named("call")})).await;

    assert_eq!(pointers(&other), ["/call_id"]);
    let _ = same.of_status(200);
}

#[tokio::test]
async fn an_encoded_slash_is_a_character_of_a_call_id() {
    let world = World::new().await;
    world.save([]).await;
    let event = json!({"campaign_id": world.campaign(), "occurred_at": START});

    let problem = world.post("/calls/%2F/start", &event).await.of_status(422);

    assert_eq!(pointers(&problem), ["/call_id"]);
}

#[tokio::test]
async fn there_is_nothing_at_other_addresses() {
    let world = World::new().await;
    world.save([]).await;
    let campaign = world.campaign();
    for (method, path) in [
        (Method::GET, "/nothing".to_owned()),
        (Method::GET, "/calls".to_owned()),
        (Method::POST, "/calls/x/ringing".to_owned()),
        (Method::GET, "/calls/x/start".to_owned()),
        (Method::PUT, "/calls/x/start".to_owned()),
        (Method::GET, format!("/campaigns/{campaign}/")),
        (Method::POST, "/postback".to_owned()),
        (Method::PUT, "/postback/x".to_owned()),
        (Method::GET, "/data".to_owned()),
    ] {
        let answer = world.send(method.clone(), &path, Body::none()).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
    }
}
