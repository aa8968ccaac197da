//! A posting and its caller's start, step by step: wherever the one gets in between the steps of
//! the other, the posting is on the call and waits no longer.

use hookline::ports::callers::Callers;
use hookline::use_cases::PostbackResult;

use super::interrupted::Interrupted;
use super::kind::{Kind, cold_and_warm_on_each_store};
use super::use_cases::{Partner, take};
use super::waiting_race::{self, posted, taken};
use super::world::{NUMBER, World, at, caller, start, stored};

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    a_start_may_come_between_any_two_steps_of_a_posting,
    a_posting_may_come_between_any_two_steps_of_a_start,
}

/// Forms with an id and without one.
pub(crate) const FORMS: [&str; 2] = [
    "posted=yes&postback_id=1&revenue=0.00&geo=us-10101&converted=1",
    "posted=yes&revenue=0.00&geo=us-10101&converted=1",
];

/// All that was posted is on the call `c1`, and nothing waits.
pub(crate) async fn assert_posted(world: &World, case: &str) {
    let call = stored(world, "c1").await;
    let amount = call.amounts.revenue.map(|revenue| revenue.to_string());
    assert_eq!(posted(world, "c1").await, ["yes"], "{case}");
    assert_eq!(amount.as_deref(), Some("0.00"), "{case}");
    assert_eq!(call.posted_conversion, Some(true), "{case}");
    assert_eq!(call.location.caller_zip().as_deref(), Some("10101"), "{case}");
    let left = world.cold().waiting(caller().caller(), at(1)).await.unwrap();
    assert_eq!(left, [], "{case}");
}

async fn a_start_may_come_between_any_two_steps_of_a_posting(kind: Kind) {
    for form in FORMS {
        let mut steps = 0;
        loop {
            let world = waiting_race::world(kind).await;
            let partner = Partner::of(&world).await;
            let (inner, outer) = (world.store().await, world.store().await);
            let event = start("c1", 0);
            let store = Interrupted::new(outer, steps, async {
                take(&inner, &event).await;
                Ok(())
            });

            let answer = partner.post(&store, NUMBER, form, 1).await;

            if !store.was_interrupted() {
                assert_eq!(answer.result, PostbackResult::Stored, "nobody got in");
                break;
            }
            let case = format!("{form} before step {steps}");
            assert!(taken(&answer), "{case}: {answer:?}");
            assert_posted(&world, &case).await;
            steps += 1;
        }
        assert!(steps >= 5, "a posting has but {steps} steps");
    }
}

async fn a_posting_may_come_between_any_two_steps_of_a_start(kind: Kind) {
    for form in FORMS {
        let mut steps = 0;
        loop {
            let world = waiting_race::world(kind).await;
            let partner = Partner::of(&world).await;
            let (inner, outer) = (world.store().await, world.store().await);
            let store = Interrupted::new(outer, steps, async {
                let answer = partner.post(&inner, NUMBER, form, 1).await;
                assert!(taken(&answer), "{answer:?}");
                Ok(())
            });

            take(&store, &start("c1", 0)).await;

            if !store.was_interrupted() {
                break;
            }
            assert_posted(&world, &format!("{form} before step {steps}")).await;
            steps += 1;
        }
        assert!(steps >= 4, "a start has but {steps} steps");
    }
}
