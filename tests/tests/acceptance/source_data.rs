//! Spec section 7: call source data, about calls that are there.

use hookline_tests::client::Body;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, text};

/// A campaign with a postback key and a call; the path of its data.
async fn started(key: Value) -> (World, String) {
    let world = World::new().await;
    world.save([]).await;
    let key = world.postback_key(key).await;
    let _ = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    (world, format!("/data/{}", text(&key["key"])))
}

#[tokio::test]
async fn data_is_applied_at_once_by_call_or_by_caller() {
    let (world, path) = started(json!({})).await;
    let (call, caller) = (world.named("call"), world.caller().replace('+', "%2B"));

    let by_call = world.visit(&format!("{path}?call_id={call}&a=1")).await.of_status(200);
    let by_caller = world.visit(&format!("{path}?caller_number={caller}&b=2")).await.of_status(200);

    let applied = |tags: Value| json!({"result": "applied", "call_id": call, "tags": tags});
    assert_eq!(by_call, applied(json!({"a": ["1"]})));
    assert_eq!(by_caller, applied(json!({"b": ["2"]})));
    let tags = json!({"a": ["1"], "b": ["2"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]});
    assert_eq!(world.call("call").await["tags"], tags);
}

#[tokio::test]
async fn query_form_and_json_say_the_same_in_any_spelling_of_the_number() {
    let (world, path) = started(json!({})).await;
    let digits = world.caller()[2..].to_owned();
    let form = "application/x-www-form-urlencoded";
    let spelled = format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..]);
    let document = json!({"caller_number": spelled, "a": [1, "b"]});

    let answers = [
        world.visit(&format!("{path}?caller_number={digits}&a=1&a=b")).await,
        // A plus sign that nobody encoded.
        world.visit(&format!("{path}?caller_number=+1{digits}&a=1&a=b")).await,
        world
            .send_bare(
                None,
                Method::POST,
                &path,
                Body::of_type(form, format!("caller_number={digits}&a=b&a=1")),
            )
            .await,
        world.send_bare(None, Method::POST, &path, Body::json(&document)).await,
    ];

    let wanted =
        json!({"result": "applied", "call_id": world.named("call"), "tags": {"a": ["1", "b"]}});
    for answer in answers {
        assert_eq!(answer.of_status(200), wanted);
    }
}

#[tokio::test]
async fn data_goes_to_the_callers_latest_call() {
    let (world, path) = started(json!({})).await;
    let later = json!({"occurred_at": "2026-11-23T18:00:00Z"});
    let earlier = json!({"occurred_at": "2026-11-23T16:00:00Z"});
    let _ = world.start("later", later).await.of_status(200);
    let _ = world.start("earlier", earlier).await.of_status(200);

    let digits = &world.caller()[1..];
    let answer = world.visit(&format!("{path}?caller_number=%2B{digits}&a=1")).await.of_status(200);

    assert_eq!(answer["call_id"], json!(world.named("later")));
}

#[tokio::test]
async fn a_repeat_with_the_same_id_changes_nothing() {
    let (world, path) = started(json!({})).await;
    let call = world.named("call");
    let first =
        world.visit(&format!("{path}?call_id={call}&postback_id=1&a=1")).await.of_status(200);
    let again =
        world.visit(&format!("{path}?call_id={call}&postback_id=1&a=2")).await.of_status(200);

    assert_eq!((&first["result"], &again["result"]), (&json!("applied"), &json!("duplicate")));
    assert_eq!(world.call("call").await["tags"]["a"], json!(["1"]));
}

#[tokio::test]
async fn a_key_puts_its_prefix_before_every_tag() {
    let (world, path) = started(json!({"tag_prefix": "crm_"})).await;
    let call = world.named("call");

    let query = "Score=7&geo=us-ny&call_uuid=theirs&revenue=0.00";
    let answer = world.visit(&format!("{path}?call_id={call}&{query}")).await.of_status(200);

    let posted = json!({"crm_call_uuid": ["theirs"], "crm_geo": ["us-ny"], "crm_score": ["7"]});
    assert_eq!(answer["tags"], posted);
    let stored = world.call("call").await;
    assert_eq!(stored["tags"]["crm_score"], json!(["7"]));
    assert_eq!(stored["tags"]["geo"], json!(["614", "us", "us-oh"]));
    assert_eq!(stored["outcome"], json!({"revenue": "0.00"}));
}

#[tokio::test]
async fn after_its_cut_off_a_key_writes_to_the_callers_next_call_alone() {
    let (world, path) = started(json!({"cutoff_seconds": 0})).await;
    let (call, digits) = (world.named("call"), &world.caller()[1..]);
    let up = world.visit(&format!("{path}?call_id={call}&a=1")).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);

    let expired = world.visit(&format!("{path}?call_id={call}&a=2")).await.of_status(410);
    let lenient = world.visit(&format!("{path}?call_id={call}&a=2&strict=0")).await;
    let by_caller = world.visit(&format!("{path}?caller_number=%2B{digits}&a=3")).await;
    let later = json!({"occurred_at": "2026-11-23T18:00:00Z"});
    let next = world.start("next", later).await.of_status(200);

    assert_eq!(up["result"], json!("applied"));
    let errors = json!({"call_id": "the call ended too long ago for this key"});
    let wanted = json!({"result": "expired", "call_id": call, "tags": {}, "errors": errors});
    assert_eq!((&expired, &lenient.of_status(200)), (&wanted, &wanted));
    let stored = json!({"result": "stored", "tags": {"a": ["3"]}});
    assert_eq!(by_caller.of_status(202), stored);
    assert_eq!(world.call("call").await["tags"]["a"], json!(["1"]));
    assert_eq!(next["tags"]["a"], json!(["3"]));
}

#[tokio::test]
async fn a_key_without_a_cut_off_or_before_it_writes_to_a_call_that_has_ended() {
    for key in [json!({}), json!({"cutoff_seconds": 315_360_000})] {
        let (world, path) = started(key).await;
        let _ = world.end("call", json!({})).await.of_status(200);
        let digits = &world.caller()[1..];

        let answer = world.visit(&format!("{path}?caller_number=%2B{digits}&a=1")).await;

        assert_eq!(answer.of_status(200)["call_id"], json!(world.named("call")));
        assert_eq!(world.call("call").await["tags"]["a"], json!(["1"]));
    }
}

#[tokio::test]
async fn a_key_that_is_paused_unknown_or_for_something_else_is_forbidden() {
    let world = World::new().await;
    world.save([]).await;
    let keys = format!("/campaigns/{}/postback-keys", world.campaign());
    let paused = world.postback_key(json!({"paused": true})).await;
    let later = world.postback_key(json!({})).await;
    let pause = format!("{keys}/{}", text(&later["id"]));
    let _ = world
        .send(Method::PATCH, &pause, Body::json(&json!({"paused": true})))
        .await
        .of_status(200);
    let start = world.start("call", json!({})).await.of_status(200);
    let calls = world.api_key("calls").await;

    for (key, why) in [
        (text(&paused["key"]), "is paused"),
        (text(&later["key"]), "is paused"),
        ("hlp_0".to_owned(), "is not known"),
        (calls, "is no postback key"),
        (text(&start["call_key"]), "is not known"),
    ] {
        let address = format!("/data/{key}?call_id={}&a=1", world.named("call"));
        let answer = world.visit(&address).await.of_status(403);
        let errors = json!({"postback_key": why});
        assert_eq!(answer, json!({"result": "forbidden", "tags": {}, "errors": errors}), "{key}");
        let lenient = world.visit(&format!("{address}&strict=0")).await.of_status(200);
        assert_eq!(lenient, answer);
    }
    assert_eq!(world.call("call").await["tags"].get("a"), None);
}

#[tokio::test]
async fn a_key_that_is_let_work_again_works() {
    let world = World::new().await;
    world.save([]).await;
    let key = world.postback_key(json!({"paused": true, "name": "Dialler"})).await;
    let path = format!("/campaigns/{}/postback-keys/{}", world.campaign(), text(&key["id"]));
    let _ = world.start("call", json!({})).await.of_status(200);

    let body = Body::json(&json!({"paused": false}));
    let patched = world.send(Method::PATCH, &path, body).await.of_status(200);

    assert_eq!((&patched["paused"], &patched["name"]), (&json!(false), &json!("Dialler")));
    assert_eq!(patched.get("key"), None);
    let path = format!("/data/{}?call_id={}&a=1", text(&key["key"]), world.named("call"));
    assert_eq!(world.visit(&path).await.of_status(200)["result"], json!("applied"));
}

#[tokio::test]
async fn a_key_knows_the_calls_of_its_own_campaign_alone() {
    let (world, path) = started(json!({})).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let _ = world.start("theirs", json!({"campaign_id": other})).await.of_status(200);

    for call in ["theirs", "nobody"] {
        let path = format!("{path}?call_id={}&a=1", world.named(call));
        let answer = world.visit(&path).await.of_status(404);
        let errors = json!({"call_id": "nothing is known of this call"});
        let named = world.named(call);
        assert_eq!(
            answer,
            json!({"result": "unknown_call", "call_id": named, "tags": {}, "errors": errors})
        );
    }
    assert_eq!(world.call("theirs").await["tags"].get("a"), None);
}

#[tokio::test]
async fn a_call_that_another_campaign_was_refused_stays_out_of_its_reach() {
    let (world, path) = started(json!({})).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let stranger = json!({"campaign_id": other, "caller_number": "+12125550177"});
    let _ = world.start("theirs", stranger).await.of_status(200);
    // The caller never called this campaign: its claim on the call was refused.
    let claim = json!({"caller_number": "+12125550177", "occurred_at": "2026-11-23T19:00:00Z"});
    let _ = world.start("theirs", claim).await.of_status(409);

    let answer = world.visit(&format!("{path}?caller_number=2125550177&a=1")).await.of_status(202);

    assert_eq!(answer, json!({"result": "stored", "tags": {"a": ["1"]}}));
    assert_eq!(world.call("theirs").await["tags"].get("a"), None);
}

#[tokio::test]
async fn what_is_invalid_is_named_field_by_field_and_nothing_is_taken() {
    let (world, path) = started(json!({})).await;
    let call = world.named("call");
    for (query, named) in [
        ("a=1".to_owned(), vec!["caller_number"]),
        ("caller_number=12&revenue=x".to_owned(), vec!["caller_number", "revenue"]),
        (format!("call_id={call}&converted=2&b/d=1"), vec!["b/d", "converted"]),
        ("call_id=no%20call&a=1".to_owned(), vec!["call_id"]),
        (format!("call_id={call}&caller_number=6145550100"), vec!["call_id"]),
    ] {
        let answer = world.visit(&format!("{path}?{query}")).await.of_status(422);
        assert_eq!((&answer["result"], &answer["tags"]), (&json!("invalid"), &json!({})));
        let errors: Vec<&String> = answer["errors"].as_object().unwrap().keys().collect();
        assert_eq!(errors, named, "{query}");
    }
    assert_eq!(world.call("call").await["tags"].get("a"), None);
}
