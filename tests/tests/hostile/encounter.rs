//! The real sender before a receiver: what comes of it, and what has to hold whatever comes.

use std::time::Duration;

use bytes::Bytes;
use hookline::adapters::http::{AddressPolicy, HttpSender, Loopback, PrivateEndpoints};
use hookline::ports::sender::{
    BlockReason, Browser, CookieJar, Exchange, FailureKind, Outcome, Request, Sender,
};
use http::{HeaderMap, Method};
use tokio::time::Instant;
use url::Url;

use crate::receiver::{Receiver, Step};

/// The deadline of what only a deadline ends.
pub(crate) const SHORT: Duration = Duration::from_millis(300);
/// The deadline of what ends by itself, and long before.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// How much later a busy machine may be.
pub(crate) const MARGIN: Duration = Duration::from_secs(1);
/// The most that a receiver may get rid of on one connection: what the sender reads of it, less than
/// a mebibyte, and what the system holds between the two, which grows where the reader is slow.
const MAX_PUSHED: usize = 32 * 1024 * 1024;

/// What came of a request, without the text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    Answer(u16, String),
    TooLarge(u16),
    TimedOut,
    Blocked(BlockReason),
    Failed(FailureKind),
}

/// The two ways to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Ping,
    Browser,
}

/// An answer with that body.
pub(crate) fn answer(status: u16, body: &str) -> Came {
    Came::Answer(status, body.to_owned())
}

/// No usable answer, and none of the other kinds.
pub(crate) const PROTOCOL: Came = Came::Failed(FailureKind::Protocol);

/// A sender that may reach this machine.
pub(crate) fn local_sender() -> HttpSender {
    sender(Loopback::Allowed, "")
}

/// A sender that may reach these endpoints, and nothing else on this machine.
pub(crate) fn sender_to(receivers: &[&Receiver]) -> HttpSender {
    let endpoints: Vec<_> = receivers.iter().map(|own| own.address().to_string()).collect();
    sender(Loopback::Refused, &endpoints.join(","))
}

fn sender(loopback: Loopback, endpoints: &str) -> HttpSender {
    let endpoints = PrivateEndpoints::parse(endpoints).unwrap();
    HttpSender::new(AddressPolicy::new(loopback, endpoints, None).unwrap()).unwrap()
}

/// A `GET` with that much time.
pub(crate) fn get(url: Url, timeout: Duration) -> Request {
    let (headers, body) = (HeaderMap::new(), Bytes::new());
    Request { method: Method::GET, url, headers, body, timeout }
}

/// What comes of a request to a receiver that plays `script`: the same for a ping as for a browser
/// request.
pub(crate) async fn meeting(script: Vec<Step>, timeout: Duration) -> Came {
    let (ping, browser) = tokio::join!(
        met(Way::Ping, script.clone(), timeout),
        met(Way::Browser, script.clone(), timeout),
    );
    assert_eq!(ping, browser, "by a ping and by a browser request");
    ping
}

/// What comes of one request to a receiver that plays `script`.
pub(crate) async fn met(way: Way, script: Vec<Step>, timeout: Duration) -> Came {
    let receiver = Receiver::playing(script);
    sent(way, &local_sender(), get(receiver.url(), timeout), &receiver).await
}

/// Sends to a receiver, and looks at what has to hold whatever it does.
pub(crate) async fn sent(
    way: Way,
    sender: &HttpSender,
    request: Request,
    receiver: &Receiver,
) -> Came {
    let came = done(way, sender, request).await;
    let most = MAX_PUSHED * receiver.connections();
    took(receiver, most).await;
    came
}

/// Sends, and looks at when it is done.
pub(crate) async fn done(way: Way, sender: &HttpSender, request: Request) -> Came {
    let timeout = request.timeout;
    let begun = Instant::now();
    let Exchange { outcome, latency } = match way {
        Way::Ping => sender.send(request).await,
        Way::Browser => sender.browse(request, &mut CookieJar::new()).await,
    };
    let late = begun.elapsed().saturating_sub(timeout);
    assert!(late <= MARGIN, "{way:?}: {outcome:?} came {late:?} after the deadline");
    match outcome {
        Outcome::TimedOut => assert!(latency >= timeout, "{way:?}: timed out after {latency:?}"),
        _ => assert!(latency <= timeout, "{way:?}: {outcome:?} counts after {latency:?}"),
    }
    came(outcome)
}

/// Looks at whether the sender leaves, having taken no more than that many bytes.
pub(crate) async fn took(receiver: &Receiver, most: usize) {
    let pushed = receiver.pushed().await;
    assert!(pushed <= most, "{pushed} bytes were taken of a receiver");
}

fn came(outcome: Outcome) -> Came {
    match outcome {
        Outcome::Answered(answer) => {
            Came::Answer(answer.status, String::from_utf8_lossy(&answer.body).into_owned())
        }
        Outcome::TooLarge { status, headers: _ } => Came::TooLarge(status),
        Outcome::TimedOut => Came::TimedOut,
        Outcome::Blocked(reason) => Came::Blocked(reason),
        Outcome::Failed { kind, detail } => {
            let length = detail.chars().count();
            assert!((1..=120).contains(&length) && !detail.contains(char::is_control), "{detail}");
            assert!(!detail.contains("s3cret"), "{detail}");
            Came::Failed(kind)
        }
    }
}
