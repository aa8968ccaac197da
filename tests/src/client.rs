//! A caller of Hookline's HTTP API that takes any answer for what it is.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

/// Hookline at a base URL.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    content_type: Option<String>,
    headers: Vec<(String, String)>,
    bytes: Vec<u8>,
}

/// An answer, read whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type; empty when there is none.
    pub content_type: String,
    /// The body; `null` when it is no JSON.
    pub body: Value,
    /// The headers and the body as they came, for what must not stand anywhere in them.
    pub text: String,
}

impl Body {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self { content_type: None, headers: Vec::new(), bytes: Vec::new() }
    }

    /// A JSON document.
    #[must_use]
    pub fn json(document: &Value) -> Self {
        Self::of_type("application/json", document.to_string())
    }

    /// These bytes under that media type.
    #[must_use]
    pub fn of_type(content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let content_type = Some(content_type.to_owned());
        Self { content_type, headers: Vec::new(), bytes: bytes.into() }
    }

    /// With one header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Client {
    /// A client for the Hookline at `url`, which has no slash at its end.
    ///
    /// # Errors
    /// When the system's TLS cannot be set up.
    #[expect(clippy::disallowed_methods, reason = "it talks to Hookline itself, not to partners")]
    pub fn new(url: String) -> Result<Self, reqwest::Error> {
        let redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().redirect(redirects).build()?;
        Ok(Self { http, url })
    }

    /// Sends one request, with an `authorization` header if there is one to send.
    ///
    /// # Errors
    /// When no whole answer comes back.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Body,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(content_type) = body.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        for (name, value) in body.headers {
            request = request.header(name, value);
        }
        let response = request.body(body.bytes).send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await?;
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Ok(Answer {
            status,
            content_type: content_type.unwrap_or_default().to_owned(),
            body: serde_json::from_str(&body).unwrap_or_default(),
            text: format!("{headers:?}\n{body}"),
        })
    }
}

impl Answer {
    /// The body of an answer that is to have this status.
    ///
    /// # Panics
    /// When it has another one.
    #[must_use]
    pub fn of_status(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}
