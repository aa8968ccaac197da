//! Receivers that never stop: whatever they push, little of it is taken, and not for long.
//!
//! Framing is the exception. HTTP lets some of it go on for ever, and the client goes along, in
//! stretches of up to 128 reads of some 400 KiB each, in which its thread does nothing else. With
//! the deadline on that thread, outcomes came late: over loopback, on two busy cores, by up to 1.8 s
//! in a release build and 12 s in a debug one. Each exchange has its connections on a thread of
//! their own, and outcomes come late by 12 and 19 ms at most, while the stretch is still gone
//! through to its end. So most framing here is a mebibyte long; two cases are endless.

use futures_util::future::join_all;

use crate::encounter::{
    Came, LONG, PROTOCOL, SHORT, Way, answer, done, get, local_sender, meeting, met, took,
};
use crate::receiver::{Receiver, flood, run, say};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const CHUNKED_AND_ZEROS: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n000";
const CHUNKED_AND_ONE: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1";
/// The most that one connection takes of endless framing: what comes until the deadline, one more
/// stretch of 128 reads of 400 KiB, and what the system holds.
const MAX_FRAMING: usize = 512 * 1024 * 1024;

#[tokio::test]
async fn an_endless_body_is_too_large() {
    let hex = |size: usize| format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    for (name, first, again) in [
        ("until the close", "HTTP/1.1 200 OK\r\n\r\n", "x".to_owned()),
        ("of an older version", "HTTP/1.0 200 OK\r\n\r\n", "x".to_owned()),
        ("in one chunk", &format!("{CHUNKED}ffffffffff\r\n"), "x".to_owned()),
        ("in chunks", CHUNKED, hex(1000)),
        ("in chunks of a byte", CHUNKED, hex(1)),
        ("in chunks of a byte and of zeros", CHUNKED, format!("{}{}", "0".repeat(24), hex(1))),
        ("as announced", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "x".to_owned()),
    ] {
        assert_eq!(meeting(flood(first, again), LONG).await, Came::TooLarge(200), "{name}");
    }
}

#[tokio::test]
async fn the_status_of_an_endless_answer_is_told() {
    for status in [201, 404, 503] {
        let script = flood(format!("HTTP/1.1 {status} Odd\r\n\r\n"), "x");
        assert_eq!(meeting(script, LONG).await, Came::TooLarge(status));
    }
}

/// Framing that may go on for ever, as HTTP has it: the first, and what comes again and again.
const FRAMING: [(&str, &str); 9] = [
    ("", "HTTP/1.1 100 Continue\r\n\r\n"),
    ("", "HTTP/1.1 100\n\n"),
    ("", "HTTP/1.1 102 Processing\r\nx-a: b\r\nx-c: d\r\n\r\n"),
    ("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
    ("", "HTTP/1.1 199 Odd\r\ncontent-length: 9\r\n\r\n"),
    (CHUNKED, "0"),
    (CHUNKED_AND_ZEROS, "0"),
    (CHUNKED_AND_ONE, " "),
    (CHUNKED_AND_ONE, "\t"),
];

#[tokio::test]
async fn framing_that_goes_on_is_waited_for_until_the_deadline() {
    join_all(FRAMING.map(async |(first, again)| {
        let came = meeting(run(first, again), SHORT).await;
        assert_eq!(came, Came::TimedOut, "{first:?} and {again:?}");
    }))
    .await;
}

#[tokio::test]
async fn framing_that_never_ends_does_not_put_the_deadline_off() {
    let endless = [("", "HTTP/1.1 100 Continue\r\n\r\n"), (CHUNKED, "0")];
    join_all(endless.map(async |(first, again)| {
        let receiver = Receiver::playing(flood(first, again));
        let came = done(Way::Ping, &local_sender(), get(receiver.url(), SHORT)).await;
        assert_eq!(came, Came::TimedOut, "{again:?}");
        took(&receiver, MAX_FRAMING).await;
    }))
    .await;
}

#[tokio::test]
async fn a_few_announcements_are_passed_over() {
    let announcements = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(20);
    let script = say(format!("{announcements}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}"));
    assert_eq!(meeting(script, LONG).await, answer(200, "{}"));
}

#[tokio::test]
async fn an_extension_or_a_trailer_that_never_ends_is_no_answer() {
    for (name, first, again) in [
        ("an extension of a chunk", "1;", "x"),
        ("chunks with an extension", "", "1;xxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n"),
        ("trailers", "0\r\n", "x-a: b\r\n"),
        ("one trailer", "0\r\nx-a: ", "b"),
    ] {
        let script = flood(format!("{CHUNKED}{first}"), again);
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{name}");
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_no_answer() {
    for (name, first, again) in [
        ("empty lines", "", "\r\n"),
        ("bare line feeds", "", "\n"),
        ("a version", "HTTP/1.1", "1"),
        ("a reason", "HTTP/1.1 200 ", "x"),
        ("headers", "HTTP/1.1 200 OK\r\n", "x-a: b\r\n"),
        ("the name of a header", "HTTP/1.1 200 OK\r\n", "x"),
        ("the value of a header", "HTTP/1.1 200 OK\r\nx-a: ", "b"),
        ("spaces before a value", "HTTP/1.1 200 OK\r\nx-a:", " "),
        ("headers of an announcement", "HTTP/1.1 103 Hints\r\n", "link: </a>\r\n"),
    ] {
        assert_eq!(meeting(flood(first, again), LONG).await, PROTOCOL, "{name}");
    }
}

#[tokio::test]
async fn what_follows_a_whole_answer_is_not_waited_for() {
    for (first, came) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", answer(200, "{}")),
        ("HTTP/1.1 204 No Content\r\n\r\n", answer(204, "")),
        ("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", answer(304, "")),
        (&format!("{CHUNKED}2\r\n{{}}\r\n0\r\n\r\n"), answer(200, "{}")),
    ] {
        for again in ["x", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"] {
            assert_eq!(meeting(flood(first, again), LONG).await, came, "{first:?}");
        }
    }
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_read_on() {
    let script = flood("HTTP/1.1 302 Found\r\nlocation: /s3cret\r\n\r\n", "x");
    assert_eq!(met(Way::Ping, script.clone(), LONG).await, Came::TooLarge(302));
    assert_eq!(met(Way::Browser, script, LONG).await, PROTOCOL, "more redirects than are followed");
}
