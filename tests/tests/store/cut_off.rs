//! A store that fails at any step: what is told again afterwards is there once, and nothing is lost.

use hookline::ports::callers::Callers;

use super::interrupted::Interrupted;
use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::use_cases::{Partner, take, try_take};
use super::waiting_orders::{FORMS, assert_posted};
use super::waiting_race::{self, posted, taken};
use super::world::{NUMBER, call_id, caller, start};

on_each_store! {
    #[tokio::test]
    a_posting_before_any_call_that_was_cut_off_is_there_once_when_it_comes_again,
    a_posting_to_a_call_that_was_cut_off_is_applied_once_when_it_comes_again,
}

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_start_that_was_cut_off_is_whole_when_it_is_told_again,
    what_waited_is_handed_over_even_where_what_pings_brought_cannot_be_kept,
}

async fn a_posting_before_any_call_that_was_cut_off_is_there_once_when_it_comes_again(kind: Kind) {
    for form in FORMS {
        let mut steps = 0;
        loop {
            let world = waiting_race::world(kind).await;
            let partner = Partner::of(&world).await;
            let store = Interrupted::failing(world.cold(), steps);

            let first = partner.try_post(&store, NUMBER, form, 0).await;

            if !store.was_interrupted() {
                break;
            }
            let case = format!("{form} at step {steps}");
            assert!(first.is_err(), "{case}: {first:?}");
            let again = partner.post(&world.cold(), NUMBER, form, 1).await;
            assert!(taken(&again), "{case}: {again:?}");
            take(&world.cold(), &start("c1", 2)).await;
            assert_posted(&world, &case).await;
            steps += 1;
        }
        assert!(steps >= 5, "a posting has but {steps} steps");
    }
}

async fn a_posting_to_a_call_that_was_cut_off_is_applied_once_when_it_comes_again(kind: Kind) {
    for form in FORMS {
        let mut steps = 0;
        loop {
            let world = waiting_race::world(kind).await;
            let partner = Partner::of(&world).await;
            take(&world.cold(), &start("c1", 0)).await;
            let store = Interrupted::failing(world.cold(), steps);

            let first = partner.try_post(&store, NUMBER, form, 0).await;

            if !store.was_interrupted() {
                break;
            }
            let case = format!("{form} at step {steps}");
            assert!(first.is_err(), "{case}: {first:?}");
            let again = partner.post(&world.cold(), NUMBER, form, 1).await;
            assert!(taken(&again), "{case}: {again:?}");
            assert_posted(&world, &case).await;
            steps += 1;
        }
        assert!(steps >= 4, "a posting has but {steps} steps");
    }
}

async fn a_start_that_was_cut_off_is_whole_when_it_is_told_again(kind: Kind) {
    for form in FORMS {
        let mut steps = 0;
        loop {
            let world = waiting_race::world(kind).await;
            let partner = Partner::of(&world).await;
            partner.post(&world.cold(), NUMBER, form, 0).await;
            let store = Interrupted::failing(world.store().await, steps);

            let first = try_take(&store, &start("c1", 1)).await;

            if !store.was_interrupted() {
                break;
            }
            let case = format!("{form} at step {steps}");
            assert!(first.is_err(), "{case}: {first:?}");
            take(&world.store().await, &start("c1", 1)).await;
            assert_posted(&world, &case).await;
            let last = world.cold().last_call(caller().caller()).await.unwrap();
            assert_eq!(last, Some(call_id("c1")), "{case}");
            steps += 1;
        }
        assert!(steps >= 6, "a start has but {steps} steps");
    }
}

/// The call is the caller's latest by then: what waited is not left to a later one.
async fn what_waited_is_handed_over_even_where_what_pings_brought_cannot_be_kept(kind: Kind) {
    const RECORD: usize = 1;
    for form in FORMS {
        let world = waiting_race::world(kind).await;
        let partner = Partner::of(&world).await;
        partner.post(&world.cold(), NUMBER, form, 0).await;
        let store = Interrupted::failing(world.store().await, RECORD);

        let told = try_take(&store, &start("c1", 1)).await;

        assert!(told.is_err(), "{form}: {told:?}");
        assert_eq!(posted(&world, "c1").await, ["yes"], "{form}");
        let last = world.cold().last_call(caller().caller()).await.unwrap();
        assert_eq!(last, Some(call_id("c1")), "{form}");
    }
}
