//! What becomes of a replayed delivery when somebody looks at it.

use std::time::Duration;

use hookline::adapters::system::SystemRandom;
use hookline::call::{Call, EventKind};
use hookline::campaign::Campaign;
use hookline::delivery::{Delivery, DeliveryStatus, Verdict};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::deliveries::Replays;
use hookline::ports::sender::{Answer, Browser, CookieJar, Exchange, Outcome, Request};
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use hookline::use_cases::{Delivered, deliver};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::kind::{Kind, on_each_store};
use super::recorded::read;
use super::sample::{FAILED, attempt, created, due, key, report, skipped};
use super::use_cases::{At, Deaf};
use super::world::{World, at, claimed, event, started};

on_each_store! {
    #[tokio::test]
    its_retries_begin_anew_and_its_attempts_go_on_counting,
    what_was_sent_is_sent_again_whatever_matches_and_windows_say,
    what_was_skipped_is_judged_anew,
    a_timer_that_its_call_did_not_reach_is_sent_all_the_same,
    one_whose_webhook_was_disabled_or_deleted_is_not_sent,
}

/// A partner who answers with this status.
pub(crate) struct Answers(pub(crate) u16);

impl Browser for Answers {
    async fn browse(&self, _: Request, _: &mut CookieJar) -> Exchange {
        let body = Vec::new().into();
        let answer = Answer { status: self.0, headers: HeaderMap::new(), body };
        Exchange { outcome: Outcome::Answered(answer), latency: Duration::ZERO }
    }
}

/// Saves `solar` with one webhook, `more` laid over it; after the world's own, that is version 2.
pub(crate) async fn save(world: &World, version: u64, more: Option<Value>) {
    let hook = |more: Value| {
        let mut hook = json!({"id": "crm", "trigger": "connect", "url": "https://crm.example/"});
        hook.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook
    };
    let webhooks: Vec<Value> = more.map(hook).into_iter().collect();
    let document =
        json!({"id": "solar", "name": "Solar", "version": version, "webhooks": webhooks});
    let campaign = Campaign::from_document(&document).unwrap();
    assert_eq!(world.cold().save(&campaign).await.unwrap(), Saved::Stored);
}

/// A delivery of a call that has failed after the seven retries of its schedule.
fn worn(call: &Call) -> Delivery {
    let key = key(call, Trigger::Connect, "crm");
    let report = report(&key, FAILED);
    Delivery { attempts: (1..=8).map(attempt).collect(), ..Delivery::ended(key, 0, report, at(60)) }
}

/// Has a delivery replayed and looked at in the same moment.
async fn replay(world: &World, delivery: &Delivery, status: u16) -> Delivered {
    assert!(world.cold().replay(delivery, at(900)).await.unwrap());
    look(world, delivery, status, at(900)).await
}

/// Looks at a delivery as a function does that is hinted.
async fn look(world: &World, delivery: &Delivery, status: u16, now: Timestamp) -> Delivered {
    let (store, partner, clock) = (world.cold(), Answers(status), At(now));
    let remaining = Duration::from_secs(30);
    let looked = deliver(&store, &partner, &Deaf, &clock, &SystemRandom, &delivery.key, remaining);
    Box::pin(looked).await.unwrap()
}

async fn its_retries_begin_anew_and_its_attempts_go_on_counting(kind: Kind) {
    let world = World::new(kind).await;
    save(&world, 2, Some(json!({"retry": "standard"}))).await;
    let call = started(&world, "c1").await;
    let worn = worn(&call);
    created(&world.cold(), &call, std::slice::from_ref(&worn)).await;

    let failed = replay(&world, &worn, 500).await;

    let Delivered::Attempted { attempt: 9, next_at: Some(next_at), late, .. } = failed else {
        panic!("{failed:?}");
    };
    assert!((at(905)..at(906)).contains(&next_at), "the first wait of the schedule: {next_at}");
    assert_eq!(late, Duration::ZERO);
    let again = look(&world, &worn, 200, next_at).await;
    assert!(matches!(again, Delivered::Attempted { attempt: 10, next_at: None, .. }), "{again:?}");
    let stands = read(&world, &worn).await;
    assert_eq!((stands.status(), stands.attempts_since_replay()), (DeliveryStatus::Ok, 2));
}

async fn what_was_sent_is_sent_again_whatever_matches_and_windows_say(kind: Kind) {
    let world = World::new(kind).await;
    let never = json!({"matches": ["sub_id:never"], "dedupe_seconds": 86400});
    save(&world, 2, Some(never)).await;
    let call = started(&world, "c1").await;
    let other = started(&world, "c2").await;
    let all = [worn(&call), worn(&other)];
    for (call, delivery) in [&call, &other].into_iter().zip(&all) {
        created(&world.cold(), call, std::slice::from_ref(delivery)).await;
    }

    // The first opens the caller's window, and the second is sent all the same.
    for delivery in &all {
        let sent = replay(&world, delivery, 200).await;

        assert!(matches!(sent, Delivered::Attempted { attempt: 9, .. }), "{sent:?}");
        assert_eq!(read(&world, delivery).await.status(), DeliveryStatus::Ok);
    }
}

async fn what_was_skipped_is_judged_anew(kind: Kind) {
    let world = World::new(kind).await;
    save(&world, 2, Some(json!({"matches": ["sub_id:never"]}))).await;
    let call = started(&world, "c1").await;
    let delivery = skipped(key(&call, Trigger::Connect, "crm"), 0);
    created(&world.cold(), &call, std::slice::from_ref(&delivery)).await;

    let ended = replay(&world, &delivery, 200).await;

    let Delivered::Ended { report, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(report.notes, ["matches: sub_id:never"]);
    save(&world, 3, Some(json!({}))).await;
    let stands = read(&world, &delivery).await;
    assert!(world.cold().replay(&stands, at(901)).await.unwrap());
    let sent = look(&world, &delivery, 200, at(901)).await;
    assert!(matches!(sent, Delivered::Attempted { attempt: 1, .. }), "{sent:?}");
}

async fn a_timer_that_its_call_did_not_reach_is_sent_all_the_same(kind: Kind) {
    let world = World::new(kind).await;
    save(&world, 2, Some(json!({"trigger": "timer", "seconds": 120}))).await;
    let call = started(&world, "c1").await;
    let timer = due(key(&call, Trigger::Timer, "crm"), 0, at(120));
    created(&world.cold(), &call, std::slice::from_ref(&timer)).await;
    let hung_up = json!({"occurred_at": at(30).to_string()});
    claimed(&world.cold(), &event(EventKind::Ended, "c1", &hung_up)).await;
    let ended = look(&world, &timer, 200, at(120)).await;
    assert!(matches!(ended, Delivered::Ended { .. }), "{ended:?}");

    let sent = replay(&world, &read(&world, &timer).await, 200).await;

    let Delivered::Attempted { report, attempt: 1, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(report.verdict, Verdict::Ok);
}

async fn one_whose_webhook_was_disabled_or_deleted_is_not_sent(kind: Kind) {
    for (more, note) in [
        (Some(json!({"enabled": false})), "given up: the webhook is disabled"),
        (None, "given up: the webhook was deleted"),
    ] {
        let world = World::new(kind).await;
        save(&world, 2, more).await;
        let call = started(&world, "c1").await;
        let worn = worn(&call);
        created(&world.cold(), &call, std::slice::from_ref(&worn)).await;

        let ended = replay(&world, &worn, 200).await;

        let Delivered::Ended { report, .. } = ended else { panic!("{ended:?}") };
        assert_eq!(report.notes.last().map(String::as_str), Some(note));
        let stands = read(&world, &worn).await;
        assert_eq!((stands.status(), stands.attempts.len()), (DeliveryStatus::Failed, 8));
    }
}
