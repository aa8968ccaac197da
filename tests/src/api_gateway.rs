//! Requests as API Gateway's HTTP APIs hand them to functions, payload format 2.0.
//!
//! The shape is that of "Working with AWS Lambda proxy integrations for HTTP APIs" in the API
//! Gateway developer guide.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookline::key::BearerKey;
use serde_json::{Map, Value, json};

/// A request on its way through API Gateway.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    query: String,
    headers: Map<String, Value>,
    parameters: Map<String, Value>,
    body: Option<Vec<u8>>,
    encoded: bool,
}

impl Request {
    /// A request to a path without a query.
    #[must_use]
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: String::new(),
            headers: Map::new(),
            parameters: Map::new(),
            body: None,
            encoded: false,
        }
    }

    /// An event of a call, as its route hands it over; the call is the one that the event names.
    #[must_use]
    pub fn event(kind: &str, event: &Value) -> Self {
        let mut body = event.clone();
        let call = body.as_object_mut().and_then(|fields| fields.remove("call_id"));
        let call = call.as_ref().and_then(Value::as_str).unwrap_or_default();
        Self::new("POST", &format!("/calls/{call}/{kind}")).of("call_id", call).json(&body)
    }

    /// With a part of the path that the route names.
    #[must_use]
    pub fn of(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), json!(value));
        self
    }

    /// With a query, as it stands behind the question mark.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }

    /// With a key.
    #[must_use]
    pub fn by(self, key: &BearerKey) -> Self {
        self.header("authorization", &format!("Bearer {}", key.expose()))
    }

    /// With a header, its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), json!(value));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("content-type", "application/json")
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// As API Gateway hands over bodies that it does not take for text.
    #[must_use]
    pub fn encoded(mut self) -> Self {
        self.encoded = true;
        self
    }

    /// The path with the names of its parameters in braces.
    fn route(&self) -> String {
        let named = |segment: &str| {
            let parameter = self.parameters.iter().find(|(_, value)| *value == segment);
            parameter.map_or_else(|| segment.to_owned(), |(name, _)| format!("{{{name}}}"))
        };
        self.path.split('/').map(named).collect::<Vec<_>>().join("/")
    }

    /// What the function is invoked with. A body that is not [`encoded`](Self::encoded) is text.
    #[must_use]
    pub fn payload(&self) -> Value {
        let route = format!("{} {}", self.method, self.route());
        let mut payload = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3d4e5",
                "domainName": "hooks.example",
                "domainPrefix": "hooks",
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.7", "userAgent": "platform/1",
                },
                "requestId": "request-1",
                "routeKey": route,
                "stage": "$default",
                "time": "23/Nov/2026:17:00:00 +0000",
                "timeEpoch": 1_795_453_200_000_i64,
            },
            "isBase64Encoded": self.encoded,
        });
        let Some(fields) = payload.as_object_mut() else { return payload };
        if !self.parameters.is_empty() {
            fields.insert("pathParameters".to_owned(), json!(self.parameters));
        }
        if let Some(body) = &self.body {
            let text = if self.encoded {
                STANDARD.encode(body)
            } else {
                String::from_utf8_lossy(body).into_owned()
            };
            fields.insert("body".to_owned(), json!(text));
        }
        payload
    }
}
