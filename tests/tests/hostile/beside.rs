//! Receivers beside each other: one that is hostile does not hurt what else a call is waiting for.

use std::future::pending;

use futures_util::FutureExt;
use futures_util::future::join_all;
use hookline::ports::sender::{Outcome, Sender};
use tokio::time::Instant;

use crate::encounter::{LONG, MARGIN, SHORT, Way, answer, get, local_sender, sent};
use crate::receiver::{Receiver, flood, run, say};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
/// The most that a process may grow by while it meets many receivers at once.
const MAX_GROWTH: usize = 64 * 1024 * 1024;

/// What comes first, and what comes again and again.
const FLOODS: [(&str, &str); 6] = [
    ("", "HTTP/1.1 100 Continue\r\n\r\n"),
    (CHUNKED, "0"),
    (CHUNKED, "1\r\nx\r\n"),
    ("HTTP/1.1 200 OK\r\n\r\n", "x"),
    ("HTTP/1.1 200 OK\r\nx-a: ", "b"),
    ("HTTP/1.1 200 OK\r\n", "x-a: b\r\n"),
];

/// On one thread, as in a function.
#[tokio::test]
async fn a_good_partner_is_heard_beside_a_hostile_one() {
    let sender = local_sender();
    let good = Receiver::playing(say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    for (first, again) in FLOODS {
        let hostile = Receiver::playing(flood(first, again));
        let begun = Instant::now();

        let heard = async {
            for _ in 0..5 {
                let came = sent(Way::Ping, &sender, get(good.url(), LONG), &good).await;
                assert_eq!(came, answer(200, "{}"), "beside {again:?}");
            }
            begun.elapsed()
        };
        let besieged = sender.send(get(hostile.url(), LONG)).then(|_| pending::<()>());
        let elapsed = tokio::select! {
            elapsed = heard => elapsed,
            () = besieged => unreachable!(),
        };

        assert!(elapsed <= MARGIN, "beside {again:?} it took {elapsed:?}");
    }
}

#[tokio::test]
async fn many_hostile_ones_at_once_take_little_memory() {
    let sender = local_sender();
    // Framing ends, for it would be gone through for seconds by each of so many threads.
    let [announcements, zeros, rest @ ..] = FLOODS;
    let framing = [announcements, zeros].map(|(first, again)| run(first, again));
    let rest = rest.map(|(first, again)| flood(first, again));
    let receivers: Vec<_> = framing.into_iter().chain(rest).map(Receiver::playing).collect();
    let before = peak_memory();

    let requests = receivers.iter().flat_map(|receiver| {
        std::iter::repeat_with(|| sender.send(get(receiver.url(), SHORT))).take(4)
    });
    let exchanges = join_all(requests).await;

    for exchange in exchanges {
        assert!(!matches!(exchange.outcome, Outcome::Answered(_)), "{exchange:?}");
    }
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        let growth = after - before;
        assert!(growth <= MAX_GROWTH, "{growth} bytes");
    }
}

/// The most memory that this process had so far, in bytes; none where the system does not tell.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
