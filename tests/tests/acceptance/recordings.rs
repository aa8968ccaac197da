//! Spec section 11: recordings that are reported on their own.

use serde_json::{Value, json};

use crate::world::{START, World, faults, text};

const EARLY: &str = "2026-11-23T17:01:20Z";
const LATE: &str = "2026-11-23T17:01:30Z";

async fn record(world: &World, call: &str, at: &str, url: &str) -> Value {
    let path = format!("/calls/{}/recording", world.named(call));
    let body = json!({"occurred_at": at, "recording_url": url});
    world.post(&path, &body).await.of_status(200)
}

#[tokio::test]
async fn a_recording_may_come_before_the_end_or_after_it_and_the_last_made_stands() {
    let world = World::new().await;
    world.save([]).await;
    let url = |name: &str| format!("https://rec.example/{name}");
    for call in ["before", "after"] {
        let _ = world.start(call, json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    }
    let end = |name: &str| json!({"recording_url": url(name)});

    let told = record(&world, "before", LATE, &url("late")).await;
    let again = record(&world, "before", LATE, &url("late")).await;
    let _ = record(&world, "before", EARLY, &url("early")).await;
    let alone = world.call("before").await;
    let _ = world.end("before", end("end")).await.of_status(200);
    let _ = world.end("after", end("end")).await.of_status(200);
    let ended = world.call("after").await;
    let _ = record(&world, "after", EARLY, &url("early")).await;
    let _ = record(&world, "after", LATE, &url("late")).await;

    let tags = json!({"geo": ["614", "us", "us-oh"], "sub_id": ["x"]});
    let wanted = json!({"call_id": world.named("before"), "tags": tags, "webhooks": []});
    assert_eq!((&told, &again), (&wanted, &wanted));
    assert_eq!((&alone["recording_url"], alone.get("ended_at")), (&json!(url("late")), None));
    assert_eq!(ended["recording_url"], json!(url("end")));
    for call in ["before", "after"] {
        let call = world.call(call).await;
        assert_eq!(call["recording_url"], json!(url("late")));
        let events = call["events"].as_array().unwrap().iter();
        let noted: Vec<(String, String)> =
            events.map(|event| (text(&event["at"]), text(&event["event"]))).collect();
        let wanted = [
            (START, "start"),
            ("2026-11-23T17:01:10Z", "ended"),
            (EARLY, "recording"),
            (LATE, "recording"),
        ];
        assert_eq!(noted, wanted.map(|(at, event)| (at.to_owned(), event.to_owned())));
    }
}

#[tokio::test]
async fn webhooks_at_the_end_see_a_recording_that_came_by_then() {
    let world = World::new().await;
    let always = world.hook("always", "?r=[recording_url]");
    let non_conversion = world.hook("non_conversion", "?r=[recording_url|default:none]");
    world.save_with(json!({"webhooks": [always, non_conversion], "settle_seconds": 2})).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);

    let _ = record(&world, "call", LATE, "https://rec.example/1?a=b").await;
    let _ = world.over("call").await;

    let told = "?r=https%3A%2F%2Frec.example%2F1%3Fa%3Db";
    assert_eq!(world.targets_at("/always"), [format!("/always{told}")]);
    assert_eq!(world.targets_at("/non_conversion"), [format!("/non_conversion{told}")]);
}

#[tokio::test]
async fn every_fault_of_a_recording_is_named_and_an_unknown_call_is_not_found() {
    let world = World::new().await;
    world.save([]).await;
    let path = format!("/calls/{}/recording", world.named("call"));
    let good = json!({"occurred_at": START, "recording_url": "s3://bucket/1.wav"});

    let unknown = world.post(&path, &good).await.of_status(404);
    let nothing = world.post(&path, &json!({})).await.of_status(422);
    let wrong = json!({"occurred_at": "soon", "recording_url": "ftp://rec.example/1"});
    let wrong = world.post(&path, &wrong).await.of_status(422);

    assert_eq!(unknown["code"], json!("unknown_call"));
    assert_eq!(faults(&nothing), ["/occurred_at: is required", "/recording_url: is required"]);
    let wanted = "/recording_url: must be an http, https or s3 URL";
    assert_eq!(faults(&wrong)[1], wanted);
    assert_eq!(world.get(&format!("/calls/{}", world.named("call"))).await.status, 404);
}

#[tokio::test]
async fn a_direct_invoke_of_ended_says_that_it_is_a_recording() {
    let world = World::new().await;
    world.save([]).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let event = |named: Value| {
        json!({
            "call_id": world.named("call"), "event": named, "occurred_at": LATE,
            "recording_url": "s3://bucket/1.wav",
        })
    };

    let unknown = world.invoke("ended", event(json!("recorded"))).await.unwrap();
    let told = world.invoke("ended", event(json!("recording"))).await.unwrap();
    let call = world.call("call").await;

    let fault = json!([{"pointer": "/event", "detail": "must be ended or recording"}]);
    assert_eq!(
        (&unknown["error"]["code"], &unknown["error"]["errors"]),
        (&json!("invalid"), &fault)
    );
    assert_eq!(told["webhooks"], json!([]));
    assert_eq!(call["recording_url"], json!("s3://bucket/1.wav"));
    assert_eq!(call.get("ended_at"), None);
}
