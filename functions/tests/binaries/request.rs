//! Requests through API Gateway's HTTP APIs, and what it would send back.

use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

pub(crate) use hookline_tests::api_gateway::Request;

/// What API Gateway would send back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) body: Value,
}

/// What is sent to a function.
pub(crate) trait Send {
    /// Invokes a function with it.
    async fn send(&self, function: &LambdaFunction) -> Answer;
}

impl Send for Request {
    async fn send(&self, function: &LambdaFunction) -> Answer {
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
