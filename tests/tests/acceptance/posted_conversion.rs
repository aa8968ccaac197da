//! Spec section 8: calls that convert by a postback, in time or later.

use serde_json::{Value, json};

use crate::world::{World, deliveries, statuses};

/// A campaign with these conversion entries, decided about so many seconds after the end.
async fn world(entries: Value, settle_seconds: u32) -> World {
    let world = World::new().await;
    let query = "?r=[revenue]&v=[converted]&a=[a]";
    let hooks = ["connect", "conversion", "non_conversion", "always", "postback"];
    let hooks = hooks.map(|trigger| world.hook(trigger, query));
    let fields = json!({"conversion": entries, "settle_seconds": settle_seconds});
    world.save_hasty(hooks, fields).await;
    world
}

/// Entries of which the first waits for a postback for so many seconds; the second would be met.
fn waiting(seconds: u32) -> Value {
    json!([
        {"matches": ["sub_id:x"], "postback": true, "postback_timeout": seconds, "revenue": "30"},
        {"matches": [], "seconds": 0},
    ])
}

/// Starts a call that waits for a postback.
async fn started(world: &World) -> Value {
    world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200)
}

async fn ended(world: &World, seconds: u32) {
    let _ = world.end("call", json!({"connected_seconds": seconds})).await.of_status(200);
}

#[tokio::test]
async fn a_postback_entry_converts_by_what_came_while_the_call_was_up() {
    let world = world(waiting(600), 0).await;
    let start = started(&world).await;

    let _ = world.post_back("call", &start, "converted=1").await;
    ended(&world, 60).await;
    let call = world.over("call").await;

    let fired = ["postback: ok", "connect: ok", "conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), fired);
    assert_eq!(world.targets_at("/conversion"), ["/conversion?r=30&v=yes&a="]);
    assert_eq!(call["outcome"]["converted"], json!(true));
}

#[tokio::test]
async fn a_postback_entry_waits_and_so_does_everything_else() {
    let world = world(waiting(600), 0).await;
    let start = started(&world).await;
    ended(&world, 60).await;

    // One that says nothing about conversion changes tags, and decides nothing.
    let _ = world.post_back("call", &start, "a=1&revenue=12.50").await;
    let _ = world.came("/postback", 1).await;
    let undecided = world.call("call").await;
    let _ = world.post_back("call", &start, "converted=1&a=2").await;
    let call = world.over("call").await;

    assert_eq!(undecided["outcome"], json!({"revenue": "12.50"}));
    assert_eq!(statuses(&undecided).len(), 1, "{undecided:#}");
    let fired = ["postback: ok", "postback: ok", "connect: ok", "conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), fired);
    assert_eq!(world.targets_at("/conversion"), ["/conversion?r=12.50&v=yes&a=1%2C2"]);
}

#[tokio::test]
async fn a_postback_that_refuses_decides_at_once() {
    for before in [true, false] {
        let world = world(waiting(600), 0).await;
        let start = started(&world).await;

        if !before {
            ended(&world, 60).await;
        }
        let _ = world.post_back("call", &start, "converted=0").await;
        if before {
            ended(&world, 60).await;
        }
        let call = world.over("call").await;

        let fired = ["postback: ok", "connect: ok", "non_conversion: ok", "always: ok"];
        assert_eq!(statuses(&call), fired, "{before}");
        assert_eq!(world.targets_at("/always"), ["/always?r=&v=no&a="]);
    }
}

#[tokio::test]
async fn a_postback_entry_that_hears_nothing_gives_up_after_its_timeout() {
    let world = world(waiting(1), 0).await;
    let _ = started(&world).await;
    let asked = tokio::time::Instant::now();

    ended(&world, 60).await;
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["connect: ok", "non_conversion: ok", "always: ok"]);
    let always = world.came("/always", 1).await;
    assert!(always[0].at - asked >= std::time::Duration::from_millis(990));
    assert_eq!(call["outcome"]["converted"], json!(false));
}

#[tokio::test]
async fn what_a_postback_says_counts_for_every_entry() {
    for (said, seconds, wanted) in [("1", 59, true), ("0", 60, false)] {
        let world = world(json!([{"matches": [], "seconds": 60, "revenue": "20"}]), 0).await;
        let start = started(&world).await;

        let _ = world.post_back("call", &start, &format!("converted={said}")).await;
        ended(&world, seconds).await;
        let call = world.over("call").await;

        assert_eq!(call["outcome"]["converted"], json!(wanted), "{said}");
        let revenue = wanted.then(|| json!("20"));
        assert_eq!(call["outcome"].get("revenue"), revenue.as_ref());
    }
}

#[tokio::test]
async fn the_decision_waits_until_the_call_has_settled() {
    let world = world(json!([{"matches": [], "seconds": 60}]), 2).await;
    let start = started(&world).await;

    ended(&world, 60).await;
    let _ = world.post_back("call", &start, "converted=0&a=late").await;
    let call = world.over("call").await;

    let fired = ["postback: ok", "connect: ok", "non_conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), fired);
    assert_eq!(world.targets_at("/connect"), ["/connect?r=&v=no&a=late"]);
}

#[tokio::test]
async fn a_late_postback_converts_once_and_fires_conversion_once() {
    let world = world(json!([{"matches": [], "seconds": 60, "revenue": "20"}]), 0).await;
    let start = started(&world).await;
    ended(&world, 59).await;
    let decided = world.over("call").await;

    let _ = world.post_back("call", &start, "converted=1&payout=5&postback_id=1").await;
    let conversion = world.came("/conversion", 1).await;
    for query in
        ["converted=1&postback_id=1", "converted=1&postback_id=2", "converted=0&postback_id=3"]
    {
        let _ = world.post_back("call", &start, query).await;
    }
    let _ = world.came("/postback", 3).await;
    let call = world.call("call").await;

    assert_eq!(decided["outcome"]["converted"], json!(false));
    assert_eq!(conversion[0].target, "/conversion?r=20&v=yes&a=");
    let outcome = &call["outcome"];
    assert_eq!(outcome["decided_at"], decided["outcome"]["decided_at"]);
    let told = ["converted", "revenue", "payout"].map(|name| outcome[name].clone());
    assert_eq!(told, [json!(true), json!("20"), json!("5")]);
    let counts = ["conversion", "non_conversion", "always", "connect"];
    assert_eq!(counts.map(|webhook| deliveries(&call, webhook).len()), [1; 4]);
    assert_eq!(world.targets_at("/conversion").len(), 1);
}

#[tokio::test]
async fn a_late_refusal_takes_no_conversion_back() {
    let world = world(json!([]), 0).await;
    let start = started(&world).await;
    ended(&world, 60).await;
    let _ = world.over("call").await;

    let _ = world.post_back("call", &start, "converted=0").await;
    let _ = world.post_back("call", &start, "converted=1").await;
    let _ = world.came("/postback", 2).await;
    let call = world.call("call").await;

    assert_eq!(call["outcome"]["converted"], json!(true));
    let counts = ["conversion", "non_conversion", "always"];
    assert_eq!(counts.map(|webhook| deliveries(&call, webhook).len()), [1, 0, 1]);
}

#[tokio::test]
async fn a_late_postback_converts_a_call_that_nobody_answered_or_that_no_entry_is_for() {
    let world = world(json!([{"matches": ["sub_id:y"], "seconds": 60}]), 0).await;
    let start = started(&world).await;
    ended(&world, 0).await;
    let decided = world.over("call").await;

    let _ = world.post_back("call", &start, "converted=1&revenue=9").await;
    let conversion = world.came("/conversion", 1).await;

    assert_eq!(statuses(&decided), ["non_conversion: ok", "always: ok"]);
    assert_eq!(conversion[0].target, "/conversion?r=9&v=yes&a=");
}
