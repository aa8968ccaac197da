//! Forms, as browsers send them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::csrf;
use super::error_page::ErrorPage;
use super::session::Signed;
use crate::management::Backend;

/// What somebody filled in: names with values, in the order of the form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled(Vec<(String, String)>);

impl Filled {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value under a name, without the blanks around it; empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.values(name).next().unwrap_or_default().trim()
    }

    /// Every value under a name, as it came.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// A form that somebody who is signed in sent from a page of the console.
#[derive(Debug)]
pub(super) struct SignedForm {
    /// Who.
    pub(super) signed: Signed,
    /// What they filled in.
    pub(super) fields: Filled,
}

impl FromRequest<Arc<Backend>> for SignedForm {
    type Rejection = Response;

    async fn from_request(request: Request, backend: &Arc<Backend>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, backend).await?;
        let foreign = csrf::is_foreign(&parts.headers);
        let body = Bytes::from_request(Request::from_parts(parts, body), backend).await;
        let fields = match body {
            Ok(body) => Filled::parse(&body),
            Err(_) => return Err(ErrorPage::too_large().into_response()),
        };
        if foreign || !signed.has_word(fields.text(csrf::FIELD)) {
            return Err(ErrorPage::forged().into_response());
        }
        Ok(Self { signed, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_repeats() {
        let filled = Filled::parse(b"id=+solar+&tag=b&tag=a%26c&empty=");
        assert_eq!(filled.text("id"), "solar");
        assert_eq!(filled.values("tag").collect::<Vec<_>>(), ["b", "a&c"]);
        assert_eq!((filled.text("empty"), filled.text("other")), ("", ""));
    }
}
