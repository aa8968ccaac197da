//! Pings: plain server-to-server requests, without cookies, that follow no redirect.

use std::sync::Arc;

use super::exchange::{Sending, head, read, within};
use super::failure::NoAnswer;
use super::{HttpSender, Reach};
use crate::ports::sender::{Answer, Exchange, Request, Sender, outgoing_headers};
use crate::trigger::Class;

impl Sender for HttpSender {
    async fn send(&self, request: Request) -> Exchange {
        within(request.timeout, &self.lanes, ping(Arc::clone(&self.reach), request)).await
    }
}

async fn ping(reach: Arc<Reach>, request: Request) -> Result<Answer, NoAnswer> {
    let Request { method, url, headers: webhook, body, timeout: _ } = request;
    let to = reach.policy.admit_url(url)?;
    let headers = outgoing_headers(&webhook, Class::Ping);
    let sending = Sending { method: &method, headers, body: &body };
    read(head(&reach.clients, &to, sending).await?).await
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderName, Method};
    use url::Url;

    use super::super::partner::{
        Act, Names, Partner, answer, failure, get, local_policy, local_sender, pinged, redirect,
        sender, status_and_body,
    };
    use super::super::policy::AddressPolicy;
    use super::*;
    use crate::ports::sender::{BlockReason, FailureKind, Outcome};

    #[tokio::test]
    async fn a_json_answer_comes_back_whole() {
        let json = r#"{"first_name":"Jason"}"#;
        let partner = Partner::playing(vec![Act::Say(answer("200 OK", "x-a: b\r\n", json))]);

        let exchange = local_sender().send(get(partner.url("/lookup?phone=1"))).await;

        let Outcome::Answered(answer) = exchange.outcome else { panic!("{exchange:?}") };
        assert_eq!((answer.status, &answer.body[..]), (200, json.as_bytes()));
        assert_eq!(answer.headers.get("x-a").unwrap(), "b");
        assert!(exchange.latency > Duration::ZERO);
        let version = env!("CARGO_PKG_VERSION");
        let host = partner.address();
        assert_eq!(
            partner.heard(),
            [format!(
                "get /lookup?phone=1 http/1.1\r\nuser-agent: hookline/{version}\r\n\
                 accept-encoding: identity\r\naccept: */*\r\nhost: {host}\r\n\r\n"
            )]
        );
    }

    #[tokio::test]
    async fn the_webhooks_headers_and_body_go_out_without_the_forbidden_ones() {
        let partner = Partner::playing(vec![Act::Say(answer("204 No Content", "", ""))]);
        let mut request = get(partner.url("/calls"));
        request.method = Method::POST;
        request.body = Bytes::from_static(b"{}");
        for (name, value) in [
            ("user-agent", "acme"),
            ("content-type", "application/json"),
            ("x-key", "1"),
            ("x-key", "2"),
            ("host", "evil.example"),
            ("content-length", "999"),
            ("transfer-encoding", "chunked"),
            ("connection", "upgrade"),
            ("accept-encoding", "gzip"),
            ("cookie", "a=1"),
        ] {
            request.headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }

        let outcome = local_sender().send(request).await.outcome;

        assert_eq!(status_and_body(&outcome), (204, &b""[..]));
        let host = partner.address();
        assert_eq!(
            partner.heard(),
            [format!(
                "post /calls http/1.1\r\nuser-agent: acme\r\ncontent-type: application/json\r\n\
                 x-key: 1\r\nx-key: 2\r\naccept-encoding: identity\r\naccept: */*\r\n\
                 host: {host}\r\ncontent-length: 2\r\n\r\n{{}}"
            )]
        );
    }

    #[tokio::test]
    async fn userinfo_is_basic_authorization() {
        let partner = Partner::playing(vec![Act::Say(answer("200 OK", "", ""))]);
        let mut url = partner.url("/");
        url.set_username("user").unwrap();
        url.set_password(Some("pass")).unwrap();

        local_sender().send(get(url)).await;

        let heard = partner.heard();
        assert!(heard[0].contains("\r\nauthorization: basic dxnlcjpwyxnz\r\n"), "{heard:?}");
    }

    #[tokio::test]
    async fn any_status_is_an_answer_and_a_redirect_is_not_followed() {
        for status in ["201 Created", "404 Not Found", "500 Oops", "599 Odd"] {
            let outcome = pinged(Act::Say(answer(status, "", "no"))).await;
            let expected: u16 = status[..3].parse().unwrap();
            assert_eq!(status_and_body(&outcome), (expected, &b"no"[..]));
        }
        let partner = Partner::playing(vec![redirect("302 Found", "/next"), redirect("302", "/")]);
        let outcome = local_sender().send(get(partner.url("/"))).await.outcome;
        assert_eq!(status_and_body(&outcome), (302, &b"moved"[..]));
        assert_eq!(partner.heard().len(), 1);
    }

    #[tokio::test]
    async fn a_name_goes_where_it_was_vetted_to_go() {
        let partner = Partner::playing(vec![Act::Say(answer("200 OK", "", "{}"))]);
        let port = partner.address().port();
        let names = Names(&[("crm.example", &["127.0.0.1"])]);
        let sender = sender(local_policy(None), names);

        let url = Url::parse(&format!("http://crm.example:{port}/")).unwrap();
        let outcome = sender.send(get(url)).await.outcome;

        assert_eq!(status_and_body(&outcome), (200, &b"{}"[..]));
        assert!(partner.heard()[0].contains(&format!("\r\nhost: crm.example:{port}\r\n")));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_blocked_and_one_that_leads_nowhere_fails() {
        let names = Names(&[
            ("loop.example", &["127.0.0.1"]),
            ("mixed.example", &["8.8.8.8", "10.0.0.1"]),
            ("metadata.example", &["169.254.169.254"]),
            ("mapped.example", &["::ffff:169.254.169.254"]),
            ("empty.example", &[]),
        ]);
        let sender = sender(AddressPolicy::default(), names);
        for name in ["loop", "mixed", "metadata", "mapped"] {
            for scheme in ["http", "https"] {
                let url = Url::parse(&format!("{scheme}://{name}.example/?key=s3cret")).unwrap();
                let outcome = sender.send(get(url)).await.outcome;
                assert_eq!(outcome, Outcome::Blocked(BlockReason::ResolvesToNotPublic), "{name}");
            }
        }
        for name in ["empty", "unknown"] {
            let url = Url::parse(&format!("https://{name}.example/?key=s3cret")).unwrap();
            let outcome = sender.send(get(url)).await.outcome;
            assert_eq!(failure(&outcome), (FailureKind::Dns, "the name does not resolve"));
        }
    }

    #[tokio::test]
    async fn an_address_is_refused_before_anything_is_sent() {
        let sender = sender(AddressPolicy::default(), Names(&[]));
        for (url, reason) in [
            ("http://169.254.169.254/latest/meta-data/", BlockReason::NotPublic),
            ("http://127.1:9001/", BlockReason::NotPublic),
            ("http://localhost/", BlockReason::LocalName),
            ("ftp://crm.example/", BlockReason::Scheme),
        ] {
            let outcome = sender.send(get(Url::parse(url).unwrap())).await.outcome;
            assert_eq!(outcome, Outcome::Blocked(reason), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_the_runtime_is_blocked_even_locally() {
        let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = runtime.local_addr().unwrap();
        let names = Names(&[("crm.example", &["127.0.0.1"]), ("six.example", &["::1"])]);
        let sender = sender(local_policy(Some(address)), names);

        for name in ["crm", "six"] {
            let url = Url::parse(&format!("http://{name}.example:{}/", address.port())).unwrap();
            let outcome = sender.send(get(url)).await.outcome;
            assert_eq!(outcome, Outcome::Blocked(BlockReason::ResolvesToNotPublic));
        }
    }
}
