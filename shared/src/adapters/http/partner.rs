//! A partner on loopback that follows a script, one act for each connection.
//!
//! It runs on a thread of its own with blocking sockets, so that raw bytes are all there is to it,
//! and it leaves when the sender does: no act waits for time to pass.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::HttpSender;
use super::endpoint::{PrivateEndpoints, RuntimeApi};
use super::policy::{AddressPolicy, Loopback};
use super::resolver::Lookup;
use crate::ports::sender::{FailureKind, Outcome, Request, Sender};

/// What a partner does with one connection.
#[derive(Debug, Clone)]
pub(in crate::adapters) enum Act {
    /// Reads the request, says this and hangs up.
    Say(Vec<u8>),
    /// Reads the request, says this and waits for the sender to leave.
    SayAndHold(Vec<u8>),
    /// Reads the request, says the first, then the second until the sender leaves.
    Flood(Vec<u8>, Vec<u8>),
    /// Says this without listening, and hangs up.
    Interrupt(Vec<u8>),
}

/// A partner at work.
#[derive(Debug)]
pub(in crate::adapters) struct Partner {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Partner {
    /// Starts a partner that plays `acts` and then listens no more.
    pub(in crate::adapters) fn playing(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::playing_on(listener, acts)
    }

    /// The same on a listener whose address had to be known beforehand.
    pub(super) fn playing_on(listener: TcpListener, acts: Vec<Act>) -> Self {
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        thread::spawn(move || {
            for act in acts {
                let Ok((stream, _)) = listener.accept() else { return };
                perform(act, stream, &hearing);
            }
        });
        Self { address, heard }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of it.
    pub(in crate::adapters) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The requests it read so far, head and body.
    pub(in crate::adapters) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn perform(act: Act, mut stream: TcpStream, heard: &Mutex<Vec<String>>) {
    if !matches!(act, Act::Interrupt(_)) {
        let request = read_request(&mut stream);
        heard.lock().unwrap().push(request);
    }
    // What the sender does not want to hear is for its outcome to show, not for this thread.
    match act {
        Act::Say(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Act::Interrupt(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            wait_for_leaving(&mut stream);
        }
        Act::SayAndHold(bytes) => {
            let _ = stream.write_all(&bytes);
            wait_for_leaving(&mut stream);
        }
        Act::Flood(first, again) => {
            let mut said = stream.write_all(&first);
            while said.is_ok() {
                said = stream.write_all(&again);
            }
        }
    }
}

fn wait_for_leaving(stream: &mut TcpStream) {
    let mut rest = [0; 1024];
    while matches!(stream.read(&mut rest), Ok(1..)) {}
}

/// Reads a request, its head in lower case.
pub(in crate::adapters) fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1..)) {
        bytes.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    format!("{head}{}", String::from_utf8_lossy(&body))
}

/// An answer with a body and its length.
pub(in crate::adapters) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// An act that sends the sender elsewhere.
pub(super) fn redirect(status: &str, to: &str) -> Act {
    Act::Say(answer(status, &format!("location: {to}\r\n"), "moved"))
}

/// A GET with time enough.
pub(super) fn get(url: Url) -> Request {
    Request {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        timeout: Duration::from_secs(5),
    }
}

/// The only names there are, with their addresses.
#[derive(Debug)]
pub(super) struct Names(pub(super) &'static [(&'static str, &'static [&'static str])]);

impl Lookup for Names {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let (_, addresses) = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(addresses.iter().map(|ip| ip.parse().unwrap()).collect())
    }
}

/// A policy for partners on loopback, beside the runtime at that address.
pub(super) fn local_policy(runtime: Option<SocketAddr>) -> AddressPolicy {
    let runtime = runtime.map(|address| RuntimeApi::parse(&address.to_string()).unwrap());
    AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), runtime).unwrap()
}

/// A sender under that policy, to which names lead where `names` says.
pub(super) fn sender(policy: AddressPolicy, names: Names) -> HttpSender {
    HttpSender::with_lookup(policy, names).unwrap()
}

/// A sender for partners on loopback.
pub(super) fn local_sender() -> HttpSender {
    sender(local_policy(None), Names(&[]))
}

/// What comes of a GET to a partner that does `act`.
pub(super) async fn pinged(act: Act) -> Outcome {
    let partner = Partner::playing(vec![act]);
    local_sender().send(get(partner.url("/lookup?key=s3cret"))).await.outcome
}

/// What kind of failure an outcome is, with its detail.
pub(super) fn failure(outcome: &Outcome) -> (FailureKind, &str) {
    match outcome {
        Outcome::Failed { kind, detail } => (*kind, detail),
        other => panic!("{other:?}"),
    }
}

/// The answer that an outcome is.
pub(super) fn status_and_body(outcome: &Outcome) -> (u16, &[u8]) {
    match outcome {
        Outcome::Answered(answer) => (answer.status, &answer.body),
        other => panic!("{other:?}"),
    }
}
