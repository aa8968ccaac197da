//! The HTTP front: turns a request into the event that API Gateway would hand to the function of its
//! route, and the function's answer into the response.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, RawPathParams};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookline::adapters::system::SystemClock;
use hookline::call::EventKind;
use hookline::ports::clock::Clock;
use hookline_functions::envelope::Answer;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::hint_handlers::{DeliveryHandler, OutcomeHandler, SweepHandler};
use hookline_functions::management::Management;
use hookline_functions::postback_handler::{PostbackHandler, PostbackKind};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::routes::{Function, OTHERS, ROUTES};

/// What API Gateway takes at the most, in bytes.
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

/// The functions' handlers.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(crate) events: EventHandler,
    pub(crate) postbacks: PostbackHandler,
    pub(crate) management: Management,
    pub(crate) outcomes: OutcomeHandler,
    pub(crate) deliveries: DeliveryHandler,
    pub(crate) sweep: SweepHandler,
}

impl Functions {
    pub(crate) async fn invoke(&self, function: Function, payload: Value) -> Answer {
        match function {
            Function::Start => self.events.take(EventKind::Start, payload).await,
            Function::Selected => self.events.take(EventKind::Selected, payload).await,
            Function::Answered => self.events.take(EventKind::Answered, payload).await,
            Function::Ended => self.events.take(EventKind::Ended, payload).await,
            Function::Postback => self.postbacks.take(PostbackKind::CallHandler, payload).await,
            Function::Data => self.postbacks.take(PostbackKind::SourceData, payload).await,
            Function::Api => self.management.take(payload).await,
        }
    }
}

/// The front before the functions.
pub(crate) fn front(functions: &Arc<Functions>) -> Router {
    let mut router = Router::new();
    for (method, path, function) in ROUTES {
        let Ok(filter) = MethodFilter::try_from(method.clone()) else { continue };
        let functions = Arc::clone(functions);
        let handle = async move |parameters: RawPathParams,
                                 method: Method,
                                 address: Uri,
                                 headers: HeaderMap,
                                 body: Bytes| {
            let route = format!("{method} {path}");
            let parameters =
                parameters.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
            let payload = event(&route, &parameters, &method, &address, &headers, &body);
            response(functions.invoke(function, payload).await)
        };
        router = router.route(path, on(filter, handle));
    }
    let functions = Arc::clone(functions);
    let others = async move |method: Method, address: Uri, headers: HeaderMap, body: Bytes| {
        let (route, function) = OTHERS;
        let payload = event(route, &Map::new(), &method, &address, &headers, &body);
        response(functions.invoke(function, payload).await)
    };
    router
        .fallback(others.clone())
        .method_not_allowed_fallback(others)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
}

/// A request in API Gateway's payload format 2.0.
fn event(
    route: &str,
    parameters: &Map<String, Value>,
    method: &Method,
    address: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Value {
    let mut joined: HashMap<String, String> = HashMap::new();
    let mut cookies: Vec<String> = Vec::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        if *name == COOKIE {
            cookies.extend(value.split("; ").map(str::to_owned));
            continue;
        }
        joined
            .entry(name.to_string())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    let (body, encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    // The query is handed over as it came, the path is not.
    let path = percent_decode_str(address.path()).decode_utf8_lossy();
    let now = SystemClock.now();
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": address.query().unwrap_or_default(),
        "cookies": cookies,
        "headers": joined,
        "pathParameters": parameters,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": joined.get("user-agent").cloned().unwrap_or_default(),
            },
            "requestId": "local",
            "routeKey": route,
            "stage": "$default",
            "time": now.to_string(),
            "timeEpoch": now.as_millis(),
        },
        "body": body,
        "isBase64Encoded": encoded,
    })
}

/// A function's answer as a response; one that API Gateway would not take is a 500.
fn response(answer: Answer) -> Response {
    let Ok(answer) = answer else {
        return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    };
    let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or(500);
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body =
        if encoded { STANDARD.decode(text).unwrap_or_default() } else { text.as_bytes().to_vec() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    let cookies = answer.get("cookies").and_then(Value::as_array);
    for cookie in cookies.into_iter().flatten().filter_map(Value::as_str) {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// A message of API Gateway's own.
fn message(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(Body::from(json!({"message": text}).to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
