//! Receivers that leave before they are done.

use hookline::ports::sender::FailureKind;

use crate::encounter::{Came, LONG, PROTOCOL, Way, meeting, met};
use crate::receiver::{Step, say_and};

#[tokio::test]
async fn a_close_before_the_answer_is_no_answer() {
    assert_eq!(meeting(vec![Step::Hear], LONG).await, PROTOCOL);
}

#[tokio::test]
async fn a_close_within_a_head_is_no_answer() {
    for head in ["H", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Hints\r\n\r\n"] {
        let script = vec![Step::Hear, Step::Say(head.into())];
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{head:?}");
    }
}

#[tokio::test]
async fn a_reset_is_no_answer_wherever_it_comes() {
    for before in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\n\r\nab",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
    ] {
        let script = say_and(before, Step::Reset);
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{before:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_gone_at_once_is_one_failure_or_the_other() {
    for script in [vec![], vec![Step::Reset]] {
        for way in [Way::Ping, Way::Browser] {
            let came = met(way, script.clone(), LONG).await;
            // It may be gone before the sender has taken note of it.
            assert!(came == PROTOCOL || came == Came::Failed(FailureKind::Connect), "{came:?}");
        }
    }
}
