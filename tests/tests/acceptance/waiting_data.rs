//! Spec section 7: call source data about callers who have not called yet.

use std::time::Duration;

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, text};

/// The path of the data of a new key of this campaign, about its caller.
async fn data(world: &World, key: Value) -> String {
    let key = world.postback_key(key).await;
    format!("/data/{}?caller_number=%2B{}", text(&key["key"]), &world.caller()[1..])
}

#[tokio::test]
async fn data_waits_and_is_on_the_call_before_matches_and_tokens() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let more = json!({"matches": ["score:>5", "geo:us-ny"]});
    let hook = world.webhook("p", "/p?s=[score]&z=[caller_zip]&r=[revenue]", more);
    world.save([hook]).await;
    let path = data(&world, json!({})).await;

    let answer = world.visit(&format!("{path}&score=7&geo=us-10101&revenue=0.00")).await;
    let stored = answer.of_status(202);
    let start = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);

    let place = json!(["us", "us-10101", "us-ny"]);
    assert_eq!(stored, json!({"result": "stored", "tags": {"geo": place, "score": ["7"]}}));
    assert_eq!(world.targets_at("/p"), ["/p?s=7&z=10101&r=0.00"]);
    let geo = json!(["614", "us", "us-10101", "us-ny"]);
    let tags = json!({"geo": geo, "score": ["7"], "sub_id": ["x"]});
    assert_eq!(start["tags"], tags);
    let call = world.call("call").await;
    assert_eq!((&call["tags"], &call["outcome"]), (&tags, &json!({"revenue": "0.00"})));
}

#[tokio::test]
async fn data_waits_also_for_a_campaign_whose_calls_are_being_taken() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([world.webhook("p", "/p?s=[score]", json!({}))]).await;
    let _ = world.start("warm", json!({"caller_number": "+12125550100"})).await.of_status(200);
    let path = data(&world, json!({})).await;
    let _ = world.visit(&format!("{path}&score=7")).await.of_status(202);

    let start = world.start("call", json!({})).await.of_status(200);

    assert_eq!(start["tags"]["score"], json!(["7"]));
    assert_eq!(world.targets_at("/p"), ["/p?s=", "/p?s=7"]);
}

#[tokio::test]
async fn several_postings_wait_together_and_go_to_one_call() {
    let world = World::new().await;
    world.save([]).await;
    let path = data(&world, json!({})).await;
    for query in ["a=1&x=1", "a=2&payout=3", "b=1&converted=1"] {
        let _ = world.visit(&format!("{path}&{query}")).await.of_status(202);
    }

    let first = world.start("first", json!({})).await.of_status(200);
    let later = json!({"occurred_at": "2026-11-23T18:00:00Z"});
    let second = world.start("second", later).await.of_status(200);

    let geo = json!(["614", "us", "us-oh"]);
    assert_eq!(first["tags"], json!({"a": ["1", "2"], "b": ["1"], "x": ["1"], "geo": geo}));
    assert_eq!(second["tags"], json!({"geo": geo}));
    let outcome = world.call("first").await["outcome"].clone();
    assert_eq!(outcome, json!({"posted_conversion": true, "payout": "3"}));
}

#[tokio::test]
async fn a_repeat_with_the_same_id_changes_nothing_while_waiting_or_after() {
    let world = World::new().await;
    world.save([]).await;
    let path = data(&world, json!({})).await;

    let first = world.visit(&format!("{path}&postback_id=1&a=1")).await.of_status(202);
    let again = world.visit(&format!("{path}&postback_id=1&a=2")).await.of_status(200);
    let start = world.start("call", json!({})).await.of_status(200);
    let after = world.visit(&format!("{path}&postback_id=1&a=3")).await.of_status(200);

    let results = [&first, &again, &after].map(|answer| answer["result"].clone());
    assert_eq!(results, ["stored", "duplicate", "duplicate"].map(Value::from));
    assert_eq!(start["tags"]["a"], json!(["1"]));
    assert_eq!(world.call("call").await["tags"]["a"], json!(["1"]));
}

#[tokio::test]
async fn data_waits_in_its_own_campaign_for_its_own_caller() {
    let world = World::new().await;
    world.save([]).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let path = data(&world, json!({})).await;
    let _ = world.visit(&format!("{path}&a=1")).await.of_status(202);

    let elsewhere = world.start("one", json!({"campaign_id": other})).await.of_status(200);
    let somebody =
        world.start("two", json!({"caller_number": "+12125550100"})).await.of_status(200);
    let caller = world.start("three", json!({})).await.of_status(200);

    assert_eq!(elsewhere["tags"].get("a"), None);
    assert_eq!(somebody["tags"].get("a"), None);
    assert_eq!(caller["tags"]["a"], json!(["1"]));
}

#[tokio::test]
async fn waiting_data_has_the_prefix_of_its_key() {
    let world = World::new().await;
    world.save([]).await;
    let path = data(&world, json!({"tag_prefix": "crm_"})).await;
    let stored = world.visit(&format!("{path}&score=7")).await.of_status(202);

    let start = world.start("call", json!({})).await.of_status(200);

    assert_eq!(stored["tags"], json!({"crm_score": ["7"]}));
    assert_eq!(start["tags"]["crm_score"], json!(["7"]));
}

#[tokio::test]
async fn data_waits_no_longer_than_its_key_says() {
    let world = World::new().await;
    // The time is spent on a partner that never answers, in another call.
    world.partner.on("/never", Reply::never());
    let spend =
        world.webhook("spend", "/never", json!({"timeout_ms": 1500, "matches": ["spend:1"]}));
    world.save([spend]).await;
    let short = data(&world, json!({"storage_seconds": 1})).await;
    let long = data(&world, json!({})).await;
    let _ = world.visit(&format!("{short}&postback_id=1&short=1")).await.of_status(202);
    let _ = world.visit(&format!("{long}&postback_id=2&long=1")).await.of_status(202);
    let other = json!({"caller_number": "+12125550100", "tags": {"spend": 1}});
    let delayed = world.start("other", other).await.of_status(200);
    assert!(delayed["webhooks"][0]["latency_ms"].as_u64().unwrap() >= 1500, "{delayed}");

    let renewed = world.visit(&format!("{long}&postback_id=1&again=1")).await.of_status(202);
    let start = world.start("call", json!({})).await.of_status(200);

    assert_eq!(renewed["result"], json!("stored"));
    let tags = json!({"again": ["1"], "geo": ["614", "us", "us-oh"], "long": ["1"]});
    assert_eq!(start["tags"], tags);
}

#[tokio::test]
async fn data_posted_while_the_call_starts_is_on_the_call_once() {
    let world = World::new().await;
    let slow = Reply::status(204).after(Duration::from_millis(500));
    world.partner.on("/p", slow);
    world.save([world.webhook("p", "/p", json!({}))]).await;
    let path = data(&world, json!({})).await;

    let meanwhile = async {
        let came = world.partner.await_requests_to("/p", 1, Duration::from_secs(10)).await;
        assert_eq!(came.len(), 1);
        world.visit(&format!("{path}&a=1")).await.of_status(200)
    };
    let (start, posted) = tokio::join!(world.start("call", json!({})), meanwhile);

    assert_eq!(
        (&posted["result"], &posted["call_id"]),
        (&json!("applied"), &json!(world.named("call")))
    );
    let _ = start.of_status(200);
    assert_eq!(world.call("call").await["tags"]["a"], json!(["1"]));
}
