//! A partner: a CRM that knows Jason Kay, one that takes too long, and a buyer's desk.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::routing::any;
use http::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::platform::{PlatformError, client};
use super::timeline::{Side, Timeline};

/// How long the slow one takes: longer than any webhook waits.
const SLOW: Duration = Duration::from_secs(6);

/// A running partner. It stops when dropped.
#[derive(Debug)]
pub(super) struct Partner {
    address: SocketAddr,
    server: JoinHandle<()>,
    timeline: Timeline,
}

impl Partner {
    /// Starts on a free loopback port.
    pub(super) async fn start(timeline: Timeline) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(any(answer)).with_state(timeline.clone());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the partner stopped");
            }
        });
        Ok(Self { address, server, timeline })
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
    State(timeline): State<Timeline>,
    method: Method,
    OriginalUri(address): OriginalUri,
    body: String,
) -> String {
    let target = shown(&address.to_string());
    let document = match address.path() {
        "/crm" => json!({"first_name": "Jason", "last_name": "Kay", "geo": "us-10101", "age": 23,
            "gender": "m"}),
        "/interests" => json!({"product_interest": ["mortgage", "insurance"]}),
        "/slow" => {
            timeline.note(Side::Partner, format!("{method} {target} ← (thinks for 6 s)"));
            // Whoever hangs up first: the caller does, at its deadline.
            let _ = tokio::time::timeout(SLOW, std::future::pending::<()>()).await;
            return json!({"too": "late"}).to_string();
        }
        "/desk" => json!({"agent": "Ann"}),
        _ => json!({}),
    };
    let body = if body.is_empty() { body } else { format!(" {body}") };
    timeline.note(Side::Partner, format!("{method} {target}{body} ← {document}"));
    document.to_string()
}

/// The address without the call's key.
fn shown(target: &str) -> String {
    match target.split_once("key=") {
        Some((before, _)) => format!("{before}key=…"),
        None => target.to_owned(),
    }
}
