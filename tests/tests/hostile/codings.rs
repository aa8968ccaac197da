//! Receivers that answer in a coding nobody asked for: nothing is ever inflated.

use crate::encounter::{LONG, answer, meeting};
use crate::receiver::{flood, say};

/// `{}` in gzip.
const SMALL: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
/// How a gzip file of zeros begins.
const BOMB: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x62\x18\x05";
/// How it goes on: 2064 zeros more, as often as one likes.
const FUSE: &[u8] = b"\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28\x18\x05";

#[tokio::test]
async fn a_body_in_another_coding_is_left_where_it_is() {
    for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "GZIP, identity", "gzip, gzip"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\n");
        let small = [format!("{head}content-length: 22\r\n\r\n").as_bytes(), SMALL].concat();
        assert_eq!(meeting(say(small), LONG).await, answer(200, ""), "{coding}");

        let bomb = flood([format!("{head}\r\n").as_bytes(), BOMB].concat(), FUSE);
        assert_eq!(meeting(bomb, LONG).await, answer(200, ""), "a bomb in {coding}");
    }
}

#[tokio::test]
async fn a_transfer_in_another_coding_is_taken_as_it_is() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n16\r\n";
    let script = say([head.as_bytes(), SMALL, b"\r\n0\r\n\r\n"].concat());
    assert_eq!(meeting(script, LONG).await, answer(200, &String::from_utf8_lossy(SMALL)));
}
