//! What functions measure: lines in CloudWatch's embedded metric format, and between them everything
//! that the template's alarms and its dashboard read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::delivery::DeliveryKey;
use hookline::ports::clock::Clock;
use hookline::ports::deliveries::{AttemptClaim, Deliveries};
use hookline::trigger::Trigger;
use hookline_functions::metrics::NAMESPACE;
use hookline_tests::partner::Reply;
use hookline_tests::queues::batch;
use hookline_tests::runtime_api::LambdaFunction;
use hookline_tests::template::{Dimension, Template};
use serde_json::{Value, json};

use super::request::{Request, Send as _};
use super::world::{
    ALWAYS, ANSWERED, API, CONNECT, CONVERSION, DATA, ENDED, NON_CONVERSION, NUMBER, OUTCOME,
    POSTBACK, POSTBACK_WEBHOOK, SELECTED, START, SWEEP, TIMER, World, buyer, logs, start,
    take_call_key,
};

/// Every function, by its name.
const FUNCTIONS: [(&str, &str); 15] = [
    ("start", START),
    ("selected", SELECTED),
    ("answered", ANSWERED),
    ("ended", ENDED),
    ("postback", POSTBACK),
    ("data", DATA),
    ("api", API),
    ("outcome", OUTCOME),
    ("timer", TIMER),
    ("connect", CONNECT),
    ("conversion", CONVERSION),
    ("non_conversion", NON_CONVERSION),
    ("postback_webhook", POSTBACK_WEBHOOK),
    ("always", ALWAYS),
    ("sweep", SWEEP),
];
/// Nothing that was printed takes longer to be read.
const PATIENCE: Duration = Duration::from_secs(10);

type Functions = BTreeMap<&'static str, LambdaFunction>;

/// A webhook of each kind for a trigger: one that answers with tags, one that answers nonsense, one
/// that never does, and one that may not be sent to.
fn webhooks(world: &World, trigger: Trigger) -> Vec<Value> {
    let addresses = [
        ("good", world.partner.url("/good?key=[call_key]&n=[caller_number]")),
        ("bad", world.partner.url("/bad")),
        ("silent", world.partner.url("/silent")),
        ("blocked", "http://169.254.169.254/?n=[caller_number]".to_owned()),
    ];
    let webhook = |(kind, url): (&str, String)| {
        let name = trigger.as_str();
        let mut webhook = json!({"id": format!("{name}-{kind}"), "trigger": name, "url": url,
            "timeout_ms": 300, "retry": "none", "parse_response": true});
        if trigger == Trigger::Timer {
            webhook["seconds"] = json!(5);
        }
        webhook
    };
    addresses.map(webhook).into()
}

/// A world whose campaign has those of every trigger.
async fn world() -> World {
    let world = World::new().await;
    let all: Vec<Value> =
        Trigger::ALL.into_iter().flat_map(|trigger| webhooks(&world, trigger)).collect();
    let more = json!({"settle_seconds": 0,
        "conversion": [{"matches": [], "seconds": 5, "revenue": "20.00"}]});
    world.campaign_with(&json!(all), &more).await;
    world.partner.on("/good", Reply::json(&json!({"name": "Jason Kay"})));
    world.partner.on("/bad", Reply::raw("garbage"));
    world.partner.on("/silent", Reply::never());
    world
}

/// The lines of metrics among what was printed.
fn metric_lines(printed: &str) -> Vec<Value> {
    let lines = printed.lines().filter(|line| line.ends_with('}'));
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["_aws"].is_object()).collect()
}

/// The names of the metrics that a function measured so far.
fn measured(name: &str, function: &LambdaFunction) -> BTreeSet<(String, String)> {
    let directives = metric_lines(&function.logs()).into_iter().map(|line| {
        let directive = line["_aws"]["CloudWatchMetrics"][0].clone();
        assert_eq!(directive["Namespace"], NAMESPACE, "{line}");
        assert_eq!(directive["Dimensions"], json!([["function_name"]]), "{line}");
        assert_eq!(line["function_name"], name, "{line}");
        directive
    });
    let metrics = directives.flat_map(|directive| directive["Metrics"].as_array().unwrap().clone());
    metrics.map(|one| (name.to_owned(), one["Name"].as_str().unwrap().to_owned())).collect()
}

/// What alarms and the dashboard read, by function and name.
fn read() -> BTreeSet<(String, String)> {
    let template = Template::read();
    let binaries: BTreeMap<String, String> = template
        .functions()
        .into_iter()
        .map(|(binary, (resource, _))| (resource.to_owned(), binary))
        .collect();
    let ours = template.readings().into_iter().filter(|reading| reading.namespace == NAMESPACE);
    let named = ours.map(|reading| match &reading.dimensions["function_name"] {
        Dimension::Reference(resource) => (binaries[resource].clone(), reading.metric.clone()),
        // Of no function of the template, so that no function measures it.
        Dimension::Text(text) => (text.clone(), reading.metric.clone()),
    });
    named.collect()
}

/// Claims a delivery for a function that is dead already.
async fn die_over(world: &World, hint: &Value) {
    let key: DeliveryKey = serde_json::from_value(hint.clone()).unwrap();
    let store = world.store();
    let delivery = store.delivery(&key).await.unwrap().unwrap();
    let now = SystemClock.now();
    let claim =
        AttemptClaim { delivery: &delivery, by: "the dead", until: now, while_up: false, now };
    assert!(store.claim_attempt(&claim).await.unwrap(), "{hint}");
}

/// Hands every message that was sent, and those that follow, to its function. Over each webhook that
/// answers well somebody dies first, once.
async fn carry(world: &World, functions: &Functions, carried: &mut usize) {
    let mut died_over = BTreeSet::new();
    loop {
        let sent = world.queues.sent();
        let Some(message) = sent.get(*carried) else { return };
        *carried += 1;
        let is_good = message.hint["webhook"].as_str().is_some_and(|id| id.ends_with("-good"));
        if is_good && died_over.insert(message.hint.to_string()) {
            die_over(world, &message.hint).await;
        }
        let payload = batch(&[&message.hint.to_string()]);
        let answer = functions[message.to.as_str()].invoke(payload).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}), "{message:?}");
    }
}

/// A call that is answered and converts, one that is not, and a look at everything else; the keys of
/// the calls.
async fn live(world: &World, functions: &Functions) -> [String; 2] {
    let ended = |call: &str| json!({"call_id": call, "occurred_at": "2026-11-23T17:00:12Z"});
    let mut carried = 0;
    let key = take_call_key(&mut functions["start"].invoke(start("c1")).await.unwrap());
    functions["selected"].invoke(buyer("c1")).await.unwrap();
    functions["answered"].invoke(buyer("c1")).await.unwrap();
    let posted = Request::new("GET", "/postback/c1").of("call_id", "c1");
    let posted = posted.query(&format!("key={key}&sold=yes")).send(&functions["postback"]).await;
    assert_eq!(posted.status, 200, "{posted:?}");
    functions["ended"].invoke(ended("c1")).await.unwrap();
    carry(world, functions, &mut carried).await;

    let other = take_call_key(&mut functions["start"].invoke(start("c2")).await.unwrap());
    functions["ended"].invoke(ended("c2")).await.unwrap();
    carry(world, functions, &mut carried).await;

    functions["sweep"].invoke(json!({})).await.unwrap();
    for name in ["api", "data"] {
        functions[name].invoke(json!({})).await.unwrap();
    }
    [key, other]
}

#[tokio::test]
async fn everything_that_the_template_reads_is_measured_and_nothing_else() {
    let world = world().await;
    let mut functions = Functions::new();
    for (name, binary) in FUNCTIONS {
        functions.insert(name, world.function(binary).await);
    }

    let keys = live(&world, &functions).await;

    let all = || -> BTreeSet<(String, String)> {
        functions.iter().flat_map(|(name, function)| measured(name, function)).collect()
    };
    let read = read();
    let printed = async {
        while !all().is_superset(&read) {
            tokio::task::yield_now().await;
        }
    };
    // Where it is not, the next line says what is missing.
    let _ = tokio::time::timeout(PATIENCE, printed).await;
    assert_eq!(all(), read);
    for (name, function) in &functions {
        for line in metric_lines(&function.logs()) {
            let line = line.to_string();
            let hidden = [&keys[0], &keys[1], &NUMBER[2..], "Jason", "good", "c1"];
            assert!(hidden.iter().all(|secret| !line.contains(secret)), "{name}: {line}");
        }
    }
}

#[tokio::test]
async fn metrics_are_written_whatever_is_logged_and_an_event_is_measured_once() {
    let world = World::new().await;
    let url = world.partner.url("/good");
    world.campaign(&json!([{"id": "good", "trigger": "start", "url": url}])).await;
    world.partner.on("/good", Reply::json(&json!({"name": ["Jason", "Kay"]})));
    let mut environment = world.environment();
    environment.push(("LOG_LEVEL".to_owned(), "ERROR".to_owned()));
    let function = LambdaFunction::spawn(Path::new(START), environment).await.unwrap();

    for call in ["c1", "c1", "c2"] {
        function.invoke(start(call)).await.unwrap();
    }

    let printed = logs(&function, "\"delivered\":1", 2).await;
    let lines = metric_lines(&printed);
    assert_eq!(lines.len(), printed.lines().count(), "nothing else is printed: {printed}");
    let now = SystemClock.now().as_millis();
    let event = |at: &Value, latency: &Value| {
        assert!(latency.as_u64().unwrap() < 5000, "{printed}");
        assert!((now - 60_000..=now).contains(&at.as_i64().unwrap()), "{printed}");
        json!({
            "_aws": {"Timestamp": at, "CloudWatchMetrics": [{
                "Namespace": "Hookline", "Dimensions": [["function_name"]],
                "Metrics": [
                    {"Name": "delivered", "Unit": "Count"},
                    {"Name": "latency_ms", "Unit": "Milliseconds"},
                    {"Name": "tags_applied", "Unit": "Count"},
                ],
            }]},
            "function_name": "start", "delivered": 1, "latency_ms": latency, "tags_applied": 2,
        })
    };
    let [cold, first, second] = lines.as_slice() else { panic!("{printed}") };
    let names = &cold["_aws"]["CloudWatchMetrics"][0]["Metrics"];
    assert_eq!(
        (&cold["cold_start"], names),
        (&json!(1), &json!([{"Name": "cold_start", "Unit": "Count"}]))
    );
    for line in [first, second] {
        assert_eq!(*line, event(&line["_aws"]["Timestamp"], &line["latency_ms"]));
    }
}
