//! What functions print: JSON lines that hold nothing secret.

use hookline::key::Scope;
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use super::request::{Request, Send as _};
use super::world::{API, DATA, NUMBER, POSTBACK, START, World, logs, start, take_call_key};

/// The keys that queries rely on.
const KEYS: [&str; 7] = [
    "level",
    "timestamp",
    "message",
    "service",
    "function_name",
    "function_request_id",
    "xray_trace_id",
];

/// Every line of the log, each a JSON object with the keys that queries rely on; lines of metrics
/// aside.
fn log_lines(printed: &str) -> Vec<Value> {
    let lines = printed.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.filter(|line: &Value| line["_aws"].is_null()).collect();
    for line in &lines {
        for key in KEYS {
            assert!(line[key].is_string(), "no {key} in {line}");
        }
    }
    lines
}

fn assert_hides(printed: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

/// A world whose webhook carries the call key and the number to a partner.
async fn world() -> World {
    let world = World::new().await;
    let url = |path: &str| world.partner.url(&format!("{path}?key=[call_key]&n=[caller_number]"));
    world
        .campaign(&json!([
            {"id": "good", "trigger": "start", "url": url("/good")},
            {"id": "bad", "trigger": "start", "url": url("/bad")},
            {"id": "silent", "trigger": "start", "timeout_ms": 200, "url": url("/silent")},
            {"id": "blocked", "trigger": "start",
             "url": "http://169.254.169.254/?key=[call_key]&n=[caller_number]"},
        ]))
        .await;
    world.partner.on("/good", Reply::json(&json!({"name": "Jason Kay"})));
    world.partner.on("/bad", Reply::raw("garbage"));
    world.partner.on("/silent", Reply::never());
    world
}

/// The number in the forms that it could slip in.
fn numbers() -> [&'static str; 3] {
    [NUMBER, &NUMBER[1..], &NUMBER[2..]]
}

#[tokio::test]
async fn an_event_is_one_line_without_secrets() {
    let world = world().await;
    let key = world.key(Scope::Calls, false).await;
    let function = world.function(START).await;

    let mut direct = function.invoke(start("c1")).await.unwrap();
    function.invoke(start("c1")).await.unwrap();
    let mut http = Request::event("start", &start("c2")).by(&key).send(&function).await.body;

    // The last that an event prints.
    let printed = logs(&function, "\"delivered\":1", 2).await;
    let mut shown = log_lines(&printed);
    for line in &mut shown {
        for passing in ["timestamp", "function_request_id", "xray_trace_id", "location"] {
            line.as_object_mut().unwrap().remove(passing);
        }
    }
    let first = json!({
        "level": "INFO", "message": "call event taken", "service": "hookline",
        "function_name": "start", "cold_start": true,
        "correlation_id": "c1", "event": "start", "webhooks_ok": 1, "webhooks_failed": 1,
        "webhooks_timed_out": 1, "webhooks_blocked": 1, "webhooks_skipped": 0, "repeated": false,
    });
    let mut repeat = first.clone();
    repeat["repeated"] = json!(true);
    repeat.as_object_mut().unwrap().remove("cold_start");
    let mut second = repeat.clone();
    second["correlation_id"] = json!("c2");
    second["repeated"] = json!(false);
    assert_eq!(shown, [first, repeat, second]);
    // Beside them the cold start and what each event measured, but for the one that came before.
    assert_eq!(printed.lines().count(), 6, "{printed}");
    let keys = [take_call_key(&mut direct), take_call_key(&mut http)];
    assert_hides(&printed, &[&keys[0], &keys[1], key.expose(), key.hash().as_str(), "Jason"]);
    assert_hides(&printed, &numbers());
}

#[tokio::test]
async fn refusals_and_faults_of_the_store_hide_them_too() {
    let world = world().await;
    let key = world.key(Scope::Calls, false).await;
    let function = world.function(START).await;
    let mut unknown = start("c1");
    unknown["campaign_id"] = json!("nowhere");
    Request::event("start", &unknown).by(&key).send(&function).await;
    let garbage = Request::event("start", &start("c1")).by(&key);
    garbage.body(format!("{{\"caller_number\":\"{NUMBER}\"")).send(&function).await;

    world.database.stop().await;
    let failed = function.invoke(start("c1")).await;
    Request::event("start", &start("c1")).by(&key).send(&function).await;

    assert!(failed.is_err(), "{failed:?}");
    let printed = logs(&function, "the store failed", 2).await;
    log_lines(&printed);
    assert_hides(&printed, &[key.expose(), key.hash().as_str()]);
    assert_hides(&printed, &numbers());
}

#[tokio::test]
async fn postbacks_are_one_line_each_without_secrets() {
    let world = world().await;
    let call_key =
        take_call_key(&mut world.function(START).await.invoke(start("c1")).await.unwrap());
    let admin = world.key(Scope::Admin, false).await;
    let api = world.function(API).await;
    let request = Request::new("POST", "/campaigns/solar/postback-keys").of("id", "solar");
    let made = request.by(&admin).send(&api).await.body;
    let postback_key = made["key"].as_str().unwrap();
    let (postback, data) = (world.function(POSTBACK).await, world.function(DATA).await);

    let query = format!("key={call_key}&name=Jason");
    let by_key = Request::new("GET", "/postback/c1").of("call_id", "c1").query(&query);
    assert_eq!(by_key.send(&postback).await.status, 200);
    let path = format!("/data/{postback_key}");
    let about = format!("caller_number=%2B{}&name=Jason", &NUMBER[1..]);
    let by_caller = Request::new("GET", &path).of("postback_key", postback_key).query(&about);
    assert_eq!(by_caller.send(&data).await.status, 200);

    for (function, kind) in [(&postback, "call_handler"), (&data, "source_data")] {
        let printed = logs(function, "postback taken", 1).await;
        let [line] = log_lines(&printed).try_into().unwrap();
        let told = (&line["kind"], &line["result"], &line["correlation_id"], &line["tag_keys"]);
        assert_eq!(told, (&json!(kind), &json!("applied"), &json!("c1"), &json!(1)));
        assert_hides(&printed, &[&call_key, postback_key, "Jason"]);
        assert_hides(&printed, &numbers());
    }
    assert_hides(&api.logs(), &[admin.expose(), postback_key]);
}
