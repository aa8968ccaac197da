//! The call platform: reports events and reads the call back.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

use tokio::time::interval;

use super::timeline::{Side, Timeline};
use crate::stack::Stack;

/// A platform before a stack.
#[derive(Debug)]
pub(super) struct Platform {
    client: Client,
    url: String,
    key: String,
    timeline: Timeline,
}

/// The stack did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// No answer.
    #[error("the stack did not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// An answer that says no.
    #[error("{what} was refused with {status}: {body}")]
    Refused {
        /// What was asked.
        what: String,
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
}

/// A client that goes nowhere but where it is told.
#[expect(clippy::disallowed_methods, reason = "it talks to the stack, not to webhooks' addresses")]
pub(super) fn client() -> Result<Client, reqwest::Error> {
    Client::builder().no_proxy().timeout(Duration::from_secs(15)).build()
}

impl Platform {
    pub(super) fn new(stack: &Stack, timeline: Timeline) -> Result<Self, PlatformError> {
        let key = stack.admin_key().to_owned();
        Ok(Self { client: client()?, url: stack.url(), key, timeline })
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, PlatformError> {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, PlatformError> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Reads a call until nothing of it is under way.
    pub(super) async fn settled(&self, path: &str) -> Result<Value, PlatformError> {
        let mut looks = interval(Duration::from_millis(100));
        loop {
            looks.tick().await;
            let call = self.ask_quietly(Method::GET, path, None).await?;
            let deliveries = call.get("deliveries").and_then(Value::as_array);
            let status = |one: &Value| one.get("status").and_then(Value::as_str).map(str::to_owned);
            let under_way =
                |one: &Value| matches!(status(one).as_deref(), Some("pending" | "retrying"));
            if !deliveries.into_iter().flatten().any(under_way) {
                self.timeline.note(Side::Platform, format!("GET {path}"));
                self.timeline.note(Side::Hookline, "200");
                return Ok(call);
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PlatformError> {
        self.timeline.note(Side::Platform, format!("{method} {path}"));
        let answer = self.ask_quietly(method, path, body).await?;
        self.timeline.note(Side::Hookline, told(&answer));
        Ok(answer)
    }

    async fn ask_quietly(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PlatformError> {
        let what = format!("{method} {path}");
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.key);
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        let answer = request.send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        if !status.is_success() {
            return Err(PlatformError::Refused { what, status: status.as_u16(), body });
        }
        Ok(serde_json::from_str(&body).unwrap_or_default())
    }
}

/// A good answer in one line: what became of each webhook.
fn told(answer: &Value) -> String {
    let text = |report: &Value, name: &str| match report.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let reports = answer.get("webhooks").and_then(Value::as_array);
    let reports = reports.into_iter().flatten().filter(|report| report.get("status").is_some());
    let webhooks: Vec<String> = reports
        .map(|report| {
            let id = text(report, "id");
            let status = text(report, "status");
            if let Some(latency) = report.get("latency_ms") {
                return format!("{id} {status} in {latency} ms");
            }
            let note = report.pointer("/notes/0").and_then(Value::as_str).unwrap_or_default();
            format!("{id} {status} ({note})")
        })
        .collect();
    if webhooks.is_empty() { "200".to_owned() } else { format!("200: {}", webhooks.join(", ")) }
}
