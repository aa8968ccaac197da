//! A whole call through `start`, `selected` and `answered`: by direct invoke and over HTTP.

use std::time::Duration;

use hookline::key::Scope;
use hookline_tests::partner::Reply;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{ANSWERED, SELECTED, START, World, buyer, start, take_call_key, take_latencies};

/// How events reach a function.
#[derive(Debug, Clone, Copy)]
enum Way {
    Direct,
    Http,
    /// Over HTTP, the body in base64.
    Encoded,
}

const WAYS: [Way; 3] = [Way::Direct, Way::Http, Way::Encoded];

/// A world with the campaign of the spec's example call and its partner.
async fn world() -> World {
    let world = World::new().await;
    let url = |path| world.partner.url(path);
    world.campaign(&json!([
        {"id": "crm", "trigger": "start", "order": 0, "url": url("/lookup?phone=[caller_number]")},
        {"id": "interest", "trigger": "start", "order": 1, "url": url("/interest?sub=[sub_id]")},
        {"id": "west", "trigger": "start", "order": 2, "url": url("/west"), "matches": ["geo:us-ca"]},
        {"id": "bid", "trigger": "selected", "method": "POST", "url": url("/bid"),
         "headers": {"x-buyer": "[buyer_id]"}, "response_map": {"bid": "bidTerms[0].amount"},
         "body": {"content_type": "application/json",
                  "template": "{\"name\":\"[first_name]\",\"tier\":\"[tier]\"}"}},
        {"id": "notify", "trigger": "answered", "url": url("/answered?key=[call_key]")},
    ])).await;
    world.partner.on(
        "/lookup",
        Reply::json(&json!({
            "first_name": "Jason", "last_name": "Kay", "geo": "us-10101", "age": 23, "gender": "m",
        })),
    );
    let interest = json!({"product_interest": ["mortgage", "insurance"], "more": {"a": 1}});
    world.partner.on("/interest", Reply::json(&interest));
    world.partner.on("/bid", Reply::json(&json!({"bidTerms": [{"amount": 12.5}], "x": 1})));
    world.partner.on("/answered", Reply::html("<p>thanks</p>"));
    world
}

/// Sends an event and gives the answer, which has to be a good one.
async fn tell(
    world: &World,
    way: Way,
    function: &LambdaFunction,
    kind: &str,
    event: &Value,
) -> Value {
    let request = match way {
        Way::Direct => return function.invoke(event.clone()).await.unwrap(),
        Way::Http => Request::event(kind, event),
        Way::Encoded => Request::event(kind, event).encoded(),
    };
    let key = world.key(Scope::Calls, false).await;
    let answer = request.by(&key).send(function).await;
    assert_eq!(answer, Answer::json(200, answer.body.clone()));
    answer.body
}

/// The tags after the start.
fn tags() -> Value {
    json!({
        "age": ["23"], "first_name": ["Jason"], "gender": ["m"],
        "geo": ["614", "us", "us-10101", "us-ny"], "last_name": ["Kay"],
        "product_interest": ["insurance", "mortgage"], "sub_id": ["x"],
    })
}

#[tokio::test]
async fn a_call_goes_in_and_tags_come_out() {
    for way in WAYS {
        let world = world().await;
        let functions = [
            world.function(START).await,
            world.function(SELECTED).await,
            world.function(ANSWERED).await,
        ];

        let mut started = tell(&world, way, &functions[0], "start", &start("c1")).await;
        let mut selected = tell(&world, way, &functions[1], "selected", &buyer("c1")).await;
        let mut answered = tell(&world, way, &functions[2], "answered", &buyer("c1")).await;

        for answer in [&mut started, &mut selected, &mut answered] {
            take_latencies(answer);
        }
        let key = take_call_key(&mut started);
        let notes = started["webhooks"][1]["notes"].clone();
        assert!(notes[0].as_str().unwrap().contains("more"), "{notes}");
        assert_eq!(
            started,
            json!({"call_id": "c1", "tags": tags(), "webhooks": [
                {"id": "crm", "status": "ok", "http_status": 200, "notes": [], "tags": {
                    "age": ["23"], "first_name": ["Jason"], "gender": ["m"],
                    "geo": ["us", "us-10101", "us-ny"], "last_name": ["Kay"]}},
                {"id": "interest", "status": "ok", "http_status": 200, "notes": notes,
                 "tags": {"product_interest": ["insurance", "mortgage"]}},
                {"id": "west", "status": "skipped", "notes": ["matches: geo:us-ca"]},
            ]}),
            "{way:?}"
        );
        let mut with_bid = tags();
        with_bid["bid"] = json!(["12.5"]);
        assert_eq!(
            selected,
            json!({"call_id": "c1", "tags": with_bid, "webhooks": [
                {"id": "bid", "status": "ok", "http_status": 200, "notes": [], "tags": {"bid": ["12.5"]}},
            ]}),
            "{way:?}"
        );
        let notes = answered["webhooks"][0]["notes"].clone();
        assert_eq!(notes.as_array().unwrap().len(), 1, "{notes}");
        assert_eq!(
            answered,
            json!({"call_id": "c1", "tags": with_bid, "webhooks": [
                {"id": "notify", "status": "ok", "http_status": 200, "notes": notes, "tags": {}},
            ]}),
            "{way:?}"
        );

        let mut targets: Vec<String> =
            world.partner.requests().into_iter().map(|request| request.target).collect();
        targets[..2].sort();
        let with_key = format!("/answered?key={key}");
        let wanted = ["/interest?sub=x", "/lookup?phone=%2B16145551234", "/bid", &with_key];
        assert_eq!(targets, wanted, "{way:?}");
        let bid = &world.partner.requests_to("/bid")[0];
        assert_eq!((bid.method.as_str(), bid.header("x-buyer")), ("POST", Some("b7")));
        let body: Value = serde_json::from_slice(&bid.body).unwrap();
        assert_eq!(body, json!({"name": "Jason", "tier": "gold"}));
    }
}

#[tokio::test]
async fn an_event_that_comes_again_is_answered_alike_and_sends_nothing() {
    for way in WAYS {
        let world = world().await;
        let function = world.function(START).await;
        let first = tell(&world, way, &function, "start", &start("c1")).await;
        let sent = world.partner.requests().len();

        let again = tell(&world, way, &function, "start", &start("c1")).await;
        let elsewhere =
            tell(&world, way, &world.function(START).await, "start", &start("c1")).await;

        assert_eq!(again, first, "{way:?}");
        assert_eq!(elsewhere, first, "{way:?}");
        assert_eq!(world.partner.requests().len(), sent, "{way:?}");
    }
}

#[tokio::test]
async fn what_a_partner_does_is_told_and_fails_no_call() {
    let world = World::new().await;
    let broken = [
        ("silent", 300, Reply::never()),
        ("late", 300, Reply::json(&json!({"late": "yes"})).after(Duration::from_secs(4))),
        ("failing", 5000, Reply::status(500)),
        ("nothing", 5000, Reply::empty()),
        ("garbage", 5000, Reply::raw("\u{7}\u{7}\u{7}\r\n\r\n")),
        ("huge", 5000, Reply::big(2 * 1024 * 1024)),
    ];
    let mut webhooks = Vec::new();
    for (id, timeout_ms, reply) in broken {
        let path = format!("/{id}");
        let url = world.partner.url(&path);
        webhooks.push(json!({"id": id, "trigger": "start", "timeout_ms": timeout_ms, "url": url}));
        world.partner.on(&path, reply);
    }
    world.campaign(&json!(webhooks)).await;

    let answer = world.function(START).await.invoke(start("c1")).await.unwrap();

    let told: Vec<(&str, &str, &str)> = answer["webhooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| {
            assert_eq!(report["tags"], json!({}), "{report}");
            let text = |name: &str| report[name].as_str().unwrap_or_default();
            (text("id"), text("status"), text("kind"))
        })
        .collect();
    let wanted = [
        ("silent", "timed_out", ""),
        ("late", "timed_out", ""),
        ("failing", "failed", "http"),
        ("nothing", "failed", "protocol"),
        ("garbage", "failed", "protocol"),
        ("huge", "failed", "too_large"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"], "sub_id": ["x"]}));
}

#[tokio::test]
async fn a_platform_may_send_many_tags() {
    let world = world().await;
    let many: serde_json::Map<String, Value> =
        (0..400).map(|n| (format!("key_{n}"), json!(n))).collect();
    let mut event = start("c1");
    event["tags"] = json!(many);

    let answer = world.function(START).await.invoke(event).await;

    // Taken whole, or refused by its field; in no case a fault of ours.
    let answer = answer.unwrap();
    let taken = answer["tags"].as_object().is_some_and(|tags| tags.contains_key("key_399"));
    let refused = answer["error"]["code"] == json!("invalid");
    assert!(taken || refused, "{answer}");
}
