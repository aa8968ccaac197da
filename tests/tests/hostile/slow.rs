//! Receivers that take their time: one deadline ends them all, wherever they are.

use bytes::Bytes;
use futures_util::future::join_all;
use http::Method;

use crate::encounter::{Came, LONG, SHORT, Way, answer, get, local_sender, meeting, sent};
use crate::receiver::{Receiver, Step, say_and};

const OK: &str = "HTTP/1.1 200 OK\r\n";

/// Says this a byte at a time, for longer than any test takes.
fn drip(bytes: &str) -> Step {
    Step::Drip(bytes.repeat(10_000).into())
}

#[tokio::test]
async fn what_is_never_done_times_out() {
    let cases = [
        ("silence", vec![Step::Hold]),
        ("silence after the request", vec![Step::Hear, Step::Hold]),
        ("half a status line", say_and("HTTP/1.1 20", Step::Hold)),
        ("headers that never end", say_and(format!("{OK}x-a: b\r\n"), Step::Hold)),
        ("an announcement and no answer", say_and("HTTP/1.1 103 Hints\r\n\r\n", Step::Hold)),
        ("no body", say_and(format!("{OK}content-length: 9\r\n\r\n"), Step::Hold)),
        ("half a body", say_and(format!("{OK}content-length: 9\r\n\r\nabc"), Step::Hold)),
        ("a body that never closes", say_and(format!("{OK}\r\nabc"), Step::Hold)),
        (
            "no last chunk",
            say_and(format!("{OK}transfer-encoding: chunked\r\n\r\n1\r\na\r\n"), Step::Hold),
        ),
        (
            "trailers that never end",
            say_and(format!("{OK}transfer-encoding: chunked\r\n\r\n0\r\nx-a: b\r\n"), Step::Hold),
        ),
    ];
    join_all(cases.map(async |(name, script)| {
        assert_eq!(meeting(script, SHORT).await, Came::TimedOut, "{name}");
    }))
    .await;
}

#[tokio::test]
async fn what_comes_a_byte_at_a_time_times_out() {
    let chunked = format!("{OK}transfer-encoding: chunked\r\n\r\n");
    let cases = [
        ("a status line", vec![Step::Hear, drip(OK)]),
        ("empty lines", vec![Step::Hear, drip("\r\n")]),
        ("headers", say_and(OK, drip("x-a: b\r\n"))),
        ("one header", say_and(format!("{OK}x-a: "), drip("b"))),
        ("announcements", vec![Step::Hear, drip("HTTP/1.1 100 Continue\r\n\r\n")]),
        ("a body", say_and(format!("{OK}\r\n"), drip("b"))),
        ("a body of a length", say_and(format!("{OK}content-length: 60000\r\n\r\n"), drip("b"))),
        ("chunks", say_and(chunked.clone(), drip("1\r\nb\r\n"))),
        ("the size of a chunk", say_and(chunked, drip("0"))),
    ];
    join_all(cases.map(async |(name, script)| {
        assert_eq!(meeting(script, SHORT).await, Came::TimedOut, "{name}");
    }))
    .await;
}

#[tokio::test]
async fn a_request_that_is_not_read_times_out() {
    // More than the system holds between the two.
    let body = Bytes::from(vec![b'x'; 16 * 1024 * 1024]);
    join_all([Way::Ping, Way::Browser].map(async |way| {
        let receiver = Receiver::playing(vec![Step::Ignore(4 * SHORT)]);
        let mut request = get(receiver.url(), SHORT);
        request.method = Method::POST;
        request.body = body.clone();

        let came = sent(way, &local_sender(), request, &receiver).await;

        assert_eq!(came, Came::TimedOut, "{way:?}");
    }))
    .await;
}

#[tokio::test]
async fn an_answer_is_whole_in_time_or_none() {
    let whole = say_and(format!("{OK}content-length: 2\r\n\r\n"), drip("{}"));
    assert_eq!(meeting(whole, LONG).await, answer(200, "{}"));

    let nearly = say_and(format!("{OK}content-length: 3\r\n\r\n{{}}"), Step::Hold);
    assert_eq!(meeting(nearly, SHORT).await, Came::TimedOut);
}
