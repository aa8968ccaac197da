//! What is told of a delivery that functions died over, or that somebody else took over, and of an
//! attempt after which the store fails.

use std::time::Duration;

use hookline::adapters::system::SystemRandom;
use hookline::call::Call;
use hookline::delivery::{Delivery, MAX_TAKEOVERS, Verdict};
use hookline::ports::callers::Callers;
use hookline::ports::calls::Calls;
use hookline::ports::campaigns::Campaigns;
use hookline::ports::deliveries::Deliveries;
use hookline::ports::sender::{Browser, CookieJar, Exchange, Request};
use hookline::time::Timestamp;
use hookline::use_cases::{Delivered, deliver};
use serde_json::json;

use super::interrupted::Interrupted;
use super::kind::{Kind, on_each_store};
use super::recorded::{claim_for, read};
use super::replayed::{Answers, save};
use super::sample::{connect, created};
use super::use_cases::{At, Deaf};
use super::world::{World, at, started};

on_each_store! {
    #[tokio::test]
    one_that_is_taken_over_is_told_so_and_late_by_when_it_was_due,
    one_that_functions_keep_dying_over_is_told_with_all_of_them,
    one_that_somebody_took_over_meanwhile_is_told_as_it_was_sent,
    an_attempt_that_is_kept_is_told_whatever_fails_after_it,
}

/// A delivery due at the first minute, with its call and webhook.
async fn one(kind: Kind) -> (World, Call, Delivery) {
    let world = World::new(kind).await;
    save(&world, 2, Some(json!({}))).await;
    let call = started(&world, "c1").await;
    let delivery = connect(&call, "crm");
    let call = created(&world.cold(), &call, std::slice::from_ref(&delivery)).await;
    (world, call, delivery)
}

/// Looks at a delivery as a function does that is hinted.
async fn look(
    store: &(impl Calls + Callers + Campaigns + Deliveries),
    partner: &impl Browser,
    delivery: &Delivery,
    now: Timestamp,
) -> Option<Delivered> {
    let (clock, remaining) = (At(now), Duration::from_secs(30));
    let looked = deliver(store, partner, &Deaf, &clock, &SystemRandom, &delivery.key, remaining);
    Box::pin(looked).await.ok()
}

/// Functions claim it for a minute each and die; the time at which it can be taken over.
async fn died_over(world: &World, delivery: &Delivery, times: u32) -> Timestamp {
    let mut now = at(61);
    for function in 0..times {
        claim_for(world, &read(world, delivery).await, &format!("dead {function}"), now).await;
        now = now.plus_seconds(60);
    }
    now
}

async fn one_that_is_taken_over_is_told_so_and_late_by_when_it_was_due(kind: Kind) {
    let (world, _, delivery) = one(kind).await;
    let now = died_over(&world, &delivery, 2).await;

    let told = look(&world.cold(), &Answers(200), &delivery, now).await.unwrap();

    let Delivered::Attempted { attempt, late, takeovers, .. } = told else { panic!("{told:?}") };
    assert_eq!((attempt, takeovers), (1, 2));
    assert_eq!(late, Duration::from_secs(121), "since the first minute");
}

async fn one_that_functions_keep_dying_over_is_told_with_all_of_them(kind: Kind) {
    let (world, _, delivery) = one(kind).await;
    let now = died_over(&world, &delivery, MAX_TAKEOVERS + 1).await;

    let told = look(&world.cold(), &Answers(200), &delivery, now).await.unwrap();

    let Delivered::Ended { report, takeovers } = told else { panic!("{told:?}") };
    assert_eq!((report.verdict, takeovers), (Verdict::TimedOut, MAX_TAKEOVERS + 1));
}

/// A partner so slow that somebody takes the delivery over before it answers.
struct Slow<'a>(&'a World, &'a Delivery);

impl Browser for Slow<'_> {
    async fn browse(&self, request: Request, jar: &mut CookieJar) -> Exchange {
        let Self(world, delivery) = self;
        claim_for(world, &read(world, delivery).await, "another", at(120)).await;
        Answers(204).browse(request, jar).await
    }
}

async fn one_that_somebody_took_over_meanwhile_is_told_as_it_was_sent(kind: Kind) {
    let (world, _, delivery) = one(kind).await;

    let told = look(&world.cold(), &Slow(&world, &delivery), &delivery, at(61)).await.unwrap();

    let Delivered::Overtaken { report, attempt } = told else { panic!("{told:?}") };
    assert_eq!((report.verdict, report.http_status, attempt), (Verdict::Ok, Some(204), 1));
    assert_eq!(report.tags, None, "none are on the call");
    assert_eq!(read(&world, &delivery).await.attempts, [], "nothing of it is kept");
}

async fn an_attempt_that_is_kept_is_told_whatever_fails_after_it(kind: Kind) {
    let (mut steps, mut kept) = (0, 0);
    loop {
        let (world, _, delivery) = one(kind).await;
        let store = Interrupted::failing(world.cold(), steps);

        // Gone for good: the webhook is disabled, and whoever is next in line is looked for.
        let told = look(&store, &Answers(410), &delivery, at(61)).await;

        if !store.was_interrupted() {
            break;
        }
        let is_kept = !read(&world, &delivery).await.attempts.is_empty();
        let is_told = matches!(told, Some(Delivered::Attempted { attempt: 1, .. }));
        assert_eq!(is_told, is_kept, "at step {steps}: {told:?}");
        kept += usize::from(is_kept);
        steps += 1;
    }
    // Of the record told once more, of the webhook's two operations, of the next in line.
    assert!(kept >= 4 && steps > kept, "{kept} of {steps}");
}
