//! Requests and answers of API Gateway's HTTP APIs, payload format 2.0.
//!
//! The shape is that of "Working with AWS Lambda proxy integrations for HTTP APIs" in the API
//! Gateway developer guide.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookline::key::BearerKey;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Map, Value, json};

/// A request on its way through API Gateway.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    query: String,
    headers: Map<String, Value>,
    parameters: Map<String, Value>,
    body: Option<Vec<u8>>,
    encoded: bool,
}

/// What API Gateway would send back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) body: Value,
}

impl Request {
    /// A request to a path without a query.
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
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

    /// An event of a call, as its route hands it over.
    pub(crate) fn event(kind: &str, body: &Value) -> Self {
        let call = body["call_id"].as_str().unwrap();
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove("call_id");
        Self::new("POST", &format!("/calls/{call}/{kind}")).of("call_id", call).json(&body)
    }

    /// With a part of the path that the route names.
    pub(crate) fn of(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), json!(value));
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }

    /// With a key.
    pub(crate) fn by(self, key: &BearerKey) -> Self {
        self.header("authorization", &format!("Bearer {}", key.expose()))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), json!(value));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("content-type", "application/json")
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// As API Gateway hands over bodies that it does not take for text.
    pub(crate) fn encoded(mut self) -> Self {
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

    /// What the function is invoked with.
    pub(crate) fn payload(&self) -> Value {
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
        if !self.parameters.is_empty() {
            payload["pathParameters"] = json!(self.parameters);
        }
        if let Some(body) = &self.body {
            let text = if self.encoded {
                STANDARD.encode(body)
            } else {
                String::from_utf8(body.clone()).unwrap()
            };
            payload["body"] = json!(text);
        }
        payload
    }

    /// Invokes a function with it.
    pub(crate) async fn send(&self, function: &LambdaFunction) -> Answer {
        let answer = function.invoke(self.payload()).await.unwrap();
        assert_eq!(answer["isBase64Encoded"], json!(false), "{answer}");
        let body = answer["body"].as_str().unwrap();
        let mut headers = answer["headers"].clone();
        // Said or left to API Gateway; when said, it has to be right.
        if let Some(length) = headers.as_object_mut().unwrap().remove("content-length") {
            assert_eq!(length, json!(body.len().to_string()));
        }
        Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            headers,
            body: serde_json::from_str(body).unwrap(),
        }
    }
}

impl Answer {
    /// A JSON document.
    pub(crate) fn json(status: u64, body: Value) -> Self {
        Self {
            status,
            headers: json!({"cache-control": "no-store", "content-type": "application/json"}),
            body,
        }
    }

    /// A problem (RFC 9457) without fields at fault, or with these.
    pub(crate) fn problem(status: u64, code: &str, detail: &str, errors: &Value) -> Self {
        let mut headers =
            json!({"cache-control": "no-store", "content-type": "application/problem+json"});
        match status {
            401 => headers["www-authenticate"] = json!("Bearer"),
            503 => headers["retry-after"] = json!("1"),
            _ => {}
        }
        let body = json!({
            "title": code, "status": status, "detail": detail, "code": code, "errors": errors,
        });
        Self { status, headers, body }
    }
}
