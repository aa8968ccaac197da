//! A caller's latest call: the one that started last, whatever comes in when.

use futures_util::future::join_all;
use hookline::adapters::dynamodb::CALL_RETENTION_DAYS;
use hookline::call::{CallEvent, CallId};
use hookline::ports::callers::Callers;

use super::use_cases::take;
use super::world::{BOTH, NUMBER, Who, World, at, call_id, caller, start, stored, whole};

async fn last_call(world: &World) -> Option<CallId> {
    world.cold().last_call(caller().caller()).await.unwrap()
}

/// Names a call that started so many seconds after the beginning.
async fn name(world: &World, call: &str, started: i64) {
    let (who, call) = (caller(), call_id(call));
    world.cold().name_last_call(who.caller(), &call, at(started), at(60)).await.unwrap();
}

#[tokio::test]
async fn the_call_that_started_last_is_named() {
    let world = World::new().await;
    assert_eq!(last_call(&world).await, None);

    name(&world, "c1", 0).await;
    assert_eq!(last_call(&world).await, Some(call_id("c1")));
    name(&world, "c2", 1).await;
    assert_eq!(last_call(&world).await, Some(call_id("c2")));
}

#[tokio::test]
async fn an_older_start_changes_nothing() {
    let world = World::new().await;
    name(&world, "newer", 60).await;
    let before = world.items().await;

    for (call, started) in [("older", 59), ("newer", 60), ("oldest", -60)] {
        name(&world, call, started).await;
        assert_eq!(world.items().await, before, "{call}");
    }
}

#[tokio::test]
async fn each_caller_of_each_campaign_has_one_of_its_own() {
    let world = World::new().await;
    name(&world, "c1", 0).await;

    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(world.cold().last_call(who.caller()).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_calls_named_at_once_the_latest_is_the_last() {
    let world = World::new().await;
    let calls: Vec<(String, i64)> =
        (0..24).map(|index| (format!("c{index}"), index * 7 % 24)).collect();

    join_all(calls.iter().map(|(call, started)| name(&world, call, *started))).await;

    let (latest, _) = calls.iter().max_by_key(|(_, started)| started).unwrap();
    assert_eq!(last_call(&world).await, Some(call_id(latest)));
}

#[tokio::test]
async fn it_is_named_for_as_long_as_the_call_is_kept() {
    let world = World::new().await;
    take(&world.cold(), &start("c1", 0)).await;

    let named = world.number(&format!("CALLER#solar#{NUMBER}"), "CALL", "expires_at").await;
    let kept = world.number("CALL#c1", "CALL", "expires_at").await;

    assert_eq!(kept, at(CALL_RETENTION_DAYS * 86400).as_seconds());
    assert!(named >= kept, "named until {named}, kept until {kept}");
}

#[tokio::test]
async fn a_start_names_its_call_and_an_older_one_does_not() {
    for cache in BOTH {
        let world = World::new().await;

        for (call, seconds, last) in
            [("c1", 0, "c1"), ("newer", 60, "newer"), ("older", 30, "newer")]
        {
            take(&world.store(cache).await, &start(call, seconds)).await;
            assert_eq!(last_call(&world).await, Some(call_id(last)), "{cache:?} after {call}");
        }

        let older = stored(&world, "older").await;
        assert_eq!(older.started_at, Some(at(30)), "{cache:?}: {}", whole(&older).1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_calls_of_one_caller_that_start_at_once_the_latest_is_the_last() {
    for cache in BOTH {
        let world = World::new().await;
        let events: Vec<CallEvent> =
            (0..24).map(|index| start(&format!("c{index}"), index * 7 % 24)).collect();
        let stores = join_all(events.iter().map(|_| world.store(cache))).await;

        let taken = stores.iter().zip(&events).map(|(store, event)| take(store, event));
        join_all(taken).await;

        let latest = events.iter().max_by_key(|event| event.occurred_at).unwrap();
        assert_eq!(last_call(&world).await.as_ref(), Some(&latest.call), "{cache:?}");
    }
}
