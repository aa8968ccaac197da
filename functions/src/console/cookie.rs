//! The cookie that holds a sign-in: for the console alone, out of the sight of scripts, and never in
//! clear text but on one machine.

use std::time::Duration;

use hookline::key::BearerKey;
use http::HeaderMap;
use http::header::COOKIE;

const NAME: &str = "hookline_session";

/// The token that a browser sent.
pub(super) fn token_in(headers: &HeaderMap) -> Option<BearerKey> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).map(str::trim);
    let token = pairs.find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='))?;
    Some(BearerKey::given(token.to_owned()))
}

/// The cookie that holds a sign-in, for a browser that asked without TLS or with it.
pub(super) fn cookie(token: &BearerKey, lasts: Duration, is_in_clear: bool) -> String {
    with_flags(token.expose(), lasts.as_secs(), is_in_clear)
}

/// The cookie that makes a browser forget its sign-in.
pub(super) fn forgotten(is_in_clear: bool) -> String {
    with_flags("", 0, is_in_clear)
}

fn with_flags(value: &str, seconds: u64, is_in_clear: bool) -> String {
    // Without TLS, browsers would not send a secure cookie back.
    let secure = if is_in_clear { "" } else { "; Secure" };
    format!("{NAME}={value}; HttpOnly; SameSite=Lax; Path=/console; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::HOST;

    use super::*;
    use crate::public_url::PublicUrl;

    fn cookie_for(public_url: &PublicUrl, host: &'static str) -> String {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
        let token = BearerKey::given("hls_1".to_owned());
        cookie(&token, Duration::from_hours(12), public_url.is_in_clear(&headers))
    }

    #[test]
    fn the_cookie_is_for_the_console_alone_and_travels_encrypted_but_on_one_machine() {
        let flags = "hookline_session=hls_1; HttpOnly; SameSite=Lax; Path=/console; Max-Age=43200";
        for host in ["hooks.example", "hooks.example:8443", "localhost.example", "10.0.0.1", ""] {
            assert_eq!(
                cookie_for(&PublicUrl::default(), host),
                format!("{flags}; Secure"),
                "{host}"
            );
        }
        let public = |address| PublicUrl::parse(address).unwrap();
        for host in ["localhost", "localhost:8787", "127.0.0.1:8787", "[::1]:8787"] {
            assert_eq!(cookie_for(&PublicUrl::default(), host), flags, "{host}");
            assert_eq!(cookie_for(&public("http://front.example"), host), flags, "{host}");
            let behind_tls = cookie_for(&public("https://front.example"), host);
            assert_eq!(behind_tls, format!("{flags}; Secure"), "{host}");
        }
        let out = forgotten(false);
        assert!(out.starts_with("hookline_session=; ") && out.contains("Max-Age=0; Secure"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let token = |cookies: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookies))]);
            token_in(&headers).map(|token| token.expose().to_owned())
        };
        assert_eq!(token("a=1; hookline_session=hls_1; b=2").as_deref(), Some("hls_1"));
        assert_eq!(token("hookline_session_old=hls_1; x=hookline_session=1"), None);
    }
}
