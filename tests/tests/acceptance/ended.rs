//! Spec section 11: calls end, reported in whatever order.

use serde_json::json;

use crate::world::{START, World, delivery, faults, pointers, report, statuses, text};

/// A campaign whose `answered`, `connect`, `conversion`, `non_conversion` and `always` webhooks are
/// there, decided about so many seconds after the end.
async fn world(settle_seconds: u32) -> World {
    let world = World::new().await;
    let query = "?c=[connected_seconds]&b=[buyer_id]";
    let hooks = ["answered", "connect", "conversion", "non_conversion", "always"];
    let hooks = hooks.map(|trigger| world.hook(trigger, query));
    world.save_hasty(hooks, json!({"settle_seconds": settle_seconds})).await;
    world
}

#[tokio::test]
async fn the_end_is_answered_with_the_tags_as_they_stand_and_shown_with_the_call() {
    let world = world(0).await;
    let start = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let end = json!({
        "connected_seconds": 42.9, "hung_up_by": "caller", "revenue": "30.00", "payout": 0,
        "recording_url": "https://rec.example/1?a=b", "tags": {"disposition": "sold"},
    });

    let answer = world.end("call", end).await;

    assert!(!answer.text.contains(&text(&start["call_key"])), "{}", answer.text);
    let tags = json!({"disposition": ["sold"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]});
    let wanted = json!({"call_id": world.named("call"), "tags": tags, "webhooks": []});
    assert_eq!(answer.of_status(200), wanted);
    let call = world.over("call").await;
    assert_eq!(call["tags"], tags);
    let shown = ["ended_at", "connected_seconds", "hung_up_by", "recording_url"];
    let url = "https://rec.example/1?a=b";
    let wanted = [json!("2026-11-23T17:01:10Z"), json!(42), json!("caller"), json!(url)];
    assert_eq!(shown.map(|name| call[name].clone()), wanted);
    let mut outcome = call["outcome"].clone();
    let decided_at = outcome.as_object_mut().unwrap().remove("decided_at");
    assert!(decided_at.is_some_and(|at| text(&at).as_str() > START));
    assert_eq!(outcome, json!({"converted": true, "revenue": "30.00", "payout": "0"}));
}

#[tokio::test]
async fn every_fault_of_an_end_is_named_at_once_and_the_call_goes_on() {
    let world = world(0).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let end = json!({
        "occurred_at": "soon", "connected_seconds": -1, "hung_up_by": "x".repeat(201),
        "recording_url": "ftp://rec.example/1", "revenue": "1e3", "payout": -1,
        "tags": {"call_key": "x"},
    });

    let refused = world.end("call", end).await;
    let nothing = world.end("call", json!({"occurred_at": null})).await.of_status(422);
    for seconds in [json!("60"), json!(31 * 86400 + 1), json!([60])] {
        let refused = world.end("call", json!({"connected_seconds": seconds})).await;
        assert_eq!(pointers(&refused.of_status(422)), ["/connected_seconds"], "{seconds}");
    }

    assert_eq!(refused.content_type, "application/problem+json");
    let wanted = [
        "/connected_seconds",
        "/hung_up_by",
        "/occurred_at",
        "/payout",
        "/recording_url",
        "/revenue",
        "/tags/call_key",
    ];
    assert_eq!(pointers(&refused.of_status(422)), wanted);
    assert_eq!(faults(&nothing), ["/occurred_at: is required"]);
    let call = world.call("call").await;
    assert_eq!((call.get("ended_at"), &call["outcome"]), (None, &json!({})));
}

#[tokio::test]
async fn an_end_that_is_reported_again_changes_and_fires_nothing() {
    let world = World::new().await;
    let hooks = ["connect", "conversion", "non_conversion", "always", "postback"];
    world.save_hasty(hooks.map(|trigger| world.hook(trigger, "")), json!({})).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "answered", json!({})).await.of_status(200);
    let other = json!({
        "occurred_at": "2026-11-23T17:05:00Z", "connected_seconds": 1, "hung_up_by": "nobody",
        "revenue": "99", "tags": {"late": 1},
    });

    let (first, twin) = tokio::join!(world.end("call", json!({})), world.end("call", json!({})));
    let before = world.over("call").await;
    let again = world.end("call", other).await;
    let _ = world.post_back("call", &start, "a=1").await;
    let _ = world.came("/postback", 1).await;

    let first = first.of_status(200);
    assert_eq!(twin.of_status(200), first);
    assert_eq!(again.of_status(200), first);
    let names = ["ended_at", "connected_seconds", "hung_up_by", "outcome"];
    let after = world.call("call").await;
    assert_eq!(names.map(|name| &after[name]), names.map(|name| &before[name]));
    assert_eq!(after["tags"].get("late"), None);
    let counts = hooks.map(|trigger| world.targets_at(&format!("/{trigger}")).len());
    assert_eq!(counts, [1, 1, 0, 1, 1]);
}

#[tokio::test]
async fn an_end_before_everything_else_opens_the_call_and_all_the_rest_still_counts() {
    let world = world(3).await;
    let campaign = json!({"campaign_id": world.campaign()});

    let unknown = world.end("call", json!({})).await.of_status(404);
    let end = world.end("call", campaign.clone()).await.of_status(200);
    let answered = world.event("call", "answered", campaign).await.of_status(200);
    let start = world.start("call", json!({})).await.of_status(200);

    assert_eq!(unknown["code"], json!("unknown_call"));
    assert_eq!((&end["tags"], end.get("call_key")), (&json!({}), None));
    assert_eq!(report(&answered, "answered")["status"], "ok");
    assert_eq!(start["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert!(start["call_key"].is_string(), "{start}");
    let call = world.over("call").await;
    let wanted = ["answered: ok", "connect: ok", "conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), wanted);
    assert_eq!(call["connected_seconds"], json!(60));
    assert_eq!(
        (&call["started_at"], &call["caller_number"]),
        (&json!(START), &json!(world.caller()))
    );
}

#[tokio::test]
async fn an_answer_after_the_end_counts_for_what_is_decided() {
    let world = world(3).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);

    let answered = world.event("call", "answered", json!({})).await.of_status(200);
    let call = world.over("call").await;

    assert_eq!(report(&answered, "answered")["status"], "ok");
    let paths: Vec<String> = world.partner.requests().into_iter().map(|came| came.target).collect();
    let told = |path: &str| format!("{path}?c=60&b=b1");
    assert_eq!(paths, ["/answered", "/connect", "/conversion", "/always"].map(told));
    assert_eq!(call["outcome"]["converted"], json!(true));
}

#[tokio::test]
async fn an_answer_after_the_decision_still_connects_the_call() {
    let world = World::new().await;
    let hooks = ["connect", "conversion", "non_conversion", "always", "answered", "timer"];
    let hooks = hooks.map(|trigger| match trigger {
        "timer" => {
            let mut timer = world.hook(trigger, "");
            timer["seconds"] = json!(60);
            timer
        }
        _ => world.hook(trigger, "?c=[connected_seconds]"),
    });
    world.save_hasty(hooks, json!({})).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);
    let decided = world.over("call").await;

    let answered = world.event("call", "answered", json!({})).await.of_status(200);
    let connect = world.came("/connect", 1).await;
    let call = world.until("call", |call| delivery(call, "connect")["status"] == "ok").await;

    assert_eq!(statuses(&decided), ["non_conversion: ok", "always: ok"]);
    assert_eq!(report(&answered, "answered")["status"], "ok");
    assert_eq!(connect[0].target, "/connect?c=60");
    assert_eq!(delivery(&call, "timer")["status"], "ok");
    assert_eq!(call["outcome"], decided["outcome"]);
    let counts = ["/always", "/non_conversion", "/conversion", "/timer"];
    assert_eq!(counts.map(|path| world.targets_at(path).len()), [1, 1, 0, 1]);
}
