//! De-dupe windows: what was done for a caller of a campaign and is not done again for a while
//! (spec sections 8 and 10).

use std::collections::BTreeSet;

use crate::campaign::WebhookId;
use crate::time::Timestamp;

/// The windows that are open for a caller.
pub type Windows = BTreeSet<Window>;

/// What is not done again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// A webhook that was delivered.
    Webhook(WebhookId),
    /// A conversion entry that a call converted by, under its identity.
    Conversion(String),
}

/// A window that opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// What is not done again.
    pub window: Window,
    /// Until when.
    pub until: Timestamp,
}

impl Window {
    /// As it is kept: `webhook#id` or `conversion#identity`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Webhook(id) => format!("webhook#{id}"),
            Self::Conversion(identity) => format!("conversion#{identity}"),
        }
    }

    /// Reads what [`Self::to_text`] wrote; `None` when it is something else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.split_once('#')? {
            ("webhook", id) => WebhookId::parse(id).ok().map(Self::Webhook),
            ("conversion", identity) => Some(Self::Conversion(identity.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_back() {
        let webhook = Window::Webhook(WebhookId::parse("sale").unwrap());
        for window in [webhook, Window::Conversion("0f".to_owned())] {
            assert_eq!(Window::from_text(&window.to_text()), Some(window));
        }
        for text in ["webhook#", "webhook#a b", "other#a", "sale"] {
            assert_eq!(Window::from_text(text), None, "{text}");
        }
    }
}
