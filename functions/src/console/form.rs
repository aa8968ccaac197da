//! Forms, as browsers send them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::csrf;
use super::error_page::ErrorPage;
use super::session::SignedIn;
use super::signed_out::SignedOutPage;
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

    /// Every name with its value, as they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value under a name, as it came.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// A form that somebody who is signed in sent from a page of their sign-in.
#[derive(Debug)]
pub(super) struct SessionForm {
    /// Who.
    pub(super) signed: SignedIn,
    /// What they filled in.
    pub(super) fields: Filled,
}

impl FromRequest<Arc<Backend>> for SessionForm {
    type Rejection = Response;

    async fn from_request(request: Request, backend: &Arc<Backend>) -> Result<Self, Response> {
        let (signed, fields, _) = read(request, backend).await.map_err(ErrorPage::into_response)?;
        let Some(signed) = signed else { return Err(SignedOutPage::plain().into_response()) };
        if !signed.has_csrf_token(fields.text(csrf::FIELD)) {
            return Err(ErrorPage::forged().into_response());
        }
        Ok(Self { signed, fields })
    }
}

/// A form that takes long to fill in. One of an earlier sign-in is let through to be shown again, which
/// changes nothing, instead of being refused.
#[derive(Debug)]
pub(super) struct EditorForm {
    /// Who is signed in.
    pub(super) signed: SignedIn,
    /// What they filled in.
    pub(super) fields: Filled,
    /// Whether it is of their sign-in, and so may change something.
    pub(super) may_act: bool,
}

impl FromRequest<Arc<Backend>> for EditorForm {
    type Rejection = Response;

    async fn from_request(request: Request, backend: &Arc<Backend>) -> Result<Self, Response> {
        let (signed, fields, path) =
            read(request, backend).await.map_err(ErrorPage::into_response)?;
        let Some(signed) = signed else {
            return Err(SignedOutPage::holding(&fields, &path).into_response());
        };
        let may_act = signed.has_csrf_token(fields.text(csrf::FIELD));
        Ok(Self { signed, fields, may_act })
    }
}

/// Who sent a form, if they are signed in; what is in it; and where it was sent.
async fn read(
    request: Request,
    backend: &Arc<Backend>,
) -> Result<(Option<SignedIn>, Filled, String), ErrorPage> {
    let (parts, body) = request.into_parts();
    if csrf::is_foreign(&parts.headers, &backend.public_url) {
        return Err(ErrorPage::forged());
    }
    let signed = SignedIn::by(&parts.headers, backend).await?;
    let path = parts.uri.path().to_owned();
    let body = Bytes::from_request(Request::from_parts(parts, body), backend).await;
    let fields = Filled::parse(&body.map_err(|_| ErrorPage::too_large())?);
    Ok((signed, fields, path))
}

#[cfg(test)]
impl Filled {
    /// A form that was filled in with these.
    pub(super) fn of(fields: &[(&str, &str)]) -> Self {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        Self::parse(body.finish().as_bytes())
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
