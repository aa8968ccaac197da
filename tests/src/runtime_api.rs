//! The Lambda Runtime API (2018-06-01) as a function binary sees it, and the sandbox around it.
//!
//! One sandbox takes one invocation at a time; further ones wait their turn. A function that does
//! not answer in time is killed, as Lambda does, and stays dead: the next invocation says so.
//! Source: "Using the Lambda runtime API for custom runtimes" in the AWS Lambda developer guide.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{self, DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::function::{INIT_LIMIT, INVOKE_LIMIT, LambdaFunction};

mod function;

/// The most a function may answer, in bytes: what Lambda says when it refuses more.
const MAX_RESPONSE_BYTES: usize = 6_291_556;

/// Request ids are told apart across every simulator of this process.
static INVOCATIONS: AtomicU64 = AtomicU64::new(1);

/// What an invocation gives when it does not give a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error_type}: {message}")]
pub struct FunctionError {
    /// The function's own word, or Lambda's: `Runtime.ExitError`, `Sandbox.Timedout`.
    pub error_type: String,
    /// What the function said, or what became of it with the last it printed.
    pub message: String,
}

impl FunctionError {
    fn new(error_type: &str, message: impl Into<String>) -> Self {
        Self { error_type: error_type.to_owned(), message: message.into() }
    }

    /// Reads the body of an error report: JSON by convention, anything in practice.
    fn reported(headers: &HeaderMap, body: &[u8]) -> Self {
        let report: Value = serde_json::from_slice(body).unwrap_or_default();
        let field = |name: &str| report.get(name).and_then(Value::as_str).map(str::to_owned);
        let header = headers.get("lambda-runtime-function-error-type");
        let header = header.and_then(|value| value.to_str().ok());
        Self {
            error_type: field("errorType")
                .or_else(|| header.map(str::to_owned))
                .unwrap_or_else(|| "Unhandled".to_owned()),
            message: field("errorMessage")
                .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()),
        }
    }
}

type Outcome = Result<Value, FunctionError>;

/// An answer and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the function answered.
    pub value: Value,
    /// From handing the event to the function to having its answer, both at the Runtime API.
    pub took: Duration,
}

/// How an invocation ended, and how long after the function had its event.
type Settled = (Outcome, Duration);

/// One event on its way to the function.
#[derive(Debug)]
struct Invocation {
    payload: Value,
    limit: Duration,
    answer: oneshot::Sender<Settled>,
}

/// An event that the function has and has not answered yet.
#[derive(Debug)]
struct Open {
    since: Instant,
    answer: oneshot::Sender<Settled>,
}

/// The Runtime API on a free loopback port, until dropped.
#[derive(Debug)]
struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Invocation>,
    server: JoinHandle<()>,
}

/// How initialisation went, told once: by the first poll for an event and when it came, or by an
/// error report.
type Ready = oneshot::Sender<Initialised>;
type Initialised = Result<Instant, FunctionError>;

#[derive(Debug)]
struct Desk {
    function_name: String,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    /// Handed to the function and not answered yet, by request id.
    open: Mutex<HashMap<String, Open>>,
    ready: Mutex<Option<Ready>>,
}

impl RuntimeApi {
    async fn start(function_name: &str) -> io::Result<(Self, oneshot::Receiver<Initialised>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::unbounded_channel();
        let (ready, initialised) = oneshot::channel();
        let desk = Arc::new(Desk {
            function_name: function_name.to_owned(),
            events: tokio::sync::Mutex::new(waiting),
            open: Mutex::default(),
            ready: Mutex::new(Some(ready)),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(MAX_RESPONSE_BYTES))
            .with_state(desk);
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok((Self { address, events, server }, initialised))
    }

    /// Hands in an event; the function takes it with its next poll.
    fn submit(&self, payload: Value, limit: Duration) -> oneshot::Receiver<Settled> {
        let (answer, settled) = oneshot::channel();
        // Fails only when the server is gone, and then the receiver says so.
        let _ = self.events.send(Invocation { payload, limit, answer });
        settled
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Desk {
    fn settle(&self, id: &str, at: Instant, outcome: Outcome) -> Response {
        let Some(Open { since, answer }) = lock(&self.open).remove(id) else {
            let body = r#"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#;
            return (StatusCode::BAD_REQUEST, body).into_response();
        };
        // Whoever asked may have stopped waiting.
        let _ = answer.send((outcome, at.duration_since(since)));
        accepted()
    }

    fn tell_ready(&self, how: Initialised) {
        if let Some(ready) = lock(&self.ready).take() {
            let _ = ready.send(how);
        }
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    desk.tell_ready(Ok(Instant::now()));
    let mut events = desk.events.lock().await;
    loop {
        let Some(event) = events.recv().await else {
            return StatusCode::GONE.into_response();
        };
        // Nobody waits for it any more.
        if event.answer.is_closed() {
            continue;
        }
        let number = INVOCATIONS.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:08x}-0000-4000-8000-{number:012x}", std::process::id());
        let now = unix_time();
        let deadline_ms = now.saturating_add(event.limit).as_millis();
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{}", desk.function_name);
        let trace =
            format!("Root=1-{:08x}-{number:024x};Parent={number:016x};Sampled=0", now.as_secs());
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", id.clone()),
            ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
            ("lambda-runtime-invoked-function-arn", arn),
            ("lambda-runtime-trace-id", trace),
        ];
        let event_text = event.payload.to_string();
        let open = Open { since: Instant::now(), answer: event.answer };
        lock(&desk.open).insert(id, open);
        return (headers, event_text).into_response();
    }
}

async fn response(
    State(desk): State<Arc<Desk>>,
    extract::Path(id): extract::Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let at = Instant::now();
    let Ok(body) = body else {
        let message = format!("the answer exceeds {MAX_RESPONSE_BYTES} bytes");
        let refused = FunctionError::new("Function.ResponseSizeTooLarge", message);
        desk.settle(&id, at, Err(refused));
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let outcome = serde_json::from_slice(&body).map_err(|fault| {
        let text = String::from_utf8_lossy(&body);
        FunctionError::new("Runtime.InvalidResponse", format!("no JSON ({fault}): {text}"))
    });
    desk.settle(&id, at, outcome)
}

async fn error(
    State(desk): State<Arc<Desk>>,
    extract::Path(id): extract::Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    desk.settle(&id, Instant::now(), Err(FunctionError::reported(&headers, &body)))
}

async fn init_error(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    desk.tell_ready(Err(FunctionError::reported(&headers, &body)));
    accepted()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this stands in for the Lambda service, whose clock the function's deadline is set by"
)]
fn unix_time() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
