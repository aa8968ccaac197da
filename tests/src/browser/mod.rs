//! A headless Chromium with one window, driven over the W3C `WebDriver` protocol.
//!
//! It speaks to a `chromedriver` of its own by plain HTTP; `fantoccini` was left out, as its
//! `webdriver` crate is under the MPL-2.0, which `deny.toml` does not allow, and would double a dozen
//! crates of the ICU family.
//!
//! Whatever acts on an element names it by a CSS selector and waits until that can be done, so that
//! no test has to know when a page is ready. An element that does not come is a fault that says so.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use self::driver::Driver;
use self::wire::Wire;

mod devtools;
mod driver;
mod element;
mod keyboard;
mod wire;

pub use self::keyboard::Press;

/// How long a page may take to come to what a test waits for: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(40);

/// A browser. When it is dropped its processes end; [`Browser::end`] also lets them tidy up.
#[derive(Debug)]
pub struct Browser {
    wire: Wire,
    driver: Driver,
    profile: TempDir,
}

/// Why a browser did not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// A process or its folder could not be had.
    #[error("the browser could not be started: {0}")]
    Start(#[from] io::Error),
    /// No answer of the driver.
    #[error("the driver did not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// The driver says no.
    #[error("{asked}: {error}: {message}")]
    Refused {
        /// What was asked for.
        asked: String,
        /// The protocol's word for the fault.
        error: String,
        /// The driver's own words.
        message: String,
    },
    /// The page never came to that.
    #[error("{asked}: it never came to this at {url}: {last}")]
    Late {
        /// What was waited for.
        asked: String,
        /// Where the browser was.
        url: String,
        /// What stood against it in the end.
        last: String,
    },
}

impl Browser {
    /// A new browser with an empty profile; none where chromium or its driver is not installed.
    ///
    /// # Errors
    /// When one is installed and does not start.
    pub async fn start() -> Result<Option<Self>, BrowserError> {
        let Some((driver, browser)) = driver::installed() else { return Ok(None) };
        let profile = TempDir::with_prefix("hookline-browser-")?;
        let driver = Driver::start(&driver).await?;
        let wire = Wire::open(driver.port(), &browser, profile.path()).await?;
        Ok(Some(Self { wire, driver, profile }))
    }

    /// Ends the browser and waits until it is gone.
    ///
    /// # Errors
    /// When it does not end, or leaves something behind.
    pub async fn end(self) -> Result<(), BrowserError> {
        self.wire.close().await?;
        self.driver.stop().await?;
        Ok(self.profile.close()?)
    }

    /// Goes to an address and waits until its page is loaded.
    ///
    /// # Errors
    /// When there is none.
    pub async fn goto(&self, url: &str) -> Result<(), BrowserError> {
        self.wire.post("/url", &serde_json::json!({"url": url})).await.map(drop)
    }

    /// Where it is.
    ///
    /// # Errors
    /// When the driver does not say.
    pub async fn url(&self) -> Result<String, BrowserError> {
        let url = self.wire.get("/url").await?;
        Ok(url.as_str().unwrap_or_default().to_owned())
    }

    /// What a script, the body of a function, gives back.
    ///
    /// # Errors
    /// When it throws.
    pub async fn script(&self, body: &str) -> Result<Value, BrowserError> {
        self.wire.post("/execute/sync", &serde_json::json!({"script": body, "args": []})).await
    }

    /// What the console of the browser has taken down since it was last asked: what scripts and
    /// policies complained of, and what did not load; not what it would have done otherwise.
    ///
    /// # Errors
    /// When the driver does not say.
    pub async fn complaints(&self) -> Result<Vec<String>, BrowserError> {
        let log = self.wire.post("/se/log", &serde_json::json!({"type": "browser"})).await?;
        let entries = log.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_wrong = |entry: &&Value| {
            let level = entry.get("level").and_then(Value::as_str);
            matches!(level, Some("WARNING" | "SEVERE"))
        };
        Ok(entries.iter().filter(is_wrong).map(ToString::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_browser_starts_and_leaves_nothing_behind() {
        let Some(browser) = Browser::start().await.unwrap() else { return };
        let profile = browser.profile.path().to_owned();
        browser.goto("data:text/html,<p id=a>one</p>").await.unwrap();
        assert_eq!(browser.text("#a").await.unwrap(), "one");
        assert!(profile.exists());

        browser.end().await.unwrap();

        assert!(!profile.exists());
    }
}
