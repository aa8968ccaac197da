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

    /// A PNG of the page from its top, as wide as the screen and so high at most.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn screenshot(&self, width: u32, height: u32) -> Result<Vec<u8>, BrowserError> {
        let page = "return document.documentElement.scrollHeight";
        let page = self.script(page).await?.as_u64().unwrap_or_default();
        let clip = json!({
            "x": 0, "y": 0, "width": width, "height": page.min(height.into()), "scale": 1,
        });
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let taken = self.command("Page.captureScreenshot", wanted).await?;
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
