//! What a use case needs to reach a partner: one request out, one outcome back.
//!
//! Policy: whatever a partner does is data. Nothing here is an `Err`, nothing outlives the
//! request's own deadline, no answer is larger than [`BODY_CAP`], and no text in an outcome holds
//! a query, a header or a key.

mod cookies;
mod headers;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde::Serialize;
use url::Url;

pub use cookies::{CookieJar, CookieJarFault, MAX_COOKIE_BYTES, MAX_COOKIES, MAX_JAR_BYTES};
pub use headers::{is_forbidden_header, outgoing_headers};

/// The largest answer body that is read, in bytes (spec section 5).
pub const BODY_CAP: usize = 64 * 1024;

/// The most redirects that a browser request follows (spec section 1).
pub const MAX_REDIRECTS: usize = 5;

/// One HTTP request to a partner, rendered and ready.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT` or `PATCH`; any other is [`FailureKind::Invalid`].
    pub method: Method,
    /// Where to. Userinfo in it is sent as basic authorization.
    pub url: Url,
    /// What the webhook sets; [`outgoing_headers`] says what goes out by it.
    pub headers: HeaderMap,
    /// What is sent; empty for none.
    pub body: Bytes,
    /// The one deadline over DNS, connect, TLS, headers and body, all redirects together.
    pub timeout: Duration,
}

/// Shows the method and the host: path, query, headers and body may hold keys.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What came of a request, and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// How it ended.
    pub outcome: Outcome,
    /// From the call to the outcome.
    pub latency: Duration,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The partner answered in time, with whatever status.
    Answered(Answer),
    /// The partner answered in time, and the body is over [`BODY_CAP`]: it is not read on. The
    /// status and the headers count as an answer's do: by a 2xx the partner has taken the request.
    TooLarge {
        /// As [`Answer::status`].
        status: u16,
        /// As they came.
        headers: HeaderMap,
    },
    /// The deadline passed. An answer that comes later is dropped.
    TimedOut,
    /// Hookline refused to send, or to follow a redirect. Trying again changes nothing.
    Blocked(BlockReason),
    /// There was no usable answer.
    Failed {
        /// What went wrong, as reports name it.
        kind: FailureKind,
        /// A short English text for people.
        detail: String,
    },
}

/// A partner's answer, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200 to 999, though HTTP means nothing by what is over 599; for a ping a redirect is an answer
    /// like any other.
    pub status: u16,
    /// As they came.
    pub headers: HeaderMap,
    /// At most [`BODY_CAP`] bytes; empty when [`Answer::is_encoded`].
    pub body: Bytes,
}

impl Answer {
    /// Whether the body came in a coding that was not asked for, and was therefore not read.
    ///
    /// The status still counts: it is what decides a delivery, and nothing here ever inflates.
    #[must_use]
    pub fn is_encoded(&self) -> bool {
        self.headers
            .get_all(header::CONTENT_ENCODING)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
    }
}

/// What went wrong where nobody refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The name has no address.
    Dns,
    /// No connection to any of its addresses.
    Connect,
    /// The handshake failed or the certificate is not to be trusted.
    Tls,
    /// What came back is not a whole, readable HTTP answer.
    Protocol,
    /// The request itself cannot be put on the wire.
    Invalid,
}

impl FailureKind {
    /// The name in reports and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Invalid => "invalid",
        }
    }
}

/// Why Hookline does not send there. The texts name no address: a report is no network scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BlockReason {
    /// Another scheme than the two.
    #[error("only http and https addresses are sent to")]
    Scheme,
    /// `localhost` or a name under it.
    #[error("localhost is not a public host")]
    LocalName,
    /// The host is an address, and not a public one.
    #[error("the address is not public")]
    NotPublic,
    /// The host's name leads to at least one address that is not public.
    #[error("the host's name leads to an address that is not public")]
    ResolvesToNotPublic,
    /// The Lambda Runtime API's own endpoint.
    #[error("the runtime's own endpoint is never sent to")]
    RuntimeApi,
    /// A redirect would send the request's body on without encryption.
    #[error("a redirect would carry the body from https to http")]
    Downgrade,
}

/// Says, before anything is sent, whether a URL may be sent to; asked at save.
///
/// The sender asks the same again at send, and vets what the name resolves to besides.
pub trait Admission {
    /// Nothing when the URL may be sent to.
    ///
    /// # Errors
    /// Why it may not.
    fn admit(&self, url: &Url) -> Result<(), BlockReason>;
}

/// Sends pings: plain requests, without cookies, that follow no redirect.
pub trait Sender {
    /// Sends once; done by the request's timeout at the latest.
    fn send(&self, request: Request) -> impl Future<Output = Exchange> + Send;
}

/// Sends requests that look like a browser's: its headers, the call's cookies, redirects followed.
pub trait Browser {
    /// Sends once; done by the request's timeout at the latest. Cookies of every answer on the
    /// way are in `cookies` afterwards, also when the outcome is no answer.
    fn browse(
        &self,
        request: Request,
        cookies: &mut CookieJar,
    ) -> impl Future<Output = Exchange> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_named_alike_in_logs_and_on_the_wire() {
        use FailureKind::{Connect, Dns, Invalid, Protocol, Tls};
        for kind in [Dns, Connect, Tls, Protocol, Invalid] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn a_request_shows_nothing_that_may_be_a_key() {
        let request = Request {
            method: Method::POST,
            url: Url::parse("https://u:p4ss@crm.example/k3y?token=s3cret").unwrap(),
            headers: [(header::AUTHORIZATION, "h3ader".parse().unwrap())].into_iter().collect(),
            body: Bytes::from_static(b"b0dy"),
            timeout: Duration::from_secs(5),
        };

        let shown = format!("{request:?}");

        assert_eq!(shown, "Request { method: POST, host: Some(\"crm.example\"), timeout: 5s, .. }");
    }

    #[test]
    fn only_a_coding_other_than_identity_counts_as_encoded() {
        let answer = |coding: &'static str| Answer {
            status: 200,
            headers: [(header::CONTENT_ENCODING, coding.parse().unwrap())].into_iter().collect(),
            body: Bytes::new(),
        };
        for coding in ["gzip", "identity, br", "GZIP"] {
            assert!(answer(coding).is_encoded(), "{coding}");
        }
        for coding in ["", "identity", "Identity, identity"] {
            assert!(!answer(coding).is_encoded(), "{coding}");
        }
    }
}
