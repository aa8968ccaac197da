//! A receiver that plays a script, byte for byte, on a loopback port and a thread of its own.
//!
//! The thread is what makes it hostile: a sender that is busy does not keep it from pushing on.

use std::convert::Infallible;
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use url::Url;

/// What the system holds back of what is pushed. Small, so that pushed bytes are read ones.
const SEND_BUFFER: u32 = 64 * 1024;
/// From one byte of a drip to the next.
const DRIP: Duration = Duration::from_millis(5);
/// A sender that has its outcome leaves well before, even in the midst of framing.
const PATIENCE: Duration = Duration::from_mins(1);

/// One thing that a receiver does with a connection. After the last it hangs up.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Reads the head of a request.
    Hear,
    /// Says this.
    Say(Vec<u8>),
    /// Says this, a byte at a time.
    Drip(Vec<u8>),
    /// Says this over and over, as fast as it goes, until the sender leaves.
    Flood(Vec<u8>),
    /// Says nothing until the sender leaves.
    Hold,
    /// Reads nothing for a while, and then what the system held until the sender leaves.
    Ignore(Duration),
    /// Cuts the connection off: the sender gets a reset.
    Reset,
}

/// Hears a request and says this.
pub(crate) fn say(bytes: impl Into<Vec<u8>>) -> Vec<Step> {
    vec![Step::Hear, Step::Say(bytes.into())]
}

/// Hears a request, says this, and does one thing more.
pub(crate) fn say_and(bytes: impl Into<Vec<u8>>, then: Step) -> Vec<Step> {
    vec![Step::Hear, Step::Say(bytes.into()), then]
}

/// Hears a request, says the first, and then the second without end.
pub(crate) fn flood(first: impl Into<Vec<u8>>, again: impl Into<Vec<u8>>) -> Vec<Step> {
    say_and(first, Step::Flood(again.into()))
}

/// Hears a request, says the first, then a mebibyte of the second, and no more.
pub(crate) fn run(first: impl AsRef<[u8]>, again: &str) -> Vec<Step> {
    let run = again.repeat(1024 * 1024 / again.len());
    say_and([first.as_ref(), run.as_bytes()].concat(), Step::Hold)
}

/// A receiver at work until it is dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    seen: Arc<Seen>,
    open: watch::Receiver<usize>,
    _playing: oneshot::Sender<Infallible>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    pushed: AtomicUsize,
}

impl Receiver {
    /// Plays `script` to every connection.
    pub(crate) fn playing(script: Vec<Step>) -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = {
            let _inside = runtime.enter();
            let socket = TcpSocket::new_v4().unwrap();
            // Taken over by every connection that comes in.
            socket.set_send_buffer_size(SEND_BUFFER).unwrap();
            socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
            socket.listen(64).unwrap()
        };
        let address = listener.local_addr().unwrap();
        let (seen, (open_now, open)) = (Arc::<Seen>::default(), watch::channel(0));
        let (playing, dropped) = oneshot::channel();
        let serving = serve(listener, script, Arc::clone(&seen), open_now);
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    _ = dropped => {}
                }
            });
        });
        Self { address, seen, open, _playing: playing }
    }

    /// A URL of it, whose path and query no outcome may show.
    pub(crate) fn url(&self) -> Url {
        Url::parse(&format!("http://{}/s3cret?key=s3cret", self.address)).unwrap()
    }

    /// Its address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was connected to.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many bytes it got rid of, once the sender has left.
    pub(crate) async fn pushed(&self) -> usize {
        let mut open = self.open.clone();
        let left = open.wait_for(|open| *open == 0);
        timeout(PATIENCE, left).await.expect("the sender leaves").unwrap();
        self.seen.pushed.load(Ordering::SeqCst)
    }
}

async fn serve(
    listener: TcpListener,
    script: Vec<Step>,
    seen: Arc<Seen>,
    open: watch::Sender<usize>,
) {
    let open = Arc::new(open);
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        open.send_modify(|open| *open += 1);
        let (script, seen, open) = (script.clone(), Arc::clone(&seen), Arc::clone(&open));
        connections.spawn(async move {
            play(script, stream, &seen).await;
            open.send_modify(|open| *open -= 1);
        });
    }
}

/// Plays to the end, or until the sender has left.
async fn play(script: Vec<Step>, mut stream: TcpStream, seen: &Seen) {
    for step in script {
        let goes_on = match step {
            Step::Hear => hear(&mut stream).await,
            Step::Say(bytes) => push(&mut stream, &bytes, seen).await,
            Step::Drip(bytes) => drip(&mut stream, &bytes, seen).await,
            Step::Flood(bytes) => {
                // In large writes, so that it is the sender who is slow.
                let many = bytes.repeat(64 * 1024 / bytes.len() + 1);
                while push(&mut stream, &many, seen).await {}
                false
            }
            Step::Hold => hold(&mut stream).await,
            Step::Ignore(time) => {
                let _ = timeout(time, pending::<()>()).await;
                hold(&mut stream).await
            }
            Step::Reset => {
                stream.set_zero_linger().unwrap();
                false
            }
        };
        if !goes_on {
            return;
        }
    }
    let _ = stream.shutdown().await;
    hold(&mut stream).await;
}

/// Whether a request's head came whole.
async fn hear(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}

/// Whether the sender is still there after it was told this.
async fn push(stream: &mut TcpStream, mut bytes: &[u8], seen: &Seen) -> bool {
    while !bytes.is_empty() {
        let Ok(count @ 1..) = stream.write(bytes).await else { return false };
        seen.pushed.fetch_add(count, Ordering::SeqCst);
        bytes = &bytes[count..];
    }
    true
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], seen: &Seen) -> bool {
    let mut time = interval(DRIP);
    for byte in bytes {
        time.tick().await;
        if !push(stream, &[*byte], seen).await {
            return false;
        }
    }
    true
}

/// Reads whatever comes until nothing does.
async fn hold(stream: &mut TcpStream) -> bool {
    while matches!(stream.read(&mut [0; 1024]).await, Ok(1..)) {}
    false
}
