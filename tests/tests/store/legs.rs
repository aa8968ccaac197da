//! The legs of a call add up in any order, and are kept of calls that are there.

use hookline::call::{LegChange, LegEnd, Legs, MAX_LEGS};
use hookline::ports::legs::CallLegs;

use super::kind::{Kind, on_each_store};
use super::world::{World, at, call_id, started};

on_each_store! {
    #[tokio::test]
    legs_add_up_in_any_order_and_change_nothing_else,
    a_call_that_is_not_there_has_no_legs,
    a_call_has_so_many_legs_and_no_more,
}

/// How a leg ended so many seconds after the beginning.
fn end(seconds: i64) -> LegEnd {
    LegEnd { at: at(seconds), hung_up_by: Some("agent".to_owned()), customer_left: seconds == 9 }
}

/// Legs, those that ended each with the second.
fn legs(begun: &[&str], ended: &[(&str, i64)]) -> Legs {
    let begun = begun.iter().map(|name| (*name).to_owned()).collect();
    let ended = ended.iter().map(|(leg, at)| ((*leg).to_owned(), end(*at))).collect();
    Legs { begun, ended }
}

async fn legs_add_up_in_any_order_and_change_nothing_else(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let note = async |leg: &str, change| {
        world.cold().note_leg(&call, &call_id(leg), change).await.unwrap().unwrap()
    };

    let ended = |seconds| LegChange::Ended(end(seconds));
    assert_eq!(note("c2", ended(9)).await, legs(&[], &[("c2", 9)]));
    assert_eq!(note("c2", LegChange::Began).await, legs(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c2", LegChange::Began).await, legs(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c2", ended(8)).await, legs(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c1", ended(3)).await, legs(&["c2"], &[("c1", 3), ("c2", 9)]));
}

async fn a_call_that_is_not_there_has_no_legs(kind: Kind) {
    let world = World::new(kind).await;
    let before = world.contents().await;
    let call = call_id("c1");
    let noted = world.cold().note_leg(&call, &call, LegChange::Ended(end(9))).await.unwrap();
    assert_eq!(noted, None);
    assert_eq!(world.contents().await, before);
}

async fn a_call_has_so_many_legs_and_no_more(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let mut noted = None;
    for leg in 0..=MAX_LEGS {
        let leg = call_id(&format!("leg-{leg:03}"));
        noted = world.cold().note_leg(&call, &leg, LegChange::Began).await.unwrap();
    }
    let begun = noted.unwrap().begun;
    assert_eq!((begun.len(), begun.last().unwrap().as_str()), (MAX_LEGS, "leg-099"));
}
