//! The door: signs in with an API key and out again.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::{BearerKey, KeyRefusal};
use hookline::ports::clock::Clock;
use hookline::ports::sessions::Sessions;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;

use super::address::PageQuery;
use super::cookie::{cookie, forgotten, token_in};
use super::csrf;
use super::error_page::ErrorPage;
use super::form::{Filled, SessionForm};
use super::page::{Layout, page, page_with};
use super::session::{LASTS, sign_in};
use super::sign_in_redirect::return_path;
use crate::management::Backend;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    layout: Layout,
    next: String,
    refused: Option<&'static str>,
}

/// Where somebody was going.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SignInQuery {
    #[serde(default)]
    next: String,
}

pub(super) async fn show(PageQuery(going): PageQuery<SignInQuery>) -> Response {
    page(&SignInPage { layout: Layout::default(), next: return_path(&going.next), refused: None })
}

pub(super) async fn take(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    if csrf::is_foreign(&headers, &backend.public_url) {
        return Err(ErrorPage::forged());
    }
    let fields = Filled::parse(&body);
    let next = return_path(fields.text("next"));
    let bearer = BearerKey::given(fields.text("key").to_owned());
    let (store, now) = (&backend.store, SystemClock.now());
    let held = token_in(&headers);
    match sign_in(store, store, &SystemRandom, &bearer, held.as_ref(), now).await? {
        Ok(token) => {
            let is_in_clear = backend.public_url.is_in_clear(&headers);
            Ok(with_cookie(Redirect::to(&next), &cookie(&token, LASTS, is_in_clear)))
        }
        Err(refusal) => {
            let refused = Some(in_words(refusal));
            let door = SignInPage { layout: Layout::default(), next, refused };
            Ok(page_with(StatusCode::FORBIDDEN, &door))
        }
    }
}

pub(super) async fn leave(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    backend.store.end_session(&form.signed.hash()).await?;
    let forgotten = forgotten(backend.public_url.is_in_clear(&headers));
    Ok(with_cookie(Redirect::to("/console/sign-in"), &forgotten))
}

fn in_words(refusal: KeyRefusal) -> &'static str {
    match refusal {
        KeyRefusal::Missing | KeyRefusal::Unknown => "This key is not known. Is it whole?",
        KeyRefusal::Paused => "This key is paused. Sign in with another admin key.",
        KeyRefusal::Scope => "This key may not manage anything. An admin key is needed here.",
    }
}

fn with_cookie(to: Redirect, cookie: &str) -> Response {
    let mut response = to.into_response();
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
