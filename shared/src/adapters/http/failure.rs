//! Why there is no answer, and how a client's error says so.
//!
//! Policy: our own refusals first, then timeout, TLS, connect, protocol. The text for people comes
//! from the innermost cause, which knows no URL, and is short and printable. What a partner may
//! have put into it after it saw the request is cut off.

use std::error::Error;
use std::io;

use http::HeaderMap;

use super::resolver::ResolveFault;
use crate::ports::sender::{Answer, BlockReason, FailureKind, Outcome};

/// The longest detail, in characters.
const MAX_DETAIL: usize = 120;

/// Every outcome but a whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    TooLarge { status: u16, headers: HeaderMap },
    TimedOut,
    Blocked(BlockReason),
    Failed { kind: FailureKind, detail: String },
}

impl From<BlockReason> for NoAnswer {
    fn from(reason: BlockReason) -> Self {
        Self::Blocked(reason)
    }
}

/// The outcome of what led to an answer, or did not.
pub(super) fn outcome(of: Result<Answer, NoAnswer>) -> Outcome {
    match of {
        Ok(answer) => Outcome::Answered(answer),
        Err(NoAnswer::TooLarge { status, headers }) => Outcome::TooLarge { status, headers },
        Err(NoAnswer::TimedOut) => Outcome::TimedOut,
        Err(NoAnswer::Blocked(reason)) => Outcome::Blocked(reason),
        Err(NoAnswer::Failed { kind, detail }) => Outcome::Failed { kind, detail },
    }
}

/// A failure with its text for people.
pub(super) fn failed(kind: FailureKind, detail: impl Into<String>) -> NoAnswer {
    NoAnswer::Failed { kind, detail: detail.into() }
}

/// What an error amounts to; `encrypted` says whether the URL was https.
pub(super) fn no_answer(error: &reqwest::Error, encrypted: bool) -> NoAnswer {
    match first::<ResolveFault>(error) {
        Some(ResolveFault::NotPermitted) => {
            return BlockReason::ResolvesToNotPublic.into();
        }
        Some(fault @ ResolveFault::NoAddress) => {
            return failed(FailureKind::Dns, fault.to_string());
        }
        None => {}
    }
    if error.is_timeout() {
        return NoAnswer::TimedOut;
    }
    if let Some(fault) = first::<rustls::Error>(error) {
        return failed(FailureKind::Tls, printable(&fault.to_string()));
    }
    if error.is_connect() {
        let kind =
            if encrypted && broke_off(error) { FailureKind::Tls } else { FailureKind::Connect };
        return failed(kind, detail_of(error));
    }
    if error.is_builder() {
        return failed(FailureKind::Invalid, "the request cannot be put on the wire");
    }
    failed(FailureKind::Protocol, detail_of(error))
}

/// Whether a connection was there and then broke off: before TLS was ready, that is TLS failing.
fn broke_off(error: &reqwest::Error) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, UnexpectedEof,
    };
    causes(error).filter_map(<dyn Error>::downcast_ref::<io::Error>).any(|cause| {
        matches!(
            cause.kind(),
            BrokenPipe | ConnectionAborted | ConnectionReset | InvalidData | UnexpectedEof
        )
    })
}

fn detail_of(error: &reqwest::Error) -> String {
    let innermost = causes(error).last().map(ToString::to_string).unwrap_or_default();
    // HTTP/2 lets a partner say why it ends the connection; it stands in brackets.
    let ours = innermost.split('(').next().unwrap_or_default();
    match printable(ours) {
        text if text.is_empty() => "the exchange broke off".to_owned(),
        text => text,
    }
}

fn printable(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(MAX_DETAIL).collect::<String>().trim().to_owned()
}

/// The first cause of that type.
fn first<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// What lies under an error, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| beneath(*cause))
}

/// The cause of a cause. An I/O error's own `source` skips what it wraps, so that is looked at here.
fn beneath<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use url::Url;

    use super::super::partner::{Act, Partner, failure, get, local_sender, pinged};
    use super::*;
    use crate::ports::sender::Sender;

    #[test]
    fn a_detail_is_short_and_printable() {
        assert_eq!(printable("\u{1b}[2Jboo\r\n"), "[2Jboo");
        assert_eq!(printable(&"é".repeat(500)), "é".repeat(MAX_DETAIL));
    }

    #[tokio::test]
    async fn what_is_not_http_is_a_protocol_failure() {
        let garbage = Act::Say(b"\x00\x01\x02 hello\r\n\r\n".to_vec());
        let nothing = Act::Say(Vec::new());
        let reset = Act::Interrupt(Vec::new());
        let half = Act::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec());
        let two_lengths = Act::Say(
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec(),
        );
        let bad_chunk =
            Act::Say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec());
        let old = Act::Say(b"just text".to_vec());
        let switching = Act::SayAndHold(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
                .to_vec(),
        );
        for act in [garbage, nothing, reset, half, two_lengths, bad_chunk, old, switching] {
            let outcome = pinged(act.clone()).await;
            let (kind, detail) = failure(&outcome);
            assert_eq!(kind, FailureKind::Protocol, "{act:?}");
            assert!(!detail.is_empty() && !detail.contains("s3cret"), "{detail}");
        }
    }

    #[tokio::test]
    async fn too_many_headers_are_a_protocol_failure() {
        let bomb = Act::Flood(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-bomb: boom\r\n".to_vec());
        let wide = Act::Flood(b"HTTP/1.1 200 OK\r\nx-bomb: ".to_vec(), vec![b'x'; 1000]);
        for act in [bomb, wide] {
            assert_eq!(failure(&pinged(act).await).0, FailureKind::Protocol);
        }
    }

    #[tokio::test]
    async fn nobody_there_is_a_connect_failure() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        for scheme in ["http", "https"] {
            let url = Url::parse(&format!("{scheme}://{address}/?key=s3cret")).unwrap();
            let outcome = local_sender().send(get(url)).await.outcome;
            let (kind, detail) = failure(&outcome);
            assert_eq!(kind, FailureKind::Connect);
            assert!(!detail.contains("s3cret"), "{detail}");
        }
    }

    #[tokio::test]
    async fn a_partner_that_does_not_speak_tls_is_a_tls_failure() {
        let plain = Act::Interrupt(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
        let hangs_up = Act::Interrupt(Vec::new());
        for act in [plain, hangs_up] {
            let partner = Partner::playing(vec![act]);
            let mut url = partner.url("/?key=s3cret");
            url.set_scheme("https").unwrap();

            let outcome = local_sender().send(get(url)).await.outcome;

            let (kind, detail) = failure(&outcome);
            assert_eq!(kind, FailureKind::Tls);
            assert!(!detail.is_empty() && !detail.contains("s3cret"), "{detail}");
        }
    }
}
