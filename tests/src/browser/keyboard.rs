//! Keys that are pressed wherever the focus is.

use serde_json::{Value, json};

use super::{Browser, BrowserError};

/// A key, or some text key by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press<'a> {
    /// The tabulator.
    Tab,
    /// Return.
    Enter,
    /// The space bar.
    Space,
    /// The keys of a text.
    Text(&'a str),
}

impl Browser {
    /// Presses keys one after the other.
    ///
    /// # Errors
    /// When the driver does not do it.
    pub async fn press(&self, press: Press<'_>) -> Result<(), BrowserError> {
        // The protocol's code points for keys without a letter.
        let keys = match press {
            Press::Tab => "\u{E004}",
            Press::Enter => "\u{E007}",
            Press::Space => " ",
            Press::Text(text) => text,
        };
        let stroke =
            |key: char| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key}));
        let strokes: Vec<Value> = keys.chars().flat_map(stroke).collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": strokes});
        self.wire.post("/actions", &json!({"actions": [keyboard]})).await.map(drop)
    }

    /// Tabs on until the focus is on an element that matches.
    ///
    /// # Errors
    /// When a hundred tabs do not lead there.
    pub async fn tab_to(&self, css: &str) -> Result<(), BrowserError> {
        let is_there = format!("return document.activeElement.matches({})", json!(css));
        for _ in 0..100 {
            self.press(Press::Tab).await?;
            if self.script(&is_there).await? == true {
                return Ok(());
            }
        }
        let (asked, url) = (format!("a tab to {css}"), self.url().await?);
        Err(BrowserError::Late { asked, url, last: "a hundred tabs led elsewhere".to_owned() })
    }
}
