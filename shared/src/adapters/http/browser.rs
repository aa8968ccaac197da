//! Requests that look like a browser's (spec section 1).
//!
//! Policy: redirects as the Fetch standard has them, up to five, each hop admitted and resolved
//! like the first URL, all within the one deadline. Across origins only what any browser would
//! send goes on: a webhook's own headers may hold keys that are meant for its own partner. A
//! redirect from https to http is followed, as browsers do, unless it would carry the body along.

use std::sync::{Arc, mpsc};

use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::exchange::{Sending, head, read, within};
use super::failure::{NoAnswer, failed};
use super::{HttpSender, Reach};
use crate::ports::sender::{
    Answer, BlockReason, Browser, CookieJar, Exchange, FailureKind, MAX_REDIRECTS, Request,
    outgoing_headers,
};
use crate::trigger::Class;

/// The headers that go on to another origin.
const ACROSS_ORIGINS: [HeaderName; 6] = [
    header::USER_AGENT,
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::ACCEPT_ENCODING,
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
];

impl Browser for HttpSender {
    async fn browse(&self, request: Request, cookies: &mut CookieJar) -> Exchange {
        let (filled, jars) = mpsc::channel();
        let timeout = request.timeout;
        let chain = Chain { reach: Arc::clone(&self.reach), cookies: cookies.clone(), filled };
        let exchange = within(timeout, &self.lanes, chain.follow(Hop::first(request))).await;
        if let Some(jar) = jars.try_iter().last() {
            *cookies = jar;
        }
        exchange
    }
}

/// The hops of one request.
struct Chain {
    reach: Arc<Reach>,
    cookies: CookieJar,
    /// Where the jar goes each time that an answer has filled it: whoever waits has it even when the
    /// exchange comes to no end.
    filled: mpsc::Sender<CookieJar>,
}

impl Chain {
    async fn follow(mut self, mut hop: Hop) -> Result<Answer, NoAnswer> {
        for _ in 0..=MAX_REDIRECTS {
            let to = self.reach.policy.admit_url(hop.url.clone())?;
            let mut headers = hop.headers.clone();
            if let Some(value) = self.cookies.header_for(to.url()) {
                headers.insert(header::COOKIE, value);
            }
            let sending = Sending { method: &hop.method, headers, body: &hop.body };
            let response = head(&self.reach.clients, &to, sending).await?;
            self.fill(to.url(), response.headers());
            match hop.next(response.status(), response.headers())? {
                Some(next) => hop = next,
                None => return read(response).await,
            }
        }
        Err(failed(FailureKind::Protocol, format!("more than {MAX_REDIRECTS} redirects")))
    }

    fn fill(&mut self, from: &Url, answer: &HeaderMap) {
        if answer.contains_key(header::SET_COOKIE) {
            self.cookies.fill(from, answer);
            // Nobody there is nobody who waits.
            let _ = self.filled.send(self.cookies.clone());
        }
    }
}

/// One request of a chain.
struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Hop {
    fn first(request: Request) -> Self {
        let Request { method, url, headers: webhook, body, timeout: _ } = request;
        Self { method, url, headers: outgoing_headers(&webhook, Class::Browser), body }
    }

    /// The hop that an answer asks for; none when it is an answer to keep.
    fn next(&self, status: StatusCode, answer: &HeaderMap) -> Result<Option<Self>, NoAnswer> {
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(location) = answer.get(header::LOCATION) else { return Ok(None) };
        let unreadable = || failed(FailureKind::Protocol, "a redirect to no readable address");
        let location = str::from_utf8(location.as_bytes()).map_err(|_| unreadable())?;
        let url = self.url.join(location).map_err(|_| unreadable())?;

        let mut next = Self {
            method: self.method.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            url,
        };
        if becomes_get(status, &self.method) {
            next.become_get();
        }
        if next.url.origin() != self.url.origin() {
            next.headers = across_origins(&next.headers);
        }
        let downgraded = self.url.scheme() == "https" && next.url.scheme() == "http";
        if downgraded && !next.body.is_empty() {
            return Err(BlockReason::Downgrade.into());
        }
        Ok(Some(next))
    }

    fn become_get(&mut self) {
        self.method = Method::GET;
        self.body = Bytes::new();
        for about_body in [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION]
        {
            self.headers.remove(about_body);
        }
    }
}

/// Whether the next request is a GET whatever this one was (Fetch standard, HTTP-redirect fetch).
fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        301 | 302 => method == Method::POST,
        303 => method != Method::GET && method != Method::HEAD,
        _ => false,
    }
}

fn across_origins(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| ACROSS_ORIGINS.contains(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::super::partner::{
        Act, Names, Partner, answer, get, local_policy, local_sender, redirect, sender,
    };
    use super::*;
    use crate::ports::sender::Outcome;

    async fn browsed(request: Request) -> Outcome {
        local_sender().browse(request, &mut CookieJar::new()).await.outcome
    }

    fn status(outcome: &Outcome) -> u16 {
        match outcome {
            Outcome::Answered(answer) => answer.status,
            other => panic!("{other:?}"),
        }
    }

    fn failure(detail: &str) -> Outcome {
        Outcome::Failed { kind: FailureKind::Protocol, detail: detail.to_owned() }
    }

    fn ok() -> Act {
        Act::Say(answer("200 OK", "", "thanks"))
    }

    fn first_line(request: &str) -> &str {
        request.lines().next().unwrap()
    }

    fn hop(method: Method, url: &str) -> Hop {
        let mut request = get(Url::parse(url).unwrap());
        request.body = Bytes::from_static(if method == Method::GET { b"" } else { b"{}" });
        request.method = method;
        for (name, value) in
            [("authorization", "k"), ("x-api-key", "k"), ("content-type", "application/json")]
        {
            request.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        Hop::first(request)
    }

    fn next(from: &Hop, status: u16, location: &str) -> Result<Option<Hop>, NoAnswer> {
        let headers = [(header::LOCATION, location.parse().unwrap())].into_iter().collect();
        from.next(StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[tokio::test]
    async fn a_request_looks_like_a_browsers_unless_the_webhook_says_otherwise() {
        let partner = Partner::playing(vec![ok(), ok()]);
        let mut french = get(partner.url("/"));
        french.headers.insert(header::ACCEPT_LANGUAGE, "fr".parse().unwrap());

        browsed(get(partner.url("/"))).await;
        browsed(french).await;

        let [plain, french] = partner.heard().try_into().unwrap();
        assert!(plain.contains("\r\nuser-agent: mozilla/5.0 (windows nt 10.0; win64; x64)"));
        assert!(plain.contains("\r\naccept: text/html,application/xhtml+xml,"), "{plain}");
        assert!(plain.contains("\r\naccept-language: en-us,en;q=0.9\r\n"));
        assert!(plain.contains("\r\naccept-encoding: identity\r\n"));
        assert!(!plain.contains("cookie") && !plain.contains("referer"));
        assert!(french.contains("\r\naccept-language: fr\r\n"));
    }

    #[tokio::test]
    async fn cookies_go_along_between_requests_and_across_redirects() {
        let partner = Partner::playing(vec![
            Act::Say(answer("200 OK", "set-cookie: a=1\r\n", "")),
            Act::Say(answer("302 Found", "set-cookie: b=2\r\nlocation: /landed\r\n", "")),
            ok(),
        ]);
        let (sender, mut cookies) = (local_sender(), CookieJar::new());

        sender.browse(get(partner.url("/first")), &mut cookies).await;
        let mut stored = CookieJar::from_text(&cookies.to_text()).unwrap();
        let exchange = sender.browse(get(partner.url("/second")), &mut stored).await;

        assert_eq!(status(&exchange.outcome), 200);
        let heard = partner.heard();
        assert!(!heard[0].contains("cookie:"), "{heard:?}");
        assert!(heard[1].contains("\r\ncookie: a=1\r\n"), "{heard:?}");
        assert_eq!(first_line(&heard[2]), "get /landed http/1.1");
        assert!(heard[2].contains("\r\ncookie: a=1; b=2\r\n"), "{heard:?}");
        assert!(!heard[2].contains("referer"), "{heard:?}");
    }

    #[tokio::test]
    async fn cookies_of_an_answer_that_never_ends_are_kept() {
        let act = Act::SayAndHold(
            b"HTTP/1.1 200 OK\r\nset-cookie: a=1\r\ncontent-length: 9\r\n\r\n".to_vec(),
        );
        let partner = Partner::playing(vec![act]);
        let mut request = get(partner.url("/"));
        request.timeout = Duration::from_millis(100);
        let mut cookies = CookieJar::new();

        let exchange = local_sender().browse(request, &mut cookies).await;

        assert_eq!(exchange.outcome, Outcome::TimedOut);
        assert_eq!(cookies.header_for(&partner.url("/")).unwrap(), "a=1");
    }

    #[tokio::test]
    async fn five_redirects_are_followed_and_a_sixth_is_not() {
        let hops = |count| vec![redirect("302 Found", "/again"); count];
        let five = Partner::playing([hops(5), vec![ok()]].concat());
        let six = Partner::playing([hops(6), vec![ok()]].concat());

        assert_eq!(status(&browsed(get(five.url("/"))).await), 200);
        assert_eq!(browsed(get(six.url("/"))).await, failure("more than 5 redirects"));
        assert_eq!(six.heard().len(), 6);
    }

    #[tokio::test]
    async fn all_hops_share_one_deadline() {
        let partner =
            Partner::playing(vec![redirect("302 Found", "/slow"), Act::SayAndHold(Vec::new())]);
        let mut request = get(partner.url("/"));
        request.timeout = Duration::from_millis(100);

        let exchange = local_sender().browse(request, &mut CookieJar::new()).await;

        assert_eq!(exchange.outcome, Outcome::TimedOut);
        assert!(exchange.latency < Duration::from_secs(3), "{exchange:?}");
    }

    #[tokio::test]
    async fn every_hop_is_vetted_like_the_first_url() {
        let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = runtime.local_addr().unwrap();
        let names = Names(&[("inside.example", &["10.0.0.1"])]);
        let sender = sender(local_policy(Some(address)), names);

        for (location, reason) in [
            ("http://169.254.169.254/latest/meta-data/".to_owned(), BlockReason::NotPublic),
            ("//[fd00:ec2::254]/".to_owned(), BlockReason::NotPublic),
            ("http://2852039166/".to_owned(), BlockReason::NotPublic),
            (format!("http://{address}/2018-06-01/runtime"), BlockReason::RuntimeApi),
            (format!("http://2130706433:{}/", address.port()), BlockReason::RuntimeApi),
            (format!("http://127.0.0.2:{}/", address.port()), BlockReason::NotPublic),
            (format!("http://localhost:{}/", address.port()), BlockReason::LocalName),
            ("http://inside.example/".to_owned(), BlockReason::ResolvesToNotPublic),
            ("file:///etc/passwd".to_owned(), BlockReason::Scheme),
        ] {
            let partner = Partner::playing(vec![redirect("302 Found", &location)]);
            let request = get(partner.url("/"));
            let exchange = sender.browse(request, &mut CookieJar::new()).await;
            assert_eq!(exchange.outcome, Outcome::Blocked(reason), "{location}");
        }
    }

    #[tokio::test]
    async fn a_redirect_without_a_readable_address_goes_nowhere() {
        let without = Partner::playing(vec![Act::Say(answer("302 Found", "", "here"))]);
        assert_eq!(status(&browsed(get(without.url("/"))).await), 302);

        let partner = Partner::playing(vec![redirect("302 Found", "http://[nowhere/")]);
        assert_eq!(
            browsed(get(partner.url("/"))).await,
            failure("a redirect to no readable address")
        );
    }

    #[test]
    fn methods_change_as_the_fetch_standard_has_it() {
        let from = |method: &Method| hop(method.clone(), "https://net.example/p");
        let (get, head, post, put) = (Method::GET, Method::HEAD, Method::POST, Method::PUT);
        for (method, status, then) in [
            (&post, 301, &get),
            (&post, 302, &get),
            (&post, 303, &get),
            (&post, 307, &post),
            (&post, 308, &post),
            (&put, 302, &put),
            (&put, 303, &get),
            (&head, 303, &head),
            (&get, 307, &get),
        ] {
            let next = next(&from(method), status, "/q?x=1").unwrap().unwrap();
            assert_eq!((&next.method, next.url.as_str()), (then, "https://net.example/q?x=1"));
            let turned = method != then;
            assert_eq!(next.body.is_empty(), turned || *method == get, "{method} {status}");
            assert_eq!(next.headers.contains_key(header::CONTENT_TYPE), !turned);
            assert!(next.headers.contains_key(header::AUTHORIZATION));
        }
        for status in [200, 204, 300, 304, 305, 404] {
            assert!(next(&from(&get), status, "/q").unwrap().is_none(), "{status}");
        }
    }

    #[test]
    fn keys_do_not_cross_origins() {
        let from = hop(Method::POST, "https://net.example/p");
        let names = |hop: &Hop| {
            let mut names: Vec<_> = hop.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        let public = ["accept", "accept-encoding", "accept-language", "content-type", "user-agent"];
        for elsewhere in ["//www.net.example/", "https://net.example:444/", "https://b.example/"] {
            let away = next(&from, 307, elsewhere).unwrap().unwrap();
            assert_eq!(names(&away), public, "{elsewhere}");
            let back = next(&away, 307, "https://net.example/p").unwrap().unwrap();
            assert_eq!(names(&back), public, "{elsewhere}");
        }
        assert_eq!(names(&next(&from, 307, "/q").unwrap().unwrap()).len(), 7);
    }

    #[test]
    fn a_body_never_leaves_encryption() {
        let from = hop(Method::POST, "https://net.example/p");
        let downgrade = next(&from, 308, "http://net.example/p").err();
        assert_eq!(downgrade, Some(NoAnswer::Blocked(BlockReason::Downgrade)));
        assert!(next(&from, 302, "http://net.example/p").unwrap().is_some());
    }
}
