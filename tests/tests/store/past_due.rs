//! What is past due is found, in order and in parts; what has ended, or owes nothing, is not there.

use std::collections::BTreeSet;

use hookline::call::{Call, CallId, EventKind};
use hookline::course::Step;
use hookline::delivery::Delivery;
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::{AttemptRecord, Authority, Deliveries, PastDue, Recorded};
use hookline::ports::hints::{DueHint, Hint, MAX_HINTS_A_CALL};
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::recorded::{claim_for, ended, told};
use super::sample::{FAILED, attempt, created, due, key, report, skipped};
use super::store::Store;
use super::world::{World, at, at_millis, call_id, claimed, event, start, started, stored};

on_each_store! {
    #[tokio::test]
    what_is_due_comes_longest_due_first_and_to_the_millisecond,
    no_more_comes_than_was_asked_for,
    a_long_line_leaves_room_for_other_calls,
    each_call_is_in_one_part_with_its_deliveries,
    a_call_is_there_for_as_long_as_it_is_due,
    a_delivery_is_there_until_it_ends,
    what_owes_nothing_is_never_there,
}

/// The part that a call is in.
fn part_of(call: &CallId) -> u16 {
    u16::try_from(call.part(u32::from(Store::SHARDS))).unwrap()
}

/// What is due by a time in the part of a call.
async fn past_due(world: &World, call: &Call, by: Timestamp) -> Vec<DueHint> {
    world.cold().past_due(part_of(&call.id), by, 100).await.unwrap()
}

/// What is due in any part at any time.
async fn all(world: &World) -> BTreeSet<DueHint> {
    let mut all = BTreeSet::new();
    for shard in 0..Store::SHARDS {
        all.extend(world.cold().past_due(shard, at(10_000_000), 100).await.unwrap());
    }
    all
}

fn of_delivery(delivery: &Delivery, due_at: Timestamp) -> DueHint {
    DueHint { due_at, hint: Hint::Delivery(delivery.key.clone()) }
}

fn of_call(call: &Call, due_at: Timestamp) -> DueHint {
    DueHint { due_at, hint: Hint::Call { call: call.id.clone() } }
}

/// Deliveries of a call that are due at these milliseconds.
fn due_at<const N: usize>(call: &Call, millis: [i64; N]) -> [Delivery; N] {
    millis.map(|millis| {
        let webhook = format!("hook-{}", 1_000_000 - millis);
        due(key(call, Trigger::Timer, &webhook), 0, at_millis(millis))
    })
}

async fn what_is_due_comes_longest_due_first_and_to_the_millisecond(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let [third, first, fourth] = due_at(&call, [90_001, 9_000, 100_000]);
    let step = Step {
        created: vec![third.clone(), first.clone(), fourth.clone()],
        due_at: Some(at(90)),
        ..Step::default()
    };
    assert!(world.cold().advance(&call, &step, at(1)).await.unwrap());
    let wanted = [
        of_delivery(&first, at_millis(9_000)),
        of_call(&call, at(90)),
        of_delivery(&third, at_millis(90_001)),
        of_delivery(&fourth, at(100)),
    ];

    for (by, count) in
        [(8_999, 0), (9_000, 1), (89_999, 1), (90_000, 2), (90_001, 3), (99_999, 3), (100_000, 4)]
    {
        let found = past_due(&world, &call, at_millis(by)).await;
        assert_eq!(found, wanted[..count], "by {by}");
    }
}

async fn no_more_comes_than_was_asked_for(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let millis = [5, 3, 1, 2, 4];
    let deliveries = due_at(&call, millis);
    let call = created(&world.cold(), &call, &deliveries).await;
    let wanted = [2, 3, 1, 4, 0].map(|n: usize| of_delivery(&deliveries[n], at_millis(millis[n])));

    for limit in 1..=7 {
        let found = world.cold().past_due(part_of(&call.id), at(60), limit).await.unwrap();
        assert_eq!(found, wanted[..limit.min(5)], "at most {limit}");
    }
}

/// The line is longer than what is read at a time.
async fn a_long_line_leaves_room_for_other_calls(kind: Kind) {
    let world = World::new(kind).await;
    let mut call = started(&world, "c1").await;
    let part = part_of(&call.id);
    let ids = (0..).map(|n| format!("other-{n}"));
    let other = ids.into_iter().find(|id| part_of(&call_id(id)) == part).unwrap();
    let other = started(&world, &other).await;
    let mut wanted = Vec::new();
    for first in [0, 40, 80] {
        let millis: [i64; 40] = std::array::from_fn(|n| first + i64::try_from(n).unwrap());
        let deliveries = due_at(&call, millis);
        call = created(&world.cold(), &call, &deliveries).await;
        let due = deliveries.iter().zip(millis);
        wanted.extend(due.map(|(delivery, millis)| of_delivery(delivery, at_millis(millis))));
    }
    let [last] = due_at(&other, [500]);
    created(&world.cold(), &other, std::slice::from_ref(&last)).await;
    wanted.truncate(MAX_HINTS_A_CALL);
    wanted.push(of_delivery(&last, at_millis(500)));

    assert_eq!(world.cold().past_due(part, at(60), 100).await.unwrap(), wanted);
}

async fn each_call_is_in_one_part_with_its_deliveries(kind: Kind) {
    let world = World::new(kind).await;
    let mut wanted: Vec<BTreeSet<DueHint>> = vec![BTreeSet::new(); usize::from(Store::SHARDS)];
    for n in 0..20 {
        let call = claimed(&world.cold(), &start(&format!("call-{n}"), 0)).await.call;
        let [delivery] = due_at(&call, [n]);
        let created = vec![delivery.clone()];
        let step = Step { created, due_at: Some(at(90)), ..Step::default() };
        assert!(world.cold().advance(&call, &step, at(1)).await.unwrap());
        wanted[usize::from(part_of(&call.id))]
            .extend([of_call(&call, at(90)), of_delivery(&delivery, at_millis(n))]);
    }

    for (shard, wanted) in (0..Store::SHARDS).zip(wanted) {
        let found = world.cold().past_due(shard, at(90), 100).await.unwrap();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted, "part {shard}");
    }
    assert_eq!(world.cold().past_due(Store::SHARDS, at(90), 100).await.unwrap(), []);
}

async fn a_call_is_there_for_as_long_as_it_is_due(kind: Kind) {
    let world = World::new(kind).await;
    let store = world.cold();
    let mut call = started(&world, "c1").await;
    for due_at in [Some(at(60)), Some(at(30)), None, None, Some(at(90))] {
        let step = Step { due_at, ..Step::default() };
        assert!(store.advance(&call, &step, at(1)).await.unwrap());
        call = stored(&world, "c1").await;

        let wanted: Vec<DueHint> = due_at.iter().map(|due_at| of_call(&call, *due_at)).collect();
        assert_eq!(past_due(&world, &call, due_at.unwrap_or(at(99))).await, wanted, "{due_at:?}");
        assert_eq!(past_due(&world, &call, at(29)).await, [], "{due_at:?}");
    }
}

async fn a_delivery_is_there_until_it_ends(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let [delivery] = due_at(&call, [60_000]);
    let call = created(&world.cold(), &call, std::slice::from_ref(&delivery)).await;
    let there_from = async |when: Timestamp| {
        let before = Timestamp::from_millis(when.as_millis() - 1).unwrap();
        assert_eq!(past_due(&world, &call, before).await, [], "before {when}");
        let wanted = [of_delivery(&delivery, when)];
        assert_eq!(past_due(&world, &call, when).await, wanted, "at {when}");
    };
    let (report, nothing) = (report(&delivery.key, FAILED), TagSet::new());
    let end = ended(&call, &delivery, Authority::Claimant("b"), &report, &nothing);

    there_from(at(60)).await;
    claim_for(&world, &delivery, "a", at(61)).await;
    there_from(at(121)).await;
    let first = AttemptRecord {
        attempt: Some(&attempt(1)),
        authority: Authority::Claimant("a"),
        next_at: Some(at_millis(65_001)),
        ..end
    };
    assert_eq!(told(&world, &first).await, Recorded::Kept);
    there_from(at_millis(65_001)).await;
    let stands = world.cold().delivery(&delivery.key).await.unwrap().unwrap();
    claim_for(&world, &stands, "b", at(66)).await;
    there_from(at(126)).await;
    assert_eq!(told(&world, &end).await, Recorded::Kept);

    assert_eq!(all(&world).await, BTreeSet::new());
}

async fn what_owes_nothing_is_never_there(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let selected = event(EventKind::Selected, "c1", &json!({"buyer": {"id": "b"}}));
    claimed(&world.cold(), &selected).await;
    let skipped = skipped(key(&call, Trigger::Connect, "s"), 0);
    created(&world.cold(), &call, &[skipped]).await;
    let other = Call { id: call_id("c2"), ..call };
    assert!(world.cold().call(&other.id).await.unwrap().is_none());

    assert_eq!(all(&world).await, BTreeSet::new());
}
