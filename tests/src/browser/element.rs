//! What can be done with elements, each named by a CSS selector and waited for.

use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Browser, BrowserError, LOOK, PATIENCE};

/// The name that the protocol gives to references of elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Faults of a page that is not there yet, or is just being renewed.
const PASSING: [&str; 5] = [
    "no such element",
    "stale element reference",
    "element not interactive",
    "element click intercepted",
    "invalid element state",
];

/// What the driver says, under no name of its own, of an element that left with its page between two
/// of its steps.
const LEFT: &str = "does not belong to the document";

/// Whether a fault passes once the page is there.
fn is_passing(error: &str, message: &str) -> bool {
    PASSING.contains(&error) || message.contains(LEFT)
}

impl Browser {
    /// Clicks the first element that matches, in the middle of the window as far as it scrolls, where
    /// nothing that sticks to an edge lies over it.
    ///
    /// # Errors
    /// When there is none that can be clicked.
    pub async fn click(&self, css: &str) -> Result<(), BrowserError> {
        let scroll = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        self.until(&format!("click of {css}"), async || {
            let found = self.find(css).await?;
            let scrolling = json!({"script": scroll, "args": [found]});
            self.wire.post("/execute/sync", &scrolling).await?;
            self.send(&found, "click", Some(&json!({}))).await.map(Ok)
        })
        .await
        .map(drop)
    }

    /// Types at the end of what a field has.
    ///
    /// # Errors
    /// When there is no such field that can be typed into.
    pub async fn type_into(&self, css: &str, text: &str) -> Result<(), BrowserError> {
        self.act(css, "value", &json!({"text": text})).await.map(drop)
    }

    /// Empties a field and types into it.
    ///
    /// # Errors
    /// When there is no such field that can be typed into.
    pub async fn fill(&self, css: &str, text: &str) -> Result<(), BrowserError> {
        self.act(css, "clear", &json!({})).await?;
        self.type_into(css, text).await
    }

    /// Picks the option of that value.
    ///
    /// # Errors
    /// When there is no such field, or it has no such option.
    pub async fn select(&self, css: &str, value: &str) -> Result<(), BrowserError> {
        self.click(&format!("{css} option[value='{value}']")).await
    }

    /// The text of the first element that matches, as one sees it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn text(&self, css: &str) -> Result<String, BrowserError> {
        let text = self.ask(css, "text").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What the first element that matches has under a name of its DOM object, such as `value`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn property(&self, css: &str, name: &str) -> Result<Value, BrowserError> {
        self.ask(css, &format!("property/{name}")).await
    }

    /// An attribute of the first element that matches; empty when it has none of that name.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<String, BrowserError> {
        let value = self.ask(css, &format!("attribute/{name}")).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// How many elements match now.
    ///
    /// # Errors
    /// When the driver does not say.
    pub async fn count(&self, css: &str) -> Result<usize, BrowserError> {
        let found = json!({"using": "css selector", "value": css});
        let found = self.wire.post("/elements", &found).await?;
        Ok(found.as_array().map_or(0, Vec::len))
    }

    /// Waits until the text of the first element that matches has this in it, and gives it.
    ///
    /// # Errors
    /// When it never has.
    pub async fn until_text(&self, css: &str, part: &str) -> Result<String, BrowserError> {
        let asked = format!("{css} with “{part}”");
        self.until(&asked, async || {
            let text = self.found(css, "text", None).await?;
            let text = text.as_str().unwrap_or_default().to_owned();
            Ok(if text.contains(part) { Ok(text) } else { Err(text) })
        })
        .await
    }

    /// Waits until the address has this in it, and gives it.
    ///
    /// # Errors
    /// When it never has.
    pub async fn until_url(&self, part: &str) -> Result<String, BrowserError> {
        self.until(&format!("an address with {part}"), async || {
            let url = self.url().await?;
            Ok(if url.contains(part) { Ok(url) } else { Err(url) })
        })
        .await
    }

    /// Looks again and again until there is what is looked for; a look that fails gives what stood
    /// against it.
    ///
    /// # Errors
    /// When it is never there, or the driver fails for another reason than an element that is not
    /// ready.
    pub async fn until<T>(
        &self,
        asked: &str,
        look: impl AsyncFn() -> Result<Result<T, String>, BrowserError>,
    ) -> Result<T, BrowserError> {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let last = match look().await {
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(last)) => last,
                Err(BrowserError::Refused { error, message, .. })
                    if is_passing(&error, &message) =>
                {
                    format!("{error}: {message}")
                }
                Err(fault) => return Err(fault),
            };
            if deadline <= Instant::now() {
                let url = self.url().await?;
                return Err(BrowserError::Late { asked: asked.to_owned(), url, last });
            }
        }
    }

    async fn act(&self, css: &str, action: &str, body: &Value) -> Result<Value, BrowserError> {
        let asked = format!("{action} of {css}");
        self.until(&asked, async || self.found(css, action, Some(body)).await.map(Ok)).await
    }

    async fn ask(&self, css: &str, what: &str) -> Result<Value, BrowserError> {
        let asked = format!("{what} of {css}");
        self.until(&asked, async || self.found(css, what, None).await.map(Ok)).await
    }

    /// Finds an element and sends it a command, with a body if it does something.
    async fn found(
        &self,
        css: &str,
        command: &str,
        body: Option<&Value>,
    ) -> Result<Value, BrowserError> {
        self.send(&self.find(css).await?, command, body).await
    }

    /// The reference of the first element that matches now.
    async fn find(&self, css: &str) -> Result<Value, BrowserError> {
        self.wire.post("/element", &json!({"using": "css selector", "value": css})).await
    }

    async fn send(
        &self,
        element: &Value,
        command: &str,
        body: Option<&Value>,
    ) -> Result<Value, BrowserError> {
        let id = element.get(ELEMENT).and_then(Value::as_str).unwrap_or_default();
        let command = format!("/element/{id}/{command}");
        match body {
            Some(body) => self.wire.post(&command, body).await,
            None => self.wire.get(&command).await,
        }
    }
}
