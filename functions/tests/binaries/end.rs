//! The end of a call through the functions that queues feed, each a binary of its own; the test
//! carries the messages.

use std::collections::BTreeMap;

use hookline::key::Scope;
use hookline_tests::partner::Reply;
use hookline_tests::queues::batch;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Request, Send as _};
use super::world::{
    ALWAYS, ANSWERED, API, CONNECT, CONVERSION, ENDED, NON_CONVERSION, OUTCOME, POSTBACK_WEBHOOK,
    START, SWEEP, TIMER, World, buyer, start,
};
/// The functions that queues feed, by the names of their queues.
const FED: [(&str, &str); 7] = [
    ("outcome", OUTCOME),
    ("timer", TIMER),
    ("connect", CONNECT),
    ("conversion", CONVERSION),
    ("non_conversion", NON_CONVERSION),
    ("postback_webhook", POSTBACK_WEBHOOK),
    ("always", ALWAYS),
];

/// A campaign with a webhook for each trigger that fires after pings, whose partner is there.
async fn world() -> World {
    let world = World::new().await;
    let hook = |trigger: &str| {
        let url = world.partner.url(&format!("/{trigger}?r=[revenue]&c=[connected_seconds]"));
        json!({"id": trigger, "trigger": trigger, "url": url})
    };
    let mut timer = hook("timer");
    timer["seconds"] = json!(5);
    let webhooks =
        ["connect", "conversion", "non_conversion", "always"].map(hook).into_iter().chain([timer]);
    let more = json!({"settle_seconds": 0,
        "conversion": [{"matches": [], "seconds": 5, "revenue": "20.00"}]});
    world.campaign_with(&webhooks.collect(), &more).await;
    for trigger in ["timer", "connect", "conversion", "non_conversion", "always"] {
        world.partner.on(&format!("/{trigger}"), Reply::status(204));
    }
    world
}

fn ended(call: &str, seconds: &str) -> Value {
    json!({"call_id": call, "occurred_at": format!("2026-11-23T17:00:{seconds}Z")})
}

/// Hands every message that was sent, and those that follow, to its function, till there are no
/// more. Each has to be taken.
async fn carry(world: &World, functions: &BTreeMap<&str, LambdaFunction>) {
    let mut carried = 0;
    loop {
        let sent = world.queues.sent();
        let Some(message) = sent.get(carried) else { return };
        carried += 1;
        let payload = batch(&[&message.hint.to_string()]);
        let answer = functions[message.to.as_str()].invoke(payload).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}), "{message:?}");
    }
}

async fn fed(world: &World) -> BTreeMap<&'static str, LambdaFunction> {
    let mut functions = BTreeMap::new();
    for (name, binary) in FED {
        functions.insert(name, world.function(binary).await);
    }
    functions
}

#[tokio::test]
async fn a_call_that_was_answered_fires_timer_connect_conversion_and_always_in_order() {
    let world = world().await;
    let functions = fed(&world).await;

    for (binary, event) in [(START, start("c1")), (ANSWERED, buyer("c1"))] {
        world.function(binary).await.invoke(event).await.unwrap();
    }
    world.function(ENDED).await.invoke(ended("c1", "12")).await.unwrap();
    carry(&world, &functions).await;

    let targets: Vec<String> =
        world.partner.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(
        targets,
        ["/timer?r=&c=7", "/connect?r=20.00&c=7", "/conversion?r=20.00&c=7", "/always?r=20.00&c=7",]
    );
    let key = world.key(Scope::Admin, false).await;
    let api = world.function(API).await;
    let request = Request::new("GET", "/calls/c1").of("call_id", "c1").by(&key);
    let shown = request.send(&api).await.body;
    assert_eq!(shown["connected_seconds"], 7);
    assert_eq!(shown["outcome"]["converted"], true);
    let statuses = shown["deliveries"].as_array().unwrap().iter();
    assert!(statuses.clone().count() == 4 && statuses.clone().all(|one| one["status"] == "ok"));
}

#[tokio::test]
async fn a_call_that_nobody_answered_fires_non_conversion_and_always() {
    let world = world().await;
    let functions = fed(&world).await;

    world.function(START).await.invoke(start("c1")).await.unwrap();
    world.function(ENDED).await.invoke(ended("c1", "12")).await.unwrap();
    carry(&world, &functions).await;

    let paths: Vec<String> =
        world.partner.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/non_conversion", "/always"]);
}

#[tokio::test]
async fn a_message_that_is_no_hint_comes_again_and_the_others_are_taken() {
    let world = world().await;
    let functions = fed(&world).await;
    let (call, other) = (r#"{"call_id":"nobody"}"#, r#"{"call_id":"x y"}"#);
    let delivery = r#"{"call_id":"nobody","trigger":"always","webhook":"w","occurrence":"1"}"#;

    for (name, function) in &functions {
        let bodies = [call, delivery, other, "{}"];
        let answer = function.invoke(batch(&bodies)).await.unwrap();

        let misled = if *name == "outcome" { "m1" } else { "m0" };
        let failed: Vec<&str> = answer["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|failure| failure["itemIdentifier"].as_str().unwrap())
            .collect();
        assert_eq!(failed, [misled, "m2", "m3"], "{name}");
    }
}

#[tokio::test]
async fn the_sweep_hints_what_nobody_followed() {
    let world = world().await;
    let functions = fed(&world).await;
    world.function(START).await.invoke(start("c1")).await.unwrap();
    world.function(ENDED).await.invoke(ended("c1", "12")).await.unwrap();
    let lost = world.queues.sent();
    assert_eq!(lost[0].hint, json!({"call_id": "c1"}));
    assert_eq!((lost.len(), lost[0].to.as_str(), lost[0].delay), (1, "outcome", 0));

    // The end was taken in a moment ago; its handler still has the time it may need.
    let swept = world.function(SWEEP).await.invoke(json!({})).await.unwrap();

    assert_eq!(swept, json!({"hinted": 0}));
    functions["outcome"].invoke(batch(&[&lost[0].hint.to_string()])).await.unwrap();
    let followed: Vec<(String, u64)> =
        world.queues.sent().into_iter().skip(1).map(|sent| (sent.to, sent.delay)).collect();
    let (now, at_most) = (("non_conversion".to_owned(), 0), ("always".to_owned(), 60));
    assert_eq!(followed, [at_most, now]);
}
