//! A caller's latest call: the one that started last, whatever comes in when.

use futures_util::future::join_all;
use hookline::call::{CallEvent, CallId};
use hookline::ports::callers::Callers;

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::race::at_once;
use super::use_cases::take;
use super::world::{NUMBER, Who, World, at, call_id, caller, start, stored, whole};

on_each_store! {
    #[tokio::test]
    the_call_that_started_last_is_named,
    an_older_start_changes_nothing,
    each_caller_of_each_campaign_has_one_of_its_own,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_calls_named_at_once_the_latest_is_the_last,
}

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_start_names_its_call_and_an_older_one_does_not,
}

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_calls_of_one_caller_that_start_at_once_the_latest_is_the_last,
}

async fn last_call(world: &World) -> Option<CallId> {
    world.cold().last_call(caller().caller()).await.unwrap()
}

/// Names a call that started so many seconds after the beginning.
async fn name(world: &World, call: &str, started: i64) {
    let (who, call) = (caller(), call_id(call));
    world.cold().name_last_call(who.caller(), &call, at(started), at(60)).await.unwrap();
}

async fn the_call_that_started_last_is_named(kind: Kind) {
    let world = World::new(kind).await;
    assert_eq!(last_call(&world).await, None);

    name(&world, "c1", 0).await;
    assert_eq!(last_call(&world).await, Some(call_id("c1")));
    name(&world, "c2", 1).await;
    assert_eq!(last_call(&world).await, Some(call_id("c2")));
}

async fn an_older_start_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    name(&world, "newer", 60).await;
    let before = world.contents().await;

    for (call, started) in [("older", 59), ("newer", 60), ("oldest", -60)] {
        name(&world, call, started).await;
        assert_eq!(world.contents().await, before, "{call}");
    }
}

async fn each_caller_of_each_campaign_has_one_of_its_own(kind: Kind) {
    let world = World::new(kind).await;
    name(&world, "c1", 0).await;

    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(world.cold().last_call(who.caller()).await.unwrap(), None);
    }
}

async fn of_calls_named_at_once_the_latest_is_the_last(kind: Kind) {
    let world = World::new(kind).await;
    let calls: Vec<(String, i64)> =
        (0..24).map(|index| (format!("c{index}"), index * 7 % 24)).collect();

    at_once(calls.iter().map(|(call, started)| name(&world, call, *started)).collect());

    let (latest, _) = calls.iter().max_by_key(|(_, started)| started).unwrap();
    assert_eq!(last_call(&world).await, Some(call_id(latest)));
}

async fn a_start_names_its_call_and_an_older_one_does_not(kind: Kind) {
    let world = World::new(kind).await;

    for (call, seconds, last) in [("c1", 0, "c1"), ("newer", 60, "newer"), ("older", 30, "newer")] {
        take(&world.store().await, &start(call, seconds)).await;
        assert_eq!(last_call(&world).await, Some(call_id(last)), "after {call}");
    }

    let older = stored(&world, "older").await;
    assert_eq!(older.started_at, Some(at(30)), "{}", whole(&older).1);
}

async fn of_calls_of_one_caller_that_start_at_once_the_latest_is_the_last(kind: Kind) {
    let world = World::new(kind).await;
    let events: Vec<CallEvent> =
        (0..24).map(|index| start(&format!("c{index}"), index * 7 % 24)).collect();
    let stores = join_all(events.iter().map(|_| world.store())).await;

    let taken = stores.iter().zip(&events).map(|(store, event)| take(store, event));
    at_once(taken.collect());

    let latest = events.iter().max_by_key(|event| event.occurred_at).unwrap();
    assert_eq!(last_call(&world).await.as_ref(), Some(&latest.call));
}
