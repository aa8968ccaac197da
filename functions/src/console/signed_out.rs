//! The answer to a form of somebody whose sign-in is over. Nothing is done, and what they typed is not
//! lost: the page holds it and sends it to the same address once they are signed in again.
//!
//! Secrets are not held. In their place stands the mask, which keeps what is stored.

use askama::Template;
use axum::response::{IntoResponse, Response};
use hookline::secret::MASK;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};

use super::csrf;
use super::form::Filled;
use super::page::{Layout, page_with};

/// The most that is held, in bytes: more would make a page larger than an answer may be.
const MAX_HELD_BYTES: usize = 256 * 1024;

/// A page for whoever is signed in no more.
#[derive(Debug, Template)]
#[template(path = "console/signed_out.html")]
pub(super) struct SignedOutPage {
    layout: Layout,
    /// Where the form was sent.
    action: String,
    /// What was typed; empty when nothing of it is worth holding.
    held: Vec<(String, String)>,
}

impl SignedOutPage {
    /// For a form that is quickly filled in again.
    pub(super) fn plain() -> Self {
        Self { layout: Layout::default(), action: String::new(), held: Vec::new() }
    }

    /// For a form that is not, sent to this address.
    pub(super) fn holding(fields: &Filled, action: &str) -> Self {
        let held = fields.iter().filter(|(name, _)| *name != csrf::FIELD).map(|(name, value)| {
            let is_secret = matches!(name, "signing_secret" | "secret_value");
            let shown = if is_secret && !value.is_empty() { MASK } else { value };
            (name.to_owned(), shown.to_owned())
        });
        let held: Vec<(String, String)> = held.collect();
        let bytes: usize = held.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_HELD_BYTES {
            return Self::plain();
        }
        Self { held, action: action.to_owned(), ..Self::plain() }
    }
}

impl IntoResponse for SignedOutPage {
    fn into_response(self) -> Response {
        let mut response = page_with(StatusCode::UNAUTHORIZED, &self);
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_held_save_for_secrets() {
        let fields = Filled::of(&[
            ("csrf", "old word"),
            ("url", "https://a.example/?q=\"<b>"),
            ("body", "\nfirst line"),
            ("signing_secret", "0123456789abcdef"),
            ("secret_value", ""),
        ]);
        let page = SignedOutPage::holding(&fields, "/console/campaigns/c/webhooks/w");
        let text = page.render().unwrap();
        assert!(text.contains("action=\"/console/campaigns/c/webhooks/w\""), "{text}");
        assert!(text.contains("https://a.example/?q=&#34;&#60;b&#62;"));
        assert!(text.contains("name=\"body\" value=\"\nfirst line\""));
        assert!(text.contains("name=\"signing_secret\" value=\"********\""));
        assert!(text.contains("name=\"secret_value\" value=\"\""));
        assert!(!text.contains("0123456789abcdef") && !text.contains("old word"));
    }

    #[test]
    fn what_is_too_much_to_hold_is_left_to_the_browser() {
        let body = "x".repeat(MAX_HELD_BYTES);
        let page = SignedOutPage::holding(&Filled::of(&[("body", &body)]), "/console/");
        assert!(page.held.is_empty() && !page.render().unwrap().contains("xxx"));
    }
}
