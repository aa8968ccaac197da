//! Postings that wait for a caller's next call.

use hookline::ports::callers::{Callers, MAX_WAITING, Waited, Waiting};

use super::world::{
    BOTH, NUMBER, Who, World, at, call_id, caller, claimed, start, started, waiting,
};

/// Lets postings wait that have to be taken.
async fn stored(world: &World, all: &[Waiting]) {
    for waiting in all {
        let waited = world.cold().wait(caller().caller(), waiting, None, at(0)).await.unwrap();
        assert_eq!(waited, Waited::Stored, "{}", waiting.id);
    }
}

/// Those of this caller that wait.
async fn left(world: &World, seconds: i64) -> Vec<Waiting> {
    world.cold().settle(caller().caller(), &[], at(seconds)).await.unwrap()
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
async fn what_was_applied_is_settled_and_the_rest_waits() {
    let world = World::new().await;
    let all = [waiting("a", 600), waiting("b", 900), waiting("c", 950)];
    stored(&world, &all).await;
    let applied = ["a".to_owned(), "c".to_owned()];

    let rest = world.cold().settle(caller().caller(), &applied, at(60)).await.unwrap();

    assert_eq!(rest, [all[1].clone()]);
    assert_eq!(left(&world, 60).await, [all[1].clone()]);
    let next = claimed(&world.cold(), &start("c1", 60)).await;
    assert_eq!(next.caller.waiting, [all[1].clone()]);
}

#[tokio::test]
async fn what_is_settled_may_come_again_under_its_id() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;
    world.cold().settle(caller().caller(), &["a".to_owned()], at(1)).await.unwrap();

    stored(&world, &[waiting("a", 900)]).await;

    assert_eq!(left(&world, 1).await, [waiting("a", 900)]);
}

#[tokio::test]
async fn what_waits_for_one_caller_is_not_anothers() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;

    for who in [Who::of("roofs", NUMBER), Who::of("solar", "+16145550000")] {
        assert_eq!(world.cold().settle(who.caller(), &[], at(0)).await.unwrap(), []);
    }
}

#[tokio::test]
async fn one_that_waits_already_is_a_duplicate() {
    let world = World::new().await;
    stored(&world, &[waiting("a", 600)]).await;
    let items = world.items().await;

    let again = world.cold().wait(caller().caller(), &waiting("a", 900), None, at(1)).await;

    assert_eq!(again.unwrap(), Waited::Duplicate);
    assert_eq!(world.items().await, items);
}

#[tokio::test]
async fn once_there_is_a_call_nothing_waits_beside_it() {
    for cache in BOTH {
        let world = World::new().await;
        claimed(&world.store(cache).await, &start("c1", 0)).await;
        let who = caller();
        let other = call_id("another");

        for past in [None, Some(&other)] {
            let waited = world.cold().wait(who.caller(), &waiting("a", 600), past, at(1)).await;
            assert_eq!(waited.unwrap(), Waited::Call(call_id("c1")), "{cache:?}");
        }

        assert_eq!(left(&world, 1).await, []);
    }
}

#[tokio::test]
async fn past_a_call_that_takes_no_more_it_waits_for_the_next() {
    for cache in BOTH {
        let world = World::new().await;
        started(&world, "c1").await;
        let who = caller();
        let past = call_id("c1");

        let waited = world.cold().wait(who.caller(), &waiting("a", 600), Some(&past), at(1)).await;

        assert_eq!(waited.unwrap(), Waited::Stored);
        let next = claimed(&world.store(cache).await, &start("c2", 60)).await;
        assert_eq!(next.caller.waiting, [waiting("a", 600)], "{cache:?}");
    }
}

#[tokio::test]
async fn an_older_start_does_not_get_what_waits_for_the_next_call() {
    for cache in BOTH {
        let world = World::new().await;
        claimed(&world.cold(), &start("newer", 60)).await;
        let (who, past) = (caller(), call_id("newer"));
        let waited = world.cold().wait(who.caller(), &waiting("a", 600), Some(&past), at(61)).await;
        assert_eq!(waited.unwrap(), Waited::Stored);

        let older = claimed(&world.store(cache).await, &start("older", 0)).await;

        assert_eq!(older.caller.waiting, [], "{cache:?}");
        assert!(!older.caller.unsettled, "{cache:?}: what waits is not this call's to settle");
    }
}

#[tokio::test]
async fn what_expired_does_not_reach_the_call() {
    for cache in BOTH {
        let world = World::new().await;
        stored(&world, &[waiting("early", 60), waiting("late", 61)]).await;

        let claimed = claimed(&world.store(cache).await, &start("c1", 60)).await;

        assert_eq!(claimed.caller.waiting, [waiting("late", 61)], "{cache:?}");
        assert_eq!(left(&world, 60).await, [waiting("late", 61)], "{cache:?}");
    }
}

#[tokio::test]
async fn past_so_many_a_caller_is_full_until_some_expire() {
    let world = World::new().await;
    let who = caller();
    // The first two expire before the rest.
    let until = |n: usize| if n < 2 { 60 } else { 600 };
    let all: Vec<Waiting> =
        (0..MAX_WAITING).map(|n| waiting(&format!("w{n:02}"), until(n))).collect();
    stored(&world, &all).await;
    let wait = async |id: &str, seconds| {
        let waiting = waiting(id, 700);
        world.cold().wait(who.caller(), &waiting, None, at(seconds)).await.unwrap()
    };

    assert_eq!(wait("new", 59).await, Waited::Full);
    assert_eq!(wait("w07", 59).await, Waited::Duplicate);
    assert_eq!(left(&world, 59).await, all);

    assert_eq!(wait("new", 60).await, Waited::Stored);
    assert_eq!(wait("newer", 60).await, Waited::Stored);
    assert_eq!(wait("newest", 60).await, Waited::Full);

    let mut wanted: Vec<Waiting> = all[2..].to_vec();
    wanted.extend([waiting("new", 700), waiting("newer", 700)]);
    assert_eq!(left(&world, 60).await, wanted);
}

#[tokio::test]
async fn the_table_keeps_what_waits_for_as_long_as_it_may_wait() {
    let world = World::new().await;
    let who = caller();
    let month = 30 * 86400;
    let remembering = super::remember::remembering(&who, serde_json::json!({"age": ["23"]}), 60);
    let partition = format!("CALLER#solar#{NUMBER}");
    let expires_at = async || world.number(&partition, "CALLER", "expires_at").await;

    stored(&world, &[waiting("short", 60), waiting("long", month)]).await;
    let after_waiting = expires_at().await;
    world.cold().remember(&remembering, at(0)).await.unwrap();
    let after_remembering = expires_at().await;

    let needed = at(month).as_seconds();
    assert!(after_waiting >= needed, "expires {}s early", needed - after_waiting);
    assert!(after_remembering >= needed, "expires {}s early", needed - after_remembering);
}
