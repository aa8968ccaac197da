//! Receivers that speak something else.

use crate::encounter::{LONG, PROTOCOL, answer, meeting};
use crate::receiver::{Step, say, say_and};

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for (name, bytes) in [
        ("JSON", b"{\"first_name\":\"Jason\"}".to_vec()),
        ("HTTP/0.9", b"<html>hello</html>\r\n".to_vec()),
        ("a text", b"hello\r\n\r\n".to_vec()),
        ("every byte", every_byte),
        ("zeros", vec![0; 1000]),
        ("an empty status line", b"\r\n\r\n".to_vec()),
        ("a lone line feed", b"\n".to_vec()),
        ("a request", b"GET / HTTP/1.1\r\nhost: a.example\r\n\r\n".to_vec()),
        ("a version that is none", b"HTTP/1.2 200 OK\r\n\r\n".to_vec()),
        ("a version from the future", b"HTTP/3 200 OK\r\n\r\n".to_vec()),
        ("HTTP/2 as text", b"HTTP/2.0 200 OK\r\n\r\n".to_vec()),
        ("another protocol's status", b"ICY 200 OK\r\n\r\n".to_vec()),
        ("lower case", b"http/1.1 200 ok\r\n\r\n".to_vec()),
    ] {
        assert_eq!(meeting(say(bytes), LONG).await, PROTOCOL, "{name}");
    }
}

#[tokio::test]
async fn a_banner_is_no_answer_though_it_comes_before_the_request() {
    for banner in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.example ESMTP\r\n",
        "+OK POP3 ready\r\n",
        "* OK IMAP4rev1\r\n",
        "-ERR unknown command\r\n",
        "RFB 003.008\n",
        // HTTP/2 settings, unasked.
        "\0\0\0\x04\0\0\0\0\0",
    ] {
        let script = vec![Step::Say(banner.into()), Step::Hold];
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{banner:?}");
        let script = say_and(banner, Step::Hold);
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{banner:?} after the request");
    }
}

#[tokio::test]
async fn an_answer_behind_empty_lines_is_an_answer() {
    let script = say("\r\n\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    assert_eq!(meeting(script, LONG).await, answer(200, "{}"));
}
