//! Receivers that lie about the length of a body, or say it twice.

use crate::encounter::{Came, LONG, PROTOCOL, answer, meeting};
use crate::receiver::{Step, say, say_and};

fn with(headers: &str, body: &str) -> Vec<Step> {
    say(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}"))
}

fn chunked(body: &str) -> Vec<Step> {
    with("transfer-encoding: chunked", body)
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_no_answer() {
    for script in [
        with("content-length: 3", "ab"),
        with("content-length: 3", ""),
        chunked("2\r\nab\r\n"),
        chunked("9\r\nab"),
        chunked("2\r\nab\r\n0\r\n"),
        chunked(""),
    ] {
        assert_eq!(meeting(script.clone(), LONG).await, PROTOCOL, "{script:?}");
    }
}

#[tokio::test]
async fn of_a_body_longer_than_announced_what_was_announced_is_read() {
    for script in [
        with("content-length: 2", "abcd"),
        say_and("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabcd", Step::Hold),
        chunked("2\r\nab\r\n0\r\n\r\ncd"),
    ] {
        assert_eq!(meeting(script.clone(), LONG).await, answer(200, "ab"), "{script:?}");
    }
    assert_eq!(meeting(with("content-length: 0", "abcd"), LONG).await, answer(200, ""));
}

#[tokio::test]
async fn a_length_that_is_none_is_no_answer() {
    for length in ["-2", "+2", "0x2", "2.0", "", "two", "2 2", "99999999999999999999999"] {
        let script =
            say_and(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nab"), Step::Hold);
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{length:?}");
    }
}

#[tokio::test]
async fn two_lengths_are_one_if_they_agree() {
    for headers in ["content-length: 2\r\ncontent-length: 3", "content-length: 2, 3"] {
        assert_eq!(meeting(with(headers, "abc"), LONG).await, PROTOCOL, "{headers:?}");
    }
    for headers in ["content-length: 2\r\ncontent-length: 2", "content-length: 2, 2"] {
        assert_eq!(meeting(with(headers, "ab"), LONG).await, answer(200, "ab"), "{headers:?}");
    }
}

/// RFC 9112 section 6.3: chunks decide. No second answer is read, so nothing can be smuggled in.
#[tokio::test]
async fn chunks_decide_over_a_length() {
    for headers in [
        "content-length: 999\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 1",
    ] {
        let script = with(headers, "2\r\nab\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nc");
        assert_eq!(meeting(script, LONG).await, answer(200, "ab"), "{headers:?}");
    }
}

#[tokio::test]
async fn chunks_that_are_none_are_no_answer() {
    for body in [
        "zz\r\nab\r\n0\r\n\r\n",
        "-2\r\nab\r\n0\r\n\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nab\r\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "2\nab\n0\n\n",
        "2;a\nb\r\nab\r\n0\r\n\r\n",
        "\r\n2\r\nab\r\n0\r\n\r\n",
    ] {
        assert_eq!(meeting(chunked(body), LONG).await, PROTOCOL, "{body:?}");
    }
    let older = "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    assert_eq!(meeting(say(older), LONG).await, PROTOCOL, "chunks of an older version");
}

#[tokio::test]
async fn a_length_over_the_cap_is_too_large_before_a_byte_of_it_came() {
    for length in [64 * 1024 + 1, usize::MAX / 4] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        assert_eq!(meeting(say_and(head, Step::Hold), LONG).await, Came::TooLarge(200), "{length}");
    }
}
