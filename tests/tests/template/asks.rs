//! Asks functions what the world asks of them: people, platforms, partners and queues.

use std::time::Duration;

use hookline::call::EventKind;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::hint_handlers::{DeliveryHandler, OutcomeHandler};
use hookline_functions::management::Management;
use hookline_functions::postback_handler::{PostbackHandler, PostbackKind};
use hookline_functions::runtime::Invocation;
use hookline_tests::twilio::signature;
use serde_json::{Value, json};

pub(crate) trait Asks {
    /// A request to the management API; the answer's document.
    async fn ask(&self, method: &str, path: &str, bearer: &str, body: &Value) -> Value;
}

impl Asks for Management {
    async fn ask(&self, method: &str, path: &str, bearer: &str, body: &Value) -> Value {
        let event = event(method, path, ("", ""), Some(bearer), body);
        document(&self.take(event).await.unwrap())
    }
}

pub(crate) trait Reports {
    /// An event of a call, from a platform with a key; the answer's document.
    async fn report(&self, kind: EventKind, call: &str, bearer: &str, body: &Value) -> Value;
}

impl Reports for EventHandler {
    async fn report(&self, kind: EventKind, call: &str, bearer: &str, body: &Value) -> Value {
        let (function, path) = match kind {
            EventKind::Recording => (EventKind::Ended, "/calls/{call_id}/recording"),
            _ => (kind, "/"),
        };
        let event = event("POST", path, ("call_id", call), Some(bearer), body);
        document(&self.take(function, event).await.unwrap())
    }
}

pub(crate) trait Calls {
    /// A form that Twilio posts to the campaign `solar`, signed with this auth token.
    async fn call(&self, kind: EventKind, place: &str, auth_token: &str, form: &str);
}

impl Calls for EventHandler {
    async fn call(&self, kind: EventKind, place: &str, auth_token: &str, form: &str) {
        let url = format!("https://hooks.example/twilio/solar/{place}");
        let route = format!("/twilio/{{campaign_id}}/{place}");
        let mut event = event("POST", &route, ("campaign_id", "solar"), None, &Value::Null);
        event["rawPath"] = json!(format!("/twilio/solar/{place}"));
        event["requestContext"]["domainName"] = json!("hooks.example");
        event["headers"] = json!({"x-twilio-signature": signature(auth_token, &url, form)});
        event["body"] = json!(form);
        let answer = self.take(kind, event).await.unwrap();
        let wanted = if matches!(place, "start" | "dialed") { 200 } else { 204 };
        assert_eq!(answer["statusCode"], json!(wanted), "{place}: {answer}");
    }
}

pub(crate) trait Follows {
    /// A hint from the function's queue, which has to be followed.
    async fn follow(&self, hint: &Value);
}

impl Follows for OutcomeHandler {
    async fn follow(&self, hint: &Value) {
        assert_followed(&self.take(invocation(hint)).await.unwrap());
    }
}

impl Follows for DeliveryHandler {
    async fn follow(&self, hint: &Value) {
        assert_followed(&self.take(invocation(hint)).await.unwrap());
    }
}

fn invocation(hint: &Value) -> Invocation {
    let message = json!({"messageId": "m", "body": hint.to_string(), "attributes": {},
        "messageAttributes": {}});
    Invocation { payload: json!({"Records": [message]}), remaining: Duration::from_secs(30) }
}

fn assert_followed(answer: &Value) {
    assert_eq!(*answer, json!({"batchItemFailures": []}));
}

pub(crate) trait Posts {
    /// A partner's posting; the answer's document.
    async fn post(&self, kind: PostbackKind, parameter: (&str, &str), body: &Value) -> Value;
}

impl Posts for PostbackHandler {
    async fn post(&self, kind: PostbackKind, parameter: (&str, &str), body: &Value) -> Value {
        let event = event("POST", "/", parameter, None, body);
        document(&self.take(kind, event).await.unwrap())
    }
}

/// A request as API Gateway hands it over, as far as the functions look at it.
fn event(
    method: &str,
    path: &str,
    (name, value): (&str, &str),
    bearer: Option<&str>,
    body: &Value,
) -> Value {
    let mut headers = json!({"content-type": "application/json"});
    if let Some(bearer) = bearer {
        headers["authorization"] = json!(format!("Bearer {bearer}"));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "pathParameters": {name: value},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": if body.is_null() { String::new() } else { body.to_string() },
        "isBase64Encoded": false,
    })
}

/// The document of an answer that has to be a good one.
fn document(answer: &Value) -> Value {
    let status = answer["statusCode"].as_u64().unwrap();
    assert!((200..300).contains(&status), "{answer}");
    match answer["body"].as_str() {
        Some("") | None => Value::Null,
        Some(body) => serde_json::from_str(body).unwrap(),
    }
}
