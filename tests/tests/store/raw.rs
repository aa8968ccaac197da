//! What events said that the plain shape does not know stands beside the call, each once.

use hookline::call::{CallEvent, EventKind, RawEvent};
use hookline::ports::intake::{Intake, Record};
use serde_json::{Map, json};

use super::kind::{Kind, on_each_store};
use super::record::record;
use super::world::{World, at, call_id, event, started, stored, whole};

on_each_store! {
    #[tokio::test]
    what_events_said_is_kept_beside_the_call,
    nothing_is_written_where_nothing_was_said,
}

/// An event of a call so many seconds after the beginning, which says something in `queue`.
fn said(kind: EventKind, seconds: i64, queue: &str) -> CallEvent {
    let more = json!({"buyer": {"id": "b1"}, "attempt": seconds, "queue": queue});
    CallEvent { occurred_at: at(seconds), ..event(kind, "c1", &more) }
}

async fn what_events_said_is_kept_beside_the_call(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let events = [
        said(EventKind::Answered, 2, "east"),
        said(EventKind::Selected, 3, "west"),
        said(EventKind::Selected, 1, &"q".repeat(15_000)),
        said(EventKind::Ended, 9, "none"),
    ];
    let raw: Vec<RawEvent> =
        events.iter().map(|event| event.raw_event(at(10), &call.key).unwrap()).collect();
    for (event, raw) in events.iter().zip(&raw) {
        let keep = Record { raw: Some((event, raw.clone())), ..record(&call) };
        world.cold().record(&keep).await.unwrap();
        world.cold().record(&keep).await.unwrap();
    }

    let kept = world.cold().raw_events(&call.id).await.unwrap();

    let [answered, west, selected, ended] = <[RawEvent; 4]>::try_from(raw).unwrap();
    assert_eq!(kept, [selected, answered, west, ended]);
    assert_eq!(whole(&stored(&world, "c1").await), whole(&call));
    assert_eq!(world.cold().raw_events(&call_id("c2")).await.unwrap(), []);
}

async fn nothing_is_written_where_nothing_was_said(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let before = world.contents().await;
    let plain =
        CallEvent { raw: hookline::call::Raw::of(Map::new()), ..said(EventKind::Ended, 1, "") };
    assert_eq!(plain.raw_event(at(1), &call.key), None);

    world.cold().record(&record(&call)).await.unwrap();

    assert_eq!(world.contents().await, before);
    assert_eq!(world.cold().raw_events(&call.id).await.unwrap(), []);
}
