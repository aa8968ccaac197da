//! De-dupe windows: opened by pings, by deliveries and by conversions, open for one caller of one
//! campaign, and closed to the millisecond.

use std::collections::BTreeSet;

use hookline::call::{Call, EventKind};
use hookline::campaign::WebhookId;
use hookline::course::Step;
use hookline::ports::callers::Callers;
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::{AttemptRecord, Authority, Recorded};
use hookline::ports::intake::{Intake, Record};
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::window::{OpenWindow, Window, Windows};
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::recorded::{call_with, claim_for, ended, told};
use super::sample::{FAILED, connect, report};
use super::store::Store;
use super::world::{
    NUMBER, Who, World, at, at_millis, caller, claimed, event, start, started, stored,
};

on_each_store! {
    #[tokio::test]
    whoever_opens_a_window_it_is_open_until_its_time,
    a_window_is_of_one_caller_of_one_campaign,
    a_window_opened_again_is_open_until_the_new_time,
    a_step_is_not_made_while_its_window_is_open,
    a_step_opens_no_window_for_a_caller_who_is_withheld,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_calls_of_one_caller_that_open_a_window_at_once_one_does,
}

fn of_webhook(id: &str) -> Window {
    Window::Webhook(WebhookId::parse(id).unwrap())
}

async fn open(world: &World, who: &Who, now: Timestamp) -> Windows {
    world.cold().windows(who.caller(), now).await.unwrap()
}

/// Opens windows as the pings of an event do.
async fn open_by_ping(world: &World, call: &Call, windows: Vec<OpenWindow>) {
    let record = Record {
        call,
        tags: TagSet::new(),
        place: None,
        begins: false,
        journal: BTreeSet::new(),
        deliveries: &[],
        raw: None,
        windows,
        remembering: None,
        now: at(1),
    };
    world.cold().record(&record).await.unwrap();
}

/// A step that opens a window and does more besides.
fn opening(call: &Call, window: &Window, until: Timestamp) -> Step {
    let window = Some(OpenWindow { window: window.clone(), until });
    Step { fires_connect: true, window, created: vec![connect(call, "crm")], ..Step::default() }
}

async fn whoever_opens_a_window_it_is_open_until_its_time(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (by_ping, by_delivery) = (of_webhook("ping_a-1"), of_webhook("crm"));
    let by_conversion = Window::Conversion("seconds:90 credit#offer:yes".to_owned());
    let who = caller();

    let opens =
        |window: &Window, millis| OpenWindow { window: window.clone(), until: at_millis(millis) };
    open_by_ping(&world, &call, vec![opens(&by_ping, 90_001)]).await;
    claim_for(&world, &deliveries[0], "a", at(61)).await;
    let (report, nothing) = (report(&deliveries[0].key, FAILED), TagSet::new());
    let opened = opens(&by_delivery, 90_002);
    let record = AttemptRecord {
        window: Some(&opened),
        ..ended(&call, &deliveries[0], Authority::Claimant("a"), &report, &nothing)
    };
    assert_eq!(told(&world, &record).await, Recorded::Kept);
    let step = Step { window: Some(opens(&by_conversion, 90_003)), ..Step::default() };
    assert!(world.cold().advance(&call, &step, at(60)).await.unwrap());

    let all = [by_ping, by_delivery, by_conversion];
    for (millis, closed) in [(90_000, 0), (90_001, 1), (90_002, 2), (90_003, 3)] {
        let wanted: Windows = all[closed..].iter().cloned().collect();
        assert_eq!(open(&world, &who, at_millis(millis)).await, wanted, "at {millis}");
    }
}

async fn a_window_is_of_one_caller_of_one_campaign(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let window = of_webhook("crm");
    let opens = OpenWindow { window: window.clone(), until: at(600) };
    open_by_ping(&world, &call, vec![opens]).await;

    assert_eq!(open(&world, &caller(), at(60)).await, Windows::from([window.clone()]));
    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(open(&world, &who, at(60)).await, Windows::new());
    }
    let of_roofs = json!({"campaign_id": "roofs", "caller_number": NUMBER});
    let other = claimed(&world.cold(), &event(EventKind::Start, "c2", &of_roofs)).await.call;
    let step = opening(&other, &window, at(600));
    assert!(world.cold().advance(&other, &step, at(60)).await.unwrap(), "it is not open there");
}

async fn a_window_opened_again_is_open_until_the_new_time(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let window = of_webhook("crm");
    for until in [at(600), at(900), at(700)] {
        let opens = OpenWindow { window: window.clone(), until };
        open_by_ping(&world, &call, vec![opens]).await;

        assert_eq!(open(&world, &caller(), until).await, Windows::new(), "{until}");
        let before = Timestamp::from_millis(until.as_millis() - 1).unwrap();
        assert_eq!(open(&world, &caller(), before).await, Windows::from([window.clone()]));
    }
}

async fn a_step_is_not_made_while_its_window_is_open(kind: Kind) {
    let world = World::new(kind).await;
    let (first, second) = (started(&world, "c1").await, started(&world, "c2").await);
    let window = Window::Conversion("entry".to_owned());
    let store = world.cold();
    let step = opening(&first, &window, at_millis(90_500));
    assert!(store.advance(&first, &step, at(60)).await.unwrap());
    let before = world.contents().await;

    let created = opening(&second, &window, at(600));
    let alone = Step { created: Vec::new(), ..created.clone() };
    for step in [&created, &alone] {
        assert!(!store.advance(&second, step, at_millis(90_499)).await.unwrap());
    }
    assert_eq!(world.contents().await, before);

    let other = Window::Conversion("another".to_owned());
    assert!(store.advance(&second, &opening(&second, &other, at(600)), at(90)).await.unwrap());
    let second = stored(&world, "c2").await;
    assert!(store.advance(&second, &alone, at_millis(90_500)).await.unwrap(), "it has closed");
    assert_eq!(open(&world, &caller(), at(599)).await, Windows::from([window, other]));
}

async fn a_step_opens_no_window_for_a_caller_who_is_withheld(kind: Kind) {
    let world = World::new(kind).await;
    let withheld = json!({"campaign_id": "solar", "caller_number": ""});
    let window = Window::Conversion("entry".to_owned());

    for id in ["c1", "c2"] {
        let call = claimed(&world.cold(), &event(EventKind::Start, id, &withheld)).await.call;
        let step = opening(&call, &window, at(600));
        assert!(world.cold().advance(&call, &step, at(60)).await.unwrap(), "{id}");
        assert_eq!(stored(&world, id).await.course.version, 1);
    }
}

async fn of_calls_of_one_caller_that_open_a_window_at_once_one_does(kind: Kind) {
    for round in 0..5 {
        let world = World::new(kind).await;
        let mut calls = Vec::new();
        for n in 0..8 {
            calls.push(claimed(&world.cold(), &start(&format!("c{n}"), 0)).await.call);
        }
        let stores: Vec<Store> = calls.iter().map(|_| world.cold()).collect();
        let window = Window::Conversion("entry".to_owned());

        let opens = stores.iter().zip(&calls).map(async |(store, call)| {
            store.advance(call, &opening(call, &window, at(600)), at(60)).await.unwrap()
        });
        let made = at_once(opens.collect());

        assert_eq!(made.iter().filter(|made| **made).count(), 1, "round {round}");
        for (call, made) in calls.iter().zip(made) {
            let steps = stored(&world, call.id.as_str()).await.course.version;
            assert_eq!(steps, u64::from(made), "round {round}");
        }
    }
}
