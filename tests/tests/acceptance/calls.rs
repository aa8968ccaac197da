//! Spec section 13: a call as the management API shows it.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{START, World, text};

/// Takes the fields out that are never the same, and checks that they were there.
fn without(value: &mut Value, names: &[&str]) {
    let fields = value.as_object_mut().unwrap();
    for name in names {
        assert!(fields.remove(*name).is_some_and(|field| !field.is_null()), "{name}");
    }
}

/// Headers as a call shows them.
fn headers(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

#[tokio::test]
async fn a_call_shows_times_buyer_tags_outcome_deliveries_and_attempts() {
    let world = World::new().await;
    world.partner.on("/crm", Reply::json(&json!({"score": 7})));
    let no = json!({"trigger": "selected", "matches": ["geo:us-ca"]});
    let down = json!({"trigger": "answered", "url": world.partner.url("/down?e=[empty]")});
    world
        .save([
            world.webhook("crm", "/crm?s=[sub_id]", json!({})),
            world.webhook("no", "/no", no),
            world.webhook("down", "/", down),
        ])
        .await;
    let fields = json!({"number_name": "TV spot", "tags": {"sub_id": "x y"}});
    let start = world.start("call", fields).await.of_status(200);
    let selected = world.event("call", "selected", json!({})).await.of_status(200);
    let later = json!({"occurred_at": "2026-11-23T17:00:20Z"});
    let answered = world.event("call", "answered", later).await.of_status(200);
    let path =
        format!("/postback/{}?key={}&revenue=30.00", world.named("call"), text(&start["call_key"]));
    let _ = world.visit(&path).await.of_status(200);

    let mut call = world.call("call").await;

    let mut deliveries = call["deliveries"].take();
    for (delivery, answer) in
        deliveries.as_array_mut().unwrap().iter_mut().zip([start, selected, answered])
    {
        assert_eq!(delivery["report"], answer["webhooks"][0]);
        without(delivery, &["id", "created_at", "report"]);
        for attempt in delivery["attempts"].as_array_mut().unwrap() {
            without(attempt, &["at", "latency_ms"]);
        }
    }
    let url = |path: &str| world.partner.url(path);
    let agent = concat!("Hookline/", env!("CARGO_PKG_VERSION"));
    let request =
        json!({"headers": headers(&[("user-agent", agent), ("accept-encoding", "identity")])});
    let scored = json!({
        "headers": headers(&[("content-type", "application/json"), ("content-length", "11"),
            ("connection", "close")]),
        "body": {"text": "{\"score\":7}", "bytes": 11},
    });
    let missing = json!({"headers": headers(&[("content-length", "0"), ("connection", "close")])});
    assert_eq!(
        deliveries,
        json!([
            {"trigger": "start", "webhook": "crm", "occurrence": "1", "status": "ok",
             "takeovers": 0, "attempts": [
                {"attempt": 1, "method": "GET", "url": url("/crm?s=x%20y"), "status": "ok",
                 "http_status": 200, "request": request, "answer": scored}]},
            {"trigger": "selected", "webhook": "no", "occurrence": "1.b1", "status": "skipped",
             "takeovers": 0, "attempts": []},
            {"trigger": "answered", "webhook": "down", "occurrence": "1.b1", "status": "failed",
             "takeovers": 0, "attempts": [
                {"attempt": 1, "method": "GET", "url": url("/down?e="), "status": "failed",
                 "kind": "http", "http_status": 404, "empty_tokens": ["empty"],
                 "request": request, "answer": missing}]},
        ])
    );
    without(&mut call, &["call_uuid", "events", "tag_origins"]);
    let buyer = json!({"id": "b1", "name": "Acme"});
    let (at, then) = ("2026-11-23T17:00:10Z", "2026-11-23T17:00:20Z");
    assert_eq!(
        call,
        json!({
            "call_id": world.named("call"),
            "campaign_id": world.campaign(),
            "caller_number": world.caller(),
            "called_number": "+18005550199",
            "number_name": "TV spot",
            "started_at": START,
            "selected_at": at,
            "answered_at": then,
            "buyer": buyer,
            "buyer_events": [
                {"at": at, "answered": false, "buyer": buyer},
                {"at": then, "answered": true, "buyer": buyer},
            ],
            "tags": {"geo": ["614", "us", "us-oh"], "score": ["7"], "sub_id": ["x y"]},
            "outcome": {"revenue": "30.00"},
            "deliveries": null,
        })
    );
}

#[tokio::test]
async fn the_call_key_is_nowhere_in_it() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let more = json!({
        "method": "POST",
        "headers": {"x-key": "[call_key]"},
        "body": {"content_type": "application/json", "template": "{\"key\":\"[call_key]\"}"},
    });
    world.save([world.webhook("p", "/p?key=[call_key]&call=[call_id]", more)]).await;

    let start = world.start("call", json!({})).await.of_status(200);
    let key = text(&start["call_key"]);
    let read = world.get(&format!("/calls/{}", world.named("call"))).await;

    let came = &world.partner.requests()[0];
    assert_eq!(came.target, format!("/p?key={key}&call={}", world.named("call")));
    assert_eq!(came.header("x-key"), Some(key.as_str()));
    assert_eq!(came.body, json!({"key": key}).to_string().into_bytes());
    assert!(!read.text.contains(&key), "{}", read.text);
    let url = world.partner.url(&format!("/p?key=hidden&call={}", world.named("call")));
    assert_eq!(read.of_status(200)["deliveries"][0]["attempts"][0]["url"], json!(url));
}

#[tokio::test]
async fn nor_is_a_call_key_that_went_through_filters() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([world.webhook("p", "/p?key=[call_key|upper]", json!({}))]).await;

    let start = world.start("call", json!({})).await.of_status(200);
    let key = text(&start["call_key"]);
    let read = world.get(&format!("/calls/{}", world.named("call"))).await;

    assert_eq!(world.targets_at("/p"), [format!("/p?key={}", key.to_uppercase())]);
    assert!(!read.text.to_lowercase().contains(&key.to_lowercase()), "{}", read.text);
}

#[tokio::test]
async fn a_delivery_has_one_id_that_its_partner_is_told() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let hook = |id: &str, trigger: &str| {
        world.webhook(id, "/p?id=[delivery_id]&n=[attempt]", json!({"trigger": trigger}))
    };
    world.save([hook("a", "start"), hook("b", "start"), hook("c", "selected")]).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    for attempt in [1, 2] {
        let _ = world.event("call", "selected", json!({"attempt": attempt})).await.of_status(200);
    }

    let call = world.call("call").await;

    let deliveries = call["deliveries"].as_array().unwrap();
    let mut ids: Vec<String> =
        deliveries.iter().map(|delivery| format!("/p?id={}&n=1", text(&delivery["id"]))).collect();
    let mut told = world.targets_at("/p");
    ids.sort();
    told.sort();
    assert_eq!(ids, told);
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn an_unknown_call_is_not_found() {
    let world = World::new().await;
    for id in ["nobody-called-this", "no%20spaces"] {
        let answer = world.get(&format!("/calls/{id}")).await;
        assert_eq!(answer.content_type, "application/problem+json");
        assert_eq!(answer.of_status(404)["code"], json!("unknown_call"));
    }
}

#[tokio::test]
async fn a_webhook_with_a_secret_signs_and_another_does_not() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let signed = json!({"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    world
        .save([world.webhook("s", "/p?s=1", signed), world.webhook("u", "/p?s=0", json!({}))])
        .await;

    let _ = world.start("call", json!({})).await.of_status(200);
    let read = world.call("call").await;

    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature", "hookline-signature"];
    for came in world.partner.requests() {
        let sent = headers.map(|name| came.header(name));
        if came.target.ends_with("s=1") {
            assert_eq!(sent[0], read["deliveries"][0]["id"].as_str());
            assert!(sent[1].unwrap().parse::<u64>().is_ok(), "{sent:?}");
            assert!(sent[2..].iter().all(|v| v.unwrap().starts_with("v1,")), "{sent:?}");
        } else {
            assert_eq!(sent, [None; 4]);
        }
    }
    assert_eq!(world.partner.requests().len(), 2);
}
