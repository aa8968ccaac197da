//! A Hookline with something to show: a campaign of solar leads, a few calls, one delivery that
//! failed, and keys. For looking at pages, by eye and by test.

use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use hookline_local::stack::{Settings, Stack, StackError};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, interval, timeout};

use crate::client::{Body, Client};
use crate::partner::Partner;

mod calls;
mod cast;
mod pages;

/// How long deliveries may take to come to their end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The campaign's id.
pub const CAMPAIGN: &str = "solar-leads";
/// The call that has the most to tell.
pub const CALL: &str = "call-20419";

/// How fast the calls go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As calls do, so that what is sent falls where it belongs.
    Lifelike,
    /// At once, as if they had been a while ago.
    AtOnce,
}

/// A stack that has seen some calls, and the partner that it told of them.
#[derive(Debug)]
pub struct Showcase {
    stack: Stack,
    client: Client,
    /// Answers as long as there is somebody to look.
    _partner: Partner,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ShowcaseError {
    /// No stack.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// No port for the partner.
    #[error("the partner could not be started: {0}")]
    Partner(#[from] std::io::Error),
    /// No answer.
    #[error("the stack did not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// An answer that says no.
    #[error("{path} was refused with {status}: {text}")]
    Refused {
        /// What was asked.
        path: String,
        /// The status.
        status: u16,
        /// The answer.
        text: String,
    },
    /// The calls never came to their end.
    #[error("the deliveries never came to their end")]
    Late,
}

impl Showcase {
    /// Starts a stack, and plays everything.
    ///
    /// # Errors
    /// When something of it does not work.
    pub async fn play(pace: Pace) -> Result<Self, ShowcaseError> {
        let stack = Stack::start(Settings::default()).await?;
        let client = Client::new(stack.url())?;
        let partner = Partner::start().await?;
        cast::instruct(&partner);
        let campaign = cast::campaign(&partner);
        let showcase = Self { stack, client, _partner: partner };
        showcase.put(&format!("/campaigns/{CAMPAIGN}"), &campaign).await?;
        for other in cast::other_campaigns() {
            let id = other.get("id").and_then(Value::as_str).unwrap_or_default();
            showcase.put(&format!("/campaigns/{id}"), &other).await?;
        }
        for key in cast::api_keys() {
            showcase.post("/api-keys", &key).await?;
        }
        for key in cast::postback_keys() {
            showcase.post(&format!("/campaigns/{CAMPAIGN}/postback-keys"), &key).await?;
        }
        calls::play(&showcase, pace).await?;
        showcase.until_over().await?;
        Ok(showcase)
    }

    /// Where it answers, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.stack.url()
    }

    /// The key that may do everything.
    #[must_use]
    pub fn admin_key(&self) -> &str {
        self.stack.admin_key()
    }

    /// Stops the stack.
    pub async fn stop(self) {
        self.stack.stop().await;
    }

    /// What the management API shows at a path.
    ///
    /// # Errors
    /// When it shows nothing there.
    pub async fn get(&self, path: &str) -> Result<Value, ShowcaseError> {
        self.send(Method::GET, path, Body::none()).await
    }

    async fn put(&self, path: &str, body: &Value) -> Result<Value, ShowcaseError> {
        self.send(Method::PUT, path, Body::json(body)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, ShowcaseError> {
        self.send(Method::POST, path, Body::json(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Body) -> Result<Value, ShowcaseError> {
        let bearer = format!("Bearer {}", self.stack.admin_key());
        let answer = self.client.send(method, path, Some(&bearer), body).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let (path, status, text) = (path.to_owned(), answer.status, answer.text);
        Err(ShowcaseError::Refused { path, status, text })
    }

    /// Waits until the last webhook of every call that has ended is delivered.
    async fn until_over(&self) -> Result<(), ShowcaseError> {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(Duration::from_millis(100));
        let mut open: Vec<&str> = calls::ended().collect();
        loop {
            looks.tick().await;
            let mut still = Vec::new();
            for id in open {
                let call = self.get(&format!("/calls/{id}")).await?;
                if !is_over(&call) {
                    still.push(id);
                }
            }
            if still.is_empty() {
                return Ok(());
            }
            if deadline <= Instant::now() {
                return Err(ShowcaseError::Late);
            }
            open = still;
        }
    }
}

fn is_over(call: &Value) -> bool {
    let deliveries = call.get("deliveries").and_then(Value::as_array);
    deliveries.into_iter().flatten().any(|delivery| {
        let is = |field, value| delivery.get(field).and_then(Value::as_str) == Some(value);
        is("webhook", "ledger") && is("status", "ok")
    })
}

/// When a call began, and the times after it.
#[derive(Debug, Clone, Copy)]
struct Course {
    begin: Timestamp,
    begun: Instant,
    pace: Pace,
}

impl Course {
    /// A call that begins now, or began a minute ago.
    fn begin(pace: Pace) -> Self {
        let back = match pace {
            Pace::Lifelike => Duration::ZERO,
            Pace::AtOnce => Duration::from_mins(1),
        };
        Self { begin: SystemClock.now().minus(back), begun: Instant::now(), pace }
    }

    /// The time so many seconds after its begin, when it is there.
    async fn after(&self, seconds: u64) -> Value {
        let span = Duration::from_secs(seconds);
        if self.pace == Pace::Lifelike {
            let rest = span.saturating_sub(self.begun.elapsed());
            let _ = timeout(rest, std::future::pending::<()>()).await;
        }
        json!(self.begin.plus(span))
    }
}
