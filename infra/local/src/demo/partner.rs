//! A partner: a CRM that knows Jason Kay, one that takes too long, a buyer's desk, and a sales desk
//! that is down at first.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::routing::any;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::DemoError;
use super::platform::{PlatformError, client};
use super::timeline::{Side, Timeline};

/// How long the slow one takes: longer than any webhook waits.
const SLOW: Duration = Duration::from_secs(6);

/// How often its sales desk is down before it is there.
const DOWN: usize = 2;
/// The longest that a request may be waited for: the retries of a sale take 35 s.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running partner. It stops when dropped.
#[derive(Debug)]
pub(super) struct Partner {
    address: SocketAddr,
    server: JoinHandle<()>,
    timeline: Timeline,
    heard: watch::Receiver<Vec<String>>,
}

/// What an answer needs.
#[derive(Debug, Clone)]
struct Desk {
    timeline: Timeline,
    heard: watch::Sender<Vec<String>>,
}

impl Partner {
    /// Starts on a free loopback port.
    pub(super) async fn start(timeline: Timeline) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, heard) = watch::channel(Vec::new());
        let desk = Desk { timeline: timeline.clone(), heard: sender };
        let router = Router::new().fallback(any(answer)).with_state(desk);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the partner stopped");
            }
        });
        Ok(Self { address, server, timeline, heard })
    }

    /// Waits until it was asked at a path.
    pub(super) async fn heard(&self, path: &'static str) -> Result<(), DemoError> {
        self.heard_often(path, 1).await
    }

    /// Waits until it was asked so often at a path.
    pub(super) async fn heard_often(
        &self,
        path: &'static str,
        times: usize,
    ) -> Result<(), DemoError> {
        let mut heard = self.heard.clone();
        let enough = |paths: &Vec<String>| paths.iter().filter(|one| *one == path).count() >= times;
        match timeout(PATIENCE, heard.wait_for(enough)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(DemoError::Unheard(path)),
        }
    }

    /// The paths in the order in which it was first asked for them, those of pings left out.
    pub(super) fn order(&self) -> Vec<String> {
        let pings = ["/crm", "/interests", "/slow", "/screen", "/desk"];
        let mut order: Vec<String> = Vec::new();
        for path in self.heard.borrow().iter() {
            if !pings.contains(&path.as_str()) && !order.contains(path) {
                order.push(path.clone());
            }
        }
        order
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Posts back to a call with the key that it was handed; gives the result.
    pub(super) async fn post_back(
        &self,
        hookline: &str,
        call: &str,
        key: &str,
    ) -> Result<Value, PlatformError> {
        let path = format!("/postback/{call}");
        let query = format!("key={key}&credit_offer=yes");
        self.timeline.note(Side::Partner, format!("GET {path}?key=…&credit_offer=yes"));
        let answer: Value = client()?
            .get(format!("{hookline}{path}?{query}"))
            .send()
            .await?
            .text()
            .await
            .map(|text| serde_json::from_str(&text).unwrap_or_default())?;
        let result = answer.get("result").cloned().unwrap_or_default();
        self.timeline.note(Side::Hookline, format!("postback {}", result.as_str().unwrap_or("?")));
        Ok(result)
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(desk): State<Desk>,
    method: Method,
    OriginalUri(address): OriginalUri,
    body: String,
) -> (StatusCode, String) {
    let Desk { timeline, heard } = desk;
    let target = shown(&address.to_string());
    let path = address.path().to_owned();
    let before = heard.borrow().iter().filter(|one| **one == path).count();
    let document = match address.path() {
        "/crm" => json!({"first_name": "Jason", "last_name": "Kay", "geo": "us-10101", "age": 23,
            "gender": "m"}),
        "/interests" => json!({"product_interest": ["mortgage", "insurance"]}),
        "/slow" => {
            timeline.note(Side::Partner, format!("{method} {target} ← (thinks for 6 s)"));
            // Whoever hangs up first: the caller does, at its deadline.
            let _ = tokio::time::timeout(SLOW, std::future::pending::<()>()).await;
            return (StatusCode::OK, json!({"too": "late"}).to_string());
        }
        "/desk" => json!({"agent": "Ann"}),
        _ => json!({}),
    };
    let is_down = path == "/sale" && before < DOWN;
    let status = if is_down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let told = if is_down { status.to_string() } else { document.to_string() };
    let body = if body.is_empty() { body } else { format!(" {body}") };
    timeline.note(Side::Partner, format!("{method} {target}{body} ← {told}"));
    heard.send_modify(|paths| paths.push(path));
    (status, document.to_string())
}

/// The address without the call's key.
fn shown(target: &str) -> String {
    match target.split_once("key=") {
        Some((before, _)) => format!("{before}key=…"),
        None => target.to_owned(),
    }
}
