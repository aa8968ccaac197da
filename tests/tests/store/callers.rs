//! Postings that wait for a caller's next call: an item each, until it is settled or expires.

use hookline::call::{CallEvent, EventKind, Posting, PostingId};
use hookline::ports::callers::{CallerMemory, Callers, Waiting};
use hookline::time::Timestamp;
use serde_json::json;

use super::world::{
    BOTH, NUMBER, Who, World, at, caller, claimed, event, place, start, started, tags, waiting,
};

/// Lets postings wait that are new.
async fn stored(world: &World, all: &[Waiting]) {
    for waiting in all {
        let is_new = world.cold().wait(caller().caller(), waiting, at(0)).await.unwrap();
        assert!(is_new, "{}", waiting.id);
    }
}

/// Those of this caller that wait.
async fn left(world: &World, seconds: i64) -> Vec<Waiting> {
    world.cold().waiting(caller().caller(), at(seconds)).await.unwrap()
}

#[tokio::test]
async fn what_waits_is_there_when_the_call_starts() {
    for cache in BOTH {
        let world = World::new().await;
        let all = [waiting("a", 600), waiting("b", 900)];
        stored(&world, &all).await;

        let claimed = claimed(&world.store(cache).await, &start("c1", 60)).await;

        assert_eq!(claimed.caller.waiting, all, "{cache:?}");
        assert_eq!(left(&world, 60).await, all, "{cache:?}: it waits until it is settled");
    }
}

#[tokio::test]
async fn all_of_a_posting_waits() {
    let world = World::new().await;
    let posting = Posting {
        id: Some(PostingId::of("crm", "1")),
        tags: tags(json!({"interest": ["b", "a"]})),
        place: Some(place("us-10101")),
        converted: Some(false),
        revenue: Some("0.00".parse().unwrap()),
        payout: Some("15.50".parse().unwrap()),
    };
    let since = Timestamp::from_millis(at(0).as_millis() + 7).unwrap();
    let all = [Waiting { posting, since, ..waiting("a", 600) }];

    stored(&world, &all).await;

    assert_eq!(left(&world, 1).await, all);
    let revenue = left(&world, 1).await[0].posting.revenue.unwrap();
    assert_eq!(revenue.to_string(), "0.00");
}

#[tokio::test]
async fn the_oldest_comes_first() {
    let world = World::new().await;
    let since = |id, millis| {
        let since = Timestamp::from_millis(at(0).as_millis() + millis).unwrap();
        Waiting { since, ..waiting(id, 600) }
    };
    let [first, second, third, fourth] =
        [since("d", -1), since("b", 5), since("c", 5), since("a", 6)];

    stored(&world, &[third.clone(), fourth.clone(), first.clone(), second.clone()]).await;

    let wanted = [first, second, third, fourth];
    assert_eq!(left(&world, 1).await, wanted);
    for cache in BOTH {
        let call = format!("{cache:?}");
        let claimed = claimed(&world.store(cache).await, &start(&call, 1)).await;
        assert_eq!(claimed.caller.waiting, wanted, "{cache:?}");
    }
}

#[tokio::test]
async fn a_settled_posting_is_gone_and_the_rest_waits() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600), waiting("b", 900), waiting("c", 950)]).await;

    for id in ["a", "c", "c", "nothing"] {
        world.cold().settle(caller().caller(), id).await.unwrap();
    }

    assert_eq!(left(&world, 60).await, [waiting("b", 900)]);
    let next = claimed(&world.cold(), &start("c1", 60)).await;
    assert_eq!(next.caller.waiting, [waiting("b", 900)]);
}

#[tokio::test]
async fn settling_takes_nothing_else_that_is_kept_of_the_caller() {
    let world = World::new().await;
    let (who, store) = (caller(), world.cold());
    let call = started(&world, "c1").await;
    let remembering = super::remember::remembering(&who, json!({"age": ["23"]}), 600);
    store.remember(&remembering, at(0)).await.unwrap();
    store.name_last_call(who.caller(), &call.id, at(0), at(0)).await.unwrap();
    let before = world.items().await;
    stored(&world, &[waiting("a", 600)]).await;

    for id in ["a", "CALL", "TAGS"] {
        store.settle(who.caller(), id).await.unwrap();
    }

    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn what_is_settled_may_come_again_under_its_id() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;
    world.cold().settle(caller().caller(), "a").await.unwrap();

    stored(&world, &[waiting("a", 900)]).await;

    assert_eq!(left(&world, 1).await, [waiting("a", 900)]);
}

#[tokio::test]
async fn what_waits_for_one_caller_is_not_anothers() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;

    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(world.cold().waiting(who.caller(), at(0)).await.unwrap(), []);
        world.cold().settle(who.caller(), "a").await.unwrap();
    }

    assert_eq!(left(&world, 1).await, [waiting("a", 600)]);
}

#[tokio::test]
async fn one_that_waits_already_is_not_new_and_stays_as_it_is() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;
    let items = world.items().await;

    let again = world.cold().wait(caller().caller(), &waiting("a", 900), at(599)).await;

    assert!(!again.unwrap());
    assert_eq!(world.items().await, items);
}

#[tokio::test]
async fn what_expired_waits_no_longer() {
    for cache in BOTH {
        let world = World::new().await;
        stored(&world, &[waiting("early", 60), waiting("late", 61)]).await;

        let claimed = claimed(&world.store(cache).await, &start("c1", 60)).await;

        assert_eq!(claimed.caller.waiting, [waiting("late", 61)], "{cache:?}");
        assert_eq!(left(&world, 60).await, [waiting("late", 61)], "{cache:?}");
        assert_eq!(left(&world, 61).await, [], "{cache:?}");
    }
}

#[tokio::test]
async fn one_over_an_expired_one_is_new() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;
    let posting = Posting { tags: tags(json!({"posted": ["again"]})), ..Posting::default() };
    let again = Waiting { posting, since: at(600), ..waiting("a", 900) };

    assert!(world.cold().wait(caller().caller(), &again, at(600)).await.unwrap());

    assert_eq!(left(&world, 600).await, [again]);
}

#[tokio::test]
async fn only_a_start_with_a_number_is_given_what_is_kept_of_its_caller() {
    for cache in BOTH {
        let world = World::new().await;
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
            let claimed = claimed(&world.store(cache).await, &event).await;
            assert_eq!(claimed.caller, CallerMemory::default(), "{cache:?} {:?}", event.moment);
        }

        let claimed = claimed(&world.store(cache).await, &start("c1", 1)).await;
        assert_eq!(claimed.caller.waiting, [waiting("a", 600)], "{cache:?}");
        assert_eq!(claimed.caller.tags, remembering.tags, "{cache:?}");
    }
}

#[tokio::test]
async fn the_table_keeps_each_posting_for_as_long_as_it_may_wait() {
    let world = World::new().await;
    let month = 30 * 86400;
    // Half a second over is not cut off.
    let between = Timestamp::from_millis(at(60).as_millis() + 500).unwrap();
    let all = [
        waiting("short", 60),
        Waiting { expires_at: between, ..waiting("between", 0) },
        waiting("long", month),
    ];
    stored(&world, &all).await;
    let partition = format!("CALLER#solar#{NUMBER}");

    for waiting in &all {
        let sort = format!("DATA#{}", waiting.id);
        let expires_at = world.number(&partition, &sort, "expires_at").await;
        let kept = expires_at * 1000 - waiting.expires_at.as_millis();
        assert!((0..=1000).contains(&kept), "{} is kept {kept} ms longer", waiting.id);
    }
}
