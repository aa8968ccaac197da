//! Deliveries read back as they were put, one by one and with their call.

use std::collections::BTreeSet;

use hookline::delivery::{Delivery, DeliveryKey};
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::Deliveries;
use hookline::ports::intake::{Intake, Record};
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::trigger::Trigger;

use super::kind::{Kind, on_each_store};
use super::sample::{FAILED, attempt, created, due, key, report, skipped};
use super::world::{World, at, at_millis, call_id, started, stored, whole};

on_each_store! {
    #[tokio::test]
    a_delivery_reads_back_as_it_was_created,
    a_delivery_that_a_ping_ended_reads_back_with_its_attempt,
    one_that_nobody_created_is_none,
    the_history_is_oldest_first_and_then_in_firing_order,
}

async fn a_delivery_reads_back_as_it_was_created(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let of = |trigger: Trigger, occurrence: &str| DeliveryKey {
        occurrence: occurrence.to_owned(),
        ..key(&call, trigger, "hook_a-1")
    };
    let mut all: Vec<Delivery> =
        Trigger::ALL.iter().map(|trigger| due(of(*trigger, "1"), 7, at_millis(60_123))).collect();
    all.push(due(of(Trigger::Postback, "3.b#1"), 0, at(0)));
    all.push(skipped(of(Trigger::Postback, "0123abcd"), u32::MAX));

    created(&world.cold(), &call, &all).await;

    for delivery in &all {
        let read = world.cold().delivery(&delivery.key).await.unwrap();
        assert_eq!(read.as_ref(), Some(delivery));
    }
}

async fn a_delivery_that_a_ping_ended_reads_back_with_its_attempt(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let key = key(&call, Trigger::Start, "crm");
    let ended = Delivery::ended(key.clone(), 3, report(&key, FAILED), at_millis(7));
    let delivery = Delivery { attempts: vec![attempt(1)], ..ended };
    let record = Record {
        call: &call,
        tags: TagSet::new(),
        place: None,
        begins: false,
        journal: BTreeSet::new(),
        deliveries: std::slice::from_ref(&delivery),
        raw: None,
        windows: Vec::new(),
        remembering: None,
        now: at(1),
    };

    world.cold().record(&record).await.unwrap();

    assert_eq!(world.cold().delivery(&key).await.unwrap(), Some(delivery));
    assert_eq!(whole(&stored(&world, "c1").await), whole(&call), "it stands in no line");
}

async fn one_that_nobody_created_is_none(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let there = key(&call, Trigger::Connect, "crm");
    created(&world.cold(), &call, &[due(there.clone(), 0, at(60))]).await;
    let others = [
        DeliveryKey { call: call_id("c2"), ..there.clone() },
        DeliveryKey { trigger: Trigger::Always, ..there.clone() },
        DeliveryKey { occurrence: "2".to_owned(), ..there.clone() },
        key(&call, Trigger::Connect, "cr"),
    ];

    for other in &others {
        assert_eq!(world.cold().delivery(other).await.unwrap(), None, "{other:?}");
    }
}

async fn the_history_is_oldest_first_and_then_in_firing_order(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let of = |created_at: Timestamp, position: u32, trigger: Trigger, webhook: &str| Delivery {
        created_at,
        ..due(key(&call, trigger, webhook), position, at(900))
    };
    let wanted = [
        of(at(-1), 9, Trigger::Always, "z"),
        of(at_millis(-1), 8, Trigger::Timer, "y"),
        of(at(0), 0, Trigger::Selected, "b"),
        of(at(0), 0, Trigger::Connect, "a"),
        of(at(0), 1, Trigger::Always, "e"),
        of(at(0), 2, Trigger::Connect, "d"),
        of(at(0), 10, Trigger::Connect, "c"),
        of(at_millis(1), 0, Trigger::Answered, "a"),
    ];
    let mut shuffled = wanted.to_vec();
    shuffled.rotate_left(3);
    shuffled.swap(0, 5);

    let after = created(&world.cold(), &call, &shuffled).await;

    let (read, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    assert_eq!(history, wanted);
    assert_eq!(whole(&read), whole(&after));
}
