//! Claims of deliveries: of those who would make an attempt one does, and no other until it is dead.

use hookline::call::{Call, EventKind};
use hookline::delivery::{Delivery, Progress};
use hookline::ports::deliveries::{AttemptClaim, AttemptRecord, Authority, Deliveries, Recorded};
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::sample::{FAILED, attempt, connect, created, due, key, report, skipped};
use super::store::Store;
use super::world::{World, at, at_millis, claimed, event, started};

on_each_store! {
    #[tokio::test]
    a_claimed_delivery_is_somebodys_until_they_are_dead,
    one_that_ended_is_not_claimed,
    one_that_is_held_is_not_claimed_and_a_dead_claimants_is_taken_over_and_counted,
    one_that_something_was_done_about_since_it_was_read_is_not_claimed,
    a_claim_that_asks_for_a_call_that_is_up_is_not_made_after_its_end,
    the_same_claim_told_again_holds_and_changes_nothing,
    one_that_nobody_created_is_not_claimed,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_claims_at_once_one_holds,
    of_many_who_take_over_at_once_one_does,
}

/// A claim until a minute later.
pub(crate) fn claim<'a>(delivery: &'a Delivery, by: &'a str, now: Timestamp) -> AttemptClaim<'a> {
    AttemptClaim { delivery, by, until: now.plus_seconds(60), while_up: false, now }
}

/// A delivery of a call, as it stands once it is created.
async fn one(world: &World) -> (Call, Delivery) {
    let call = started(world, "c1").await;
    let delivery = connect(&call, "crm");
    let call = created(&world.cold(), &call, std::slice::from_ref(&delivery)).await;
    (call, delivery)
}

async fn read(world: &World, delivery: &Delivery) -> Delivery {
    world.cold().delivery(&delivery.key).await.unwrap().unwrap()
}

async fn assert_not_claimed(world: &World, claim: &AttemptClaim<'_>, case: &str) {
    let before = world.contents().await;
    assert!(!world.cold().claim_attempt(claim).await.unwrap(), "{case}");
    assert_eq!(world.contents().await, before, "{case}");
}

/// Tells, as whoever claimed it under that name, that an attempt failed and the next is due.
async fn fail(store: &Store, call: &Call, delivery: &Delivery, by: &str, next_at: Timestamp) {
    let record = AttemptRecord {
        call,
        delivery,
        authority: Authority::Claimant(by),
        attempt: Some(&attempt(1)),
        report: &report(&delivery.key, FAILED),
        next_at: Some(next_at),
        leaves: None,
        cookies: None,
        tags: &TagSet::new(),
        place: None,
        window: None,
    };
    assert_eq!(store.record_attempt(&record).await.unwrap(), Recorded::Kept);
}

async fn a_claimed_delivery_is_somebodys_until_they_are_dead(kind: Kind) {
    let world = World::new(kind).await;
    let (_, delivery) = one(&world).await;
    let until = at_millis(75_123);

    let claim = AttemptClaim { until, ..claim(&delivery, "a", at(61)) };
    assert!(world.cold().claim_attempt(&claim).await.unwrap());

    let progress = Progress::Claimed { by: "a".to_owned(), until };
    assert_eq!(read(&world, &delivery).await, Delivery { progress, ..delivery });
}

async fn one_that_ended_is_not_claimed(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let ended = skipped(key(&call, Trigger::Connect, "crm"), 0);
    created(&world.cold(), &call, std::slice::from_ref(&ended)).await;

    assert_not_claimed(&world, &claim(&ended, "a", at(61)), "as it stands").await;
    let thought_due = connect(&call, "crm");
    assert_not_claimed(&world, &claim(&thought_due, "a", at(61)), "as it never was").await;
}

async fn one_that_is_held_is_not_claimed_and_a_dead_claimants_is_taken_over_and_counted(
    kind: Kind,
) {
    let world = World::new(kind).await;
    let (_, due) = one(&world).await;
    let until = at_millis(90_500);
    let first = AttemptClaim { until, ..claim(&due, "a", at(61)) };
    assert!(world.cold().claim_attempt(&first).await.unwrap());
    let held = read(&world, &due).await;

    assert_not_claimed(&world, &claim(&due, "b", at(61)), "read when it was due").await;
    assert_not_claimed(&world, &claim(&due, "b", at(91)), "read before it was held").await;
    assert_not_claimed(&world, &claim(&held, "b", at_millis(90_499)), "a moment early").await;

    let second = AttemptClaim { until: at(95), ..claim(&held, "b", until) };
    assert!(world.cold().claim_attempt(&second).await.unwrap());
    let taken_over = read(&world, &due).await;
    let progress = Progress::Claimed { by: "b".to_owned(), until: at(95) };
    assert_eq!(taken_over, Delivery { progress, takeovers: 1, ..due.clone() });

    assert_not_claimed(&world, &claim(&held, "c", at(99)), "taken over since").await;
    assert!(world.cold().claim_attempt(&claim(&taken_over, "c", at(99))).await.unwrap());
    assert_eq!(read(&world, &due).await.takeovers, 2);
}

async fn one_that_something_was_done_about_since_it_was_read_is_not_claimed(kind: Kind) {
    let world = World::new(kind).await;
    let (call, first) = one(&world).await;
    let store = world.cold();
    assert!(store.claim_attempt(&claim(&first, "a", at(61))).await.unwrap());
    // Due again at the time at which it was due at first: only the attempt tells them apart.
    fail(&store, &call, &first, "a", at(60)).await;

    assert_not_claimed(&world, &claim(&first, "b", at(62)), "an attempt was made").await;
    let read = read(&world, &first).await;
    let other_time = Delivery { progress: Progress::Due { at: at_millis(60_001) }, ..read.clone() };
    assert_not_claimed(&world, &claim(&other_time, "b", at(62)), "due at another time").await;

    // Until the time at which it was due: only the claimant tells them apart.
    let brief = AttemptClaim { until: at(60), ..claim(&read, "b", at(60)) };
    assert!(store.claim_attempt(&brief).await.unwrap());
    assert_not_claimed(&world, &claim(&read, "c", at(62)), "somebody has claimed it").await;
    assert_eq!(store.delivery(&first.key).await.unwrap().unwrap().takeovers, 0);
}

async fn a_claim_that_asks_for_a_call_that_is_up_is_not_made_after_its_end(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let [timer, other, told] =
        ["a", "b", "c"].map(|name| due(key(&call, Trigger::Timer, name), 0, at(60)));
    created(&world.cold(), &call, &[timer.clone(), other.clone(), told.clone()]).await;
    let while_up = |delivery, by| AttemptClaim { while_up: true, ..claim(delivery, by, at(61)) };
    assert!(world.cold().claim_attempt(&while_up(&told, "a")).await.unwrap(), "it is up");
    claimed(&world.cold(), &event(EventKind::Ended, "c1", &json!({}))).await;

    assert_not_claimed(&world, &while_up(&timer, "a"), "it has ended").await;

    assert!(world.cold().claim_attempt(&claim(&other, "a", at(61))).await.unwrap(), "unasked");
    assert!(world.cold().claim_attempt(&while_up(&told, "a")).await.unwrap(), "told again");
    assert_not_claimed(&world, &while_up(&told, "b"), "held").await;
}

async fn the_same_claim_told_again_holds_and_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let (_, due) = one(&world).await;
    let store = world.cold();
    let first = claim(&due, "a", at(61));
    assert!(store.claim_attempt(&first).await.unwrap());
    let held = read(&world, &due).await;
    let takeover = AttemptClaim { while_up: true, ..claim(&held, "b", at(200)) };

    for (claim, takeovers) in [(&first, 0), (&takeover, 1)] {
        assert!(store.claim_attempt(claim).await.unwrap());
        let before = world.contents().await;

        assert!(store.claim_attempt(claim).await.unwrap());

        assert_eq!(world.contents().await, before);
        assert_eq!(read(&world, &due).await.takeovers, takeovers);
    }
    // By whoever has read that it is theirs, too.
    let theirs = read(&world, &due).await;
    let again = AttemptClaim { delivery: &theirs, ..takeover };
    let before = world.contents().await;
    assert!(store.claim_attempt(&again).await.unwrap());
    assert_eq!(world.contents().await, before);
    assert_not_claimed(&world, &first, "somebody else's by now").await;
}

async fn one_that_nobody_created_is_not_claimed(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let unknown = connect(&call, "crm");

    for while_up in [false, true] {
        let claim = AttemptClaim { while_up, ..claim(&unknown, "a", at(61)) };
        assert_not_claimed(&world, &claim, "nobody created it").await;
    }
}

/// Lets a dozen claim at once; the names of those whose claims hold.
fn claim_all(world: &World, read: &Delivery, while_up: bool, now: Timestamp) -> Vec<String> {
    let names: Vec<String> = (0..12).map(|n| format!("claimant-{n}")).collect();
    let stores: Vec<Store> = names.iter().map(|_| world.cold()).collect();
    let claims = stores.iter().zip(&names).map(async |(store, by)| {
        let claim = AttemptClaim { while_up, ..claim(read, by, now) };
        store.claim_attempt(&claim).await.unwrap().then(|| by.clone())
    });
    at_once(claims.collect()).into_iter().flatten().collect()
}

async fn of_many_claims_at_once_one_holds(kind: Kind) {
    for while_up in [false, true, false, true] {
        let world = World::new(kind).await;
        let (_, delivery) = one(&world).await;

        let held_by = claim_all(&world, &delivery, while_up, at(61));

        let [by] = held_by.try_into().unwrap();
        let progress = Progress::Claimed { by, until: at(121) };
        assert_eq!(read(&world, &delivery).await, Delivery { progress, ..delivery });
    }
}

async fn of_many_who_take_over_at_once_one_does(kind: Kind) {
    for while_up in [false, true, false, true] {
        let world = World::new(kind).await;
        let (_, delivery) = one(&world).await;
        world.cold().claim_attempt(&claim(&delivery, "dead", at(61))).await.unwrap();
        let held = read(&world, &delivery).await;

        let held_by = claim_all(&world, &held, while_up, at(121));

        let [by] = held_by.try_into().unwrap();
        let progress = Progress::Claimed { by, until: at(181) };
        assert_eq!(read(&world, &delivery).await, Delivery { progress, takeovers: 1, ..delivery });
    }
}
