//! Receivers whose heads are odd or overlong.

use hookline::ports::sender::{Browser, CookieJar, MAX_COOKIES, MAX_JAR_BYTES, Outcome};

use crate::encounter::{LONG, PROTOCOL, answer, get, local_sender, meeting};
use crate::receiver::{Receiver, Step, say};

fn with(headers: impl AsRef<[u8]>) -> Vec<Step> {
    let (first, last) = (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", b"\r\n{}");
    say([&first[..], headers.as_ref(), &last[..]].concat())
}

#[tokio::test]
async fn a_head_may_have_400_kib_and_a_hundred_headers_and_not_many_more() {
    let wide = |bytes: usize| format!("x-a: {}\r\n", "b".repeat(bytes));
    let many = |count: usize| "x-a: b\r\n".repeat(count);
    for (name, headers) in [
        ("one huge header", wide(400_000)),
        ("many headers", many(99)),
        ("large ones", wide(4_000).repeat(99)),
    ] {
        assert_eq!(meeting(with(headers), LONG).await, answer(200, "{}"), "{name}");
    }

    for (name, headers) in [
        ("one huge header", wide(1_000_000)),
        ("one that is larger still", wide(3_000_000)),
        ("one header more", many(100)),
        ("very many headers", many(1_000_000)),
        ("large ones", wide(12_000).repeat(99)),
        ("one with a huge name", format!("x{}: b\r\n", "a".repeat(1_000_000))),
    ] {
        assert_eq!(meeting(with(headers), LONG).await, PROTOCOL, "{name}");
    }
}

#[tokio::test]
async fn a_header_that_is_none_is_no_answer() {
    for header in [
        "x-a: b\0c\r\n",
        "x\0a: b\r\n",
        "x-a: \x07\r\n",
        "x-a: b\rc\r\n",
        "x-a : b\r\n",
        " x-a: b\r\n",
        "x a: b\r\n",
        "x-a\r\n",
        ": b\r\n",
        // A value goes on in the next line: obsolete, and a way to hide a header.
        "x-a: b\r\n c\r\n",
        "x-a: b\r\n\tcontent-length: 0\r\n",
    ] {
        assert_eq!(meeting(with(header), LONG).await, PROTOCOL, "{header:?}");
    }
}

#[tokio::test]
async fn a_header_that_is_odd_is_taken() {
    for header in
        [&b"x-a: \xe9\xff\r\n"[..], b"x-a:\r\n", b"x-a:b\n", b"x-a: \t b \t\r\n", b"X_a!: b\r\n"]
    {
        assert_eq!(meeting(with(header), LONG).await, answer(200, "{}"), "{header:?}");
    }
    let bare_line_feeds = say("HTTP/1.1 200 OK\nx-a: b\ncontent-length: 2\n\n{}");
    assert_eq!(meeting(bare_line_feeds, LONG).await, answer(200, "{}"));
    let bare_returns = say("HTTP/1.1 200 OK\rx-a: b\rcontent-length: 2\r\r{}");
    assert_eq!(meeting(bare_returns, LONG).await, PROTOCOL);
}

#[tokio::test]
async fn heads_full_of_cookies_leave_a_jar_that_can_be_kept() {
    for (count, bytes) in [(90, 700), (14, 4_500), (90, 10)] {
        let mut n = 0;
        let cookies: Vec<_> = std::iter::repeat_with(|| {
            n += 1;
            format!("set-cookie: c{n}={}; path=/\r\n", "v".repeat(bytes))
        })
        .take(count)
        .collect();
        let head = format!("HTTP/1.1 302 Found\r\nlocation: /\r\n{}\r\n", cookies.concat());
        let receiver = Receiver::playing(say(head));
        let mut jar = CookieJar::new();

        let outcome = local_sender().browse(get(receiver.url(), LONG), &mut jar).await.outcome;

        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
        let text = jar.to_text();
        assert!(text.len() <= MAX_JAR_BYTES, "{}", text.len());
        let sent = jar.header_for(&receiver.url());
        let kept = sent.map_or(0, |cookies| cookies.to_str().unwrap().split("; ").count());
        assert!(kept <= MAX_COOKIES, "{kept}");
        assert_eq!(CookieJar::from_text(&text).unwrap().to_text(), text);
    }
}
