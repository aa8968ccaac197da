//! Events are claimed once and give the same call in any order.

use hookline::call::{Call, CallEvent, EventKind};
use hookline::ports::intake::Intake;
use serde_json::{Value, json};

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::world::{
    NUMBER, World, at, claim_of, claimed, event, place, start, started, stored, tags, whole,
};

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_claimed_call_is_the_call_as_it_is_stored,
    an_event_that_comes_again_is_repeated_and_changes_nothing,
    events_in_any_order_give_the_same_call,
    a_claim_whose_answer_was_lost_is_the_first_when_it_is_sent_again,
}

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    a_place_that_a_webhook_told_is_seen_when_the_number_comes_later,
}

on_each_store! {
    #[tokio::test]
    a_tried_buyer_is_one_try_however_often_it_is_told,
    tags_of_an_event_are_on_the_call,
}

/// What taking in these events makes of the call that is stored.
fn expected(stored: &Call, events: &[CallEvent]) -> Call {
    let Call { id, campaign, uuid, key, .. } = stored.clone();
    let mut call = Call::new(id, campaign, uuid, key);
    for event in events {
        call.take_in(event, event.occurred_at);
    }
    call
}

/// A call's events as a platform reports them, in the order of time.
pub(crate) fn life(call: &str) -> [CallEvent; 4] {
    let later = |kind, seconds, buyer: &str, more: Value| {
        let mut body = json!({"campaign_id": "solar", "buyer": {"id": buyer, "name": buyer}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        CallEvent { occurred_at: at(seconds), ..event(kind, call, &body) }
    };
    [
        start(call, 0),
        later(EventKind::Selected, 2, "first", json!({"attempt": 1, "tags": {"sub_id": "y"}})),
        later(EventKind::Selected, 9, "second", json!({"attempt": 2})),
        later(
            EventKind::Answered,
            14,
            "second",
            json!({"attempt": 2, "tags": {"queue": "b", "geo": "us-ny"}}),
        ),
    ]
}

async fn a_claimed_call_is_the_call_as_it_is_stored(kind: Kind) {
    let world = World::new(kind).await;
    let store = world.store().await;

    for event in life("c1") {
        let claimed = claimed(&store, &event).await;

        let stored = stored(&world, "c1").await;
        assert_eq!(whole(&claimed.call), whole(&stored), "{:?}", event.moment);
        assert_eq!(claimed.campaign.name, "Campaign solar");
        assert!(!claimed.repeated, "{:?}", event.moment);
    }

    let stored = stored(&world, "c1").await;
    assert_eq!(whole(&stored), whole(&expected(&stored, &life("c1"))));
}

async fn an_event_that_comes_again_is_repeated_and_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    for event in life("c1") {
        claimed(&world.cold(), &event).await;
    }
    let (before, items) = (stored(&world, "c1").await, world.contents().await);
    let store = world.store().await;

    for event in life("c1") {
        let again = claimed(&store, &event).await;

        assert!(again.repeated, "{:?}", event.moment);
        assert_eq!(whole(&again.call), whole(&before), "{:?}", event.moment);
    }

    assert_eq!(world.contents().await, items);
}

async fn events_in_any_order_give_the_same_call(kind: Kind) {
    let world = World::new(kind).await;
    for (index, order) in permutations().into_iter().enumerate() {
        let id = format!("c{index}");
        let life = life(&id);

        for position in order {
            claimed(&world.store().await, &life[position]).await;
        }

        let stored = stored(&world, &id).await;
        assert_eq!(whole(&stored), whole(&expected(&stored, &life)), "{order:?}");
    }
}

async fn a_place_that_a_webhook_told_is_seen_when_the_number_comes_later(kind: Kind) {
    let world = World::new(kind).await;
    // Cold, the call is read beside its claim: either may come first, so they meet often.
    for round in 0..20 {
        let id = format!("c{round}");
        let withheld = event(EventKind::Start, &id, &json!({"campaign_id": "solar"}));
        let call = claimed(&world.cold(), &withheld).await.call;
        super::record::keep_place(&world.cold(), &call, "us-10101").await;
        let number = json!({"campaign_id": "solar", "caller_number": NUMBER, "buyer": {"id": "b"}});

        let later = event(EventKind::Selected, &id, &number);
        let claimed = claimed(&world.store().await, &later).await;

        assert_eq!(whole(&claimed.call), whole(&stored(&world, &id).await));
        assert_eq!(claimed.call.location.told(), Some(place("us-10101")));
    }
}

async fn a_tried_buyer_is_one_try_however_often_it_is_told(kind: Kind) {
    let world = World::new(kind).await;
    let counted = json!({"buyer": {"id": "b"}, "attempt": 1});
    let uncounted = json!({"buyer": {"id": "b"}});

    for (call, more) in [("c1", &counted), ("c2", &uncounted)] {
        started(&world, call).await;
        for _ in 0..2 {
            claimed(&world.cold(), &event(EventKind::Answered, call, more)).await;
        }

        let call = stored(&world, call).await;
        assert_eq!(call.buyer_events.len(), 1, "{more}");
        assert_eq!(call.answered_at(), Some(at(0)), "{more}");
    }
}

async fn a_claim_whose_answer_was_lost_is_the_first_when_it_is_sent_again(kind: Kind) {
    let world = World::new(kind).await;
    for event in life("c1") {
        let claim = claim_of(&event, None);
        let lost = world.store().await.claim(&claim).await.unwrap();

        let again = world.store().await.claim(&claim).await.unwrap();

        let case = format!("{:?}", event.moment);
        assert_eq!((lost.repeated, again.repeated), (false, false), "{case}");
        assert_eq!(whole(&again.call), whole(&lost.call), "{case}");
        assert!(claimed(&world.store().await, &event).await.repeated, "{case}: another");
    }
}

async fn tags_of_an_event_are_on_the_call(kind: Kind) {
    let world = World::new(kind).await;
    let more = json!({"campaign_id": "solar", "tags": {"interest": ["b", "a"], "age": 23}});

    claimed(&world.cold(), &event(EventKind::Start, "c1", &more)).await;

    let wanted = tags(json!({"age": ["23"], "interest": ["a", "b"]}));
    assert_eq!(stored(&world, "c1").await.tags, wanted);
}

/// Every order of four.
fn permutations() -> Vec<[usize; 4]> {
    let mut orders = Vec::new();
    for code in 0..256_usize {
        let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
        let mut sorted = order;
        sorted.sort_unstable();
        if sorted == [0, 1, 2, 3] {
            orders.push(order);
        }
    }
    orders
}
