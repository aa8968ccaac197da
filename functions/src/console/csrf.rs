//! Keeps other sites from sending our forms: a word that only pages of the session know, and a look
//! at where the browser says that the request comes from.

use hookline::key::BearerKey;
use hookline::secret::{equal, hmac_sha256_hex};
use http::HeaderMap;
use http::header::{HOST, ORIGIN};

use crate::public_url::PublicUrl;

/// The field of a form that carries the word.
pub(super) const FIELD: &str = "csrf";

/// The word of a session.
pub(super) fn token(session: &BearerKey) -> String {
    hmac_sha256_hex(session.expose(), "hookline csrf")
}

/// Whether a form of this session carries its word.
pub(super) fn is_of(session: &BearerKey, given: &str) -> bool {
    equal(&token(session), given)
}

/// Whether the browser says that another site sent the request. Without a word about it, it is not:
/// programs are not tricked into sending forms. A page is ours when it is of the public address, or of
/// the host that was asked; what a proxy says of hosts does not count, since anybody can send that.
pub(super) fn is_foreign(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (header(ORIGIN.as_str()), header("sec-fetch-site")) {
        (Some(origin), _) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let is_of_host = host.is_some() && host == header(HOST.as_str());
            !is_of_host && !public_url.is_origin(origin)
        }
        (None, Some(site)) => !matches!(site, "same-origin" | "none"),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(headers: &[(&'static str, &'static str)]) -> bool {
        foreign_to(&PublicUrl::default(), headers)
    }

    fn foreign_to(public_url: &PublicUrl, headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        });
        is_foreign(&pairs.collect(), public_url)
    }

    #[test]
    fn a_word_is_of_its_session_alone() {
        let session = |byte| BearerKey::from_random("hls", [byte; 24]);
        let word = token(&session(1));
        assert_eq!(word.len(), 64);
        assert!(is_of(&session(1), &word));
        for other in ["", "0", &word[..63], &token(&session(2))] {
            assert!(!is_of(&session(1), other), "{other}");
        }
        assert!(!word.contains(session(1).expose()));
    }

    #[test]
    fn the_origin_counts_and_without_one_what_the_browser_says_of_the_site() {
        let host = ("host", "hooks.example");
        assert!(!foreign(&[host, ("origin", "https://hooks.example")]));
        assert!(foreign(&[host, ("origin", "https://evil.example")]));
        assert!(foreign(&[host, ("origin", "https://hooks.example.evil.example")]));
        assert!(foreign(&[host, ("origin", "https://hooks.example:8443")]));
        assert!(foreign(&[host, ("origin", "null")]));
        assert!(foreign(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[host, ("sec-fetch-site", "none")]));
        assert!(foreign(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[host, ("sec-fetch-site", "same-site")]));
        assert!(!foreign(&[host]));
    }

    #[test]
    fn pages_of_the_public_address_are_ours_whatever_host_the_front_asks() {
        let url = PublicUrl::parse("https://front.example").unwrap();
        let host = ("host", "upstream.example");
        for ours in ["https://front.example", "https://upstream.example"] {
            assert!(!foreign_to(&url, &[host, ("origin", ours)]), "{ours}");
        }
        for other in [
            "http://front.example",
            "https://front.example:8443",
            "https://front.example.evil.example",
            "https://evil.example",
            "null",
        ] {
            let forwarded = ("x-forwarded-host", "evil.example");
            assert!(foreign_to(&url, &[host, forwarded, ("origin", other)]), "{other}");
        }
    }
}
