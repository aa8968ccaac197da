//! One request and its answer, within one deadline.
//!
//! Invariants: nothing takes longer than the deadline, and what is ready only after it is dropped;
//! no body is read beyond the cap, and none in a coding that would have to be undone.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, header};
use reqwest::Response;
use tokio::time::{Instant, timeout};

use super::admission::AdmittedUrl;
use super::client::Clients;
use super::failure::{NoAnswer, failed, no_answer, outcome};
use super::lanes::{LaneFault, Lanes};
use crate::ports::sender::{Answer, BODY_CAP, Exchange, FailureKind};

/// Runs what leads to an answer under the one deadline.
pub(super) async fn within(
    deadline: Duration,
    lanes: &Lanes,
    work: impl Future<Output = Result<Answer, NoAnswer>> + Send + 'static,
) -> Exchange {
    let begun = Instant::now();
    let result = match timeout(deadline, lanes.run(work)).await {
        Ok(Ok(result)) => result,
        Ok(Err(fault @ LaneFault::NoThread(_))) => {
            Err(failed(FailureKind::Connect, fault.to_string()))
        }
        Ok(Err(fault @ LaneFault::BrokeOff(_))) => {
            Err(failed(FailureKind::Protocol, fault.to_string()))
        }
        Err(_) => Err(NoAnswer::TimedOut),
    };
    let latency = begun.elapsed();
    // A stalled process can find answer and deadline ready together.
    let result = if latency > deadline { Err(NoAnswer::TimedOut) } else { result };
    Exchange { outcome: outcome(result), latency }
}

/// What goes out once the URL is admitted.
#[derive(Debug)]
pub(super) struct Sending<'a> {
    pub(super) method: &'a Method,
    pub(super) headers: HeaderMap,
    pub(super) body: &'a Bytes,
}

/// Sends and waits for the head of the answer.
pub(super) async fn head(
    clients: &Clients,
    to: &AdmittedUrl,
    sending: Sending<'_>,
) -> Result<Response, NoAnswer> {
    let Sending { method, headers, body } = sending;
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH) {
        return Err(failed(FailureKind::Invalid, "the method is not one that webhooks have"));
    }
    let client = clients.cleared_for(to.clearance());
    let mut request = client.request(method.clone(), to.url().clone()).headers(headers);
    if !body.is_empty() {
        request = request.body(body.clone());
    } else if !matches!(*method, Method::GET | Method::HEAD) {
        // The client would leave it out, and there are servers that answer 411 then.
        request = request.header(header::CONTENT_LENGTH, 0);
    }
    let response =
        request.send().await.map_err(|error| no_answer(&error, to.url().scheme() == "https"))?;
    if response.status().is_informational() {
        return Err(failed(FailureKind::Protocol, "an answer that announces another"));
    }
    Ok(response)
}

/// Reads the rest of an answer.
pub(super) async fn read(mut response: Response) -> Result<Answer, NoAnswer> {
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body: Bytes::new(),
    };
    if answer.is_encoded() {
        return Ok(answer);
    }
    let cap = u64::try_from(BODY_CAP).unwrap_or(u64::MAX);
    if response.content_length().is_some_and(|length| length > cap) {
        return Err(too_large(answer));
    }
    let encrypted = response.url().scheme() == "https";
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error, encrypted))? {
        if body.len() + chunk.len() > BODY_CAP {
            return Err(too_large(answer));
        }
        body.extend_from_slice(&chunk);
    }
    answer.body = body.freeze();
    Ok(answer)
}

fn too_large(answer: Answer) -> NoAnswer {
    NoAnswer::TooLarge { status: answer.status, headers: answer.headers }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use url::Url;

    use super::super::partner::{
        Act, Partner, answer, failure, get, local_sender, pinged, status_and_body,
    };
    use super::*;
    use crate::ports::sender::{Outcome, Sender};

    #[tokio::test]
    async fn an_empty_post_says_that_it_is_empty() {
        let partner = Partner::playing(vec![Act::Say(answer("200 OK", "", ""))]);
        let mut request = get(partner.url("/"));
        request.method = Method::POST;

        local_sender().send(request).await;

        assert!(partner.heard()[0].contains("content-length: 0\r\n"), "{:?}", partner.heard());
    }

    #[tokio::test]
    async fn a_head_answer_may_announce_any_length() {
        let act = Act::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec());
        let partner = Partner::playing(vec![act]);
        let mut request = get(partner.url("/"));
        request.method = Method::HEAD;

        let outcome = local_sender().send(request).await.outcome;

        assert_eq!(status_and_body(&outcome), (200, &b""[..]));
    }

    #[tokio::test]
    async fn other_methods_are_not_sent() {
        for method in [Method::CONNECT, Method::DELETE, Method::TRACE] {
            let mut request = get(Url::parse("http://127.0.0.1:1/").unwrap());
            request.method = method;
            let outcome = local_sender().send(request).await.outcome;
            assert_eq!(failure(&outcome).0, FailureKind::Invalid);
        }
    }

    #[tokio::test]
    async fn what_is_too_long_for_a_request_line_is_not_sent() {
        let url = format!("http://127.0.0.1:1/?key=s3cret{}", "x".repeat(70_000));
        let outcome = local_sender().send(get(Url::parse(&url).unwrap())).await.outcome;
        let expected = (FailureKind::Invalid, "the request cannot be put on the wire");
        assert_eq!(failure(&outcome), expected);
    }

    #[tokio::test]
    async fn one_deadline_covers_every_stage() {
        let hold = |bytes: &[u8]| Act::SayAndHold(bytes.to_vec());
        for act in [
            hold(b""),
            hold(b"HTTP/1.1 200 OK\r\nx-a:"),
            hold(&b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)),
            hold(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"),
            hold(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n"),
        ] {
            let partner = Partner::playing(vec![act.clone()]);
            let mut request = get(partner.url("/"));
            request.timeout = Duration::from_millis(100);

            let exchange = local_sender().send(request).await;

            assert_eq!(exchange.outcome, Outcome::TimedOut, "{act:?}");
            assert!(exchange.latency >= Duration::from_millis(100), "{exchange:?}");
            assert!(exchange.latency < Duration::from_secs(3), "{exchange:?}");
        }
    }

    #[tokio::test]
    async fn a_partner_that_never_takes_the_connection_times_out() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut request = get(Url::parse("http://127.0.0.1/").unwrap());
        request.url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        request.timeout = Duration::from_millis(50);
        let mut encrypted = request.clone();
        encrypted.url.set_scheme("https").unwrap();

        for request in [request, encrypted] {
            assert_eq!(local_sender().send(request).await.outcome, Outcome::TimedOut);
        }
    }

    #[tokio::test]
    async fn a_body_up_to_the_cap_is_read_and_one_byte_more_is_not() {
        let body = "x".repeat(BODY_CAP);
        let outcome = pinged(Act::Say(answer("200 OK", "", &body))).await;
        assert_eq!(status_and_body(&outcome), (200, body.as_bytes()));

        let announced =
            Act::SayAndHold(b"HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n".to_vec());
        let until_close = format!("HTTP/1.1 200 OK\r\n\r\n{body}x").into_bytes();
        let chunks = Act::Flood(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
            format!("3e8\r\n{}\r\n", "x".repeat(1000)).into_bytes(),
        );
        let endless = Act::Flood(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1000]);
        for act in [announced, Act::SayAndHold(until_close), chunks, endless] {
            let outcome = pinged(act).await;
            assert!(matches!(outcome, Outcome::TooLarge { status: 200, .. }), "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn an_announcement_before_the_answer_is_passed_over() {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec();
        bytes.extend(answer("200 OK", "", "{}"));
        let outcome = pinged(Act::Say(bytes)).await;
        assert_eq!(status_and_body(&outcome), (200, &b"{}"[..]));
    }

    #[tokio::test]
    async fn an_encoded_body_is_neither_inflated_nor_read() {
        let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".to_vec();
        let outcome = pinged(Act::Flood(head, vec![0; 1000])).await;
        let Outcome::Answered(answer) = outcome else { panic!("{outcome:?}") };
        assert_eq!((answer.status, answer.is_encoded(), answer.body.len()), (200, true, 0));
    }
}
