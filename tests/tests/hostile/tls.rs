//! Receivers that speak TLS where it is not wanted, or not where it is.

use std::time::Duration;

use futures_util::future::join_all;
use hookline::ports::sender::FailureKind;

use crate::encounter::{Came, LONG, PROTOCOL, SHORT, Way, get, local_sender, meeting, sent};
use crate::receiver::{Receiver, Step, say_and};

const TLS: Came = Came::Failed(FailureKind::Tls);

/// What comes of a request by https to a receiver that plays `script`.
async fn encrypted(script: Vec<Step>, timeout: Duration) -> Came {
    let ways = [Way::Ping, Way::Browser].map(async |way| {
        let receiver = Receiver::playing(script.clone());
        let mut url = receiver.url();
        url.set_scheme("https").unwrap();
        sent(way, &local_sender(), get(url, timeout), &receiver).await
    });
    let came = join_all(ways).await;
    assert_eq!(came[0], came[1], "by a ping and by a browser request");
    came[0].clone()
}

#[tokio::test]
async fn a_receiver_without_tls_is_a_tls_failure_behind_https() {
    let plain = || Step::Say(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    for (name, script) in [
        ("plain HTTP", vec![plain()]),
        ("plain HTTP that stays", vec![plain(), Step::Hold]),
        ("a banner", vec![Step::Say(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), Step::Hold]),
        ("an alert", vec![Step::Say(b"\x15\x03\x03\x00\x02\x02\x28".to_vec()), Step::Hold]),
        ("a close", vec![]),
        ("a reset", vec![Step::Reset]),
        ("garbage", vec![Step::Flood((0..=255).collect())]),
        ("zeros", vec![Step::Flood(vec![0])]),
    ] {
        assert_eq!(encrypted(script, LONG).await, TLS, "{name}");
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_tls_failure() {
    for (name, again) in [
        ("warnings", &b"\x15\x03\x03\x00\x02\x01\x64"[..]),
        ("changes of cipher", b"\x14\x03\x03\x00\x01\x01"),
        ("hello requests", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"),
        ("empty records", b"\x16\x03\x03\x00\x00"),
        ("records of no kind", b"\x17\x03\x03\x00\x01\x00"),
    ] {
        assert_eq!(encrypted(vec![Step::Flood(again.to_vec())], LONG).await, TLS, "{name}");
    }
}

#[tokio::test]
async fn a_handshake_that_takes_its_time_times_out() {
    // A server's hello that is as long as a record may be.
    let hello = || Step::Say(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc".to_vec());
    let cases = [
        ("silence", vec![Step::Hold]),
        ("half a record", vec![hello(), Step::Hold]),
        ("a record a byte at a time", vec![hello(), Step::Drip(vec![3; 10_000])]),
    ];
    join_all(cases.map(async |(name, script)| {
        assert_eq!(encrypted(script, SHORT).await, Came::TimedOut, "{name}");
    }))
    .await;
}

#[tokio::test]
async fn tls_behind_plain_http_is_no_answer() {
    for (name, bytes) in [
        ("an alert", &b"\x15\x03\x01\x00\x02\x02\x46"[..]),
        ("a hello", b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"),
    ] {
        assert_eq!(meeting(say_and(bytes, Step::Hold), LONG).await, PROTOCOL, "{name}");
    }
}
