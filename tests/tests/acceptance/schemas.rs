//! `infra/schemas` and `infra/events` against what Hookline really takes and answers.

use std::collections::BTreeMap;
use std::path::Path;

use hookline_tests::client::Body;
use hookline_tests::partner::Reply;
use jsonschema::Registry;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::world::{World, merged, text};

/// The JSON files of a folder beside `infra`, by name without extension.
fn documents(folder: &str) -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let document = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), document)
        })
        .collect()
}

struct Schemas {
    documents: BTreeMap<String, Value>,
    registry: Registry<'static>,
}

impl Schemas {
    fn read() -> Self {
        let documents = documents("schemas");
        let mut registry = Registry::new();
        for document in documents.values() {
            registry = registry.add(text(&document["$id"]), document.clone()).unwrap();
        }
        Self { documents, registry: registry.prepare().unwrap() }
    }

    /// What is wrong with a document by the schema of that name.
    fn faults(&self, schema: &str, document: &Value) -> Vec<String> {
        let options = jsonschema::options().with_registry(&self.registry);
        let validator = options.build(&self.documents[schema]).unwrap();
        let found = validator.iter_errors(document);
        found.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn refuses(&self, schema: &str, document: &Value) -> bool {
        !self.faults(schema, document).is_empty()
    }

    #[track_caller]
    fn hold(&self, schema: &str, document: &Value) {
        let faults = self.faults(schema, document);
        assert!(faults.is_empty(), "{schema}: {faults:#?} in {document:#}");
    }
}

/// The samples that a schema is for, with its name.
fn samples() -> Vec<(&'static str, String, Value)> {
    let schema_of = |name: &str| match name {
        "start" | "start-withheld" => Some("start"),
        "selected" => Some("selected"),
        "answered" => Some("answered"),
        "ended" => Some("ended"),
        "recording" => Some("recording"),
        other if other.starts_with("cloud-event-") => Some("cloud-event"),
        _ => None,
    };
    let known = documents("events").into_iter();
    known.filter_map(|(name, sample)| Some((schema_of(&name)?, name, sample))).collect()
}

/// The sample made this world's own, about the call of that name.
fn own(world: &World, call: &str, mut sample: Value) -> Value {
    for name in ["call_id", "subject"] {
        if let Some(id) = sample.get_mut(name) {
            *id = json!(world.named(call));
        }
    }
    for pointer in ["/campaign_id", "/data/campaign_id"] {
        if let Some(id) = sample.pointer_mut(pointer) {
            *id = json!(world.campaign());
        }
    }
    sample
}

/// The event that a sample is about.
fn event_of(name: &str) -> &'static str {
    let events = ["start", "selected", "answered", "ended", "recording"];
    events.into_iter().find(|event| name.contains(event)).unwrap()
}

/// A campaign one of whose webhooks ends in each way that a report tells.
async fn save(world: &World) {
    world.partner.on("/ok", Reply::json(&json!({"score": 7})));
    world.partner.on("/gone", Reply::status(500));
    let webhooks = ["start", "selected", "answered"].into_iter().flat_map(|trigger| {
        let webhook = |id: &str, path: &str, more: Value| {
            let more = merged(json!({"trigger": trigger}), more);
            world.webhook(&format!("{trigger}-{id}"), path, more)
        };
        [
            webhook("ok", "/ok", json!({})),
            webhook("gone", "/gone", json!({})),
            webhook("skipped", "/ok", json!({"matches": ["nothing:here"]})),
        ]
    });
    world.save(webhooks).await;
}

#[test]
fn every_schema_is_one_and_every_sample_is_as_its_schema_says() {
    let schemas = Schemas::read();
    for (name, schema) in &schemas.documents {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        assert_eq!(text(&schema["$id"]), format!("https://hookline.example/schemas/{name}.json"));
    }
    let samples = samples();
    assert_eq!(samples.len(), 11);
    for (schema, _, sample) in &samples {
        schemas.hold(schema, sample);
    }
}

#[tokio::test]
async fn samples_are_taken_over_http_and_their_answers_are_as_their_schema_says() {
    let world = World::new().await;
    save(&world).await;
    let schemas = Schemas::read();
    let mut samples = samples();
    samples.sort_by_key(|(_, name, _)| (event_of(name) != "start", name.clone()));
    for (schema, name, sample) in samples {
        let sample = own(&world, &name.replace(event_of(&name), ""), sample);
        let media_type = if schema == "cloud-event" {
            "application/cloudevents+json"
        } else {
            "application/json"
        };
        let call = sample.get("call_id").or(sample.get("subject")).map(text).unwrap();
        let body = Body::of_type(media_type, sample.to_string());
        let path = format!("/calls/{call}/{}", event_of(&name));
        let answer = world.send(Method::POST, &path, body).await.of_status(200);
        schemas.hold("event-answer", &answer);
    }
}

#[tokio::test]
async fn samples_are_taken_by_direct_invoke_and_their_answers_are_as_their_schema_says() {
    let world = World::new().await;
    save(&world).await;
    let schemas = Schemas::read();
    let mut samples = samples();
    samples.sort_by_key(|(_, name, _)| (event_of(name) != "start", name.clone()));
    for (_, name, sample) in samples {
        let sample = own(&world, &name.replace(event_of(&name), ""), sample);
        let function = if name.contains("recording") { "ended" } else { event_of(&name) };
        let answer = world.invoke(function, sample).await.unwrap();
        schemas.hold("event-answer", &answer);
    }
    let answer = world.invoke("start", json!({"Records": []})).await.unwrap();
    schemas.hold("error", &answer);
}

#[tokio::test]
async fn what_a_schema_refuses_is_refused_and_what_it_takes_is_taken() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let many: Map<String, Value> = (0..101).map(|key| (format!("k{key}"), json!(1))).collect();
    let taken = [
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
    ];
    let refused = [
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
    ];
    let verdicts = taken.map(|one| (one, 200)).into_iter();
    let verdicts = verdicts.chain(refused.map(|one| (one, 422)));
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
async fn postbacks_are_answered_as_their_schema_says() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let start = world.start("call", json!({})).await.of_status(200);
    let (call, key) = (world.named("call"), text(&start["call_key"]));
    for (path, status) in [
        (format!("/postback/{call}?key={key}&age=23&postback_id=1"), 200),
        (format!("/postback/{call}?key={key}&age=23&postback_id=1"), 200),
        (format!("/postback/{call}?key=wrong&age=23"), 403),
        (format!("/postback/{call}?key={key}&revenue=lots"), 422),
        (format!("/postback/{call}-2?key={key}&age=23"), 404),
    ] {
        let answer = world.visit(&path).await.of_status(status);
        schemas.hold("postback-answer", &answer);
    }
}
