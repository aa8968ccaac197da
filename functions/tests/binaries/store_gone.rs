//! A store that is gone is our fault: a Lambda error for direct invokes, 503 over HTTP.

use hookline::key::{BearerKey, Scope};
use hookline_tests::partner::Reply;
use hookline_tests::runtime_api::{FunctionError, LambdaFunction};
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{
    ANSWERED, API, DATA, POSTBACK, SELECTED, START, World, buyer, start, take_call_key,
};

const AGAIN: &str = "the store did not answer; try again";

/// What a direct invoke is answered.
fn error() -> Result<Value, FunctionError> {
    let (error_type, message) = ("Hookline.Unavailable".to_owned(), AGAIN.to_owned());
    Err(FunctionError { error_type, message })
}

/// What a request is answered.
fn problem() -> Answer {
    Answer::problem(503, "unavailable", AGAIN, &json!([]))
}

async fn world() -> World {
    let world = World::new().await;
    let url = world.partner.url("/hook");
    world.campaign(&json!([{"id": "hook", "trigger": "start", "url": url}])).await;
    world.partner.on("/hook", Reply::json(&json!({"seen": "yes"})));
    world
}

#[tokio::test]
async fn events_are_ours_to_answer_for_once_the_store_is_gone() {
    let world = world().await;
    let key = world.key(Scope::Calls, false).await;
    let function = world.function(START).await;
    // The first makes connections, and has campaign and key at hand from now on.
    let first = Request::event("start", &start("c1")).by(&key).send(&function).await;
    assert_eq!(first.status, 200);
    let sent = world.partner.requests().len();

    world.database.stop().await;

    assert_eq!(function.invoke(start("c2")).await, error());
    assert_eq!(Request::event("start", &start("c2")).by(&key).send(&function).await, problem());
    assert_eq!(world.partner.requests().len(), sent, "nothing is sent for an event not taken");
}

#[tokio::test]
async fn a_function_that_never_had_its_store_says_so_each_time() {
    let world = world().await;
    let key = BearerKey::given("hlc_any".to_owned());
    let functions = [
        (world.function(START).await, "start", start("c1")),
        (world.function(SELECTED).await, "selected", buyer("c1")),
        (world.function(ANSWERED).await, "answered", buyer("c1")),
    ];

    world.database.stop().await;

    for (function, kind, event) in &functions {
        assert_eq!(function.invoke(event.clone()).await, error(), "{kind}");
        let request = Request::event(kind, event).by(&key);
        assert_eq!(request.send(function).await, problem(), "{kind}");
    }
    assert_eq!(world.partner.requests(), []);
}

/// A postback and source data, as partners send them.
fn partners(key: &str) -> [(&'static str, Request); 2] {
    let postback = Request::new("GET", "/postback/c1").of("call_id", "c1");
    let data = Request::new("GET", "/data/hlp_any").of("postback_key", "hlp_any");
    [
        (POSTBACK, postback.query(&format!("key={key}&sold=yes"))),
        (DATA, data.query("call_id=c1&sold=yes")),
    ]
}

#[tokio::test]
async fn partners_and_administrators_are_told_to_try_again() {
    let world = world().await;
    let key = take_call_key(&mut world.function(START).await.invoke(start("c1")).await.unwrap());
    let admin = world.key(Scope::Admin, false).await;
    let mut asked: Vec<(LambdaFunction, Request)> = Vec::new();
    for (binary, request) in partners(&key) {
        asked.push((world.function(binary).await, request));
    }
    asked.push((world.function(API).await, Request::new("GET", "/campaigns/solar").by(&admin)));

    world.database.stop().await;

    for (function, request) in &asked {
        assert_eq!(request.send(function).await, problem(), "{request:?}");
    }
    let (api, _) = asked.last().unwrap();
    assert_eq!(api.invoke(json!({"make": "admin_key"})).await, error());
}
