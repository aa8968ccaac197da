//! What is remembered of a caller: it adds up, and is gone after its time.

use futures_util::future::join_all;
use hookline::geo::Place;
use hookline::ports::callers::{CallerMemory, Callers, Remembering};
use serde_json::{Value, json};

use super::world::{BOTH, Cache, NUMBER, Who, World, at, caller, claimed, many_tags, start, tags};

/// Tags to be remembered until so many seconds after the beginning.
pub(crate) fn remembering(who: &Who, json: Value, until: i64) -> Remembering<'_> {
    Remembering { caller: who.caller(), tags: tags(json), place: None, until: at(until) }
}

/// What a call that starts so many seconds after the beginning starts with.
async fn memory(world: &World, cache: Cache, seconds: i64) -> CallerMemory {
    let call = format!("at-{seconds}-{cache:?}");
    let memory = claimed(&world.store(cache).await, &start(&call, seconds)).await.caller;
    // Whether it has to be looked at again is told elsewhere.
    CallerMemory { unsettled: false, ..memory }
}

#[tokio::test]
async fn what_is_remembered_adds_up_and_the_latest_place_stands() {
    let world = World::new().await;
    let (who, store) = (caller(), world.cold());
    let place = |text| Some(Place::parse(text).unwrap());
    let first = remembering(&who, json!({"interest": ["a"], "age": ["23"]}), 600);
    let second = remembering(&who, json!({"interest": ["b"]}), 700);
    let third = remembering(&who, json!({"name": ["Kay"]}), 800);

    store.remember(&Remembering { place: place("us-oh"), ..first }, at(1)).await.unwrap();
    store.remember(&Remembering { place: place("us-ny"), ..second }, at(2)).await.unwrap();
    store.remember(&third, at(3)).await.unwrap();

    let wanted = CallerMemory {
        tags: tags(json!({"age": ["23"], "interest": ["a", "b"], "name": ["Kay"]})),
        place: place("us-ny"),
        ..CallerMemory::default()
    };
    for cache in BOTH {
        assert_eq!(memory(&world, cache, 10).await, wanted, "{cache:?}");
        assert_eq!(memory(&world, cache, 799).await, wanted, "{cache:?}");
    }
}

#[tokio::test]
async fn it_is_of_one_caller_of_one_campaign() {
    let world = World::new().await;
    let others = [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")];
    for who in &others {
        let remembering = remembering(who, json!({"age": ["23"]}), 600);
        world.cold().remember(&remembering, at(0)).await.unwrap();
    }

    for cache in BOTH {
        assert_eq!(memory(&world, cache, 10).await, CallerMemory::default(), "{cache:?}");
    }
}

#[tokio::test]
async fn after_its_time_it_is_forgotten() {
    let world = World::new().await;
    let who = caller();
    let remembering = Remembering {
        place: Some(Place::parse("us-ny").unwrap()),
        ..remembering(&who, json!({"age": ["23"]}), 600)
    };
    world.cold().remember(&remembering, at(0)).await.unwrap();

    for cache in BOTH {
        assert_eq!(memory(&world, cache, 599).await.tags, remembering.tags, "{cache:?}");
        assert_eq!(memory(&world, cache, 600).await, CallerMemory::default(), "{cache:?}");
    }
}

#[tokio::test]
async fn what_expired_does_not_come_back() {
    let world = World::new().await;
    let (who, store) = (caller(), world.cold());
    let old = Remembering {
        place: Some(Place::parse("us-ny").unwrap()),
        ..remembering(&who, json!({"age": ["23"], "interest": ["a"]}), 600)
    };
    store.remember(&old, at(0)).await.unwrap();

    let new = remembering(&who, json!({"interest": ["b"], "name": ["Kay"]}), 1200);
    store.remember(&new, at(600)).await.unwrap();

    let wanted = CallerMemory {
        tags: tags(json!({"interest": ["b"], "name": ["Kay"]})),
        ..CallerMemory::default()
    };
    for cache in BOTH {
        assert_eq!(memory(&world, cache, 700).await, wanted, "{cache:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_that_is_remembered_at_once_nothing_is_lost() {
    // In the second case what was remembered before has expired.
    for (case, now) in [("first", 0), ("after expiry", 600)] {
        let world = World::new().await;
        let (who, store) = (caller(), world.cold());
        if now > 0 {
            let old = remembering(&who, json!({"old": ["1"]}), 600);
            store.remember(&old, at(0)).await.unwrap();
        }

        let all: Vec<Remembering<'_>> =
            (0..12).map(|n| remembering(&who, json!({"n": [n.to_string()]}), 1200)).collect();
        for kept in join_all(all.iter().map(|one| store.remember(one, at(now)))).await {
            kept.unwrap();
        }

        let values: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        let wanted = CallerMemory { tags: tags(json!({"n": values})), ..CallerMemory::default() };
        assert_eq!(memory(&world, Cache::Warm, now + 1).await, wanted, "{case}");
    }
}

#[tokio::test]
async fn as_many_tags_as_a_call_may_bring_are_remembered() {
    let world = World::new().await;
    let who = caller();
    let all = Remembering { tags: many_tags(400), ..remembering(&who, json!({}), 600) };

    world.cold().remember(&all, at(0)).await.unwrap();
    // And once more, in place of what has expired.
    assert_eq!(memory(&world, Cache::Warm, 1).await.tags, many_tags(400));
    let again = Remembering { until: at(1200), ..all };
    world.cold().remember(&again, at(600)).await.unwrap();

    assert_eq!(memory(&world, Cache::Warm, 601).await.tags, many_tags(400));
}

#[tokio::test]
async fn however_much_is_remembered_the_next_call_starts() {
    let world = World::new().await;
    let (who, store) = (caller(), world.cold());
    let heavy = |round: usize| {
        let value = format!("{round}{}", "x".repeat(900));
        (0..100).map(|n| (format!("k{n}"), json!([value]))).collect::<Value>()
    };

    for round in 0..6 {
        let kept = store.remember(&remembering(&who, heavy(round), 600), at(0)).await;
        assert!(kept.is_ok(), "after {round} of 90 KB: {kept:?}");
    }

    let first = tags(heavy(0));
    let memory = memory(&world, Cache::Warm, 1).await;
    assert!(first.iter().all(|(key, _)| memory.tags.contains_key(key.as_str())));
}
