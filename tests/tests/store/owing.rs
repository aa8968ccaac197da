//! Events that change what a call owes: they make it due, each once, and its end is kept as it was
//! first reported.

use hookline::call::{Call, CallEvent, Course, End, EventKind, HANDLING_TIME, Posting};
use hookline::ports::calls::{Calls, Posted};
use hookline::ports::deliveries::PastDue;
use hookline::ports::hints::Hint;
use hookline::ports::intake::{Claim, Intake};
use hookline::time::Timestamp;
use serde_json::{Value, json};

use super::kind::{Kind, cold_and_warm_on_each_store};
use super::race::at_once;
use super::sample::amounts;
use super::store::Store;
use super::world::{World, at, at_millis, claim_of, event, start, started, stored, whole};

cold_and_warm_on_each_store! {
    #[tokio::test]
    an_answered_call_and_an_ended_one_are_due,
    each_event_is_counted_once,
    the_end_is_kept_as_it_was_first_reported,
    an_end_may_be_the_first_that_is_reported,
    an_amount_that_was_posted_counts_for_more_than_one_that_is_reported,
}

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_ends_at_once_one_is_kept_whole,
}

fn ended(more: &Value) -> CallEvent {
    CallEvent { occurred_at: at_millis(90_123), ..event(EventKind::Ended, "c1", more) }
}

fn answered(attempt: u32) -> CallEvent {
    event(EventKind::Answered, "c1", &json!({"buyer": {"id": "b"}, "attempt": attempt}))
}

fn all_of_an_end() -> Value {
    json!({
        "connected_seconds": 0, "hung_up_by": "caller", "recording_url": "https://rec.example/1",
        "revenue": "0.00", "payout": "15.50",
    })
}

/// Claims an event that is reported at a time; the call as it is claimed.
async fn report(store: &Store, event: &CallEvent, now: Timestamp) -> Call {
    store.claim(&Claim { now, ..claim_of(event, None) }).await.unwrap().call
}

async fn is_due(world: &World, call: &Call, by: Timestamp) -> bool {
    let shard = u16::try_from(call.id.part(u32::from(Store::SHARDS))).unwrap();
    let due = world.cold().past_due(shard, by, 10).await.unwrap();
    let hints: Vec<Hint> = due.into_iter().map(|due| due.hint).collect();
    hints == [Hint::Call { call: call.id.clone() }]
}

async fn an_answered_call_and_an_ended_one_are_due(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    assert!(!is_due(&world, &call, at(10_000)).await);

    for (version, event, now) in
        [(1, answered(1), at_millis(14_007)), (2, ended(&json!({})), at(91))]
    {
        let claimed = report(&world.store().await, &event, now).await;

        let due_at = now.plus(HANDLING_TIME);
        let wanted = Course { version, due_at: Some(due_at), ..Course::default() };
        assert_eq!(claimed.course, wanted, "{:?}", event.moment);
        assert_eq!(whole(&claimed), whole(&stored(&world, "c1").await), "{:?}", event.moment);
        assert!(is_due(&world, &call, due_at).await);
        let before = Timestamp::from_millis(due_at.as_millis() - 1).unwrap();
        assert!(!is_due(&world, &call, before).await);
    }
}

async fn each_event_is_counted_once(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let selected = event(EventKind::Selected, "c1", &json!({"buyer": {"id": "b"}}));
    let events =
        [answered(1), ended(&json!({})), answered(2), answered(1), selected, ended(&json!({}))];

    let mut counts = Vec::new();
    for (event, seconds) in events.iter().zip(0..) {
        let claimed = report(&world.store().await, event, at(seconds)).await;
        assert_eq!(whole(&claimed), whole(&stored(&world, "c1").await), "{:?}", event.moment);
        counts.push((claimed.course.version, claimed.course.due_at.unwrap()));
    }

    let due = |seconds| at(seconds).plus(HANDLING_TIME);
    let last = (3, due(2));
    assert_eq!(counts, [(1, due(0)), (2, due(1)), last, last, last, last]);
}

async fn the_end_is_kept_as_it_was_first_reported(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let first = ended(&all_of_an_end());
    let other = json!({
        "connected_seconds": 99, "hung_up_by": "buyer", "recording_url": "https://rec.example/2",
        "revenue": "99", "payout": "99",
    });
    let second = CallEvent { occurred_at: at(99), ..ended(&other) };

    let claimed = report(&world.store().await, &first, at_millis(91_456)).await;
    let again = report(&world.store().await, &second, at(100)).await;

    let end = End {
        at: at_millis(90_123),
        reported_at: at_millis(91_456),
        connected_seconds: Some(0),
        hung_up_by: Some("caller".to_owned()),
    };
    assert_eq!(claimed.end, Some(end));
    assert_eq!(claimed.recording_url(), Some("https://rec.example/1"));
    assert_eq!(claimed.amounts, amounts("0.00", "15.50"));
    assert_eq!(claimed.amounts.revenue.unwrap().to_string(), "0.00");
    assert_eq!(whole(&again), whole(&claimed));
    assert_eq!(whole(&stored(&world, "c1").await), whole(&claimed));
}

async fn an_end_may_be_the_first_that_is_reported(kind: Kind) {
    let world = World::new(kind).await;
    let store = world.store().await;
    let named = ended(&json!({"campaign_id": "solar"}));

    let claimed = report(&store, &named, at(91)).await;
    assert_eq!(whole(&claimed), whole(&stored(&world, "c1").await));
    assert_eq!((claimed.ended_at(), claimed.started_at), (Some(at_millis(90_123)), None));
    let began = report(&store, &start("c1", 0), at(92)).await;

    assert_eq!((began.started_at, &began.end), (Some(at(0)), &claimed.end));
    assert_eq!(began.course, claimed.course);
    assert_eq!(whole(&began), whole(&stored(&world, "c1").await));
}

async fn an_amount_that_was_posted_counts_for_more_than_one_that_is_reported(kind: Kind) {
    let posted =
        |revenue: &str| Posting { revenue: amounts(revenue, "").revenue, ..Posting::default() };
    for posted_first in [true, false] {
        let world = World::new(kind).await;
        let call = started(&world, "c1").await;
        let post = async |revenue| {
            let answer = world.cold().post(&call, &posted(revenue), &[], at(92)).await;
            assert_eq!(answer.unwrap(), Posted::Applied);
        };
        let end = ended(&json!({"revenue": "30", "payout": "15"}));

        if posted_first {
            post("0.00").await;
        }
        let claimed = report(&world.store().await, &end, at(91)).await;
        assert_eq!(whole(&claimed), whole(&stored(&world, "c1").await));
        if !posted_first {
            assert_eq!(claimed.amounts, amounts("30", "15"));
            post("0.00").await;
        }

        assert_eq!(stored(&world, "c1").await.amounts, amounts("0.00", "15"));
        post("7.5").await;
        assert_eq!(stored(&world, "c1").await.amounts, amounts("7.5", "15"), "the last word");
    }
}

async fn of_many_ends_at_once_one_is_kept_whole(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let mut stores = Vec::new();
    let ends: Vec<CallEvent> = (0..12)
        .map(|n: u32| {
            let more = json!({"connected_seconds": n, "hung_up_by": format!("{n}"), "revenue": n});
            CallEvent { occurred_at: at(i64::from(n)), ..ended(&more) }
        })
        .collect();
    for _ in &ends {
        stores.push(world.store().await);
    }

    let reports = stores.iter().zip(&ends).map(|(store, end)| report(store, end, end.occurred_at));
    let claimed = at_once(reports.collect());

    let stands = stored(&world, "c1").await;
    let seconds = stands.end.as_ref().unwrap().connected_seconds.unwrap();
    let mut wanted = started(&World::new(kind).await, "c1").await;
    wanted.take_in(&ends[usize::try_from(seconds).unwrap()], at(i64::from(seconds)));
    assert_eq!((&stands.end, &stands.course), (&wanted.end, &wanted.course));
    assert_eq!(stands.amounts, wanted.amounts);
    assert!(claimed.iter().all(|call| whole(call) == whole(&stands)));
}
