//! Receivers that send the sender around.

use crate::encounter::{Came, LONG, PROTOCOL, SHORT, Way, answer, get, met, sender_to, sent};
use crate::receiver::{Receiver, Step, say};

const EVERY: [u16; 5] = [301, 302, 303, 307, 308];

fn redirect(status: u16, to: &str) -> Vec<Step> {
    say(format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"))
}

#[tokio::test]
async fn a_ping_is_not_sent_on() {
    for status in EVERY {
        let receiver = Receiver::playing(redirect(status, "/s3cret"));
        let request = get(receiver.url(), LONG);

        let came = sent(Way::Ping, &sender_to(&[&receiver]), request, &receiver).await;

        assert_eq!(came, answer(status, ""));
        assert_eq!(receiver.connections(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_browser_request_is_sent_on_five_times() {
    for status in EVERY {
        for to in ["/s3cret", "", "?key=s3cret", "#s3cret", "../../.."] {
            let receiver = Receiver::playing(redirect(status, to));
            let request = get(receiver.url(), LONG);

            let came = sent(Way::Browser, &sender_to(&[&receiver]), request, &receiver).await;

            assert_eq!(came, PROTOCOL, "{status} to {to:?}");
            assert_eq!(receiver.connections(), 6, "{status} to {to:?}");
        }
    }
}

#[tokio::test]
async fn all_hops_count_whoever_they_are_to() {
    let there = Receiver::playing(redirect(302, "/s3cret"));
    let here = Receiver::playing(redirect(302, there.url().as_str()));
    let request = get(here.url(), LONG);

    let came = sent(Way::Browser, &sender_to(&[&here, &there]), request, &here).await;

    assert_eq!(came, PROTOCOL);
    assert_eq!((here.connections(), there.connections()), (1, 5));
}

#[tokio::test]
async fn redirects_that_take_their_time_share_one_deadline() {
    let head = "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n";
    let script = vec![Step::Hear, Step::Drip(head.into())];
    assert_eq!(met(Way::Browser, script, SHORT).await, Came::TimedOut);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_no_answer() {
    for to in ["http://", "http:///", "http://[::1", "http://a b/", "http://127.0.0.1:99999/", "//"]
    {
        assert_eq!(met(Way::Browser, redirect(302, to), LONG).await, PROTOCOL, "{to:?}");
        assert_eq!(met(Way::Ping, redirect(302, to), LONG).await, answer(302, ""), "{to:?}");
    }
}

#[tokio::test]
async fn what_is_no_redirect_is_not_followed() {
    for status in [201, 300, 304, 305, 306, 399, 404] {
        let came = met(Way::Browser, redirect(status, "/s3cret"), LONG).await;
        assert_eq!(came, answer(status, ""));
    }
    let nowhere = say("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(met(Way::Browser, nowhere, LONG).await, answer(302, ""));
}
