//! What schemas refuse and take, and what Hookline does.

use hookline_tests::client::Body;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Schemas, documents, own};
use crate::world::{World, merged};

/// Changes to samples that leave them as they may be.
fn taken() -> Vec<(&'static str, Value)> {
    vec![
        ("start", json!({"occurred_at": 1_795_453_200})),
        ("start", json!({"occurred_at": "2026-11-23T12:00:00.250-05:00"})),
        ("start", json!({"caller_number": "(614) 555-0100"})),
        ("start", json!({"caller_number": "tel:+44 20 7946 0000"})),
        ("start", json!({"caller_number": "ANONYMOUS"})),
        ("start", json!({"caller_number": ""})),
        ("start", json!({"caller_number": null, "called_number": null, "tags": null})),
        ("start", json!({"caller_number": "\"A\" <sip:anonymous@anonymous.invalid>;tag=1"})),
        ("start", json!({"caller_number": "+266696687"})),
        ("start", json!({"caller_number": "+1 (614) 555-0100"})),
        ("start", json!({"caller_number": " tel:1.614.555.0100 "})),
        ("start", json!({"called_number": "+49 30 12345"})),
        ("start", json!({"number_name": "n".repeat(200)})),
        ("start", json!({"tags": {"a b": true, "list": [1, "b", false], "none": null}})),
        ("start", json!({"tags": {"geo": "us-10101"}})),
        ("start", json!({"tags": {"a": "v".repeat(1024)}})),
        ("start", json!({"tags": {"a": "é".repeat(512)}})),
        ("start", json!({"tags": {"a": "😀".repeat(256)}})),
        ("start", json!({"whatever": {"else": [1]}})),
        ("selected", json!({"buyer": {"id": 7, "tags": {"tier": "gold"}}})),
        ("selected", json!({"attempt": 10_000})),
        ("answered", json!({"attempt": null})),
        ("answered", json!({"attempt": "leg_7-b"})),
        ("ended", json!({"connected_seconds": 0, "revenue": 0, "payout": "0.00"})),
        ("ended", json!({"connected_seconds": 1.5})),
        ("ended", json!({"connected_seconds": 2_678_400})),
        ("ended", json!({"revenue": 9_999_999_999_999_998_u64, "payout": 0.000_01})),
        ("ended", json!({"revenue": 30.5, "payout": 0.0})),
        ("ended", json!({"revenue": "9".repeat(20)})),
        ("ended", json!({"recording_url": "s3://bucket/key"})),
        ("recording", json!({"recording_url": "HTTP://recordings.example/1"})),
    ]
}

/// Changes to samples that are faults.
fn refused() -> Vec<(&'static str, Value)> {
    let many: Map<String, Value> = (0..101).map(|key| (format!("k{key}"), json!(1))).collect();
    vec![
        ("start", json!({"campaign_id": null})),
        ("start", json!({"campaign_id": "a b"})),
        ("start", json!({"campaign_id": "c".repeat(65)})),
        ("start", json!({"occurred_at": null})),
        ("start", json!({"occurred_at": "yesterday"})),
        ("start", json!({"occurred_at": -1})),
        ("start", json!({"caller_number": "614"})),
        ("start", json!({"caller_number": "client:alice"})),
        ("start", json!({"caller_number": "anonymous2"})),
        ("start", json!({"caller_number": "+0123456789"})),
        ("start", json!({"caller_number": "+1614555010"})),
        ("start", json!({"caller_number": "+161455501000"})),
        ("start", json!({"caller_number": "+1 114 555 0100"})),
        ("start", json!({"caller_number": "0145550100"})),
        ("start", json!({"caller_number": "11145550100"})),
        ("start", json!({"caller_number": "26145550100"})),
        ("start", json!({"caller_number": "614\t555 0100"})),
        ("start", json!({"occurred_at": "2026-13-23T17:00:00Z"})),
        ("start", json!({"occurred_at": "2026-11-23T24:00:00Z"})),
        ("start", json!({"caller_number": 6_145_550_100_u64})),
        ("start", json!({"called_number": "sip:alice@example.com"})),
        ("start", json!({"number_name": " "})),
        ("start", json!({"number_name": "n".repeat(201)})),
        ("start", json!({"tags": []})),
        ("start", json!({"tags": {"call_id": "x"}})),
        ("start", json!({"tags": {"system_x": "y"}})),
        ("start", json!({"tags": {"é": "x"}})),
        ("start", json!({"tags": {"a": ""}})),
        ("start", json!({"tags": {"a": {}}})),
        ("start", json!({"tags": {"a": [[1]]}})),
        ("start", json!({"tags": {"a": vec![1; 51]}})),
        ("start", json!({"tags": {"a": "v".repeat(1025)}})),
        ("start", json!({"tags": {"a": "é".repeat(513)}})),
        ("start", json!({"tags": {"a": "€".repeat(342)}})),
        ("start", json!({"tags": {"a": "😀".repeat(257)}})),
        ("start", json!({"tags": {"a": "\u{a0}"}})),
        ("start", json!({"tags": {"k".repeat(129): "v"}})),
        ("start", json!({"tags": many})),
        ("selected", json!({"buyer": null})),
        ("selected", json!({"buyer": {}})),
        ("selected", json!({"buyer": {"id": ""}})),
        ("selected", json!({"buyer": {"id": "b".repeat(129)}})),
        ("selected", json!({"buyer": {"id": "b", "name": 7}})),
        ("selected", json!({"buyer": {"id": "b", "tags": {"geo": "us"}}})),
        ("answered", json!({"attempt": 0})),
        ("answered", json!({"attempt": 10_001})),
        ("answered", json!({"attempt": 1.5})),
        ("answered", json!({"attempt": "leg 7"})),
        ("ended", json!({"connected_seconds": -1})),
        ("ended", json!({"connected_seconds": 2_678_401})),
        ("ended", json!({"connected_seconds": "90"})),
        ("ended", json!({"hung_up_by": ""})),
        ("ended", json!({"recording_url": "ftp://recordings.example/1"})),
        ("ended", json!({"recording_url": "recordings.example/1"})),
        ("ended", json!({"revenue": "-1"})),
        ("ended", json!({"revenue": -1})),
        ("ended", json!({"payout": "1e3"})),
        ("ended", json!({"payout": 1e30})),
        ("ended", json!({"payout": 1e16})),
        ("ended", json!({"payout": 0.000_001})),
        ("ended", json!({"payout": "9".repeat(40)})),
        ("recording", json!({"recording_url": null})),
    ]
}

#[tokio::test]
async fn what_a_schema_refuses_is_refused_and_what_it_takes_is_taken() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let verdicts = taken().into_iter().map(|one| (one, 200));
    let verdicts = verdicts.chain(refused().into_iter().map(|one| (one, 422)));
    let events = documents("events");
    for (number, ((event, change), status)) in verdicts.enumerate() {
        let call = if event == "start" { format!("call{number}") } else { "call0".to_owned() };
        let mut body = merged(own(&world, &call, events[event].clone()), json!({}));
        body.as_object_mut().unwrap().append(change.clone().as_object_mut().unwrap());

        assert_eq!(schemas.refuses(event, &body), status == 422, "{event}: {change}");
        let path = format!("/calls/{}/{event}", world.named(&call));
        let answer = world.post(&path, &body).await.of_status(status);
        schemas.hold(if status == 200 { "event-answer" } else { "error" }, &answer);
    }
}

#[tokio::test]
async fn cloud_events_are_refused_where_their_schema_refuses_them() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let sample = own(&world, "call", documents("events")["cloud-event-start"].clone());
    for (change, status) in [
        (json!({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}), 200),
        (json!({"datacontenttype": "application/vnd.switch+json; charset=utf-8"}), 200),
        (json!({"subject": null}), 200),
        (json!({"specversion": "0.3"}), 422),
        (json!({"id": ""}), 422),
        (json!({"source": null}), 422),
        (json!({"type": "call.start"}), 422),
        (json!({"time": null}), 422),
        (json!({"time": "now"}), 422),
        (json!({"time": 1_795_453_200}), 422),
        (json!({"datacontenttype": "text/xml"}), 422),
        (json!({"data": []}), 422),
        (json!({"data": {}}), 422),
        (json!({"data": null}), 422),
        (json!({"data_base64": "e30="}), 422),
    ] {
        let event = merged(sample.clone(), change.clone());
        assert_eq!(schemas.refuses("cloud-event", &event), status == 422, "{change}");
        let body = Body::of_type("application/cloudevents+json", event.to_string());
        let path = format!("/calls/{}/start", world.named("call"));
        let answer = world.send(Method::POST, &path, body).await.of_status(status);
        schemas.hold(if status == 200 { "event-answer" } else { "error" }, &answer);
    }
}

#[tokio::test]
async fn flows_of_connect_are_refused_where_their_schema_refuses_them() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let sample = own(&world, "call", documents("events")["amazon-connect-start"].clone());
    for (parameter, value, status) in [
        ("number_name", json!("Spring ad"), "ok"),
        ("campaign_id", json!("a b"), "error"),
        ("occurred_at", json!("now"), "error"),
        ("number_name", json!("n".repeat(201)), "error"),
    ] {
        let mut event = sample.clone();
        event["Details"]["Parameters"][parameter] = value.clone();
        let refused = schemas.refuses("amazon-connect-flow-event", &event);
        assert_eq!(refused, status == "error", "{parameter}: {value}");
        let answer = world.invoke("start", event).await.unwrap();
        assert_eq!(answer["system_status"], status, "{answer}");
        schemas.hold("amazon-connect-answer", &answer);
    }
    let mut nobody = sample;
    for id in ["ContactId", "InitialContactId"] {
        nobody["Details"]["ContactData"][id] = Value::Null;
    }
    assert!(schemas.refuses("amazon-connect-flow-event", &nobody));
    let answer = world.invoke("start", nobody).await.unwrap();
    assert_eq!(answer["system_status"], "error", "{answer}");
}

#[test]
fn contact_events_are_known_whatever_the_case_of_their_names() {
    let schemas = Schemas::read();
    let sample = &documents("events")["amazon-connect-contact-answered"];
    let with_detail = |change: &dyn Fn(&str) -> Option<String>| {
        let detail = sample["detail"].as_object().unwrap().clone();
        let detail: Map<String, Value> =
            detail.into_iter().filter_map(|(name, value)| Some((change(&name)?, value))).collect();
        merged(sample.clone(), json!({"detail": detail}))
    };
    schemas.hold("amazon-connect-contact-event", &with_detail(&|name| Some(name.to_uppercase())));
    for missing in ["eventType", "contactId", "channel"] {
        let event = with_detail(&|name| (name != missing).then(|| name.to_owned()));
        assert!(schemas.refuses("amazon-connect-contact-event", &event), "{missing}");
    }
}
