//! Spec section 1: timers.

use serde_json::{Value, json};

use crate::world::{World, delivery, is_over, merged, statuses};

/// A campaign with an `always` webhook and timers of so many seconds, named like them.
async fn world(seconds: &[u32]) -> World {
    let world = World::new().await;
    let query = "?w=[webhook_id]&c=[connected_seconds]";
    let timer = |seconds: &u32| {
        let more = json!({"id": format!("t{seconds}"), "seconds": seconds});
        merged(world.hook("timer", query), more)
    };
    let hooks: Vec<Value> = seconds.iter().map(timer).collect();
    let others = [world.hook("always", ""), world.hook("start", "?now=[timestamp]")];
    world.save_hasty(hooks.into_iter().chain(others), json!({})).await;
    world
}

/// Starts a call and says what time Hookline's clock had then, in unix seconds.
async fn started(world: &World, call: &str) -> u64 {
    let _ = world.start(call, json!({})).await.of_status(200);
    let told = world.targets_at("/start").pop().unwrap();
    told.split_once("now=").unwrap().1.parse().unwrap()
}

/// Reports that a buyer answered or the call ended at a second.
async fn report(world: &World, event: &str, at: u64, more: Value) {
    let fields = merged(json!({"occurred_at": at}), more);
    let answer = match event {
        "ended" => world.end("call", fields).await,
        _ => world.event("call", event, fields).await,
    };
    let _ = answer.of_status(200);
}

#[tokio::test]
async fn one_that_is_past_due_fires_at_once_while_the_call_is_up() {
    let world = world(&[90, 30]).await;
    let now = started(&world, "call").await;

    report(&world, "answered", now - 60, json!({})).await;
    let came = world.came("/timer", 1).await;
    let call = world.until("call", |call| delivery(call, "t30")["status"] == "ok").await;

    assert!(came[0].target.starts_with("/timer?w=t30&c=6"), "{came:?}");
    assert_eq!(delivery(&call, "t90")["status"], "pending");
    assert!(delivery(&call, "t90")["next_at"].is_string(), "{call}");
    assert_eq!(call.get("ended_at"), None);
}

#[tokio::test]
async fn one_that_comes_due_fires_then_and_never_early() {
    let world = world(&[2]).await;
    let now = started(&world, "call").await;

    report(&world, "answered", now, json!({})).await;
    let came = world.came("/timer", 1).await;

    let connected = came[0].target.split_once("&c=").unwrap().1;
    assert!(connected.parse::<u64>().unwrap() >= 2, "{connected}");
    assert_eq!(world.call("call").await.get("ended_at"), None);
}

#[tokio::test]
async fn a_call_that_is_exactly_as_long_reaches_it_and_a_longer_one_is_skipped() {
    let world = world(&[50, 51, 20]).await;
    let now = started(&world, "call").await;

    // Ahead of the clock, so that nothing is due before the call has ended.
    report(&world, "answered", now + 1000, json!({})).await;
    let up = world.call("call").await;
    report(&world, "ended", now + 1050, json!({})).await;
    let skipped = |call: &Value| delivery(call, "t51")["status"] == "skipped";
    let call = world.until("call", |call| skipped(call) && is_over(call)).await;

    let pending = ["start: ok", "t50: pending", "t51: pending", "t20: pending"];
    assert_eq!(statuses(&up), pending);
    assert_eq!(world.targets_at("/timer"), ["/timer?w=t20&c=50", "/timer?w=t50&c=50"]);
    let skipped = delivery(&call, "t51");
    assert_eq!((&skipped["status"], &skipped["attempts"]), (&json!("skipped"), &json!([])));
    assert_eq!(skipped["report"]["notes"], json!(["the call ended before its time"]));
}

#[tokio::test]
async fn the_connected_seconds_that_the_platform_tells_count() {
    let world = world(&[50, 51]).await;
    let now = started(&world, "call").await;

    report(&world, "answered", now + 1000, json!({})).await;
    report(&world, "ended", now + 1100, json!({"connected_seconds": 50})).await;
    let _ = world.over("call").await;

    assert_eq!(world.targets_at("/timer"), ["/timer?w=t50&c=50"]);
}

#[tokio::test]
async fn each_fires_once_though_a_second_buyer_answers() {
    let world = world(&[30]).await;
    let now = started(&world, "call").await;
    let buyer = |id: &str, attempt: u32| json!({"buyer": {"id": id}, "attempt": attempt});

    report(&world, "answered", now - 100, buyer("b1", 1)).await;
    let _ = world.came("/timer", 1).await;
    report(&world, "answered", now - 50, buyer("b2", 2)).await;
    report(&world, "ended", now, json!({})).await;
    let call = world.over("call").await;

    assert_eq!(world.targets_at("/timer").len(), 1);
    assert_eq!(delivery(&call, "t30")["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(call["connected_seconds"], json!(100));
}

#[tokio::test]
async fn a_call_nobody_answered_reaches_none() {
    let world = world(&[1]).await;
    let now = started(&world, "call").await;

    report(&world, "selected", now - 100, json!({})).await;
    report(&world, "ended", now, json!({})).await;
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["start: ok", "always: ok"]);
}

#[tokio::test]
async fn what_only_the_end_tells_of_the_connection_reaches_them_too() {
    let world = world(&[60, 61]).await;
    let now = started(&world, "call").await;

    report(&world, "ended", now, json!({"connected_seconds": 60})).await;
    let call = world.over("call").await;

    assert_eq!(world.targets_at("/timer"), ["/timer?w=t60&c=60"]);
    assert_eq!(delivery(&call, "t60")["status"], "ok");
}

#[tokio::test]
async fn they_have_matches_and_tokens_like_all_webhooks() {
    let world = World::new().await;
    let timer = |id: &str, matches: &str| {
        let more = json!({"id": id, "seconds": 30, "matches": [matches]});
        merged(world.hook("timer", "?w=[webhook_id]&b=[buyer_id]"), more)
    };
    let hooks =
        [timer("yes", "connected:yes"), timer("no", "connected:no"), world.hook("always", "")];
    world.save_hasty(hooks, json!({})).await;

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(delivery(&call, "no")["status"], "skipped");
    assert_eq!(delivery(&call, "no")["report"]["notes"], json!(["matches: connected:no"]));
    assert_eq!(world.targets_at("/timer"), ["/timer?w=yes&b=b1"]);
}
