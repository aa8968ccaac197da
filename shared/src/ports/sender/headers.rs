//! The headers that a request goes out with. Those that frame the message or belong to the
//! connection are the client's and stand nowhere here.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::trigger::Class;

/// What a ping says of its sender, unless the webhook says otherwise.
const PING: [(HeaderName, &str); 1] =
    [(header::USER_AGENT, concat!("Hookline/", env!("CARGO_PKG_VERSION")))];

/// What a browser says of itself, unless the webhook says otherwise.
const BROWSER: [(HeaderName, &str); 3] = [
    (
        header::USER_AGENT,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/150.0.0.0 Safari/537.36",
    ),
    (header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (header::ACCEPT_LANGUAGE, "en-US,en;q=0.9"),
];

/// The headers of a request of that class: the webhook's own over those of the class, without those
/// it may not set, and identity as the one coding asked for.
#[must_use]
pub fn outgoing_headers(webhook: &HeaderMap, class: Class) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in webhook.iter().filter(|(name, _)| !is_forbidden_header(name)) {
        headers.append(name.clone(), value.clone());
    }
    let own: &[(HeaderName, &'static str)] = match class {
        Class::Ping => &PING,
        Class::Browser => &BROWSER,
    };
    for (name, value) in own {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}

/// Whether a webhook may not set this header: it frames the message, belongs to one connection,
/// asks for a coding that is never undone, or is the cookie jar's.
#[must_use]
pub fn is_forbidden_header(name: &HeaderName) -> bool {
    const FORBIDDEN: [&str; 14] = [
        "accept-encoding",
        "alt-used",
        "connection",
        "content-encoding",
        "content-length",
        "cookie",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    FORBIDDEN.contains(&name.as_str()) || name.as_str().starts_with("proxy-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_and_hop_headers_are_not_the_webhooks_to_set() {
        let forbidden = |name: &str| is_forbidden_header(&HeaderName::try_from(name).unwrap());
        for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection", "Cookie"] {
            assert!(forbidden(name), "{name}");
        }
        for name in ["Proxy-Authorization", "proxy-anything", "Upgrade", "TE", "Expect"] {
            assert!(forbidden(name), "{name}");
        }
        for name in ["Authorization", "Content-Type", "User-Agent", "Accept", "x-api-key"] {
            assert!(!forbidden(name), "{name}");
        }
    }

    #[test]
    fn the_webhooks_own_headers_stand_over_those_of_the_class() {
        let webhook: HeaderMap = [("x-a", "1"), ("host", "evil.example"), ("user-agent", "acme")]
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .into_iter()
            .collect();
        let sent = |class| -> Vec<(String, String)> {
            let headers = outgoing_headers(&webhook, class);
            let pair = |(name, value): (&HeaderName, &HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            headers.iter().map(pair).collect()
        };
        let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(
            sent(Class::Ping),
            own(&[("x-a", "1"), ("user-agent", "acme"), ("accept-encoding", "identity")])
        );
        assert_eq!(
            sent(Class::Browser),
            own(&[
                ("x-a", "1"),
                ("user-agent", "acme"),
                ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                ("accept-language", "en-US,en;q=0.9"),
                ("accept-encoding", "identity"),
            ])
        );
    }
}
