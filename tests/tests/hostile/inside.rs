//! Receivers that send the sender to where it must not go.
//!
//! The policy refuses this machine but for the receiver's own endpoint, so that the first hop is
//! allowed and the redirect is judged. What listens where the redirect leads is never connected to.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};

use hookline::ports::sender::BlockReason;

use crate::encounter::{Came, LONG, Way, answer, get, sender_to, sent};
use crate::receiver::{Receiver, Step, say};

fn redirect(status: u16, to: &str) -> Vec<Step> {
    say(format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 2\r\n\r\nno"))
}

/// What listens on this machine, on one port of all its addresses.
struct Bait {
    port: u16,
    listeners: Vec<TcpListener>,
}

impl Bait {
    fn laid() -> Self {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = v4.local_addr().unwrap().port();
        // There are machines without the other version.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).ok();
        Self { port, listeners: [v4].into_iter().chain(v6).collect() }
    }

    /// Whether nobody has connected. Connections wait in turn, so that ours has to be the first.
    fn is_untouched(&self) -> bool {
        self.listeners.iter().all(|listener| {
            let own = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (_, first) = listener.accept().unwrap();
            own.local_addr().unwrap() == first
        })
    }
}

/// What comes of a request that is sent on to `to` with that status.
async fn sent_on(way: Way, status: u16, to: &str) -> Came {
    let receiver = Receiver::playing(redirect(status, to));
    let sender = sender_to(&[&receiver]);
    let came = sent(way, &sender, get(receiver.url(), LONG), &receiver).await;
    assert_eq!(receiver.connections(), 1, "{status} to {to}");
    came
}

async fn is_refused(to: &str, reason: BlockReason) {
    assert_eq!(sent_on(Way::Browser, 302, to).await, Came::Blocked(reason), "{to}");
    assert_eq!(sent_on(Way::Ping, 302, to).await, answer(302, "no"), "{to}");
}

#[tokio::test]
async fn no_redirect_of_any_status_leads_inside() {
    let bait = Bait::laid();
    for status in [301, 302, 303, 307, 308] {
        for (host, reason) in [
            ("127.0.0.1", BlockReason::NotPublic),
            ("localhost", BlockReason::LocalName),
            ("[::1]", BlockReason::NotPublic),
            ("169.254.169.254", BlockReason::NotPublic),
        ] {
            let to = format!("http://{host}:{}/", bait.port);
            assert_eq!(sent_on(Way::Browser, status, &to).await, Came::Blocked(reason), "{to}");
            assert_eq!(sent_on(Way::Ping, status, &to).await, answer(status, "no"), "{to}");
        }
    }
    assert!(bait.is_untouched());
}

#[tokio::test]
async fn no_spelling_of_this_machine_is_followed() {
    let bait = Bait::laid();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "127.255.255.254",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "%31%32%37.0.0.1",
        "\u{2460}\u{2461}\u{2466}.0.0.1",
        "user:pass@127.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
    ] {
        is_refused(&format!("http://{host}:{}/", bait.port), BlockReason::NotPublic).await;
    }
    for host in ["localhost", "LocalHost", "localhost.", "a.localhost", "loc%61lhost"] {
        is_refused(&format!("http://{host}:{}/", bait.port), BlockReason::LocalName).await;
    }
    for odd in ["//127.0.0.1", "http:\\\\127.0.0.1", " \thttp://127.0.0.1"] {
        is_refused(&format!("{odd}:{}/", bait.port), BlockReason::NotPublic).await;
    }
    assert!(bait.is_untouched());
}

#[tokio::test]
async fn no_spelling_of_a_metadata_address_is_followed() {
    for host in [
        "169.254.169.254",
        "169.254.169.254:80",
        "2852039166",
        "0xa9fea9fe",
        "0xa9.0xfe.0xa9.0xfe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "[fd00:0ec2:0:0:0:0:0:0254]",
        "[fd20:ce::254]",
        "[fe80::a9fe:a9fe]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
    ] {
        for scheme in ["http", "https"] {
            let to = format!("{scheme}://{host}/latest/meta-data/");
            is_refused(&to, BlockReason::NotPublic).await;
        }
    }
}

#[tokio::test]
async fn no_other_scheme_is_followed() {
    for to in ["file:///etc/passwd", "ftp://crm.example/", "gopher://127.0.0.1:6379/_x", "data:,x"]
    {
        is_refused(to, BlockReason::Scheme).await;
    }
}

#[tokio::test]
async fn every_hop_of_a_chain_is_judged() {
    let bait = Bait::laid();
    let last = Receiver::playing(redirect(307, &format!("http://127.0.0.1:{}/", bait.port)));
    let first = Receiver::playing(redirect(302, last.url().as_str()));
    let sender = sender_to(&[&first, &last]);

    let came = sent(Way::Browser, &sender, get(first.url(), LONG), &first).await;

    assert_eq!(came, Came::Blocked(BlockReason::NotPublic));
    assert_eq!((first.connections(), last.connections()), (1, 1));
    assert!(bait.is_untouched());
}
