//! Turns a webhook and a call into the HTTP request that is sent.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use crate::campaign::Webhook;
use crate::ports::sender::Request;
use crate::template::{RenderError, Values};

/// A request with what is worth knowing of its making.
#[derive(Debug)]
pub struct Rendering {
    /// The request.
    pub request: Request,
    /// Tokens that rendered to nothing.
    pub empty: BTreeSet<String>,
}

/// Why no request could be made.
#[derive(Debug, thiserror::Error)]
pub enum RequestFault {
    /// The URL cannot be rendered.
    #[error("url: {0}")]
    Url(RenderError),
    /// A header cannot be rendered.
    #[error("header {0}: {1}")]
    Header(String, RenderError),
    /// A header's value is none.
    #[error("header {0}: its value is not one that HTTP can carry")]
    HeaderValue(String),
    /// The body cannot be rendered.
    #[error("body: {0}")]
    Body(RenderError),
}

/// Renders everything that the webhook sends.
///
/// # Errors
/// When a value does not fit where it stands; the message names the place, never the value.
pub fn render_request(webhook: &Webhook, values: &impl Values) -> Result<Rendering, RequestFault> {
    let (url, mut empty) = webhook.url.render(values).map_err(RequestFault::Url)?;
    let mut headers = HeaderMap::with_capacity(webhook.headers.len() + 1);
    let mut body = Bytes::new();
    if let Some(sent) = &webhook.body {
        let rendered = sent.template.render(values).map_err(RequestFault::Body)?;
        empty.extend(rendered.empty);
        body = Bytes::from(rendered.text);
        let content_type = HeaderValue::from_str(&sent.content_type)
            .map_err(|_| RequestFault::HeaderValue(CONTENT_TYPE.to_string()))?;
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, template) in &webhook.headers {
        let rendered =
            template.render(values).map_err(|e| RequestFault::Header(name.to_string(), e))?;
        empty.extend(rendered.empty);
        let value = HeaderValue::from_bytes(rendered.text.as_bytes())
            .map_err(|_| RequestFault::HeaderValue(name.to_string()))?;
        headers.insert(name.clone(), value);
    }
    let request =
        Request { method: webhook.method.clone(), url, headers, body, timeout: webhook.timeout };
    Ok(Rendering { request, empty })
}
