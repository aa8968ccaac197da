//! What every page has: its frame, and the headers that keep it to itself.
//!
//! The policy lets in nothing but our own style and script, so that a text that slips through
//! unescaped still does nothing. Templates therefore have no inline style and no inline script.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use super::assets;
use super::session::SignedIn;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What a request for a part of a page says, and the answer that brings it.
const FRAGMENT: HeaderName = HeaderName::from_static("x-fragment");

/// The frame of a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// What forms carry; empty where nobody is signed in.
    pub(super) csrf: String,
    /// Where the page is.
    pub(super) section: Section,
    /// What came of the last thing done.
    pub(super) notice: Option<Notice>,
}

/// The parts of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Section {
    /// Campaigns, and what belongs to one.
    Campaigns,
    /// API keys.
    Keys,
    /// How things are written.
    Reference,
    /// None of them.
    #[default]
    Elsewhere,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Campaigns => "campaigns",
            Self::Keys => "keys",
            Self::Reference => "reference",
            Self::Elsewhere => "",
        }
    }
}

/// A sentence over a page.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    /// The sentence.
    pub(super) text: String,
    /// Whether something did not go as asked.
    pub(super) bad: bool,
}

impl Notice {
    /// It is done.
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), bad: false }
    }

    /// It is not: the form was made in an earlier sign-in.
    pub(super) fn look_again() -> Self {
        Self::bad(
            "Nothing is saved yet: you signed in anew since this page was made. Look at it once more, \
             and save it.",
        )
    }

    /// It is not.
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), bad: true }
    }
}

impl Layout {
    /// The frame for whoever is signed in.
    pub(super) fn of(signed: &SignedIn, section: Section) -> Self {
        Self { csrf: signed.csrf(), section, notice: None }
    }

    /// The same with a sentence over the page.
    #[must_use]
    pub(super) fn with(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }

    /// The address of a file.
    #[expect(clippy::unused_self, reason = "templates call it on what they have")]
    pub(super) fn asset(&self, file: &str) -> String {
        assets::address_of(file)
    }

    /// Whether a link to a section is marked as that of this page, in the words of `aria-current`.
    pub(super) fn current(&self, name: &str) -> &'static str {
        if self.section.name() == name { "true" } else { "false" }
    }
}

/// A page.
pub(super) fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with another status than 200.
pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Response {
    let rendered = match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page did not render");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page did not render.").into_response()
        }
    };
    guarded(rendered)
}

/// A part of a page, for a page that renews it.
pub(super) fn fragment(template: &impl Template) -> Response {
    let mut response = page(template);
    response.headers_mut().insert(FRAGMENT, HeaderValue::from_static("1"));
    response
}

/// Whether a request asks for the part that changes and no more.
pub(super) fn asks_fragment(headers: &http::HeaderMap) -> bool {
    headers.contains_key(FRAGMENT)
}

fn guarded(mut response: Response) -> Response {
    // Not `no-referrer`: under it browsers send forms with the origin `null`.
    let guards = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in guards {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<p>{{ text }}</p>", ext = "html")]
    struct Hostile<'a> {
        text: &'a str,
    }

    #[tokio::test]
    async fn a_page_lets_nothing_in_and_is_kept_nowhere() {
        let response = page(&Hostile { text: "<script>alert('1')</script>\"&" });
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert!(header("content-security-policy").starts_with("default-src 'none'; "));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store");
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        let escaped = "<p>&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#34;&#38;</p>";
        assert_eq!(std::str::from_utf8(&body).unwrap(), escaped);
    }
}
