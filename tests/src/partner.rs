//! A partner to send webhooks to, whose answers a test decides to the byte.
//!
//! It reads HTTP/1.1 itself, one request a connection, so that it can answer what no server would:
//! garbage, silence, half an answer. Bodies are read by their `content-length`; a chunked body is
//! answered 411. Every request that came in whole is recorded before it is answered.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

pub use self::reply::Reply;

pub mod port;
mod reply;

/// A longer request head is not read on.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A stub partner on a loopback port. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Partner {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
}

/// One request as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The method as sent.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// Empty when there was none.
    pub body: Vec<u8>,
    /// When its last byte was here.
    pub at: Instant,
}

impl Received {
    /// The target without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct World {
    book: Mutex<Book>,
    arrived: Notify,
}

/// Under one lock, so that replies in turn go out in the order of the records.
#[derive(Debug, Default)]
struct Book {
    replies: HashMap<String, VecDeque<Reply>>,
    received: Vec<Received>,
}

impl Partner {
    /// Opens a port: a free one, or one of `HOOKLINE_PARTNER_PORTS` (`18100-18179`) if that is set,
    /// as soon as one of those is free. Every path is 404 until [`Partner::on`] says otherwise.
    ///
    /// # Errors
    /// When no loopback port is free, or the variable is no range.
    pub async fn start() -> io::Result<Self> {
        let listener = port::open().await?;
        let address = listener.local_addr()?;
        let world = Arc::new(World::default());
        let server = tokio::spawn(serve(listener, Arc::clone(&world)));
        Ok(Self { address, world, server })
    }

    /// `127.0.0.1` and the port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path, which starts with `/` and may carry a query.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers that path (without query) so from now on.
    pub fn on(&self, path: &str, reply: Reply) {
        self.on_each(path, [reply]);
    }

    /// Answers the next requests to that path (without query) with one reply each, and all further
    /// ones with the last. No replies at all: 404.
    pub fn on_each(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        self.world.book().replies.insert(path.to_owned(), replies.into_iter().collect());
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.world.book().received.clone()
    }

    /// The requests so far to that path (without query), in order of arrival.
    #[must_use]
    pub fn requests_to(&self, path: &str) -> Vec<Received> {
        self.requests().into_iter().filter(|request| request.path() == path).collect()
    }

    /// The requests to that path as soon as there are `count`, or as many as came `within` that
    /// time.
    pub async fn await_requests_to(
        &self,
        path: &str,
        count: usize,
        within: Duration,
    ) -> Vec<Received> {
        let enough = async {
            loop {
                // Asked for before looking, so that an arrival in between is not missed.
                let arrived = self.world.arrived.notified();
                if self.requests_to(path).len() >= count {
                    return;
                }
                arrived.await;
            }
        };
        let _ = tokio::time::timeout(within, enough).await;
        self.requests_to(path)
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl World {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request and says what to do with it.
    fn take(&self, request: Received) -> Reply {
        let mut book = self.book();
        let reply = book.replies.get_mut(request.path()).and_then(|queue| {
            if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() }
        });
        let chunked = request.header("transfer-encoding").is_some();
        book.received.push(request);
        self.arrived.notify_waiters();
        if chunked { Reply::status(411) } else { reply.unwrap_or_else(|| Reply::status(404)) }
    }
}

/// Holds every connection in its own task, so that they end with it.
async fn serve(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(converse(stream, Arc::clone(&world)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(mut stream: TcpStream, world: Arc<World>) {
    // A client that goes or talks nonsense is not answered; the test sees that nothing was recorded.
    let Ok(Some(request)) = read(&mut stream).await else { return };
    let method = request.method.clone();
    let _ = world.take(request).play(&mut stream, &method).await;
}

/// Reads one request; none when the client closes early or sends something else.
async fn read(stream: &mut TcpStream) -> io::Result<Option<Received>> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if bytes.len() > MAX_HEAD_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(head_end.saturating_add(4));
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) =
        (first.next(), first.next(), first.next(), first.next())
    else {
        return Ok(None);
    };
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    body.truncate(length);
    Ok(Some(Received {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body,
        at: Instant::now(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::AsyncWriteExt;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    async fn send(partner: &Partner, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(partner.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Sends a request and reads all of the answer; an early end is an end.
    async fn exchange(partner: &Partner, request: &str) -> String {
        let mut stream = send(partner, request).await;
        let mut answer = Vec::new();
        let rest = async { while stream.read_buf(&mut answer).await.is_ok_and(|n| n > 0) {} };
        timeout(PATIENCE, rest).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn get(target: &str) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    #[tokio::test]
    async fn a_request_is_recorded_whole_and_answered_by_path() {
        let partner = Partner::start().await.unwrap();
        partner.on("/lookup", Reply::json(&json!({"age": 23})));
        let before = Instant::now();

        let request = "POST /lookup?a=1 HTTP/1.1\r\nHost: x\r\nX-Two: a:b\r\n\
                       Content-Length: 4\r\n\r\nbody";
        let answer = exchange(&partner, request).await;

        let wanted = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                      content-length: 10\r\nconnection: close\r\n\r\n{\"age\":23}";
        assert_eq!(answer, wanted);
        let received = partner.requests();
        let at = received[0].at;
        assert!(before <= at && at <= Instant::now());
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let wanted = Received {
            method: "POST".to_owned(),
            target: "/lookup?a=1".to_owned(),
            headers: [("host", "x"), ("x-two", "a:b"), ("content-length", "4")].map(pair).to_vec(),
            body: b"body".to_vec(),
            at,
        };
        assert_eq!(received, [wanted]);
        assert_eq!(partner.requests_to("/lookup"), received);
        assert_eq!(partner.requests_to("/other"), []);
    }

    #[tokio::test]
    async fn an_unknown_path_is_not_found() {
        let partner = Partner::start().await.unwrap();

        let answer = exchange(&partner, &get("/nowhere")).await;

        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        assert_eq!(partner.requests_to("/nowhere").len(), 1);
    }

    #[tokio::test]
    async fn replies_in_turn_then_the_last_one() {
        let partner = Partner::start().await.unwrap();
        partner.on_each("/p", [Reply::status(500), Reply::raw("nonsense\n"), Reply::empty()]);

        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(exchange(&partner, &get("/p")).await);
        }

        let failure = "HTTP/1.1 500 Internal Server Error\r\n\
                       content-length: 0\r\nconnection: close\r\n\r\n";
        assert_eq!(answers, [failure, "nonsense\n", "", ""]);
    }

    #[tokio::test]
    async fn silence_lasts_until_the_client_goes() {
        let partner = Partner::start().await.unwrap();
        partner.on("/never", Reply::never());
        partner.on("/half", Reply::stalls_after("HTTP/1.1 200 OK\r\nconte"));

        for (path, answer) in [("/never", ""), ("/half", "HTTP/1.1 200 OK\r\nconte")] {
            let mut stream = send(&partner, &get(path)).await;
            let mut came = vec![0; answer.len()];
            timeout(PATIENCE, stream.read_exact(&mut came)).await.unwrap().unwrap();
            assert_eq!(came, answer.as_bytes());
            let more = timeout(Duration::from_millis(100), stream.read_u8()).await;
            assert!(more.is_err(), "{more:?}");
        }
    }

    #[tokio::test]
    async fn requests_can_be_awaited() {
        let partner = Partner::start().await.unwrap();
        partner.on("/p", Reply::status(200).after(Duration::from_millis(50)));

        let request = get("/p");
        let (_, came) = tokio::join!(
            exchange(&partner, &request),
            partner.await_requests_to("/p", 1, PATIENCE),
        );

        assert_eq!(came.len(), 1);
        let short = partner.await_requests_to("/p", 2, Duration::from_millis(20)).await;
        assert_eq!(short, came);
    }

    #[tokio::test]
    async fn a_dropped_partner_closes_the_connections_it_had() {
        let partner = Partner::start().await.unwrap();
        partner.on("/never", Reply::never());
        let mut held = send(&partner, &get("/never")).await;
        partner.await_requests_to("/never", 1, PATIENCE).await;

        drop(partner);

        let mut rest = [0; 1];
        let rest = held.read(&mut rest);
        let rest = timeout(PATIENCE, rest).await.unwrap();
        assert!(matches!(rest, Ok(0) | Err(_)), "{rest:?}");
    }
}
