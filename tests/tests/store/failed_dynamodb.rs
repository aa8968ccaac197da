//! The deliveries of a campaign's day that have failed, as `DynamoDB` lists them.

use std::collections::BTreeSet;

use hookline::delivery::{Delivery, FailureKind, Verdict};
use hookline::ports::call_log::CallLog;
use hookline::ports::deliveries::Replays;
use hookline::ports::intake::{Intake, Record};
use hookline::tag::TagSet;
use hookline::time::{Day, Timestamp};
use hookline::trigger::Trigger;
use serde_json::json;

use super::call_log_dynamodb::{asked, today};
use super::kind::Kind;
use super::recorded::read;
use super::replays::attempted;
use super::sample::{FAILED, attempt, connect, created, key, report};
use super::world::{World, at, campaign_id, started};

/// The deliveries listed for a day.
async fn failed(world: &World, day: Day) -> Vec<Delivery> {
    let store = world.table().adapter();
    let page = store.failed_of(&campaign_id("solar"), day, &asked(100, None)).await.unwrap();
    assert_eq!(page.next, None);
    page.items
}

#[tokio::test]
async fn a_delivery_is_listed_while_it_stands_failed() {
    let world = World::new(Kind::Cold).await;
    let call = started(&world, "c1").await;
    let pending = connect(&call, "crm");
    let call = created(&world.cold(), &call, std::slice::from_ref(&pending)).await;
    let store = world.table().adapter();
    assert_eq!(failed(&world, today()).await, [], "its first attempt is to come");

    let waits = attempted(&world, &call, &pending, FAILED, Some(90)).await;
    assert_eq!(failed(&world, today()).await, [], "it is retried");
    let over = attempted(&world, &call, &waits, FAILED, None).await;
    assert_eq!(failed(&world, today()).await, std::slice::from_ref(&over), "it is out of attempts");

    assert!(store.replay(&over, at(200)).await.unwrap());
    let replayed = read(&world, &over).await;
    assert_eq!(failed(&world, today()).await, [], "it is replayed");
    let failed_again = attempted(&world, &call, &replayed, FAILED, None).await;
    assert_eq!(
        failed(&world, today()).await,
        std::slice::from_ref(&failed_again),
        "it failed again"
    );
    assert!(store.replay(&failed_again, at(300)).await.unwrap());
    let replayed = read(&world, &over).await;
    attempted(&world, &call, &replayed, Verdict::Ok, None).await;
    assert_eq!(failed(&world, today()).await, [], "it was delivered");
}

#[tokio::test]
async fn whatever_was_not_delivered_has_failed_but_for_what_was_not_to_be_sent() {
    let world = World::new(Kind::Cold).await;
    let call = started(&world, "c1").await;
    let verdicts = [
        ("ok", Verdict::Ok),
        ("skipped", Verdict::Skipped),
        ("failed", Verdict::Failed { kind: FailureKind::Invalid }),
        ("late", Verdict::TimedOut),
        ("blocked", Verdict::Blocked),
    ];
    let deliveries: Vec<Delivery> = verdicts.iter().map(|(name, _)| connect(&call, name)).collect();
    let call = created(&world.cold(), &call, &deliveries).await;

    for (delivery, (_, verdict)) in deliveries.iter().zip(verdicts) {
        attempted(&world, &call, delivery, verdict, None).await;
    }

    let listed = failed(&world, today()).await;
    let names: BTreeSet<&str> = listed.iter().map(|one| one.webhook().as_str()).collect();
    assert_eq!(names, BTreeSet::from(["failed", "late", "blocked"]));
}

#[tokio::test]
async fn a_ping_that_failed_is_listed_from_the_start() {
    let world = World::new(Kind::Cold).await;
    let call = started(&world, "c1").await;
    let ping = |name, verdict| {
        let key = key(&call, Trigger::Start, name);
        let report = report(&key, verdict);
        Delivery { attempts: vec![attempt(1)], ..Delivery::ended(key, 0, report, at(0)) }
    };
    let pings = [ping("ok", Verdict::Ok), ping("crm", FAILED), ping("not", Verdict::Skipped)];
    let record = Record {
        call: &call,
        tags: TagSet::new(),
        place: None,
        begins: true,
        deliveries: &pings,
        raw: None,
        windows: Vec::new(),
        journal: BTreeSet::new(),
        remembering: None,
        now: at(1),
    };

    world.cold().record(&record).await.unwrap();

    assert_eq!(failed(&world, today()).await, [pings[1].clone()]);
}

#[tokio::test]
async fn the_day_is_that_of_its_creation_and_the_campaign_its_calls() {
    let world = World::new(Kind::Cold).await;
    let call = started(&world, "c1").await;
    let midnight = Timestamp::from_json(&json!("2026-11-24T00:00:00Z")).unwrap();
    let last = Timestamp::from_millis(midnight.as_millis() - 1).unwrap();
    let of = |name, created_at| Delivery { created_at, ..connect(&call, name) };
    let (late, early) = (of("late", last), of("early", midnight));
    let call = created(&world.cold(), &call, &[late.clone(), early.clone()]).await;

    let late = attempted(&world, &call, &late, FAILED, None).await;
    let early = attempted(&world, &call, &early, FAILED, None).await;

    assert_eq!(failed(&world, today()).await, [late]);
    assert_eq!(failed(&world, today().after().unwrap()).await, [early]);
    let store = world.table().adapter();
    let others = store.failed_of(&campaign_id("roofs"), today(), &asked(10, None)).await.unwrap();
    assert_eq!(others.items, []);
    let calls = store.calls_of(&campaign_id("solar"), today(), &asked(10, None)).await.unwrap();
    assert_eq!(calls.items.len(), 1, "failed deliveries are no calls");
}

#[tokio::test]
async fn failures_of_one_moment_come_each_once_however_they_are_paged() {
    let world = World::new(Kind::Cold).await;
    let mut wanted = BTreeSet::new();
    for name in ["c1", "c2", "c3", "c4", "c5"] {
        let call = started(&world, name).await;
        let names: Vec<String> = (0..5).map(|n| format!("hook-{n}")).collect();
        let deliveries: Vec<Delivery> = names.iter().map(|hook| connect(&call, hook)).collect();
        let call = created(&world.cold(), &call, &deliveries).await;
        for delivery in &deliveries {
            attempted(&world, &call, delivery, FAILED, None).await;
            wanted.insert(delivery.key.clone());
        }
    }
    let store = world.table().adapter();

    for limit in [1, 4, 24, 25] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let asked = asked(limit, after);
            let page = store.failed_of(&campaign_id("solar"), today(), &asked).await.unwrap();
            listed.extend(page.items.into_iter().map(|delivery| delivery.key));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(listed.len(), 25, "{limit} a page");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), wanted, "{limit} a page");
    }
}
