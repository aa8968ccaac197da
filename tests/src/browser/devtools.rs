//! What `WebDriver` has no word for and the browser's own protocol has: the screen it pretends to
//! have, the colours its user prefers, and whether scripts run.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{Browser, BrowserError};

impl Browser {
    /// Pretends to be on a screen of that size.
    ///
    /// # Errors
    /// When the browser does not do it.
    pub async fn resize(&self, width: u32, height: u32) -> Result<(), BrowserError> {
        let is_phone = width < 600;
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone,
        });
        self.command("Emulation.setDeviceMetricsOverride", screen).await.map(drop)
    }

    /// Prefers dark pages, or light ones.
    ///
    /// # Errors
    /// When the browser does not do it.
    pub async fn prefer_dark(&self, dark: bool) -> Result<(), BrowserError> {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.command("Emulation.setEmulatedMedia", features).await.map(drop)
    }

    /// Runs no script of the pages from now on.
    ///
    /// # Errors
    /// When the browser does not do it.
    pub async fn disable_scripts(&self) -> Result<(), BrowserError> {
        self.command("Emulation.setScriptExecutionDisabled", json!({"value": true})).await.map(drop)
    }

    /// A PNG of the page on a screen of that width, as high as the page and so high at most: what
    /// sticks to the edge of a screen is at the edge of the picture.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn screenshot(&self, width: u32, height: u32) -> Result<Vec<u8>, BrowserError> {
        // As low as can be first, as no page is lower than its screen.
        self.resize(width, 100).await?;
        let page = self.script("return document.documentElement.scrollHeight").await?.as_u64();
        let page = page.and_then(|page| u32::try_from(page).ok()).unwrap_or(height);
        self.resize(width, page.min(height)).await?;
        let taken = self.command("Page.captureScreenshot", json!({"format": "png"})).await?;
        let data = taken.get("data").and_then(Value::as_str).unwrap_or_default();
        BASE64_STANDARD.decode(data).map_err(|error| BrowserError::Refused {
            asked: "a screenshot".to_owned(),
            error: "no base64".to_owned(),
            message: error.to_string(),
        })
    }

    async fn command(&self, name: &str, parameters: Value) -> Result<Value, BrowserError> {
        self.wire.post("/goog/cdp/execute", &json!({"cmd": name, "params": parameters})).await
    }
}
