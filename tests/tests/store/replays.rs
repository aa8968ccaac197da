//! Replays: what is over is due once more, and what is not goes its own way.

use std::collections::BTreeSet;

use hookline::call::Call;
use hookline::delivery::{Delivery, Progress, Replay, Verdict};
use hookline::ports::deliveries::{
    AttemptClaim, AttemptRecord, Authority, Deliveries, PastDue, Recorded, Replays,
};
use hookline::ports::hints::{DueHint, Hint};
use hookline::tag::TagSet;
use hookline::trigger::Trigger;

use super::attempts::claim;
use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::recorded::{claim_for, ended, read, told};
use super::sample::{FAILED, attempt, connect, created, key, report, skipped};
use super::store::Store;
use super::world::{World, at, at_millis, started};

on_each_store! {
    #[tokio::test]
    one_that_has_ended_is_due_at_once_and_its_schedule_begins_anew,
    a_retry_that_waits_is_made_at_once_and_takeovers_begin_anew,
    what_is_yet_to_be_attempted_or_is_somebodys_is_left_alone,
    one_that_something_was_done_about_since_it_was_read_is_left_alone,
    who_read_it_before_a_replay_has_no_say_after_it,
    the_same_replay_told_again_holds_and_changes_nothing,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_replays_at_once_one_holds,
    of_a_replay_and_a_claim_that_meet_one_holds,
}

/// A call with one delivery of that name, as it stands.
async fn one(world: &World, name: &str) -> (Call, Delivery) {
    let call = started(world, name).await;
    let delivery = connect(&call, "crm");
    (created(&world.cold(), &call, std::slice::from_ref(&delivery)).await, delivery)
}

/// Lets the next attempt be made and end so; the delivery after it.
pub(crate) async fn attempted(
    world: &World,
    call: &Call,
    delivery: &Delivery,
    verdict: Verdict,
    next_at: Option<i64>,
) -> Delivery {
    let number = delivery.attempts_made() + 1;
    let by = format!("attempt-{number}");
    claim_for(world, delivery, &by, at(100)).await;
    let (report, nothing) = (report(&delivery.key, verdict), TagSet::new());
    let record = AttemptRecord {
        attempt: Some(&attempt(number)),
        next_at: next_at.map(at),
        ..ended(call, delivery, Authority::Claimant(&by), &report, &nothing)
    };
    assert_eq!(told(world, &record).await, Recorded::Kept);
    read(world, delivery).await
}

/// The delivery as a replay leaves it.
fn replayed(delivery: &Delivery, replay: Replay) -> Delivery {
    Delivery {
        progress: Progress::Due { at: replay.at },
        replayed: Some(replay),
        takeovers: 0,
        ..delivery.clone()
    }
}

async fn assert_left_alone(world: &World, read: &Delivery, case: &str) {
    let before = world.contents().await;
    assert!(!world.cold().replay(read, at(900)).await.unwrap(), "{case}");
    assert_eq!(world.contents().await, before, "{case}");
}

async fn one_that_has_ended_is_due_at_once_and_its_schedule_begins_anew(kind: Kind) {
    let world = World::new(kind).await;
    let mut over = Vec::new();
    for (name, verdict) in [("c1", Verdict::Ok), ("c2", FAILED), ("c3", Verdict::TimedOut)] {
        let (call, first) = one(&world, name).await;
        let second = attempted(&world, &call, &first, FAILED, Some(90)).await;
        over.push(attempted(&world, &call, &second, verdict, None).await);
    }
    let call = started(&world, "c4").await;
    let skipped = skipped(key(&call, Trigger::Timer, "crm"), 0);
    created(&world.cold(), &call, std::slice::from_ref(&skipped)).await;
    over.push(skipped);

    for delivery in &over {
        assert!(world.cold().replay(delivery, at_millis(900_123)).await.unwrap());

        let after_attempts = delivery.attempts_made();
        let wanted = replayed(delivery, Replay { at: at_millis(900_123), after_attempts });
        let stands = read(&world, delivery).await;
        assert_eq!(stands, wanted);
        assert_eq!((stands.attempts_since_replay(), stands.pending().is_some()), (0, true));
        let shard = u16::try_from(delivery.key.call.part(u32::from(Store::SHARDS))).unwrap();
        let due = async |by| world.cold().past_due(shard, by, 10).await.unwrap();
        let hint = Hint::Delivery(delivery.key.clone());
        let is_due = DueHint { due_at: at_millis(900_123), hint };
        assert!(!due(at_millis(900_122)).await.contains(&is_due));
        assert!(due(at_millis(900_123)).await.contains(&is_due));
    }
}

async fn a_retry_that_waits_is_made_at_once_and_takeovers_begin_anew(kind: Kind) {
    let world = World::new(kind).await;
    let (call, first) = one(&world, "c1").await;
    let dead = AttemptClaim { until: at(70), ..claim(&first, "dead", at(61)) };
    assert!(world.cold().claim_attempt(&dead).await.unwrap());
    let taken_over = read(&world, &first).await;
    let waits = attempted(&world, &call, &taken_over, FAILED, Some(5000)).await;
    assert_eq!(waits.takeovers, 1);

    assert!(world.cold().replay(&waits, at(200)).await.unwrap());

    let replay = Replay { at: at(200), after_attempts: 1 };
    assert_eq!(read(&world, &first).await, replayed(&waits, replay));
    let over = attempted(&world, &call, &replayed(&waits, replay), FAILED, None).await;
    assert_eq!((over.attempts_made(), over.attempts_since_replay()), (2, 1));
    assert!(world.cold().replay(&over, at(300)).await.unwrap());
    let again = Replay { at: at(300), after_attempts: 2 };
    assert_eq!(read(&world, &first).await, replayed(&over, again));
}

async fn what_is_yet_to_be_attempted_or_is_somebodys_is_left_alone(kind: Kind) {
    let world = World::new(kind).await;
    let (_, pending) = one(&world, "c1").await;
    assert_left_alone(&world, &pending, "its first attempt is to come").await;
    claim_for(&world, &pending, "a", at(61)).await;
    let held = read(&world, &pending).await;
    assert_left_alone(&world, &held, "somebody is at it").await;

    let (call, other) = one(&world, "c2").await;
    let waits = attempted(&world, &call, &other, FAILED, Some(90)).await;
    claim_for(&world, &waits, "b", at(91)).await;
    assert_left_alone(&world, &read(&world, &waits).await, "somebody retries it").await;
    let unknown = skipped(key(&call, Trigger::Connect, "unknown"), 0);
    assert_left_alone(&world, &unknown, "nobody created it").await;
}

#[tokio::test]
async fn one_whose_call_is_no_longer_kept_is_left_alone() {
    let world = World::new(Kind::Cold).await;
    let (call, pending) = one(&world, "c1").await;
    let over = attempted(&world, &call, &pending, FAILED, None).await;
    world.table().delete("CALL#c1", "CALL").await;

    assert_left_alone(&world, &over, "its call is gone").await;
}

async fn one_that_something_was_done_about_since_it_was_read_is_left_alone(kind: Kind) {
    let world = World::new(kind).await;
    let (call, pending) = one(&world, "c1").await;
    let waits = attempted(&world, &call, &pending, FAILED, Some(90)).await;
    claim_for(&world, &waits, "b", at(91)).await;
    assert_left_alone(&world, &waits, "claimed since").await;

    let (call, pending) = one(&world, "c2").await;
    let waits = attempted(&world, &call, &pending, FAILED, Some(90)).await;
    let over = attempted(&world, &call, &waits, FAILED, None).await;
    assert_left_alone(&world, &waits, "attempted since").await;

    // Replayed and ended without an attempt: it stands as it was read but for the replay.
    assert!(world.cold().replay(&over, at(200)).await.unwrap());
    let due = read(&world, &over).await;
    let (report, nothing) = (over.report.clone().unwrap(), TagSet::new());
    let end = ended(&call, &due, Authority::Reader, &report, &nothing);
    assert_eq!(told(&world, &end).await, Recorded::Kept);
    assert_left_alone(&world, &over, "replayed since").await;
    assert!(world.cold().replay(&read(&world, &over).await, at(201)).await.unwrap());
}

async fn who_read_it_before_a_replay_has_no_say_after_it(kind: Kind) {
    let world = World::new(kind).await;
    let (call, pending) = one(&world, "c1").await;
    let waits = attempted(&world, &call, &pending, FAILED, Some(200)).await;
    // Due when it was due anyway: only the replay tells them apart.
    assert!(world.cold().replay(&waits, at(200)).await.unwrap());
    let before = world.contents().await;

    assert!(!world.cold().claim_attempt(&claim(&waits, "b", at(201))).await.unwrap());
    let (report, nothing) = (report(&waits.key, FAILED), TagSet::new());
    let end = ended(&call, &waits, Authority::Reader, &report, &nothing);
    assert_eq!(told(&world, &end).await, Recorded::Overtaken);

    assert_eq!(world.contents().await, before);
    claim_for(&world, &read(&world, &waits).await, "b", at(201)).await;
}

async fn the_same_replay_told_again_holds_and_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let (call, pending) = one(&world, "c1").await;
    let over = attempted(&world, &call, &pending, FAILED, None).await;
    assert!(world.cold().replay(&over, at(200)).await.unwrap());
    let told_again = async |case| {
        let before = world.contents().await;
        assert!(world.cold().replay(&over, at(200)).await.unwrap(), "{case}");
        assert_eq!(world.contents().await, before, "{case}");
    };

    told_again("at once").await;
    claim_for(&world, &read(&world, &over).await, "b", at(201)).await;
    told_again("when somebody is at it").await;
    assert_left_alone(&world, &over, "by another").await;
}

async fn of_many_replays_at_once_one_holds(kind: Kind) {
    for round in 0..5 {
        let world = World::new(kind).await;
        let (call, pending) = one(&world, "c1").await;
        let next_at = (round % 2 == 0).then_some(5000);
        let over = attempted(&world, &call, &pending, FAILED, next_at).await;
        let stores: Vec<Store> = (0..12).map(|_| world.cold()).collect();

        let replays = (200..).zip(&stores).map(async |(second, store)| {
            store.replay(&over, at(second)).await.unwrap().then_some(second)
        });
        let held: BTreeSet<i64> = at_once(replays.collect()).into_iter().flatten().collect();

        let [second] = held.into_iter().collect::<Vec<_>>().try_into().unwrap();
        let replay = Replay { at: at(second), after_attempts: 1 };
        assert_eq!(read(&world, &over).await, replayed(&over, replay));
    }
}

async fn of_a_replay_and_a_claim_that_meet_one_holds(kind: Kind) {
    for round in 0..20 {
        let world = World::new(kind).await;
        let (call, pending) = one(&world, "c1").await;
        let waits = attempted(&world, &call, &pending, FAILED, Some(100)).await;
        let stores = [(true, world.cold()), (false, world.cold())];

        let both = stores.iter().map(async |(replays, store)| match replays {
            true => store.replay(&waits, at(101)).await.unwrap(),
            false => store.claim_attempt(&claim(&waits, "b", at(101))).await.unwrap(),
        });
        let outcomes = at_once(both.collect());

        let stands = read(&world, &waits).await;
        let is_replayed = stands.replayed.is_some();
        assert_eq!(outcomes, [is_replayed, !is_replayed], "round {round}");
        assert_eq!(matches!(stands.progress, Progress::Claimed { .. }), !is_replayed);
    }
}
