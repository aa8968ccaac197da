//! Receivers whose status is none.

use crate::encounter::{LONG, PROTOCOL, answer, meeting};
use crate::receiver::{Step, say, say_and};

fn status_line(line: &str) -> Vec<Step> {
    say(format!("{line}\r\ncontent-length: 2\r\n\r\n{{}}"))
}

#[tokio::test]
async fn a_status_that_is_not_three_digits_from_100_is_no_answer() {
    for status in
        ["99", "099", "000", "0", "1000", "20", "2000", "-20", "+20", "2e2", "200.1", "OK", ""]
    {
        let script = status_line(&format!("HTTP/1.1 {status} Odd"));
        assert_eq!(meeting(script, LONG).await, PROTOCOL, "{status:?}");
    }
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_an_answer() {
    for status in [299, 418, 599, 600, 999] {
        let script = status_line(&format!("HTTP/1.1 {status} Odd"));
        assert_eq!(meeting(script, LONG).await, answer(status, "{}"));
    }
}

#[tokio::test]
async fn a_status_line_may_give_no_reason_or_an_odd_one() {
    for line in ["HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 500 Error", "HTTP/1.0 200 OK"] {
        assert_eq!(meeting(status_line(line), LONG).await, answer(200, "{}"), "{line:?}");
    }
}

#[tokio::test]
async fn nothing_is_spoken_but_http() {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
    assert_eq!(meeting(say_and(switch, Step::Hold), LONG).await, PROTOCOL);
}
