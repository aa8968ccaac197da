//! Spec section 10: de-dupe.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, delivery, merged, report, statuses};

const NOTE: &str = "de-dupe: it was delivered for this caller not long ago";

/// A whole call of a caller, once all of it is sent.
async fn call(world: &World, call: &str, caller: Value) -> Value {
    let _ = world.whole_call(call, json!({"caller_number": caller})).await;
    world.over(call).await
}

#[tokio::test]
async fn a_ping_that_was_delivered_is_not_fired_again_for_the_caller() {
    for window in [3600, -1] {
        let world = World::new().await;
        let start = merged(world.hook("start", ""), json!({"dedupe_seconds": window}));
        world.save([start.clone()]).await;
        let other = world.named("other");
        let _ = world.save_as(&other, json!({"webhooks": [start]})).await.of_status(200);
        let calls = [
            ("one", json!({}), "ok"),
            ("two", json!({}), "skipped"),
            ("somebody", json!({"caller_number": "+16145550000"}), "ok"),
            ("elsewhere", json!({"campaign_id": other}), "ok"),
            ("withheld", json!({"caller_number": null}), "ok"),
            ("nobody", json!({"caller_number": null}), "ok"),
            ("three", json!({}), "skipped"),
        ];

        for (call, fields, status) in calls {
            let answer = world.start(call, fields).await.of_status(200);
            let told = report(&answer, "start");
            assert_eq!(told["status"], status, "{call} {window}");
            let notes = if status == "ok" { json!([]) } else { json!([NOTE]) };
            assert_eq!(told["notes"], notes);
        }
        assert_eq!(world.targets_at("/start").len(), 5);
    }
}

#[tokio::test]
async fn it_counts_for_each_choice_of_one_call_too() {
    let world = World::new().await;
    let hooks = ["selected", "answered"];
    let hooks = hooks.map(|trigger| merged(world.hook(trigger, ""), json!({"dedupe_seconds": -1})));
    world.save(hooks).await;
    let _ = world.start("call", json!({})).await.of_status(200);

    for event in ["selected", "answered"] {
        let mut statuses = Vec::new();
        for attempt in [1, 2, 2] {
            let answer = world.event("call", event, json!({"attempt": attempt})).await;
            statuses.push(report(&answer.of_status(200), event)["status"].clone());
        }
        assert_eq!(statuses, ["ok", "skipped", "skipped"].map(Value::from));
    }
}

#[tokio::test]
async fn one_that_failed_or_was_skipped_may_be_fired_again() {
    let world = World::new().await;
    let more = json!({"dedupe_seconds": -1, "matches": ["sub_id:exists"]});
    world.save([merged(world.hook("start", ""), more)]).await;
    world.partner.on_each("/start", [Reply::status(500), Reply::status(204)]);
    let tags = json!({"tags": {"sub_id": "x"}});

    let mut statuses = Vec::new();
    for (call, fields) in
        [("one", json!({})), ("two", tags.clone()), ("three", tags.clone()), ("four", tags)]
    {
        let answer = world.start(call, fields).await.of_status(200);
        statuses.push(report(&answer, "start")["status"].clone());
    }

    assert_eq!(statuses, ["skipped", "failed", "ok", "skipped"].map(Value::from));
}

#[tokio::test]
async fn a_window_that_is_over_lets_it_be_fired_again() {
    let world = World::new().await;
    // The time is spent on a partner that never answers, in a call of somebody else.
    world.partner.on("/never", Reply::never());
    let more = json!({"timeout_ms": 2000, "matches": ["spend:1"]});
    let spend = world.webhook("spend", "/never", more);
    let once = merged(world.hook("start", ""), json!({"dedupe_seconds": 1}));
    world.save([once, spend]).await;
    let status = |answer: Value| report(&answer, "start")["status"].clone();

    let first = world.start("one", json!({})).await.of_status(200);
    let other = json!({"caller_number": "+16145550000", "tags": {"spend": 1}});
    let _ = world.start("other", other).await.of_status(200);
    let again = world.start("two", json!({})).await.of_status(200);

    assert_eq!([status(first), status(again)], ["ok", "ok"].map(Value::from));
}

#[tokio::test]
async fn the_webhooks_of_the_end_have_it_too_and_always_only_where_it_is_set() {
    let world = World::new().await;
    let deduped = |hook| merged(hook, json!({"dedupe_seconds": -1}));
    let set = merged(world.hook("always", "?w=[webhook_id]"), json!({"id": "once"}));
    let timer = merged(world.hook("timer", ""), json!({"seconds": 30}));
    let hooks = [
        deduped(timer),
        deduped(world.hook("connect", "")),
        deduped(world.hook("conversion", "")),
        deduped(set),
        world.hook("always", "?w=[webhook_id]"),
    ];
    world.save_hasty(hooks, json!({})).await;
    let caller = || json!(world.caller());

    let one = call(&world, "one", caller()).await;
    let two = call(&world, "two", caller()).await;
    let (other, withheld) = tokio::join!(
        call(&world, "other", json!("+16145550000")),
        call(&world, "withheld", Value::Null)
    );

    let all = ["timer: ok", "connect: ok", "conversion: ok", "once: ok", "always: ok"];
    let none = [
        "timer: skipped",
        "connect: skipped",
        "conversion: skipped",
        "once: skipped",
        "always: ok",
    ];
    assert_eq!(statuses(&one), all);
    assert_eq!(statuses(&two), none);
    assert_eq!((statuses(&other), statuses(&withheld)), (statuses(&one), statuses(&one)));
    assert_eq!(delivery(&two, "connect")["report"]["notes"], json!([NOTE]));
    let counts = ["/timer", "/connect", "/conversion", "/always"];
    assert_eq!(counts.map(|path| world.targets_at(path).len()), [3, 3, 3, 7]);
}

#[tokio::test]
async fn postback_webhooks_have_it_for_each_postback() {
    let world = World::new().await;
    let postback = merged(world.hook("postback", "?n=[n]"), json!({"dedupe_seconds": -1}));
    world.save_hasty([postback, world.hook("always", "")], json!({})).await;
    let start = world.start("call", json!({})).await.of_status(200);

    let _ = world.post_back("call", &start, "n=1").await;
    let _ = world.came("/postback", 1).await;
    let _ = world.until("call", |call| delivery(call, "postback")["status"] == "ok").await;
    let _ = world.post_back("call", &start, "n=2").await;
    let _ = world.end("call", json!({})).await.of_status(200);
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["postback: ok", "postback: skipped", "always: ok"]);
    assert_eq!(world.targets_at("/postback"), ["/postback?n=1"]);
}
