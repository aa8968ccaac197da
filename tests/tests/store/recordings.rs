//! Recordings of a call: told in any order, once or more often, by `ended` or of their own.

use hookline::call::{Call, CallEvent, EventKind, Recording};
use hookline::ports::intake::{ClaimError, Intake};
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store};
use super::world::{World, at, claim, claim_of, event, started, stored, whole};

cold_and_warm_on_each_store! {
    #[tokio::test]
    recordings_told_in_any_order_and_twice_give_the_same_call,
    a_recording_of_an_unknown_call_stores_nothing,
}

fn recording(url: &str, seconds: i64) -> CallEvent {
    let told = event(EventKind::Recording, "c1", &json!({"recording_url": url}));
    CallEvent { occurred_at: at(seconds), ..told }
}

fn ended(url: &str, seconds: i64) -> CallEvent {
    let told = event(EventKind::Ended, "c1", &json!({"recording_url": url}));
    CallEvent { occurred_at: at(seconds), ..told }
}

async fn recordings_told_in_any_order_and_twice_give_the_same_call(kind: Kind) {
    let first = recording("https://rec.example/1", 40);
    let last = recording("https://rec.example/2", 95);
    let end = ended("https://rec.example/end", 90);
    let orders: [[&CallEvent; 4]; 4] = [
        [&first, &end, &last, &last],
        [&last, &last, &end, &first],
        [&end, &last, &first, &end],
        [&first, &first, &last, &end],
    ];

    for order in orders {
        let world = World::new(kind).await;
        started(&world, "c1").await;
        for told in order {
            let store = world.store().await;
            let claim = hookline::ports::intake::Claim { now: at(100), ..claim_of(told, None) };
            let claimed = store.claim(&claim).await.unwrap();
            assert_eq!(whole(&claimed.call), whole(&stored(&world, "c1").await));
        }

        let call: Call = stored(&world, "c1").await;
        let made = |url: &str, seconds| Recording { at: at(seconds), url: url.to_owned() };
        let wanted = [
            made("https://rec.example/1", 40),
            made("https://rec.example/end", 90),
            made("https://rec.example/2", 95),
        ];
        assert!(call.recordings.iter().eq(&wanted), "{:?}", call.recordings);
        assert_eq!(call.recording_url(), Some("https://rec.example/2"));
        assert_eq!((call.ended_at(), call.course.version), (Some(at(90)), 1));
        assert_eq!(call.journal.len(), 4, "{:?}", call.journal);
    }
}

async fn a_recording_of_an_unknown_call_stores_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let before = world.contents().await;

    let refused = claim(&world.store().await, &recording("https://rec.example/1", 40), None).await;

    assert!(matches!(refused, Err(ClaimError::UnknownCall)), "{refused:?}");
    assert_eq!(world.contents().await, before);
}
