//! What is remembered of a caller: it adds up, and is gone after its time.

use hookline::call::CallEvent;
use hookline::ports::callers::{CallerMemory, Callers, Remembering};
use hookline::tag::{TagKey, TagSet, TagValue};
use hookline::time::Timestamp;
use serde_json::{Value, json};

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::race::at_once;
use super::world::{
    NUMBER, Who, World, at, at_millis, caller, claimed, many_tags, place, start, tags,
};

cold_and_warm_on_each_store! {
    #[tokio::test]
    what_is_remembered_adds_up_and_the_latest_place_stands,
    it_is_of_one_caller_of_one_campaign,
    after_its_time_it_is_forgotten,
    what_expired_does_not_come_back,
    it_is_remembered_to_the_millisecond,
    what_is_too_heavy_alone_leaves_the_place_and_stops_no_call,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_all_that_is_remembered_at_once_nothing_is_lost,
    of_all_that_is_remembered_at_once_after_expiry_nothing_old_comes_back,
}

on_each_store! {
    #[tokio::test]
    as_many_tags_as_a_call_may_bring_are_remembered,
    what_grows_too_heavy_gives_way_to_the_newest,
}

/// What remembered tags may weigh, in bytes.
const MOST_REMEMBERED: usize = 64 * 1024;

/// Tags to be remembered until so many seconds after the beginning.
pub(crate) fn remembering(who: &Who, json: Value, until: i64) -> Remembering<'_> {
    Remembering { caller: who.caller(), tags: tags(json), place: None, until: at(until) }
}

/// What a call that starts so many seconds after the beginning starts with.
async fn memory(world: &World, seconds: i64) -> CallerMemory {
    memory_at(world, at(seconds)).await
}

async fn memory_at(world: &World, occurred_at: Timestamp) -> CallerMemory {
    let call = format!("at-{}", occurred_at.as_millis());
    let start = CallEvent { occurred_at, ..start(&call, 0) };
    claimed(&world.store().await, &start).await.caller
}

async fn what_is_remembered_adds_up_and_the_latest_place_stands(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());
    let first = remembering(&who, json!({"interest": ["a"], "age": ["23"]}), 600);
    let second = remembering(&who, json!({"interest": ["b"]}), 700);
    let third = remembering(&who, json!({"name": ["Kay"]}), 800);

    store.remember(&Remembering { place: Some(place("us-oh")), ..first }, at(1)).await.unwrap();
    store.remember(&Remembering { place: Some(place("us-ny")), ..second }, at(2)).await.unwrap();
    store.remember(&third, at(3)).await.unwrap();

    let wanted = CallerMemory {
        tags: tags(json!({"age": ["23"], "interest": ["a", "b"], "name": ["Kay"]})),
        place: Some(place("us-ny")),
        ..CallerMemory::default()
    };
    assert_eq!(memory(&world, 10).await, wanted);
    assert_eq!(memory(&world, 799).await, wanted);
}

async fn it_is_of_one_caller_of_one_campaign(kind: Kind) {
    let world = World::new(kind).await;
    let others = [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")];
    for who in &others {
        let remembering = remembering(who, json!({"age": ["23"]}), 600);
        world.cold().remember(&remembering, at(0)).await.unwrap();
    }

    assert_eq!(memory(&world, 10).await, CallerMemory::default());
}

async fn after_its_time_it_is_forgotten(kind: Kind) {
    let world = World::new(kind).await;
    let who = caller();
    let remembering = Remembering {
        place: Some(place("us-ny")),
        ..remembering(&who, json!({"age": ["23"]}), 600)
    };
    world.cold().remember(&remembering, at(0)).await.unwrap();

    assert_eq!(memory(&world, 599).await.tags, remembering.tags);
    assert_eq!(memory(&world, 600).await, CallerMemory::default());
}

async fn it_is_remembered_to_the_millisecond(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());
    let until = at_millis(600_500);
    let old = Remembering { until, ..remembering(&who, json!({"age": ["23"]}), 0) };
    store.remember(&old, at(0)).await.unwrap();

    assert_eq!(memory_at(&world, at_millis(600_499)).await.tags, old.tags);
    assert_eq!(memory_at(&world, until).await, CallerMemory::default());

    // Told in its last millisecond it adds up, and after that it begins anew.
    let same = Remembering { until, ..remembering(&who, json!({"age": ["24"]}), 0) };
    store.remember(&same, at_millis(600_499)).await.unwrap();
    let both = tags(json!({"age": ["23", "24"]}));
    assert_eq!(memory_at(&world, at_millis(600_498)).await.tags, both);
    let new = remembering(&who, json!({"age": ["25"]}), 900);
    store.remember(&new, until).await.unwrap();
    assert_eq!(memory_at(&world, at_millis(600_501)).await.tags, new.tags);
}

async fn what_expired_does_not_come_back(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());
    let old = Remembering {
        place: Some(place("us-ny")),
        ..remembering(&who, json!({"age": ["23"], "interest": ["a"]}), 600)
    };
    store.remember(&old, at(0)).await.unwrap();

    let new = remembering(&who, json!({"interest": ["b"], "name": ["Kay"]}), 1200);
    store.remember(&new, at(600)).await.unwrap();

    let wanted = CallerMemory {
        tags: tags(json!({"interest": ["b"], "name": ["Kay"]})),
        ..CallerMemory::default()
    };
    assert_eq!(memory(&world, 700).await, wanted);
}

async fn of_all_that_is_remembered_at_once_nothing_is_lost(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());

    for kept in at_once(many(&who).iter().map(|one| store.remember(one, at(0))).collect()) {
        kept.unwrap();
    }

    let wanted: TagSet = many(&who).into_iter().flat_map(|one| pairs(&one.tags)).collect();
    assert_eq!(memory(&world, 1).await.tags, wanted);
}

/// Whoever begins anew after expiry may take with it what another call brought in that moment.
async fn of_all_that_is_remembered_at_once_after_expiry_nothing_old_comes_back(kind: Kind) {
    for round in 0..10 {
        let world = World::new(kind).await;
        let (who, store) = (caller(), world.cold());
        let old = Remembering {
            place: Some(place("us-ny")),
            ..remembering(&who, json!({"old": ["1"], "n": ["old"]}), 600)
        };
        store.remember(&old, at(0)).await.unwrap();

        for kept in at_once(many(&who).iter().map(|one| store.remember(one, at(600))).collect()) {
            kept.unwrap();
        }
        let met = memory(&world, 601).await;
        let last = remembering(&who, json!({"n": ["last"]}), 1200);
        store.remember(&last, at(602)).await.unwrap();

        let written: TagSet = many(&who).into_iter().flat_map(|one| pairs(&one.tags)).collect();
        assert_eq!((met.place, met.waiting.len()), (None, 0), "round {round}");
        assert!(!met.tags.is_empty(), "round {round}");
        assert!(met.tags.without(&written).is_empty(), "round {round}: {:?}", met.tags);
        let mut wanted = met.tags;
        wanted.merge(last.tags);
        assert_eq!(memory(&world, 603).await.tags, wanted, "round {round}");
    }
}

/// What a dozen calls of one caller bring, each its own.
fn many(who: &Who) -> Vec<Remembering<'_>> {
    (0..12).map(|n| remembering(who, json!({"n": [n.to_string()]}), 1200)).collect()
}

fn pairs(tags: &TagSet) -> Vec<(TagKey, TagValue)> {
    let pairs = tags.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    pairs.map(|(key, value)| (key.clone(), value.clone())).collect()
}

async fn as_many_tags_as_a_call_may_bring_are_remembered(kind: Kind) {
    let world = World::new(kind).await;
    let who = caller();
    let all = Remembering { tags: many_tags(400), ..remembering(&who, json!({}), 600) };

    world.cold().remember(&all, at(0)).await.unwrap();
    // And once more, in place of what has expired.
    assert_eq!(memory(&world, 1).await.tags, many_tags(400));
    let again = Remembering { until: at(1200), ..all };
    world.cold().remember(&again, at(600)).await.unwrap();

    assert_eq!(memory(&world, 601).await.tags, many_tags(400));
}

/// Tags of that many keys, in all about that many kilobytes, that no other round brings.
pub(crate) fn heavy(round: usize, keys: usize, kilobytes: usize) -> Value {
    let value = format!("{round}{}", "x".repeat(kilobytes * 1000 / keys - 10));
    (0..keys).map(|n| (format!("key_{n:03}"), json!([value]))).collect()
}

async fn what_grows_too_heavy_gives_way_to_the_newest(kind: Kind) {
    // With 400 keys it takes several writes, and the first of them still fits.
    for (keys, kilobytes) in [(100, 30), (400, 40)] {
        let world = World::new(kind).await;
        let (who, store) = (caller(), world.cold());
        let brought = |round| remembering(&who, heavy(round, keys, kilobytes), 600);
        let mut wanted = TagSet::new();

        for round in 0..7 {
            store.remember(&brought(round), at(0)).await.unwrap();

            let newest = brought(round).tags;
            wanted.merge(newest.clone());
            if wanted.weight() > MOST_REMEMBERED {
                wanted = newest;
            }
            let call = format!("{keys}-{round}");
            let memory = claimed(&world.cold(), &start(&call, 1)).await.caller;
            assert!(memory.tags == wanted, "round {round} of {keys} keys");
        }
    }
}

async fn what_is_too_heavy_alone_leaves_the_place_and_stops_no_call(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());
    store.remember(&remembering(&who, json!({"age": ["23"]}), 600), at(0)).await.unwrap();

    for round in 0..6 {
        let brought = Remembering {
            place: Some(place("us-ny")),
            ..remembering(&who, heavy(round, 400, 120), 600)
        };
        let kept = store.remember(&brought, at(0)).await;
        assert!(kept.is_ok(), "after {round} of 120 KB: {kept:?}");
    }

    let wanted = CallerMemory { place: Some(place("us-ny")), ..CallerMemory::default() };
    assert_eq!(memory(&world, 1).await, wanted);
    let light = remembering(&who, json!({"age": ["24"]}), 600);
    store.remember(&light, at(2)).await.unwrap();
    assert_eq!(memory(&world, 3).await.tags, light.tags);
}
