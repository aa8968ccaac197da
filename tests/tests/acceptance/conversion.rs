//! Spec section 8: which calls convert, and what they are worth.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{World, merged, statuses};

/// A campaign with these conversion entries and with webhooks that tell what was decided.
async fn world(entries: Value, more: Value) -> World {
    let world = World::new().await;
    let query = "?r=[revenue]&p=[payout]&v=[converted]";
    let hooks = ["conversion", "non_conversion", "always"];
    let hooks = hooks.map(|trigger| world.hook(trigger, query));
    world.save_hasty(hooks, merged(json!({"conversion": entries}), more)).await;
    world
}

/// A call that is started and ends so, once all is sent: what it fired and its outcome, without the
/// time of the decision.
async fn decided(world: &World, call: &str, start: Value, end: Value) -> (Vec<String>, Value) {
    let _ = world.start(call, start).await.of_status(200);
    let _ = world.end(call, end).await.of_status(200);
    outcome(world, call).await
}

async fn outcome(world: &World, call: &str) -> (Vec<String>, Value) {
    let shown = world.over(call).await;
    let mut outcome = shown["outcome"].clone();
    assert!(outcome.as_object_mut().unwrap().remove("decided_at").is_some(), "{outcome}");
    (statuses(&shown), outcome)
}

fn converted() -> Vec<String> {
    ["conversion: ok", "always: ok"].map(str::to_owned).to_vec()
}

fn not_converted() -> Vec<String> {
    ["non_conversion: ok", "always: ok"].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn the_first_entry_whose_matches_hold_is_used_met_or_not() {
    let entries = json!([
        {"matches": ["credit_offer:yes"], "seconds": 120, "revenue": "30.00", "payout": "15.00"},
        {"matches": ["credit_offer:!=no"], "seconds": 90, "revenue": "20.00"},
    ]);
    let world = world(entries, json!({})).await;
    let sold = |amounts: Value| (converted(), merged(json!({"converted": true}), amounts));
    let unsold = || (not_converted(), json!({"converted": false}));
    let cases = [
        ("yes", 120, sold(json!({"revenue": "30.00", "payout": "15.00"}))),
        // The second entry would be met, and is not asked.
        ("yes", 119, unsold()),
        ("maybe", 90, sold(json!({"revenue": "20.00"}))),
        ("maybe", 89, unsold()),
        ("no", 86400, unsold()),
    ];
    let calls = cases.into_iter().enumerate().map(async |(index, (offer, seconds, wanted))| {
        let start = json!({"tags": {"credit_offer": offer}});
        let end = json!({"connected_seconds": seconds});
        let decided = decided(&world, &format!("call{index}"), start, end).await;
        assert_eq!(decided, wanted, "{offer} {seconds}");
    });
    join_all(calls).await;
}

#[tokio::test]
async fn entries_see_the_buyer_who_answered_and_the_seconds_since() {
    let entries = json!([{"matches": ["buyer_id:b1", "quota:>5"], "seconds": 60}]);
    let world = world(entries, json!({})).await;
    let buyer = |quota: u32| json!({"buyer": {"id": "b1", "tags": {"quota": quota}}});
    for (call, quota, second, wanted) in [
        ("in", 9, "10", converted()),
        ("few", 5, "10", not_converted()),
        ("short", 9, "11", not_converted()),
    ] {
        let at = json!({"occurred_at": format!("2026-11-23T17:00:{second}Z")});
        let _ = world.start(call, json!({})).await.of_status(200);
        let answered = merged(buyer(quota), at);
        let _ = world.event(call, "answered", answered).await.of_status(200);
        let _ = world.end(call, json!({})).await.of_status(200);
        assert_eq!(outcome(&world, call).await.0, wanted, "{call}");
    }
}

#[tokio::test]
async fn an_entry_of_no_seconds_still_needs_a_buyer() {
    let world = world(json!([{"matches": [], "seconds": 0}]), json!({})).await;

    let nobody = decided(&world, "nobody", json!({}), json!({})).await;
    let _ = world.start("answered", json!({})).await.of_status(200);
    let answered = json!({"occurred_at": "2026-11-23T17:01:10Z"});
    let _ = world.event("answered", "answered", answered).await.of_status(200);
    let _ = world.end("answered", json!({})).await.of_status(200);
    let answered = outcome(&world, "answered").await;

    assert_eq!(nobody, (not_converted(), json!({"converted": false})));
    assert_eq!(answered, (converted(), json!({"converted": true})));
}

#[tokio::test]
async fn without_entries_a_call_that_reached_a_buyer_converts() {
    let world = world(json!([]), json!({})).await;

    let reached = decided(&world, "reached", json!({}), json!({"connected_seconds": 1})).await;
    let missed = decided(&world, "missed", json!({}), json!({"connected_seconds": 0})).await;

    assert_eq!(reached, (converted(), json!({"converted": true})));
    assert_eq!(missed, (not_converted(), json!({"converted": false})));
}

#[tokio::test]
async fn a_postback_counts_before_the_end_and_that_before_the_entry() {
    let entries = json!([{"matches": [], "seconds": 10, "revenue": "20.00", "payout": "10.00"}]);
    let world = world(entries, json!({})).await;
    let cases = [
        (json!({}), "", ("20.00", "10.00")),
        (json!({"revenue": "7"}), "", ("7", "10.00")),
        (json!({"revenue": 0, "payout": "0.00"}), "", ("0", "0.00")),
        (json!({}), "payout=3", ("20.00", "3")),
        (json!({"revenue": "7", "payout": "8"}), "revenue=0.00", ("0.00", "8")),
        (json!({"revenue": "7", "payout": "8"}), "revenue=1&payout=2", ("1", "2")),
    ];
    let calls = cases.into_iter().enumerate().map(async |(index, (end, posted, amounts))| {
        let (call, (revenue, payout)) = (format!("call{index}"), amounts);
        let start = world.start(&call, json!({})).await.of_status(200);
        if !posted.is_empty() {
            let _ = world.post_back(&call, &start, posted).await;
        }
        let end = merged(end, json!({"connected_seconds": 10}));
        let _ = world.end(&call, end).await.of_status(200);

        let (_, outcome) = outcome(&world, &call).await;

        let wanted = json!({"converted": true, "revenue": revenue, "payout": payout});
        assert_eq!(outcome, wanted, "{index}");
        format!("/conversion?r={revenue}&p={payout}&v=yes")
    });
    let mut wanted = join_all(calls).await;
    let mut told = world.targets_at("/conversion");
    wanted.sort();
    told.sort();
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_call_that_does_not_convert_is_worth_what_somebody_said_and_no_more() {
    let world = world(json!([{"matches": [], "seconds": 10, "revenue": "20.00"}]), json!({})).await;

    let (_, silent) = decided(&world, "silent", json!({}), json!({"connected_seconds": 9})).await;
    let end = json!({"connected_seconds": 9, "revenue": "0.50"});
    let (_, told) = decided(&world, "told", json!({}), end).await;

    assert_eq!(silent, json!({"converted": false}));
    assert_eq!(told, json!({"converted": false, "revenue": "0.50"}));
    let wanted = ["/non_conversion?r=&p=&v=no", "/non_conversion?r=0.50&p=&v=no"];
    assert_eq!(world.targets_at("/non_conversion"), wanted);
}

#[tokio::test]
async fn a_caller_does_not_convert_the_same_entry_again_within_its_window() {
    let entries = json!([
        {"matches": ["offer:a"], "seconds": 10, "dedupe_seconds": 86400},
        {"matches": ["offer:b"], "seconds": 10, "dedupe_seconds": 86400},
        {"matches": [], "seconds": 10},
    ]);
    let world = world(entries, json!({})).await;
    let (caller, other) = (json!(world.caller()), json!("+16145550000"));
    let withheld = Value::Null;
    let at_first = vec![
        ("missed", "a", &caller, 9, not_converted()),
        ("first", "a", &caller, 10, converted()),
        ("another", "b", &caller, 10, converted()),
        ("free", "c", &caller, 10, converted()),
        ("withheld", "a", &withheld, 10, converted()),
    ];
    let then = vec![
        ("again", "a", &caller, 10, not_converted()),
        ("freely", "c", &caller, 10, converted()),
        ("other", "a", &other, 10, converted()),
        ("nobody", "a", &withheld, 10, converted()),
    ];
    for cases in [at_first, then] {
        let calls = cases.into_iter().map(async |(call, offer, caller, seconds, wanted)| {
            let start = json!({"caller_number": caller, "tags": {"offer": offer}});
            let end = json!({"connected_seconds": seconds});
            assert_eq!(decided(&world, call, start, end).await.0, wanted, "{call}");
        });
        join_all(calls).await;
    }
}

#[tokio::test]
async fn of_two_calls_of_a_caller_that_end_together_one_converts() {
    let entries = json!([{"matches": [], "seconds": 10, "dedupe_seconds": 86400}]);
    let world = world(entries, json!({})).await;
    let end = || json!({"connected_seconds": 10});

    let (one, two) = tokio::join!(
        decided(&world, "one", json!({}), end()),
        decided(&world, "two", json!({}), end())
    );

    let mut outcomes = [one.1, two.1].map(|outcome| outcome["converted"].as_bool().unwrap());
    outcomes.sort_unstable();
    assert_eq!(outcomes, [false, true]);
}
