//! What a test stands in: a Hookline in memory, a stub partner, and somebody at a browser.

use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline_local::stack::{Settings, Stack};
use hookline_tests::browser::{Browser, BrowserError};
use hookline_tests::client::{Body, Client};
use hookline_tests::partner::Partner;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, interval};

/// How long what happens of itself may take: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(100);

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
        let Some(browser) = browser().await? else { return Ok(None) };
        let stack = Stack::start(Settings::default()).await.unwrap();
        let client = Client::new(stack.url()).unwrap();
        let partner = Partner::start().await.unwrap();
        Ok(Some(Self { browser, partner, stack, client }))
    }

    /// Somebody who is signed in and looks at the campaigns.
    pub(crate) async fn signed_in() -> Result<Option<Self>, BrowserError> {
        let Some(scene) = Self::open().await? else { return Ok(None) };
        scene.sign_in().await?;
        Ok(Some(scene))
    }

    /// The same without any script on any page.
    pub(crate) async fn without_scripts() -> Result<Option<Self>, BrowserError> {
        let Some(scene) = Self::open().await? else { return Ok(None) };
        scene.browser.disable_scripts().await?;
        scene.sign_in().await?;
        Ok(Some(scene))
    }

    async fn sign_in(&self) -> Outcome {
        sign_in(&self.browser, &self.stack.url(), self.stack.admin_key()).await
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

    /// A call of the campaign `solar` from its start to its end.
    pub(crate) async fn whole_call(&self, id: &str) {
        let buyer = json!({"id": "b1", "name": "Acme"});
        let events = [
            ("start", json!({"campaign_id": "solar", "caller_number": "+16145550123"})),
            ("answered", json!({"buyer": buyer, "attempt": 1})),
            ("ended", json!({"hung_up_by": "caller"})),
        ];
        for (event, mut body) in events {
            body["occurred_at"] = now();
            let _ = self.send(Method::POST, &format!("/calls/{id}/{event}"), &body).await;
        }
    }

    /// A delivery of the webhook `sync`, sent to `/sync` at the end of the call `one`, that failed.
    pub(crate) async fn failed_delivery(&self) {
        let url = self.partner.url("/sync");
        let sync = json!({"id": "sync", "trigger": "always", "url": url, "retry": "none"});
        self.campaign(&[sync]).await;
        self.whole_call("one").await;
        self.until_failed().await;
    }

    /// Waits until a delivery of the campaign `solar` has failed.
    async fn until_failed(&self) {
        let path = "/campaigns/solar/deliveries?status=failed";
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(LOOK);
        loop {
            looks.tick().await;
            let failed = self.send(Method::GET, path, &json!(null)).await;
            if !failed["deliveries"].as_array().unwrap().is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "nothing failed: {failed:#}");
        }
    }
}

/// A browser with the screen of a desktop; none where there is no browser.
pub(crate) async fn browser() -> Result<Option<Browser>, BrowserError> {
    let Some(browser) = Browser::start().await? else {
        assert!(!is_ci(), "CI needs chromium and chromedriver");
        eprintln!("skipped: there is no chromium with its chromedriver here");
        return Ok(None);
    };
    browser.resize(1280, 800).await?;
    Ok(Some(browser))
}

/// Goes through the door of the console at a URL.
pub(crate) async fn sign_in(browser: &Browser, url: &str, key: &str) -> Outcome {
    browser.goto(&format!("{url}/console/")).await?;
    browser.fill("#key", key).await?;
    browser.click("main button").await?;
    browser.until_text("h1", "Campaigns").await.map(drop)
}

/// The time, as events say it.
pub(crate) fn now() -> Value {
    json!(SystemClock.now())
}

#[expect(clippy::disallowed_methods, reason = "the one place where this suite reads a setting")]
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
