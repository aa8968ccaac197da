//! Claims that meet: of one event exactly one is not repeated, and all see one call.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use hookline::call::{CallEvent, EventKind};
use hookline::ports::intake::Claimed;
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::race::at_once;
use super::world::{World, at, claim, event, start, stored, whole};

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_claims_of_one_event_one_is_not_repeated,
    events_of_one_call_that_meet_see_the_same_key,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    an_event_without_its_campaign_that_meets_the_start_is_taken_or_refused_whole,
}

/// Claims all of these at once, each for itself, cold or warm.
async fn claim_all(world: &World, events: &[CallEvent]) -> Vec<Claimed> {
    let stores = join_all(events.iter().map(|_| world.store())).await;
    let claims = stores.iter().zip(events).map(|(store, event)| claim(store, event, None));
    at_once(claims.collect()).into_iter().map(Result::unwrap).collect()
}

async fn of_many_claims_of_one_event_one_is_not_repeated(kind: Kind) {
    let world = World::new(kind).await;
    let events = vec![start("c1", 0); 24];

    let claimed = claim_all(&world, &events).await;

    let first = claimed.iter().filter(|claimed| !claimed.repeated).count();
    assert_eq!(first, 1);
    let seen: BTreeSet<_> = claimed.iter().map(|claimed| whole(&claimed.call)).collect();
    assert_eq!(seen, BTreeSet::from([whole(&stored(&world, "c1").await)]));
}

async fn events_of_one_call_that_meet_see_the_same_key(kind: Kind) {
    let world = World::new(kind).await;
    for round in 0..20 {
        let call = format!("c{round}");
        let more = json!({"campaign_id": "solar", "buyer": {"id": "b"}, "attempt": 1});
        let other =
            |kind, seconds| CallEvent { occurred_at: at(seconds), ..event(kind, &call, &more) };
        let events =
            [start(&call, 0), other(EventKind::Selected, 1), other(EventKind::Answered, 2)];

        let claimed = claim_all(&world, &events).await;

        let stored = stored(&world, &call).await;
        for Claimed { call, repeated, .. } in claimed {
            assert!(!repeated);
            let seen = (call.key.expose().to_owned(), call.uuid);
            assert_eq!(seen, (stored.key.expose().to_owned(), stored.uuid.clone()), "");
        }
    }
}

async fn an_event_without_its_campaign_that_meets_the_start_is_taken_or_refused_whole(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    for round in 0..20 {
        let call = format!("c{round}");
        let start = start(&call, 0);
        let answered = event(EventKind::Answered, &call, &json!({"buyer": {"id": "b"}}));
        let (first, second) = (world.store().await, world.cold());

        let (started, taken) =
            tokio::join!(claim(&first, &start, None), claim(&second, &answered, Some(&key)));

        assert!(!started.unwrap().repeated);
        let stored = stored(&world, &call).await;
        assert_eq!(taken.is_ok(), !stored.buyer_events.is_empty(), "round {round}: {taken:?}");
    }
}
