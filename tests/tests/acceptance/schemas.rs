//! `infra/schemas` and `infra/events` against what Hookline really takes and answers.

mod answers;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hookline_tests::client::Body;
use hookline_tests::partner::Reply;
use jsonschema::Registry;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::world::{World, merged, text};

/// A folder beside `infra`.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra").join(name)
}

/// The files of such a folder with that extension, by name without it.
fn files(name: &str, extension: &str) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder(name)).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|its| its == extension))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), text)
        })
        .collect()
}

/// The JSON files of such a folder.
fn documents(name: &str) -> BTreeMap<String, Value> {
    let files = files(name, "json").into_iter();
    files.map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

/// The event in binary mode of `infra/events`, as a request: its path, its headers, its body.
fn binary_request() -> (String, Vec<(String, String)>, String) {
    let text = files("events", "http").remove("cloud-event-ended-binary").unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (path, headers, body.to_owned())
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

/// The schema of a sample of an event or an answer.
fn schema_of(sample: &str) -> Option<&'static str> {
    // The longest that fits is the one.
    let schemas = [
        ("amazon-connect-contact-", "amazon-connect-contact-event"),
        ("amazon-connect-answer-", "amazon-connect-answer"),
        ("postback-answer-", "postback-answer"),
        ("event-answer-", "event-answer"),
        ("cloud-event-", "cloud-event"),
        ("amazon-connect-", "amazon-connect-flow-event"),
        ("error-", "error"),
        ("selected", "selected"),
        ("answered", "answered"),
        ("recording", "recording"),
        ("start", "start"),
        ("ended", "ended"),
    ];
    schemas.into_iter().find(|(prefix, _)| sample.starts_with(prefix)).map(|(_, schema)| schema)
}

/// The samples of events in the plain shape and as `CloudEvents`, each with the name of its schema.
fn samples() -> Vec<(&'static str, String, Value)> {
    let known = documents("events").into_iter();
    known
        .map(|(name, sample)| (schema_of(&name).unwrap(), name, sample))
        .filter(|(schema, ..)| !schema.starts_with("amazon-connect-"))
        .collect()
}

/// The sample made this world's own, about the call of that name.
fn own(world: &World, call: &str, mut sample: Value) -> Value {
    for name in ["call_id", "subject"] {
        if let Some(id) = sample.get_mut(name) {
            *id = json!(world.named(call));
        }
    }
    for id in ["ContactId", "InitialContactId"] {
        if let Some(id) = sample.pointer_mut(&format!("/Details/ContactData/{id}")) {
            *id = json!(world.named(call));
        }
    }
    for pointer in ["/campaign_id", "/data/campaign_id", "/Details/Parameters/campaign_id"] {
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
    let mut shown = BTreeSet::new();
    for (name, sample) in documents("events").into_iter().chain(documents("events/answers")) {
        let schema = schema_of(&name).unwrap_or_else(|| panic!("no schema is for {name}"));
        schemas.hold(schema, &sample);
        shown.insert(schema);
    }
    let mut known: BTreeSet<&str> = schemas.documents.keys().map(String::as_str).collect();
    // It holds parts of the others.
    known.remove("fields");
    assert_eq!(shown, known);
    // Twilio sends forms, which are samples for people and for the tests of Twilio.
    assert!(files("events", "txt").keys().all(|name| name.starts_with("twilio-")));
}

#[tokio::test]
async fn the_sample_in_binary_mode_is_taken_and_as_the_schema_says() {
    let world = World::new().await;
    world.save([]).await;
    let (path, headers, body) = binary_request();
    let attributes = headers
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("ce-")?.to_owned(), json!(value))));
    let mut event: Map<String, Value> = attributes.collect();
    event.insert("data".to_owned(), serde_json::from_str(&body).unwrap());
    let (schemas, event) = (Schemas::read(), Value::Object(event));
    schemas.hold("cloud-event", &event);

    let _ = world.start("call", json!({})).await.of_status(200);
    let call = text(&event["subject"]);
    assert_eq!(path, format!("/calls/{call}/ended"));
    let mine = |text: &str| text.replace(&call, &world.named("call"));
    let request = headers
        .iter()
        .filter(|(name, _)| name.starts_with("ce-"))
        .fold(Body::of_type("application/json", body), |request, (name, value)| {
            request.with(name, &mine(value))
        });
    let answer = world.send(Method::POST, &mine(&path), request).await.of_status(200);
    schemas.hold("event-answer", &answer);
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
