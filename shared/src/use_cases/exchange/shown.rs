//! A request as it is kept and shown: without the call's key, whatever filters make of it, and
//! without credentials.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue};
use url::Url;

use super::hidden::{Hidden, is_credential};
use crate::call::{Firing, Masked};
use crate::campaign::Webhook;
use crate::ports::sender::{Request, outgoing_headers};
use crate::secret::MASK;
use crate::use_cases::render_request;

/// A request as people may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    /// The method.
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// All headers but those that frame the message and the call's cookies, in the order they are
    /// set.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when there is none.
    pub body: Option<String>,
}

/// What may be shown of a request that was made for this firing.
pub(in crate::use_cases) fn shown_request(firing: &Firing<'_>, sent: &Request) -> ShownRequest {
    let hidden = Hidden::of(firing, sent);
    let method = sent.method.to_string();
    let class = firing.webhook.trigger.class();
    let Some(masked) = without_call_key(firing, sent) else {
        // It was made with the key and cannot be made without it, so nothing of it is safe.
        let headers = outgoing_headers(&sent.headers, class);
        let headers = headers.keys().map(|name| (name.to_string(), MASK.to_owned())).collect();
        let body = (!sent.body.is_empty()).then(|| MASK.to_owned());
        return ShownRequest { method, url: MASK.to_owned(), headers, body };
    };
    let body =
        (!masked.body.is_empty()).then(|| hidden.hide(&String::from_utf8_lossy(&masked.body)));
    ShownRequest {
        method,
        url: hidden.hide(&without_credentials(&masked.url)),
        headers: shown_headers(&hidden, &outgoing_headers(&masked.headers, class)),
        body,
    }
}

/// Headers with the values of credentials masked.
pub(super) fn shown_headers(hidden: &Hidden, headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |value: &HeaderValue| hidden.hide(&String::from_utf8_lossy(value.as_bytes()));
    headers
        .iter()
        .map(|(name, value)| {
            let value = if is_credential(name) { MASK.to_owned() } else { shown(value) };
            (name.to_string(), value)
        })
        .collect()
}

/// The request as it would have been without the call's key; `None` when there would be none.
fn without_call_key<'a>(firing: &Firing<'_>, sent: &'a Request) -> Option<Cow<'a, Request>> {
    if !uses_call_key(firing.webhook) {
        return Some(Cow::Borrowed(sent));
    }
    let mut masked = render_request(firing.webhook, &Masked(*firing)).ok()?.request;
    // What names and signs the request was put on afterwards, and is no key.
    for (name, value) in &sent.headers {
        masked.headers.entry(name).or_insert_with(|| value.clone());
    }
    Some(Cow::Owned(masked))
}

fn uses_call_key(webhook: &Webhook) -> bool {
    let headers = webhook.headers.iter().flat_map(|(_, template)| template.tokens());
    let body = webhook.body.iter().flat_map(|body| body.template.tokens());
    webhook.url.tokens().chain(headers).chain(body).any(|name| name == "call_key")
}

/// A password masked, or a name that stands without one and so is the key.
fn without_credentials(url: &Url) -> Cow<'_, str> {
    let (password, username) = (url.password(), url.username());
    if password.is_none() && username.is_empty() {
        return Cow::Borrowed(url.as_str());
    }
    let mut masked = url.clone();
    let done = match password {
        Some(_) => masked.set_password(Some(MASK)),
        None => masked.set_username(MASK),
    };
    if done.is_err() { Cow::Borrowed(MASK) } else { Cow::Owned(masked.into()) }
}
