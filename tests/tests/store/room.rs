//! A call takes only so much about buyers, so that its item cannot be filled; what it has taken, and
//! its end, it goes on taking.

use hookline::call::{CallEvent, EventKind, MAX_RECURRING_BYTES};
use hookline::ports::intake::ClaimError;
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store};
use super::world::{World, at, claim, event, started, stored, whole};

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_full_call_takes_no_more_about_buyers_and_nothing_of_it_half,
}

/// A buyer of whom there is much to say is chosen for the how-many-eth time.
fn heavy(attempt: i64) -> CallEvent {
    let tags: serde_json::Map<_, _> =
        (0..8).map(|key| (format!("k{key}"), json!("v".repeat(1000)))).collect();
    let more = json!({"campaign_id": "solar", "attempt": attempt,
        "buyer": {"id": "b1", "tags": tags}});
    CallEvent { occurred_at: at(attempt), ..event(EventKind::Selected, "c1", &more) }
}

async fn a_full_call_takes_no_more_about_buyers_and_nothing_of_it_half(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let bytes = heavy(1).recurring_bytes(at(1)).unwrap();
    let room = i64::try_from(MAX_RECURRING_BYTES / bytes).unwrap();
    assert!((8..16).contains(&room), "{room}");
    for attempt in 1..=room {
        let claimed = claim(&world.store().await, &heavy(attempt), None).await.unwrap();
        assert!(!claimed.repeated);
    }

    let full = stored(&world, "c1").await;
    let refused = claim(&world.store().await, &heavy(room + 1), None).await.unwrap_err();
    assert!(matches!(refused, ClaimError::Full), "{refused:?}");
    let text = "this call takes no more selected, answered and recording events: together they weigh at most \
                96 KiB";
    assert_eq!(refused.to_string(), text);
    assert_eq!(whole(&stored(&world, "c1").await), whole(&full));

    assert!(claim(&world.store().await, &heavy(1), None).await.unwrap().repeated);
    let body = json!({"campaign_id": "solar"});
    let ended = CallEvent { occurred_at: at(99), ..event(EventKind::Ended, "c1", &body) };
    assert!(!claim(&world.store().await, &ended, None).await.unwrap().repeated);
}
