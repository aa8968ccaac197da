//! The protocol: commands of one session as JSON over HTTP.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::BrowserError;

/// Longer than any command takes, page loads included.
const DEADLINE: Duration = Duration::from_mins(1);

/// What the browser is started with: nothing of its own goes out or comes up, and it hangs on the
/// driver by a pipe.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// A session of a driver.
#[derive(Debug)]
pub(super) struct Wire {
    http: reqwest::Client,
    /// The address of the session, without a slash at its end.
    session: String,
}

impl Wire {
    /// Opens a session with a browser of that profile.
    #[expect(clippy::disallowed_methods, reason = "it talks to the driver, not to partners")]
    pub(super) async fn open(
        port: u16,
        browser: &Path,
        profile: &Path,
    ) -> Result<Self, BrowserError> {
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build()?;
        let driver = format!("http://127.0.0.1:{port}/session");
        let profile = format!("--user-data-dir={}", profile.display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"binary": browser, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let opened = send(&http, Method::POST, &driver, "a session", Some(&wanted)).await?;
        let id = opened.get("sessionId").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { http, session: format!("{driver}/{id}") })
    }

    /// Closes the session and with it the browser.
    pub(super) async fn close(&self) -> Result<(), BrowserError> {
        send(&self.http, Method::DELETE, &self.session, "the end", None).await.map(drop)
    }

    /// What a command that asks gives back.
    pub(super) async fn get(&self, command: &str) -> Result<Value, BrowserError> {
        self.send(Method::GET, command, None).await
    }

    /// What a command that does gives back.
    pub(super) async fn post(&self, command: &str, body: &Value) -> Result<Value, BrowserError> {
        self.send(Method::POST, command, Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        command: &str,
        body: Option<&Value>,
    ) -> Result<Value, BrowserError> {
        send(&self.http, method, &format!("{}{command}", self.session), command, body).await
    }
}

async fn send(
    http: &reqwest::Client,
    method: Method,
    url: &str,
    asked: &str,
    body: Option<&Value>,
) -> Result<Value, BrowserError> {
    let request = http.request(method, url);
    let request = match body {
        Some(body) => request.body(body.to_string()),
        None => request,
    };
    let answer = request.send().await?;
    let is_done = answer.status().is_success();
    let mut answer: Value = serde_json::from_str(&answer.text().await?).unwrap_or_default();
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    if is_done {
        return Ok(value);
    }
    let word = |name| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Err(BrowserError::Refused {
        asked: asked.to_owned(),
        error: word("error"),
        message: word("message").lines().next().unwrap_or_default().to_owned(),
    })
}
