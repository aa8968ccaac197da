//! The cookies of one call, as a browser would keep them between its webhooks.
//!
//! Invariants: a jar's text is at most [`MAX_JAR_BYTES`], because it is stored with the call; equal
//! jars have equal texts; a cookie for a whole top-level name (`Domain=com`) is never kept. What
//! does not fit is dropped: losing a partner's cookie must not lose a delivery. Expiry goes by the
//! cookie library's own clock.

use std::cmp::Reverse;
use std::fmt;

use cookie_store::{Cookie, CookieDomain, CookieStore};
use http::{HeaderMap, HeaderValue, header};
use url::Url;

/// The most cookies that a call keeps.
pub const MAX_COOKIES: usize = 50;
/// The longest `Set-Cookie` that is read, in bytes, as browsers have it (RFC 6265 section 6.1).
pub const MAX_COOKIE_BYTES: usize = 4096;
/// The longest text of a jar, in bytes.
pub const MAX_JAR_BYTES: usize = 16 * 1024;

/// The cookies of one call.
#[derive(Clone, Default)]
pub struct CookieJar(CookieStore);

/// Why a text is no jar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CookieJarFault {
    /// More than [`MAX_JAR_BYTES`], or than [`MAX_COOKIES`].
    #[error("the cookie jar is too large")]
    TooLarge,
    /// Not what [`CookieJar::to_text`] writes.
    #[error("the cookie jar is not readable")]
    Unreadable,
}

impl CookieJar {
    /// A jar with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what [`CookieJar::to_text`] wrote; nothing is an empty jar. Cookies that have expired
    /// since are left out.
    ///
    /// # Errors
    /// When the text is something else.
    pub fn from_text(text: &str) -> Result<Self, CookieJarFault> {
        if text.is_empty() {
            return Ok(Self::new());
        }
        if text.len() > MAX_JAR_BYTES {
            return Err(CookieJarFault::TooLarge);
        }
        let cookies: Vec<Cookie<'static>> =
            serde_json::from_str(text).map_err(|_| CookieJarFault::Unreadable)?;
        if cookies.len() > MAX_COOKIES {
            return Err(CookieJarFault::TooLarge);
        }
        if !cookies.iter().all(has_keepable_domain) {
            return Err(CookieJarFault::Unreadable);
        }
        CookieStore::from_cookies(cookies.into_iter().map(Ok), false).map(Self)
    }

    /// The jar as one text, to be kept with the call.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A cookie that cannot be written (it expires after the year 9999) is one cookie lost.
        let written = |cookie| serde_json::to_string(cookie).ok();
        let mut cookies: Vec<String> = self.0.iter_unexpired().filter_map(written).collect();
        cookies.sort_unstable();
        format!("[{}]", cookies.join(","))
    }

    /// Whether no cookie is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter_unexpired().next().is_none()
    }

    /// The `Cookie` header for a request to `url`: longest path first (RFC 6265 section 5.4), then
    /// by name; none when no cookie matches.
    #[must_use]
    pub fn header_for(&self, url: &Url) -> Option<HeaderValue> {
        let mut cookies = self.0.matches(url);
        if cookies.is_empty() {
            return None;
        }
        cookies.sort_by_key(|cookie| (Reverse(cookie.path.len()), cookie.name().to_owned()));
        let pairs: Vec<String> =
            cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        let mut value = HeaderValue::from_bytes(pairs.join("; ").as_bytes()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes the cookies that an answer from `url` sets; what is no cookie, is not its to set, or
    /// does not fit is dropped.
    pub fn fill(&mut self, url: &Url, answer: &HeaderMap) {
        for line in answer.get_all(header::SET_COOKIE) {
            if line.len() > MAX_COOKIE_BYTES {
                continue;
            }
            let Ok(text) = str::from_utf8(line.as_bytes()) else { continue };
            if let Ok(cookie) = Cookie::parse(text, url) {
                self.keep(cookie.into_owned(), url);
            }
        }
    }

    /// Takes over what became of `before` in `after`: cookies that were set, changed or removed. For
    /// two requests that started from one jar at the same time.
    pub fn take_over(&mut self, before: &Self, after: &Self) {
        type Place<'a> = (String, String, &'a str);
        fn place<'a>(cookie: &'a Cookie<'static>) -> Place<'a> {
            (String::from(&cookie.domain), String::from(&cookie.path), cookie.name())
        }
        let (was, is): (Vec<_>, Vec<_>) =
            (before.0.iter_unexpired().collect(), after.0.iter_unexpired().collect());
        let stands_in = |cookies: &[&Cookie<'static>], wanted: &Cookie<'static>| {
            cookies.iter().any(|cookie| place(cookie) == place(wanted))
        };
        let changed = is.iter().filter(|cookie| !was.contains(cookie));
        let kept = self.0.iter_unexpired().filter(|cookie| {
            let replaced = is.iter().any(|new| place(new) == place(cookie) && !was.contains(new));
            let removed = stands_in(&was, cookie) && !stands_in(&is, cookie);
            !replaced && !removed
        });
        let cookies: Vec<Cookie<'static>> =
            kept.chain(changed.copied()).map(|cookie| (*cookie).clone()).collect();
        let joined =
            CookieStore::from_cookies(cookies.into_iter().map(Ok::<_, CookieJarFault>), false);
        if let Ok(joined) = joined.map(Self)
            && joined.fits()
        {
            *self = joined;
        }
    }

    fn keep(&mut self, cookie: Cookie<'static>, url: &Url) {
        if !has_keepable_domain(&cookie) {
            return;
        }
        let domain = String::from(&cookie.domain);
        let path = String::from(&cookie.path);
        let name = cookie.name().to_owned();
        let kept = self.0.insert(cookie, url).is_ok();
        if kept && !self.fits() {
            self.0.remove(&domain, &path, &name);
        }
    }

    fn fits(&self) -> bool {
        self.0.iter_unexpired().count() <= MAX_COOKIES && self.to_text().len() <= MAX_JAR_BYTES
    }
}

/// Shows how many: values are a partner's secrets.
impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CookieJar({} cookies)", self.0.iter_unexpired().count())
    }
}

/// Whether the cookie belongs to its own host, or to a domain of more than one label.
fn has_keepable_domain(cookie: &Cookie<'_>) -> bool {
    match &cookie.domain {
        CookieDomain::HostOnly(_) => true,
        CookieDomain::Suffix(domain) => domain.trim_matches('.').contains('.'),
        CookieDomain::NotPresent | CookieDomain::Empty => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn setting(lines: &[&str]) -> HeaderMap {
        let value = |line: &&str| HeaderValue::from_bytes(line.as_bytes()).unwrap();
        lines.iter().map(|line| (header::SET_COOKIE, value(line))).collect()
    }

    fn sent(jar: &CookieJar, to: &str) -> Option<String> {
        jar.header_for(&url(to)).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn cookies_go_back_to_where_they_belong() {
        let mut jar = CookieJar::new();
        let set = ["a=1; Path=/", "b=2; Path=/deep", "c=3; Domain=net.example; Secure"];
        jar.fill(&url("https://www.net.example/deep/x"), &setting(&set));

        assert_eq!(sent(&jar, "https://www.net.example/deep/y").unwrap(), "b=2; c=3; a=1");
        assert_eq!(sent(&jar, "https://www.net.example/").unwrap(), "a=1");
        assert_eq!(sent(&jar, "http://www.net.example/").unwrap(), "a=1");
        assert_eq!(sent(&jar, "https://other.net.example/deep/").unwrap(), "c=3");
        assert_eq!(sent(&jar, "https://elsewhere.example/"), None);
    }

    #[test]
    fn what_two_requests_from_one_jar_did_is_all_in_it() {
        let site = url("https://shop.example/");
        let filled = |jar: &CookieJar, lines: &[&str]| {
            let mut jar = jar.clone();
            jar.fill(&site, &setting(lines));
            jar
        };
        let before = filled(&CookieJar::new(), &["a=1", "b=1", "c=1", "d=1"]);
        let first = filled(&before, &["a=2", "e=2", "d=; Max-Age=0"]);
        let second = filled(&before, &["b=3", "f=3", "c=; Max-Age=0"]);

        let mut joined = first.clone();
        joined.take_over(&before, &second);

        let cookies = sent(&joined, "https://shop.example/").unwrap();
        assert_eq!(cookies, "a=2; b=3; e=2; f=3");
    }

    #[test]
    fn a_cookie_for_others_is_dropped() {
        let mut jar = CookieJar::new();
        let set = ["a=1; Domain=example", "b=2; Domain=.example", "c=3; Domain=bank.example"];
        jar.fill(&url("https://shop.example/"), &setting(&set));
        jar.fill(&url("https://localhost/"), &setting(&["d=4; Domain=localhost", "nonsense", "="]));

        assert!(jar.is_empty(), "{}", jar.to_text());
    }

    #[test]
    fn a_cookie_is_replaced_and_taken_away() {
        let mut jar = CookieJar::new();
        let from = url("https://shop.example/");
        jar.fill(&from, &setting(&["a=1", "b=1"]));
        jar.fill(&from, &setting(&["a=2", "b=; Max-Age=0"]));

        assert_eq!(sent(&jar, "https://shop.example/").unwrap(), "a=2");
    }

    #[test]
    fn a_jar_survives_being_stored() {
        let mut jar = CookieJar::new();
        let set = ["a=\"1, 2\"; Path=/x", "b=2; Max-Age=900; Domain=net.example", "c=é"];
        jar.fill(&url("https://www.net.example/x/"), &setting(&set));

        let read = CookieJar::from_text(&jar.to_text()).unwrap();

        let to = url("https://www.net.example/x/");
        assert_eq!(read.header_for(&to), jar.header_for(&to));
        assert_eq!(read.to_text(), jar.to_text());
        assert_eq!(format!("{read:?}"), "CookieJar(3 cookies)");
    }

    #[test]
    fn nothing_is_an_empty_jar_and_other_texts_are_faults() {
        assert!(CookieJar::from_text("").unwrap().is_empty());
        assert!(CookieJar::from_text("[]").unwrap().is_empty());
        let nowhere =
            r#"[{"raw_cookie":"a=1","path":["/",true],"domain":"Empty","expires":"SessionEnd"}]"#;
        for bad in ["{", "[1]", "null", "[{\"raw_cookie\":\"\"}]", nowhere] {
            assert_eq!(CookieJar::from_text(bad).unwrap_err(), CookieJarFault::Unreadable, "{bad}");
        }
        let long = format!("[{}]", " ".repeat(MAX_JAR_BYTES));
        assert_eq!(CookieJar::from_text(&long).unwrap_err(), CookieJarFault::TooLarge);
    }

    #[test]
    fn a_greedy_partner_fills_the_jar_and_no_more() {
        let from = url("https://shop.example/");
        let mut many = CookieJar::new();
        let mut large = CookieJar::new();
        for n in 0..200 {
            many.fill(&from, &setting(&[&format!("c{n}=v")]));
            large.fill(&from, &setting(&[&format!("c{n}={}", "v".repeat(3000))]));
        }
        large.fill(&from, &setting(&[&format!("huge={}", "v".repeat(MAX_COOKIE_BYTES))]));

        assert_eq!(format!("{many:?}"), "CookieJar(50 cookies)");
        assert!(large.to_text().len() <= MAX_JAR_BYTES);
        assert!(!large.is_empty());
        assert!(CookieJar::from_text(&many.to_text()).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_a_partner_sets_can_be_stored_and_read(
            lines in prop::collection::vec("[ -~é]{0,60}|[a-c]=[!-~]{0,20}(; ?[A-Za-z-]{2,9}=[ -~]{0,20}){0,3}", 0..12)
        ) {
            let from = url("https://www.net.example/x/y");
            let mut jar = CookieJar::new();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            jar.fill(&from, &setting(&lines));

            let read = CookieJar::from_text(&jar.to_text());

            prop_assert_eq!(read.map(|read| read.to_text()), Ok(jar.to_text()));
        }

        #[test]
        fn no_text_is_too_strange_to_be_refused(text in "\\PC{0,200}") {
            let _ = CookieJar::from_text(&text);
        }
    }
}
