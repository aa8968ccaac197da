//! A posting that meets its caller's starting call is seen by the claim or told of the call, and
//! never lost between the two.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use hookline::adapters::dynamodb::DynamoDb;
use hookline::call::CallId;
use hookline::ports::callers::{Callers, Waited};
use hookline::ports::intake::Claimed;

use super::world::{BOTH, Cache, Who, World, at, call_id, caller, claim, claimed, start, waiting};

/// Postings that meet each start.
const POSTINGS: usize = 6;
/// How often they meet.
const ROUNDS: usize = 30;

/// Takes everything that waits off a caller, as a start does; the ids of all that it saw.
async fn hand_over(store: &DynamoDb, who: &Who, claimed: Claimed) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut waiting = claimed.caller.waiting;
    let mut unsettled = claimed.caller.unsettled;
    while unsettled || !waiting.is_empty() {
        let applied: Vec<String> = waiting.into_iter().map(|waiting| waiting.id).collect();
        waiting = store.settle(who.caller(), &applied, at(1)).await.unwrap();
        unsettled = false;
        seen.extend(applied);
    }
    seen
}

/// Lets a start of `call` meet postings that look past `past`.
async fn meet(world: &World, cache: Cache, call: &str, past: Option<&CallId>, round: usize) {
    let who = caller();
    let (store, partner) = (world.store(cache).await, world.cold());
    let event = start(call, i64::try_from(round).unwrap());
    let take = async {
        let claimed = claim(&store, &event, None).await.unwrap();
        hand_over(&store, &who, claimed).await
    };
    let ids: Vec<String> = (0..POSTINGS).map(|n| format!("{call}-{n}")).collect();
    let all: Vec<_> = ids.iter().map(|id| waiting(id, 600)).collect();
    let posting =
        join_all(all.iter().map(|waiting| partner.wait(who.caller(), waiting, past, at(1))));

    // Whoever is polled first has a head start, so they take turns.
    let (seen, outcomes) = if round.is_multiple_of(2) {
        tokio::join!(take, posting)
    } else {
        let (outcomes, seen) = tokio::join!(posting, take);
        (seen, outcomes)
    };

    for (id, outcome) in ids.iter().zip(outcomes) {
        let wanted = if seen.contains(id) { Waited::Stored } else { Waited::Call(call_id(call)) };
        assert_eq!(outcome.unwrap(), wanted, "{cache:?} {id} in round {round}");
    }
    let left = partner.settle(who.caller(), &[], at(1)).await.unwrap();
    assert_eq!(left, [], "{cache:?} round {round}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_posting_that_meets_the_first_call_is_not_lost() {
    for cache in BOTH {
        for round in 0..ROUNDS {
            let world = World::new().await;
            meet(&world, cache, "c", None, round).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_posting_that_meets_the_next_call_is_not_lost() {
    for cache in BOTH {
        let world = World::new().await;
        claimed(&world.cold(), &start("c-first", -1)).await;
        let mut past = call_id("c-first");
        for round in 0..ROUNDS {
            let call = format!("c{round}");
            meet(&world, cache, &call, Some(&past), round).await;
            past = call_id(&call);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postings_at_once_fill_a_caller_exactly() {
    let world = World::new().await;
    let (who, store) = (caller(), world.cold());
    let postings: Vec<_> = (0..60).map(|n| waiting(&format!("w{n}"), 600)).collect();

    let waited =
        join_all(postings.iter().map(|waiting| store.wait(who.caller(), waiting, None, at(0))));

    let waited: Vec<Waited> = waited.await.into_iter().map(Result::unwrap).collect();
    let count = |wanted: &Waited| waited.iter().filter(|waited| *waited == wanted).count();
    assert_eq!((count(&Waited::Stored), count(&Waited::Full)), (50, 10));
    assert_eq!(store.settle(who.caller(), &[], at(0)).await.unwrap().len(), 50);
}
