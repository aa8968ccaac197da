//! Postings that wait for a caller's next call: an item each, until it is settled or expires.

use hookline::call::{CallEvent, EventKind, Posting, PostingId};
use hookline::ports::callers::{CallerMemory, Callers, Waiting};
use hookline::time::Timestamp;
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::world::{
    NUMBER, Who, World, at, at_millis, caller, claimed, event, place, start, started, tags, waiting,
};

cold_and_warm_on_each_store! {
    #[tokio::test]
    what_waits_is_there_when_the_call_starts,
    the_oldest_comes_first,
    what_expired_waits_no_longer,
    a_posting_waits_to_the_millisecond,
    only_a_start_with_a_number_is_given_what_is_kept_of_its_caller,
}

on_each_store! {
    #[tokio::test]
    all_of_a_posting_waits,
    a_settled_posting_is_gone_and_the_rest_waits,
    settling_takes_nothing_else_that_is_kept_of_the_caller,
    what_is_settled_may_come_again_under_its_id,
    what_waits_for_one_caller_is_not_anothers,
    one_that_waits_already_is_not_new_and_stays_as_it_is,
    one_over_an_expired_one_is_new,
}

/// Lets postings wait that are new.
async fn stored(world: &World, all: &[Waiting]) {
    for waiting in all {
        let is_new = world.cold().wait(caller().caller(), waiting, at(0)).await.unwrap();
        assert!(is_new, "{}", waiting.id);
    }
}

/// Those of this caller that wait.
async fn left(world: &World, seconds: i64) -> Vec<Waiting> {
    left_at(world, at(seconds)).await
}

async fn left_at(world: &World, now: Timestamp) -> Vec<Waiting> {
    world.cold().waiting(caller().caller(), now).await.unwrap()
}

async fn what_waits_is_there_when_the_call_starts(kind: Kind) {
    let world = World::new(kind).await;
    let all = [waiting("a", 600), waiting("b", 900)];
    stored(&world, &all).await;

    let claimed = claimed(&world.store().await, &start("c1", 60)).await;

    assert_eq!(claimed.caller.waiting, all);
    assert_eq!(left(&world, 60).await, all, "it waits until it is settled");
}

async fn all_of_a_posting_waits(kind: Kind) {
    let world = World::new(kind).await;
    let posting = Posting {
        id: Some(PostingId::of("crm", "1")),
        tags: tags(json!({"interest": ["b", "a"]})),
        place: Some(place("us-10101")),
        converted: Some(false),
        revenue: Some("0.00".parse().unwrap()),
        payout: Some("15.50".parse().unwrap()),
        waits_since: None,
    };
    let all = [Waiting { posting, since: at_millis(7), ..waiting("a", 600) }];

    stored(&world, &all).await;

    assert_eq!(left(&world, 1).await, all);
    let revenue = left(&world, 1).await[0].posting.revenue.unwrap();
    assert_eq!(revenue.to_string(), "0.00");
}

async fn the_oldest_comes_first(kind: Kind) {
    let world = World::new(kind).await;
    let since = |id, millis| Waiting { since: at_millis(millis), ..waiting(id, 600) };
    let [first, second, third, fourth] =
        [since("d", -1), since("b", 5), since("c", 5), since("a", 6)];

    stored(&world, &[third.clone(), fourth.clone(), first.clone(), second.clone()]).await;

    let wanted = [first, second, third, fourth];
    assert_eq!(left(&world, 1).await, wanted);
    let claimed = claimed(&world.store().await, &start("c1", 1)).await;
    assert_eq!(claimed.caller.waiting, wanted);
}

async fn a_settled_posting_is_gone_and_the_rest_waits(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("a", 600), waiting("b", 900), waiting("c", 950)]).await;

    for id in ["a", "c", "c", "nothing"] {
        world.cold().settle(caller().caller(), id).await.unwrap();
    }

    assert_eq!(left(&world, 60).await, [waiting("b", 900)]);
    let next = claimed(&world.cold(), &start("c1", 60)).await;
    assert_eq!(next.caller.waiting, [waiting("b", 900)]);
}

async fn settling_takes_nothing_else_that_is_kept_of_the_caller(kind: Kind) {
    let world = World::new(kind).await;
    let (who, store) = (caller(), world.cold());
    let call = started(&world, "c1").await;
    let remembering = super::remember::remembering(&who, json!({"age": ["23"]}), 600);
    store.remember(&remembering, at(0)).await.unwrap();
    store.name_last_call(who.caller(), &call.id, at(0), at(0)).await.unwrap();
    let before = world.contents().await;
    stored(&world, &[waiting("a", 600)]).await;

    for id in ["a", "CALL", "TAGS"] {
        store.settle(who.caller(), id).await.unwrap();
    }

    assert_eq!(world.contents().await, before);
}

async fn what_is_settled_may_come_again_under_its_id(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("a", 600)]).await;
    world.cold().settle(caller().caller(), "a").await.unwrap();

    stored(&world, &[waiting("a", 900)]).await;

    assert_eq!(left(&world, 1).await, [waiting("a", 900)]);
}

async fn what_waits_for_one_caller_is_not_anothers(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("a", 600)]).await;

    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(world.cold().waiting(who.caller(), at(0)).await.unwrap(), []);
        world.cold().settle(who.caller(), "a").await.unwrap();
    }

    assert_eq!(left(&world, 1).await, [waiting("a", 600)]);
}

async fn one_that_waits_already_is_not_new_and_stays_as_it_is(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("a", 600)]).await;
    let items = world.contents().await;

    let again = world.cold().wait(caller().caller(), &waiting("a", 900), at(599)).await;

    assert!(!again.unwrap());
    assert_eq!(world.contents().await, items);
}

async fn what_expired_waits_no_longer(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("early", 60), waiting("late", 61)]).await;

    let claimed = claimed(&world.store().await, &start("c1", 60)).await;

    assert_eq!(claimed.caller.waiting, [waiting("late", 61)]);
    assert_eq!(left(&world, 60).await, [waiting("late", 61)]);
    assert_eq!(left(&world, 61).await, []);
}

async fn a_posting_waits_to_the_millisecond(kind: Kind) {
    let world = World::new(kind).await;
    let brief = [Waiting { expires_at: at_millis(60_500), ..waiting("a", 0) }];
    stored(&world, &brief).await;
    let store = world.store().await;

    assert_eq!(left_at(&world, at_millis(60_499)).await, brief);
    assert!(!store.wait(caller().caller(), &brief[0], at_millis(60_499)).await.unwrap());
    assert_eq!(left_at(&world, at_millis(60_500)).await, []);

    let last = CallEvent { occurred_at: at_millis(60_499), ..start("c1", 0) };
    assert_eq!(claimed(&store, &last).await.caller.waiting, brief);
    let late = CallEvent { occurred_at: at_millis(60_500), ..start("c2", 0) };
    assert_eq!(claimed(&store, &late).await.caller.waiting, []);
    assert!(store.wait(caller().caller(), &brief[0], at_millis(60_500)).await.unwrap());
}

async fn one_over_an_expired_one_is_new(kind: Kind) {
    let world = World::new(kind).await;
    stored(&world, &[waiting("a", 600)]).await;
    let posting = Posting { tags: tags(json!({"posted": ["again"]})), ..Posting::default() };
    let again = Waiting { posting, since: at(600), ..waiting("a", 900) };

    assert!(world.cold().wait(caller().caller(), &again, at(600)).await.unwrap());

    assert_eq!(left(&world, 600).await, [again]);
}

async fn only_a_start_with_a_number_is_given_what_is_kept_of_its_caller(kind: Kind) {
    let world = World::new(kind).await;
    let who = caller();
    stored(&world, &[waiting("a", 600)]).await;
    let remembering = super::remember::remembering(&who, json!({"age": ["23"]}), 600);
    world.cold().remember(&remembering, at(0)).await.unwrap();
    let more = json!({"campaign_id": "solar", "caller_number": NUMBER, "buyer": {"id": "b"}});
    let withheld = json!({"campaign_id": "solar", "caller_number": ""});
    let events: [CallEvent; 3] = [
        event(EventKind::Selected, "c1", &more),
        event(EventKind::Answered, "c1", &more),
        event(EventKind::Start, "c2", &withheld),
    ];

    for event in events {
        let claimed = claimed(&world.store().await, &event).await;
        assert_eq!(claimed.caller, CallerMemory::default(), "{:?}", event.moment);
    }

    let claimed = claimed(&world.store().await, &start("c1", 1)).await;
    assert_eq!(claimed.caller.waiting, [waiting("a", 600)]);
    assert_eq!(claimed.caller.tags, remembering.tags);
}
