//! Spec sections 1, 11 and 13: a call starts.

use std::time::Duration;

use hookline_tests::partner::Reply;
use serde_json::json;

use crate::world::{START, World, merged, report, reports, text};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_start_answers_in_the_shape_that_the_spec_shows() {
    let world = World::new().await;
    world.partner.on("/crm", Reply::json(&json!({"first_name": "Jason"})));
    world.partner.on("/b", Reply::never());
    world
        .save([
            world.webhook("crm", "/crm", json!({})),
            world.webhook("b", "/b", json!({"timeout_ms": 100})),
            world.webhook("c", "/c", json!({"matches": ["geo:us-ca"]})),
        ])
        .await;

    let answer = world.start("call", json!({"tags": {"sub_id": "x"}})).await;

    assert_eq!(answer.content_type, "application/json");
    let mut answer = answer.of_status(200);
    assert!(answer["webhooks"][1]["latency_ms"].as_u64().unwrap() >= 100, "{answer}");
    let key = text(&answer["call_key"]);
    assert!(key.len() >= 32, "{key}");
    answer["webhooks"] = reports(&answer);
    assert_eq!(
        answer,
        json!({
            "call_id": world.named("call"),
            "call_key": key,
            "tags": {"first_name": ["Jason"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]},
            "webhooks": [
                {"id": "crm", "status": "ok", "http_status": 200,
                 "tags": {"first_name": ["Jason"]}, "notes": []},
                {"id": "b", "status": "timed_out", "tags": {}, "notes": []},
                {"id": "c", "status": "skipped", "notes": ["matches: geo:us-ca"]},
            ],
        })
    );
    assert_eq!(world.targets_at("/c"), [""; 0]);
}

#[tokio::test]
async fn a_repeated_start_sends_nothing_and_answers_with_what_stands() {
    let world = World::new().await;
    world.partner.on("/p", Reply::json(&json!({"score": 7})));
    let no = json!({"matches": ["geo:us-ca"]});
    world.save([world.webhook("p", "/p", json!({})), world.webhook("no", "/no", no)]).await;
    let first = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);

    let again = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let late = json!({"occurred_at": "2026-11-23T17:09:00Z", "tags": {"other": "y"}});
    let late = world.start("call", late).await.of_status(200);

    assert_eq!(again, first);
    assert_eq!((&late["call_key"], &late["webhooks"]), (&first["call_key"], &first["webhooks"]));
    assert_eq!(world.targets_at("/p"), ["/p"]);
}

#[tokio::test]
async fn a_start_that_arrives_twice_at_once_is_applied_once() {
    let world = World::new().await;
    world.partner.on("/p", Reply::json(&json!({"score": 7})));
    world.save([world.webhook("p", "/p?key=[call_key]", json!({}))]).await;

    let (one, two) = tokio::join!(world.start("call", json!({})), world.start("call", json!({})));

    let (one, two) = (one.of_status(200), two.of_status(200));
    assert_eq!(one["call_key"], two["call_key"]);
    assert_eq!(world.targets_at("/p"), [format!("/p?key={}", text(&one["call_key"]))]);
    assert_eq!(world.call("call").await["tags"]["score"], json!(["7"]));
}

#[tokio::test]
async fn starts_of_other_calls_fire_again_under_other_keys() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([world.webhook("p", "/p?call=[call_id]", json!({}))]).await;

    let one = world.start("one", json!({})).await.of_status(200);
    let two = world.start("two", json!({})).await.of_status(200);

    assert_ne!(one["call_key"], two["call_key"]);
    let wanted = ["one", "two"].map(|call| format!("/p?call={}", world.named(call)));
    assert_eq!(world.targets_at("/p"), wanted);
}

#[tokio::test]
async fn only_the_webhooks_of_a_trigger_fire_and_in_their_order() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let hook = |id: &str, more| world.webhook(id, &format!("/p?id={id}"), more);
    let mut hooks = vec![
        hook("third", json!({"order": 30})),
        hook("first", json!({"order": -1})),
        hook("second", json!({"order": 5})),
        hook("timer", json!({"trigger": "timer", "seconds": 1})),
    ];
    for trigger in
        ["selected", "answered", "connect", "conversion", "non_conversion", "postback", "always"]
    {
        hooks.push(hook(trigger, json!({"trigger": trigger})));
    }
    world.save(hooks).await;

    let answer = world.start("call", json!({})).await.of_status(200);

    let ok = |id| json!({"id": id, "status": "ok", "http_status": 204, "tags": {}, "notes": []});
    assert_eq!(reports(&answer), json!([ok("first"), ok("second"), ok("third")]));
    let mut came = world.targets_at("/p");
    came.sort();
    assert_eq!(came, ["/p?id=first", "/p?id=second", "/p?id=third"]);
}

#[tokio::test]
async fn pings_of_a_trigger_run_at_the_same_time_and_the_slowest_is_waited_for() {
    let world = World::new().await;
    let hook = |id: &str, timeout: u64| {
        world.partner.on(&format!("/{id}"), Reply::never());
        world.webhook(id, &format!("/{id}"), json!({"timeout_ms": timeout}))
    };
    world.save([hook("a", 600), hook("b", 800), hook("c", 1000)]).await;

    let before = tokio::time::Instant::now();
    let answer = world.start("call", json!({})).await.of_status(200);
    let elapsed = before.elapsed();

    // Nothing ends before 600 ms, so in turn the second would come that much after the first.
    let came: Vec<_> = world.partner.requests().iter().map(|request| request.at).collect();
    assert_eq!(came.len(), 3);
    let spread = *came.iter().max().unwrap() - *came.iter().min().unwrap();
    assert!(spread < Duration::from_millis(600), "{spread:?}");
    assert!(elapsed >= Duration::from_secs(1), "{elapsed:?}");
    for id in ["a", "b", "c"] {
        let wanted = json!({"id": id, "status": "timed_out", "tags": {}, "notes": []});
        assert_eq!(report(&answer, id), wanted);
    }
}

#[tokio::test]
async fn a_start_waits_for_its_pings_and_nothing_else_does() {
    let world = World::new().await;
    world.partner.on("/slow", Reply::json(&json!({"a": 1})).after(Duration::from_millis(1500)));
    world.save([world.webhook("slow", "/slow", json!({}))]).await;

    let meanwhile = async {
        let came = world.partner.await_requests_to("/slow", 1, PATIENCE).await;
        assert_eq!(came.len(), 1);
        // The call is there while its pings are out.
        world.call("call").await
    };
    let (answer, meanwhile) = tokio::join!(world.start("call", json!({})), meanwhile);

    assert_eq!(answer.of_status(200)["tags"]["a"], json!(["1"]));
    assert_eq!(meanwhile["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(meanwhile["started_at"], START);
}

#[tokio::test]
async fn a_disabled_webhook_or_campaign_sends_nothing_and_says_so() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let off = world.webhook("off", "/p?off", json!({"enabled": false}));
    world.save([world.webhook("on", "/p?on", json!({})), off.clone()]).await;
    let quiet = world.named("quiet");
    let fields = json!({"enabled": false, "webhooks": [world.webhook("on", "/p", json!({}))]});
    let _ = world.save_as(&quiet, fields).await.of_status(200);

    let answer = world.start("one", json!({})).await.of_status(200);
    let silent = world.start("two", json!({"campaign_id": quiet})).await.of_status(200);

    let skipped = |id, note| json!({"id": id, "status": "skipped", "notes": [note]});
    assert_eq!(report(&answer, "on")["status"], "ok");
    assert_eq!(report(&answer, "off"), skipped("off", "the webhook is disabled"));
    assert_eq!(reports(&silent), json!([skipped("on", "the campaign is disabled")]));
    assert_eq!(world.targets_at("/p"), ["/p?on"]);
}

#[tokio::test]
async fn the_platforms_tags_and_the_campaigns_defaults_are_on_the_call() {
    let world = World::new().await;
    let hook = world.webhook("p", "/p?v=[vertical]&s=[sub_id]&t=[tier]", json!({}));
    world.partner.on("/p", Reply::status(204));
    let defaults = json!({"vertical": ["solar", "roof"], "tier": 3});
    world.save_with(json!({"default_tags": defaults, "webhooks": [hook]})).await;

    let tags = json!({"sub_id": ["b", "a", "b"], "Age Group": 23, "vip": true, "none": null});
    let answer = world.start("call", json!({"tags": tags})).await.of_status(200);

    assert_eq!(
        answer["tags"],
        json!({
            "age_group": ["23"], "geo": ["614", "us", "us-oh"], "sub_id": ["a", "b"],
            "tier": ["3"], "vertical": ["roof", "solar"], "vip": ["true"],
        })
    );
    assert_eq!(world.targets_at("/p"), ["/p?v=roof%2Csolar&s=a%2Cb&t=3"]);
}

#[tokio::test]
async fn a_withheld_number_is_no_fault() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    world.save([world.webhook("p", "/p?from=[caller_number]", json!({}))]).await;

    for (call, number) in [("null", json!(null)), ("empty", json!(""))] {
        let fields = merged(json!({"called_number": null}), json!({"caller_number": number}));
        let answer = world.start(call, fields).await.of_status(200);
        assert_eq!(answer["tags"], json!({}));
        assert_eq!(report(&answer, "p")["notes"], json!(["empty tokens: caller_number"]));
    }
    assert_eq!(world.targets_at("/p"), ["/p?from=", "/p?from="]);
}
