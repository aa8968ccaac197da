//! What a test stands in: a Hookline in memory, a stub partner, and somebody at a browser.

use hookline_local::stack::{Settings, Stack};
use hookline_tests::browser::{Browser, BrowserError};
use hookline_tests::client::{Body, Client};
use hookline_tests::partner::Partner;
use reqwest::Method;
use serde_json::{Value, json};

/// How a test ends; a fault names what was waited for and where.
pub(crate) type Outcome = Result<(), BrowserError>;

pub(crate) struct Scene {
    pub(crate) browser: Browser,
    pub(crate) partner: Partner,
    stack: Stack,
    client: Client,
}

impl Scene {
    /// A browser that has been nowhere yet; none where there is no browser.
    pub(crate) async fn open() -> Result<Option<Self>, BrowserError> {
        let Some(browser) = Browser::start().await? else {
            assert!(!is_ci(), "CI needs chromium and chromedriver");
            eprintln!("skipped: there is no chromium with its chromedriver here");
            return Ok(None);
        };
        let stack = Stack::start(Settings::default()).await.unwrap();
        let client = Client::new(stack.url()).unwrap();
        let partner = Partner::start().await.unwrap();
        Ok(Some(Self { browser, partner, stack, client }))
    }

    /// Somebody who is signed in and looks at the campaigns.
    pub(crate) async fn signed_in() -> Result<Option<Self>, BrowserError> {
        let Some(scene) = Self::open().await? else { return Ok(None) };
        scene.goto("/console/").await?;
        scene.browser.fill("#key", scene.stack.admin_key()).await?;
        scene.browser.click("main button").await?;
        scene.browser.until_text("h1", "Campaigns").await?;
        Ok(Some(scene))
    }

    /// Everything is over; nothing of the browser is left.
    pub(crate) async fn close(self) -> Outcome {
        self.browser.end().await?;
        self.stack.stop().await;
        Ok(())
    }

    pub(crate) fn admin_key(&self) -> &str {
        self.stack.admin_key()
    }

    pub(crate) fn url(&self) -> String {
        self.stack.url()
    }

    pub(crate) async fn goto(&self, path: &str) -> Outcome {
        self.browser.goto(&format!("{}{path}", self.stack.url())).await
    }

    /// Sends JSON with the admin key, and gives what a good answer says.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Value {
        self.send_as(self.stack.admin_key(), method, path, body).await
    }

    /// Sends JSON with that key, and gives what a good answer says.
    pub(crate) async fn send_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Value {
        let bearer = format!("Bearer {key}");
        let answer = self.client.send(method, path, Some(&bearer), Body::json(body)).await.unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
        answer.body
    }

    /// What a partner that has no key but that in the address is answered.
    pub(crate) async fn visit(&self, path: &str) -> (u16, Value) {
        let answer = self.client.send(Method::GET, path, None, Body::none()).await.unwrap();
        (answer.status, answer.body)
    }

    /// Saves the campaign `solar`, whose calls are decided about as soon as they end.
    pub(crate) async fn campaign(&self, webhooks: &[Value]) {
        let campaign = json!({
            "id": "solar", "name": "Solar leads", "version": 0, "settle_seconds": 0,
            "webhooks": webhooks,
        });
        let _ = self.send(Method::PUT, "/campaigns/solar", &campaign).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where this suite reads a setting")]
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
