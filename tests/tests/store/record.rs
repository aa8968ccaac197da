//! What webhooks brought is kept: tags in any order, however many, with their deliveries.

use std::collections::BTreeSet;

use hookline::call::{Call, EventKind};
use hookline::delivery::{Delivery, DeliveryKey, Report};
use hookline::ports::calls::Calls;
use hookline::ports::intake::{Intake, Record, Standing};
use hookline::tag::TagSet;
use hookline::trigger::Trigger;
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::race::at_once;
use super::sample::{FAILED, attempt, key, report};
use super::store::Store;
use super::world::{
    World, at, call_id, caller, claimed, event, many_tags, place, start, started, stored, tags,
    whole,
};

on_each_store! {
    #[tokio::test]
    four_hundred_tags_and_sixty_deliveries_are_kept,
    a_record_answers_with_what_stands_though_it_adds_nothing,
    a_place_replaces_the_one_before_and_a_record_without_one_leaves_it,
    kept_twice_is_kept_once,
    reports_are_of_one_trigger_and_one_occurrence,
    tags_merged_in_any_order_are_equal,
    a_call_that_is_not_there_is_not_made_by_a_record,
    what_is_to_be_remembered_goes_to_the_caller,
}

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_call_has_begun_once_its_start_is_kept,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    tags_merged_at_once_are_all_there,
}

/// A record that brings nothing yet.
pub(crate) fn record(call: &Call) -> Record<'_> {
    Record {
        call,
        tags: TagSet::new(),
        place: None,
        begins: false,
        journal: BTreeSet::new(),
        deliveries: &[],
        raw: None,
        windows: Vec::new(),
        remembering: None,
        now: at(1),
    }
}

/// Keeps where the caller of a call turned out to be.
pub(crate) async fn keep_place(store: &Store, call: &Call, text: &str) {
    let record = Record { place: Some(place(text)), ..record(call) };
    store.record(&record).await.unwrap();
}

/// A delivery of a trigger to the webhook of that number, ended with one attempt.
fn delivery(call: &Call, trigger: Trigger, number: usize, occurrence: &str) -> Delivery {
    let key = DeliveryKey {
        occurrence: occurrence.to_owned(),
        ..key(call, trigger, &format!("hook-{number}"))
    };
    let (report, position) = (report(&key, FAILED), u32::try_from(number).unwrap());
    Delivery { attempts: vec![attempt(1)], ..Delivery::ended(key, position, report, at(0)) }
}

async fn four_hundred_tags_and_sixty_deliveries_are_kept(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let mut all = many_tags(400);
    let deliveries: Vec<Delivery> =
        (0..60).map(|number| delivery(&call, Trigger::Start, number, "1")).collect();
    let told = Some(place("us-10101"));
    let record = Record {
        tags: all.clone(),
        place: told,
        begins: true,
        deliveries: &deliveries,
        ..record(&call)
    };

    let standing = world.cold().record(&record).await.unwrap();

    all.merge(tags(json!({"sub_id": ["x"]})));
    assert_eq!(standing, Standing { tags: all.clone(), place: told });
    let (kept, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    let wanted = Call { begun: true, ..call.clone().standing(all, told) };
    assert_eq!(whole(&kept), whole(&wanted));
    assert_eq!(history, deliveries);
    let reports = world.cold().reports(&call.id, Trigger::Start, "1").await.unwrap();
    let wanted: Vec<Report> =
        deliveries.into_iter().filter_map(|delivery| delivery.report).collect();
    assert_eq!(reports, wanted);
}

async fn a_record_answers_with_what_stands_though_it_adds_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let wanted = Standing { tags: tags(json!({"sub_id": ["x"]})), place: None };
    let before = world.contents().await;
    assert_eq!(world.cold().record(&record(&call)).await.unwrap(), wanted);
    assert_eq!(world.contents().await, before);

    let (added, told) = (tags(json!({"meanwhile": ["1"]})), Some(place("us-10101")));
    let others = Record { tags: added, place: told, ..record(&call) };
    world.cold().record(&others).await.unwrap();

    let both = tags(json!({"meanwhile": ["1"], "sub_id": ["x"]}));
    let wanted = Standing { tags: both, place: told };
    assert_eq!(world.cold().record(&record(&call)).await.unwrap(), wanted);
}

async fn a_call_has_begun_once_its_start_is_kept(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let selected = event(EventKind::Selected, "c1", &json!({"buyer": {"id": "b"}}));

    world.cold().record(&Record { tags: many_tags(2), ..record(&call) }).await.unwrap();
    assert!(!stored(&world, "c1").await.begun);
    world.cold().record(&Record { begins: true, ..record(&call) }).await.unwrap();

    assert!(stored(&world, "c1").await.begun);
    let again = claimed(&world.store().await, &start("c1", 0)).await;
    assert!(again.repeated && again.call.begun);
    assert!(claimed(&world.cold(), &selected).await.call.begun);
}

async fn a_place_replaces_the_one_before_and_a_record_without_one_leaves_it(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();

    keep_place(&store, &call, "us-10101").await;
    keep_place(&store, &call, "gb").await;
    let standing = store.record(&Record { tags: many_tags(1), ..record(&call) }).await.unwrap();

    assert_eq!(standing.place, Some(place("gb")));
    assert_eq!(stored(&world, "c1").await.location, call.location.replaced_by(&place("gb")));
}

async fn kept_twice_is_kept_once(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let deliveries = [delivery(&call, Trigger::Start, 0, "1")];
    let record =
        Record { tags: tags(json!({"age": ["23"]})), deliveries: &deliveries, ..record(&call) };
    let first = world.cold().record(&record).await.unwrap();
    let items = world.contents().await;

    let again = world.cold().record(&record).await.unwrap();

    assert_eq!(again, first);
    assert_eq!(world.contents().await, items);
}

async fn reports_are_of_one_trigger_and_one_occurrence(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    // In firing order, which is not that of their names.
    let deliveries = [
        delivery(&call, Trigger::Start, 0, "1"),
        Delivery { position: 1, ..delivery(&call, Trigger::Selected, 2, "1.b") },
        Delivery { position: 2, ..delivery(&call, Trigger::Selected, 1, "1.b") },
        delivery(&call, Trigger::Selected, 1, "11.b"),
        delivery(&call, Trigger::Answered, 3, "1.b"),
    ];
    world.cold().record(&Record { deliveries: &deliveries, ..record(&call) }).await.unwrap();

    let reports = world.cold().reports(&call.id, Trigger::Selected, "1.b").await.unwrap();

    let wanted = [&deliveries[1], &deliveries[2]].map(|delivery| delivery.report.clone().unwrap());
    assert_eq!(reports, wanted);
}

async fn tags_merged_in_any_order_are_equal(kind: Kind) {
    let world = World::new(kind).await;
    let parts = [
        tags(json!({"interest": ["mortgage"], "first_name": ["Jason"]})),
        tags(json!({"interest": ["insurance", "mortgage"]})),
        tags(json!({"first_name": ["Kay"], "age": ["23"]})),
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let wanted = tags(json!({
        "age": ["23"], "first_name": ["Jason", "Kay"],
        "interest": ["insurance", "mortgage"], "sub_id": ["x"],
    }));

    for (index, order) in orders.iter().enumerate() {
        let id = format!("c{index}");
        let call = started(&world, &id).await;
        for part in order {
            let record = Record { tags: parts[*part].clone(), ..record(&call) };
            world.cold().record(&record).await.unwrap();
        }
        assert_eq!(stored(&world, &id).await.tags, wanted, "{order:?}");
    }
}

async fn tags_merged_at_once_are_all_there(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let part = |n: usize| tags(json!({"all": [n.to_string()], format!("own_{n}"): ["1"]}));
    let store = world.cold();

    let records: Vec<Record<'_>> =
        (0..24).map(|n| Record { tags: part(n), ..record(&call) }).collect();
    for kept in at_once(records.iter().map(|record| store.record(record)).collect()) {
        kept.unwrap();
    }

    let mut wanted = tags(json!({"sub_id": ["x"]}));
    (0..24).for_each(|n| wanted.merge(part(n)));
    assert_eq!(stored(&world, "c1").await.tags, wanted);
}

async fn a_call_that_is_not_there_is_not_made_by_a_record(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let gone = Call { id: call_id("gone"), ..call };
    let before = world.contents().await;

    for tags in [tags(json!({"a": ["1"]})), TagSet::new()] {
        let kept = world.cold().record(&Record { tags, ..record(&gone) }).await;
        assert!(kept.is_err(), "{kept:?}");
    }

    assert_eq!(world.contents().await, before);
}

async fn what_is_to_be_remembered_goes_to_the_caller(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let who = caller();
    let remembering = super::remember::remembering(&who, json!({"age": ["23"]}), 3600);

    let record = Record { remembering: Some(remembering), ..record(&call) };
    world.cold().record(&record).await.unwrap();

    let next = claimed(&world.cold(), &start("c2", 60)).await;
    assert_eq!(next.caller.tags, tags(json!({"age": ["23"]})));
    assert_eq!(stored(&world, "c1").await.tags, tags(json!({"sub_id": ["x"]})));
}
