//! Spec section 1: `always` comes once, after every other webhook, and does not wait for ever.

use std::time::Duration;

use hookline_tests::partner::Reply;
use serde_json::json;

use crate::world::{World, delivery, merged, statuses};

#[tokio::test]
async fn it_waits_until_the_first_attempts_of_all_others_have_ended() {
    let world = World::new().await;
    let hooks = ["connect", "conversion", "always"].map(|trigger| world.hook(trigger, ""));
    world.save_hasty(hooks, json!({})).await;
    let slow = Duration::from_millis(800);
    for path in ["/connect", "/conversion"] {
        world.partner.on(path, Reply::status(204).after(slow));
    }

    let _ = world.whole_call("call", json!({})).await;
    let always = world.came("/always", 1).await;

    let (connect, conversion) =
        (world.came("/connect", 1).await, world.came("/conversion", 1).await);
    assert!(conversion[0].at - connect[0].at >= slow, "{conversion:?}");
    assert!(always[0].at - conversion[0].at >= slow, "{always:?}");
}

#[tokio::test]
async fn retries_of_the_others_do_not_hold_it_up() {
    let world = World::new().await;
    let hooks = ["connect", "conversion", "always"].map(|trigger| world.hook(trigger, ""));
    world.save_hasty(hooks, json!({})).await;
    world.partner.on("/connect", Reply::status(500));
    world.partner.on("/conversion", Reply::empty());

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["connect: retrying", "conversion: retrying", "always: ok"]);
    assert_eq!(world.targets_at("/connect").len(), 1);
}

#[tokio::test]
async fn a_partner_who_stays_silent_does_not_hold_it_beyond_its_longest_wait() {
    let world = World::new().await;
    let connect = merged(world.hook("connect", ""), json!({"timeout_ms": 5000}));
    world.save_hasty([connect, world.hook("always", "")], json!({"always_max_wait": 1})).await;
    world.partner.on("/connect", Reply::never());

    let _ = world.whole_call("call", json!({})).await;
    let always = world.came("/always", 1).await;
    let call = world.call("call").await;

    let asked = world.came("/connect", 1).await[0].at;
    assert!(always[0].at > asked);
    let connect = delivery(&call, "connect");
    assert_eq!((&connect["status"], connect.get("report")), (&json!("pending"), None));
}

#[tokio::test]
async fn a_partner_who_stays_silent_is_cut_off_and_then_it_comes() {
    let world = World::new().await;
    let connect = merged(world.hook("connect", ""), json!({"timeout_ms": 300, "retry": "none"}));
    world.save_hasty([connect, world.hook("always", "")], json!({})).await;
    world.partner.on("/connect", Reply::never());

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["connect: failed", "always: ok"]);
    assert_eq!(delivery(&call, "connect")["report"]["status"], "timed_out");
    let (connect, always) = (world.came("/connect", 1).await, world.came("/always", 1).await);
    assert!(always[0].at - connect[0].at >= Duration::from_millis(290));
}

#[tokio::test]
async fn every_call_has_it_and_only_matches_may_say_otherwise() {
    let world = World::new().await;
    let always = |id: &str, more| {
        merged(merged(world.hook("always", "?w=[webhook_id]"), json!({"id": id})), more)
    };
    let sold = always("sold", json!({"matches": ["converted:yes"]}));
    world.save_hasty([always("always", json!({})), sold], json!({})).await;

    let _ = world.whole_call("answered", json!({})).await;
    let _ = world.start("unanswered", json!({})).await.of_status(200);
    let _ = world.end("unanswered", json!({})).await.of_status(200);
    let over =
        |call: &serde_json::Value| statuses(call).iter().all(|one| !one.ends_with("pending"));
    let ended = |call: &serde_json::Value| call["outcome"]["decided_at"].is_string() && over(call);
    let answered = world.until("answered", ended).await;
    let unanswered = world.until("unanswered", ended).await;

    assert_eq!(statuses(&answered), ["always: ok", "sold: ok"]);
    assert_eq!(statuses(&unanswered), ["always: ok", "sold: skipped"]);
    assert_eq!(world.targets_at("/always").len(), 3);
}
