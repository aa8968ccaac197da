//! How much may wait for one caller, and for how long.

use hookline::key::DEFAULT_STORAGE;
use hookline::ports::callers::{Callers, Waiting};
use hookline::use_cases::{PostbackAnswer, PostbackResult};

use super::kind::{Kind, on_each_store};
use super::use_cases::{Partner, take};
use super::world::{NUMBER, World, at, caller, start, stored};

on_each_store! {
    #[tokio::test]
    past_so_many_no_more_waits_until_some_expire,
    past_so_much_no_more_waits_and_the_call_starts,
    a_posting_that_waits_already_is_a_duplicate,
    a_posting_that_waits_already_is_a_duplicate_though_no_more_may_wait,
}

/// The most postings that wait for a caller.
const MOST: usize = 50;

/// What became of a posting, and which field is at fault.
fn told(answer: &PostbackAnswer) -> (PostbackResult, Vec<&str>) {
    (answer.result, answer.errors.keys().map(String::as_str).collect())
}

async fn left(world: &World, seconds: i64) -> Vec<Waiting> {
    world.cold().waiting(caller().caller(), at(seconds)).await.unwrap()
}

async fn past_so_many_no_more_waits_until_some_expire(kind: Kind) {
    let world = World::new(kind).await;
    let (partner, store) = (Partner::of(&world).await, world.cold());
    let storage = i64::try_from(DEFAULT_STORAGE.as_secs()).unwrap();
    let post = async |n: usize, seconds| {
        partner.post(&store, NUMBER, &format!("posted={n}"), seconds).await
    };
    // The first two expire before the rest.
    for n in 0..MOST {
        let answer = post(n, if n < 2 { 0 } else { 60 }).await;
        assert_eq!(told(&answer), (PostbackResult::Stored, vec![]), "{n}");
    }
    let full = (PostbackResult::Invalid, vec!["caller_number"]);

    assert_eq!(told(&post(MOST, storage - 1).await), full);
    assert_eq!(left(&world, storage - 1).await.len(), MOST);
    for n in [MOST, MOST + 1] {
        assert_eq!(told(&post(n, storage).await), (PostbackResult::Stored, vec![]), "{n}");
    }
    assert_eq!(told(&post(MOST + 2, storage).await), full);

    let other = partner.post(&store, "+16145550000", "posted=0", storage).await;
    assert_eq!(told(&other), (PostbackResult::Stored, vec![]));
    take(&store, &start("c1", storage)).await;
    let mut wanted: Vec<String> = (2..MOST + 2).map(|n| n.to_string()).collect();
    wanted.sort_unstable();
    assert!(stored(&world, "c1").await.tags.values("posted").eq(wanted));
    assert_eq!(left(&world, storage).await, []);
}

async fn past_so_much_no_more_waits_and_the_call_starts(kind: Kind) {
    let world = World::new(kind).await;
    let (partner, store) = (Partner::of(&world).await, world.cold());
    // Sixteen keys of a kilobyte are just below what one posting may bring, four of those below
    // what may wait.
    let heavy = |n: usize| {
        let pair = |key: usize| format!("k{n}_{key}={}", "x".repeat(1000));
        (0..16).map(pair).collect::<Vec<_>>().join("&")
    };
    for n in 0..4 {
        let answer = partner.post(&store, NUMBER, &heavy(n), 0).await;
        assert_eq!(told(&answer), (PostbackResult::Stored, vec![]), "{n}");
    }

    let answer = partner.post(&store, NUMBER, &heavy(4), 0).await;
    assert_eq!(told(&answer), (PostbackResult::Invalid, vec!["tags"]));
    let light = partner.post(&store, NUMBER, "posted=light", 0).await;
    assert_eq!(told(&light), (PostbackResult::Stored, vec![]));

    take(&store, &start("c1", 60)).await;
    let tags = stored(&world, "c1").await.tags;
    assert_eq!(tags.len(), 4 * 16 + 2, "those, `posted` and the start's own");
    assert_eq!(left(&world, 60).await, []);
}

async fn a_posting_that_waits_already_is_a_duplicate(kind: Kind) {
    let world = World::new(kind).await;
    let (partner, store) = (Partner::of(&world).await, world.cold());
    let post = async |form| partner.post(&store, NUMBER, form, 0).await.result;

    assert_eq!(post("posted=a&postback_id=1").await, PostbackResult::Stored);
    let items = world.contents().await;
    assert_eq!(post("posted=b&postback_id=1").await, PostbackResult::Duplicate);

    assert_eq!(world.contents().await, items);
}

async fn a_posting_that_waits_already_is_a_duplicate_though_no_more_may_wait(kind: Kind) {
    let world = World::new(kind).await;
    let (partner, store) = (Partner::of(&world).await, world.cold());
    let post = async |n: usize| {
        partner.post(&store, NUMBER, &format!("posted={n}&postback_id={n}"), 0).await
    };
    for n in 0..MOST {
        assert_eq!(told(&post(n).await), (PostbackResult::Stored, vec![]), "{n}");
    }

    assert_eq!(told(&post(7).await), (PostbackResult::Duplicate, vec![]));
}
