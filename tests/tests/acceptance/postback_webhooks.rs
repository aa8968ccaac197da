//! Spec sections 1 and 7: each accepted postback fires the call's `postback` webhooks.

use serde_json::{Value, json};

use crate::world::{World, deliveries, delivery, merged, statuses, text};

/// A campaign with a `postback` webhook that has more or other fields, and an `always` webhook.
async fn world(more: Value) -> World {
    let world = World::new().await;
    let query = "?n=[n]&r=[revenue]&v=[converted]&z=[caller_zip]";
    let hooks = [merged(world.hook("postback", query), more), world.hook("always", "")];
    world.save_hasty(hooks, json!({})).await;
    world
}

/// What reached the partner by each postback, once there were as many.
async fn told(world: &World, count: usize) -> Vec<String> {
    let came = world.came("/postback", count).await;
    came.into_iter().map(|request| request.target).collect()
}

#[tokio::test]
async fn one_for_each_in_the_call_and_after_its_end() {
    let world = world(json!({})).await;
    let start = world.start("call", json!({})).await.of_status(200);

    let _ = world.post_back("call", &start, "n=1&revenue=0.00").await;
    let _ = told(&world, 1).await;
    let _ = world.end("call", json!({})).await.of_status(200);
    let _ = world.over("call").await;
    for query in ["n=2&revenue=9.50", "n=3&geo=us-10101", ""] {
        let _ = world.post_back("call", &start, query).await;
    }

    let mut told = told(&world, 4).await;
    let first = told.remove(0);
    assert_eq!(first, "/postback?n=1&r=0.00&v=no&z=");
    // Each knows at least what its own postback brought.
    assert!(told[0].starts_with("/postback?n=1%2C2"), "{told:?}");
    assert!(told[0].contains("&r=9.50&"), "{told:?}");
    let all = "/postback?n=1%2C2%2C3&r=9.50&v=no&z=10101";
    assert_eq!((told[1].as_str(), told[2].as_str()), (all, all));
    assert_eq!(world.targets_at("/always").len(), 1);
}

#[tokio::test]
async fn none_for_a_repeat_with_the_same_id_or_for_what_is_refused() {
    let world = world(json!({})).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let path = format!("/postback/{}?key={}", world.named("call"), text(&start["call_key"]));

    let first = world.post_back("call", &start, "n=1&postback_id=p1").await;
    let _ = told(&world, 1).await;
    let again = world.post_back("call", &start, "n=2&postback_id=p1").await;
    let _ = world.visit(&format!("{path}&n=3&revenue=x")).await.of_status(422);
    let _ = world.visit(&format!("{path}0&n=4")).await.of_status(403);
    let last = world.post_back("call", &start, "n=5&postback_id=p2").await;

    let results = [first, again, last].map(|answer| answer["result"].clone());
    assert_eq!(results, ["applied", "duplicate", "applied"].map(Value::from));
    let wanted = ["/postback?n=1&r=&v=no&z=", "/postback?n=1%2C5&r=&v=no&z="];
    assert_eq!(told(&world, 2).await, wanted);
    let call = world.call("call").await;
    assert_eq!(deliveries(&call, "postback").len(), 2);
}

#[tokio::test]
async fn its_matches_see_what_the_postback_brought() {
    let world = world(json!({"matches": ["score:>5", "geo:us-ny", "converted:yes"]})).await;
    let start = world.start("call", json!({})).await.of_status(200);

    let _ = world.post_back("call", &start, "n=1&score=5&geo=us-ny").await;
    let _ = world.post_back("call", &start, "n=2&score=6&converted=1").await;

    assert_eq!(told(&world, 1).await, ["/postback?n=1%2C2&r=&v=yes&z="]);
    let call = world.call("call").await;
    let skipped = deliveries(&call, "postback")[0];
    assert_eq!(skipped["report"]["notes"], json!(["matches: score:>5"]));
    assert_eq!(statuses(&call)[0], "postback: skipped");
}

#[tokio::test]
async fn data_by_a_postback_key_fires_them_too() {
    let world = world(json!({})).await;
    let key = text(&world.postback_key(json!({"tag_prefix": "crm_"})).await["key"]);
    let _ = world.start("call", json!({})).await.of_status(200);
    let path = format!("/data/{key}?call_id={}", world.named("call"));

    let _ = world.visit(&format!("{path}&n=1&revenue=3")).await.of_status(200);

    assert_eq!(told(&world, 1).await, ["/postback?n=&r=3&v=no&z="]);
    assert_eq!(world.call("call").await["tags"]["crm_n"], json!(["1"]));
}

#[tokio::test]
async fn data_that_waited_fires_them_once_at_the_start_of_the_call() {
    let world = world(json!({"matches": ["n:1"]})).await;
    let key = text(&world.postback_key(json!({})).await["key"]);
    let path = format!("/data/{key}?caller_number=%2B{}", &world.caller()[1..]);
    let stored = world.visit(&format!("{path}&n=1&revenue=3&postback_id=1")).await;
    let _ = world.visit(&format!("{path}&n=1&postback_id=1")).await.of_status(200);

    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.start("call", json!({})).await.of_status(200);
    let first = told(&world, 1).await;
    let again = world.visit(&format!("{path}&n=1&postback_id=1")).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);
    let call = world.over("call").await;

    assert_eq!(stored.of_status(202)["result"], json!("stored"));
    assert_eq!(first, ["/postback?n=1&r=3&v=no&z="]);
    assert_eq!(again["result"], json!("duplicate"));
    assert_eq!(delivery(&call, "postback")["status"], "ok");
    assert_eq!(told(&world, 1).await, first);
}

#[tokio::test]
async fn several_webhooks_of_one_postback_go_in_their_order() {
    let world = World::new().await;
    let hook = |id: &str, order: i32| {
        let more = json!({"id": id, "order": order});
        merged(world.hook("postback", "?w=[webhook_id]&n=[n]"), more)
    };
    let hooks = [hook("second", 2), hook("first", 1), world.hook("always", "")];
    world.save_hasty(hooks, json!({})).await;
    let start = world.start("call", json!({})).await.of_status(200);

    let _ = world.post_back("call", &start, "n=1").await;
    let came = told(&world, 2).await;
    let _ = world.post_back("call", &start, "n=2").await;
    let all = told(&world, 4).await;

    assert_eq!(came, ["/postback?w=first&n=1", "/postback?w=second&n=1"]);
    assert_eq!(all[2..], ["/postback?w=first&n=1%2C2", "/postback?w=second&n=1%2C2"]);
}

#[tokio::test]
async fn a_postback_that_converts_a_call_late_finds_it_converted() {
    let world = world(json!({"matches": ["converted:yes"]})).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);
    let _ = world.over("call").await;

    let _ = world.post_back("call", &start, "converted=1").await;

    assert_eq!(told(&world, 1).await, ["/postback?n=&r=&v=yes&z="]);
}
