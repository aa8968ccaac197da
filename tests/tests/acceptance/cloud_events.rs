//! Events as `CloudEvents` 1.0: structured and binary over HTTP, structured in direct invokes.

use hookline_tests::client::{Answer, Body};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{START, World, faults, merged, text};

const EVENT: &str = "application/cloudevents+json";

/// A start in the JSON event format, with more or other attributes.
fn start(world: &World, call: &str, more: Value) -> Value {
    let data = json!({"campaign_id": world.campaign(), "caller_number": world.caller(),
        "tags": {"sub_id": "x"}});
    let event = json!({"specversion": "1.0", "type": "hookline.call.start", "id": "e-1",
        "source": "/switch/7", "subject": world.named(call), "time": START,
        "datacontenttype": "application/json", "data": data});
    merged(event, more)
}

async fn post(world: &World, call: &str, event: &str, body: Body) -> Answer {
    let path = format!("/calls/{}/{event}", world.named(call));
    world.send(Method::POST, &path, body).await
}

async fn post_structured(world: &World, event: &Value) -> Answer {
    let body = Body::of_type("application/cloudevents+json; charset=UTF-8", event.to_string());
    post(world, "call", "start", body).await
}

fn raw(call: &Value) -> &Value {
    &call["events"][0]["raw"]
}

#[tokio::test]
async fn a_structured_event_is_taken_and_answered_as_a_plain_one() {
    let world = World::new().await;
    world.save([world.hook("start", "?n=[caller_number]")]).await;
    let more = json!({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "dataschema": null});

    let answer = post_structured(&world, &start(&world, "call", more)).await.of_status(200);

    assert_eq!(answer["call_id"], world.named("call"));
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"], "sub_id": ["x"]}));
    assert_eq!(answer["webhooks"][0]["status"], "ok");
    assert!(answer["call_key"].is_string());
    let call = world.call("call").await;
    assert_eq!(call["started_at"], START);
    let kept = json!({"cloud_event": {"id": "e-1", "source": "/switch/7",
        "datacontenttype": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
    assert_eq!(raw(&call), &kept);
}

#[tokio::test]
async fn a_binary_event_has_its_attributes_in_headers() {
    let world = World::new().await;
    world.save([]).await;
    let data = json!({"campaign_id": world.campaign(), "occurred_at": "2026-11-23T17:00:01Z",
        "lang": "en"});
    let body = Body::json(&data)
        .with("ce-specversion", "1.0")
        .with("ce-type", "hookline.call.start")
        .with("ce-id", "e%20%E2%82%AC")
        .with("ce-source", "\"/switch \\\"7\\\"\"")
        .with("ce-time", START);

    let _ = post(&world, "call", "start", body).await.of_status(200);

    let call = world.call("call").await;
    assert_eq!(call["started_at"], "2026-11-23T17:00:01Z");
    let attributes = json!({"id": "e €", "source": "/switch \"7\"", "time": START});
    assert_eq!(raw(&call), &json!({"cloud_event": attributes, "lang": "en"}));

    let ended = Body::none()
        .with("ce-specversion", "1.0")
        .with("ce-type", "hookline.call.ended")
        .with("ce-id", "e-2")
        .with("ce-source", "/switch/7")
        .with("ce-time", "2026-11-23T17:02:00Z");
    let _ = post(&world, "call", "ended", ended).await.of_status(200);
    assert_eq!(world.call("call").await["ended_at"], "2026-11-23T17:02:00Z");
}

#[tokio::test]
async fn data_in_base64_is_read_as_json() {
    let world = World::new().await;
    world.save([]).await;
    // {"campaign_id":"…"} of this world.
    let data = json!({"campaign_id": world.campaign()}).to_string();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, data);
    let mut event = start(&world, "call", json!({"data_base64": encoded}));
    event.as_object_mut().unwrap().remove("data");
    let _ = post_structured(&world, &event).await.of_status(200);
    assert_eq!(world.call("call").await["started_at"], START);
}

#[tokio::test]
async fn an_invoke_is_an_event_by_its_looks() {
    let world = World::new().await;
    world.save([]).await;
    let answer = world.invoke("start", start(&world, "call", json!({}))).await.unwrap();
    assert_eq!(answer["call_id"], world.named("call"));
    for (kind, data) in [
        ("recording", json!({"recording_url": "https://rec.example/1"})),
        ("ended", json!({"hung_up_by": "caller"})),
    ] {
        let more = json!({"type": format!("hookline.call.{kind}"), "data": data,
            "time": "2026-11-23T17:01:00Z"});
        let answer = world.invoke("ended", start(&world, "call", more)).await.unwrap();
        assert_eq!(answer["call_id"], world.named("call"), "{answer}");
    }
    let call = world.call("call").await;
    assert_eq!(
        (&call["hung_up_by"], &call["recording_url"]),
        (&json!("caller"), &json!("https://rec.example/1"))
    );

    let no_call = merged(start(&world, "call", json!({})), json!({"subject": null}));
    let answer = world.invoke("start", no_call).await.unwrap();
    assert_eq!(faults(&answer["error"]), ["/subject: is required: the id of the call"]);
}

#[tokio::test]
async fn faults_name_the_attribute_or_the_field_within_the_data() {
    let world = World::new().await;
    world.save([]).await;
    let versions = json!({"specversion": "0.3", "id": "", "source": null, "type": 7});
    for (more, told) in [
        (
            versions,
            vec![
                "/id: must be a string that is not empty",
                "/source: is required",
                "/specversion: must be \"1.0\"",
                "/type: must be a string that is not empty",
            ],
        ),
        (json!({"type": "hookline.call.ended"}), vec!["/type: must be \"hookline.call.start\""]),
        (json!({"subject": "another"}), vec!["/subject: is not the call of the address"]),
        (json!({"time": null}), vec!["/time: is required"]),
        (json!({"data": {}}), vec!["/data/campaign_id: is required"]),
        (json!({"data": [1]}), vec!["/data: must be an object"]),
        (json!({"data_base64": "e30="}), vec!["/data_base64: must not stand beside data"]),
        (json!({"data": null, "data_base64": "e30"}), vec!["/data_base64: must be JSON in base64"]),
        (
            json!({"datacontenttype": "text/xml"}),
            vec!["/datacontenttype: must be JSON's, such as \"application/json\""],
        ),
    ] {
        let refused = post_structured(&world, &start(&world, "call", more)).await.of_status(422);
        assert_eq!(faults(&refused), told);
    }
    let body = Body::json(&json!({"tags": 1})).with("ce-type", "x").with("ce-time", "now");
    let refused = post(&world, "call", "start", body).await.of_status(422);
    let told = [
        "/ce-id: is required",
        "/ce-source: is required",
        "/ce-specversion: is required",
        "/ce-type: must be \"hookline.call.start\"",
    ];
    assert_eq!(faults(&refused), told);
    let shown = world.get(&format!("/calls/{}", world.named("call"))).await;
    assert_eq!(shown.status, 404);
}

#[tokio::test]
async fn batches_and_other_formats_are_refused_by_name() {
    let world = World::new().await;
    world.save([]).await;
    let batch = json!([start(&world, "call", json!({}))]).to_string();
    for (media_type, told) in [
        ("application/cloudevents-batch+json", "batches of events are not taken"),
        ("application/cloudevents+avro", "of the formats of events application/cloudevents+json"),
    ] {
        let body = Body::of_type(media_type, batch.clone());
        let refused = post(&world, "call", "start", body).await.of_status(415);
        assert_eq!(refused["code"], "unsupported_media_type");
        assert!(text(&refused["detail"]).starts_with(told), "{refused}");
    }
    let refused = post(&world, "call", "start", Body::of_type(EVENT, batch)).await.of_status(422);
    assert_eq!(faults(&refused), [": must be an object"]);
}

#[tokio::test]
async fn an_event_of_unknown_shape_is_told_what_was_expected() {
    let world = World::new().await;
    world.save([]).await;
    for body in [json!([]), json!("start"), json!(7)] {
        let refused = post(&world, "call", "start", Body::json(&body)).await.of_status(422);
        assert_eq!(refused["code"], "unknown_event");
        let expected = "expected a JSON object with the fields of a call event, not a";
        assert!(text(&refused["detail"]).starts_with(expected), "{refused}");
    }
    for payload in [json!({"Records": []}), json!({"httpMethod": "POST"}), json!([])] {
        let answer = world.invoke("ended", payload).await.unwrap();
        assert_eq!(answer["error"]["code"], "unknown_event");
        let expected =
            "expected a call event with call_id and occurred_at, a CloudEvents 1.0 event";
        assert!(text(&answer["error"]["message"]).starts_with(expected), "{answer}");
    }
}
