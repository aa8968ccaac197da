//! Requests and answers of API Gateway's HTTP APIs, payload format 2.0.
//!
//! Cookies travel beside the headers in that format, in both directions; here they are headers.

use std::collections::HashMap;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hookline::key::{BearerKey, KeyRefusal};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Map, Value, json};

use super::FunctionError;
use crate::problem::Problem;

/// The largest body that is read, in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The most that the body of an answer takes of a function's payload, in bytes. Lambda takes 6 MB in
/// all.
const MAX_ANSWER_BYTES: usize = 5_500_000;

/// A request as API Gateway hands it over.
#[derive(Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The path of its route, with the names of its parameters in braces.
    pub route: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The query as it came, without the question mark.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Bytes,
    parameters: HashMap<String, String>,
}

impl HttpRequest {
    pub(super) fn from_event(payload: Value) -> Result<Self, FunctionError> {
        let unreadable =
            |what: &str| FunctionError(format!("the HTTP event does not read: {what}"));
        let event: ApiGatewayV2httpRequest =
            serde_json::from_value(payload).map_err(|error| unreadable(&error.to_string()))?;
        let text = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            STANDARD.decode(text).map_err(|_| unreadable("the body is not base64"))?
        } else {
            text.into_bytes()
        };
        let mut headers = event.headers;
        let cookies = event.cookies.unwrap_or_default().join("; ");
        if let (false, false, Ok(cookies)) =
            (cookies.is_empty(), headers.contains_key(COOKIE), HeaderValue::try_from(cookies))
        {
            headers.insert(COOKIE, cookies);
        }
        Ok(Self {
            method: event.request_context.http.method,
            route: route_path(event.route_key.as_deref()),
            path: event.raw_path.unwrap_or_default(),
            query: event.raw_query_string.filter(|query| !query.is_empty()),
            headers,
            body: Bytes::from(body),
            parameters: event.path_parameters,
        })
    }

    /// A part of the path that its route names, decoded; empty when the route has none of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The key in the `authorization` header.
    ///
    /// # Errors
    /// When there is none.
    pub fn bearer(&self) -> Result<BearerKey, KeyRefusal> {
        bearer_of(&self.headers)
    }

    /// The media type of the body.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is too large or not JSON.
    pub fn json(&self) -> Result<Value, Problem> {
        self.check_size()?;
        serde_json::from_slice(&self.body).map_err(|error| Problem::not_json(&error))
    }

    /// Looks at the size of the body.
    ///
    /// # Errors
    /// When it is over the cap.
    pub fn check_size(&self) -> Result<(), Problem> {
        if self.body.len() <= MAX_BODY_BYTES {
            return Ok(());
        }
        Err(Problem::new(413, "too_large", format!("a body has at most {MAX_BODY_BYTES} bytes")))
    }
}

/// The path in a route key such as `POST /calls/{call_id}/start`; empty for `$default`.
fn route_path(key: Option<&str>) -> String {
    key.and_then(|key| key.split_once(' ')).map_or_else(String::new, |(_, path)| path.to_owned())
}

/// The key in an `authorization: Bearer …` header.
///
/// # Errors
/// When there is none.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Result<BearerKey, KeyRefusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, key) = value.and_then(|v| v.split_once(' ')).ok_or(KeyRefusal::Missing)?;
    let key = key.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() {
        return Err(KeyRefusal::Missing);
    }
    Ok(BearerKey::given(key.to_owned()))
}

/// An answer for API Gateway to send.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Bytes,
}

impl HttpAnswer {
    /// A JSON document.
    #[must_use]
    pub fn json(status: u16, document: &Value) -> Self {
        Self::of_type(status, document, "application/json")
    }

    /// A problem document (RFC 9457).
    #[must_use]
    pub fn problem(problem: &Problem) -> Self {
        let document = serde_json::to_value(problem.document()).unwrap_or_default();
        let mut answer = Self::of_type(problem.status, &document, "application/problem+json");
        if problem.status == 401 {
            answer.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if problem.status == 503 {
            answer.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }

    fn of_type(status: u16, document: &Value, content_type: &'static str) -> Self {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        Self { status, headers, body: Bytes::from(document.to_string()) }
    }

    /// The answer, or the problem that it is larger than can be sent.
    #[must_use]
    pub fn within_limit(self) -> Self {
        let bytes = match std::str::from_utf8(&self.body) {
            Ok(text) => payload_bytes(text),
            Err(_) => self.body.len().div_ceil(3) * 4,
        };
        if bytes <= MAX_ANSWER_BYTES {
            return self;
        }
        tracing::error!(bytes, "an answer is larger than can be sent");
        let message = "the answer is larger than can be sent; ask for less of it";
        Self::problem(&Problem::new(500, "answer_too_large", message))
    }

    /// The answer as API Gateway takes it.
    #[must_use]
    pub fn into_payload(self) -> Value {
        let mut headers = Map::new();
        let mut cookies = Vec::new();
        for (name, value) in &self.headers {
            match value.to_str() {
                Ok(cookie) if *name == SET_COOKIE => cookies.push(json!(cookie)),
                Ok(value) => {
                    headers.insert(name.to_string(), json!(value));
                }
                Err(_) => {}
            }
        }
        let (body, encoded) = match std::str::from_utf8(&self.body) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => (STANDARD.encode(&self.body), true),
        };
        let mut payload = json!({
            "statusCode": self.status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": encoded,
        });
        if let (false, Some(payload)) = (cookies.is_empty(), payload.as_object_mut()) {
            payload.insert("cookies".to_owned(), Value::Array(cookies));
        }
        payload
    }
}

/// How many bytes a text takes as a string within a JSON document, without its quotation marks.
pub(crate) fn payload_bytes(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0x00..0x20 => 5,
        _ => 0,
    });
    text.len() + escapes.sum::<usize>()
}

impl From<Result<Value, Problem>> for HttpAnswer {
    fn from(answer: Result<Value, Problem>) -> Self {
        match answer {
            Ok(document) => Self::json(200, &document),
            Err(problem) => Self::problem(&problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_beside_the_headers_are_a_header_here() {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/console/",
            "headers": {"host": "hooks.example"}, "cookies": ["a=1", "b=2"],
            "requestContext": {"http": {"method": "GET", "path": "/console/"}},
        });
        let request = HttpRequest::from_event(event).unwrap();
        assert_eq!(request.headers["cookie"], "a=1; b=2");
        assert_eq!(request.headers["host"], "hooks.example");
    }

    #[test]
    fn cookies_that_are_set_stand_beside_the_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        headers.append(SET_COOKIE, HeaderValue::from_static("a=1; HttpOnly"));
        headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));

        let payload = HttpAnswer { status: 200, headers, body: Bytes::new() }.into_payload();

        assert_eq!(payload["headers"], json!({"content-type": "text/html"}));
        assert_eq!(payload["cookies"], json!(["a=1; HttpOnly", "b=2"]));
    }

    #[test]
    fn a_text_weighs_what_it_takes_in_the_payload() {
        for text in ["", "é\"\\/", "\0\n\r\t\u{8}\u{c}\u{b}\u{1f}\u{7f}", "{\"a\": \"\\n\"}"] {
            assert_eq!(payload_bytes(text), json!(text).to_string().len() - 2, "{text:?}");
        }
    }

    #[test]
    fn an_answer_that_is_larger_than_can_be_sent_says_so() {
        let answer = |body: String| {
            let headers = HeaderMap::new();
            HttpAnswer { status: 200, headers, body: Bytes::from(body) }.within_limit()
        };
        assert_eq!(answer("a".repeat(MAX_ANSWER_BYTES)).body.len(), MAX_ANSWER_BYTES);
        for body in ["a".repeat(MAX_ANSWER_BYTES + 1), "\"".repeat(MAX_ANSWER_BYTES / 2 + 1)] {
            let refused = answer(body);
            let document: Value = serde_json::from_slice(&refused.body).unwrap();
            assert_eq!((refused.status, &document["code"]), (500, &json!("answer_too_large")));
            assert!(refused.into_payload().to_string().len() < 1000);
        }
    }
}
