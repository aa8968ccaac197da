//! Counts what a store or a queue is asked for: a proxy on loopback that hands requests on to the
//! embedded service and keeps the tally.
//!
//! Of `DynamoDB` it also asks what each request consumed, index by index, and reads that from the
//! answer. The embedded engine charges as the service does, by measurements of the service that its
//! source names; in short (DynamoDB developer guide, "Read and write operations", read in November
//! 2026): a write is a unit for each KB of the larger of the item before and after, twice that in a
//! transaction, a check that leaves the item as it is included; an index costs a unit where an entry
//! comes or goes and two where it moves, in a transaction too; a consistent read is a unit for each
//! 4 KB, any other half of that. A write that its condition refuses answers nothing of what it
//! consumed, though it is charged like one that is made: it is counted here by the item that the
//! refusal shows, and as the least there is where it shows none.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::usage::{cost_of, metered};

pub use crate::usage::{Operation, Usage};

/// What names the operation of a request.
const TARGET: &str = "x-amz-target";
/// A proxy before one service. It closes when dropped.
#[derive(Debug)]
pub struct Meter {
    address: SocketAddr,
    tally: Arc<Mutex<Usage>>,
    server: JoinHandle<()>,
}

impl Meter {
    /// A meter before the service at `endpoint`, such as `http://127.0.0.1:8000`.
    ///
    /// # Errors
    /// When no loopback port is free, or no client can be made.
    #[expect(clippy::disallowed_methods, reason = "it asks an embedded service, not a partner")]
    pub async fn before(endpoint: String) -> io::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build().map_err(io::Error::other)?;
        let tally = Arc::<Mutex<Usage>>::default();
        let proxy = Proxy { http, endpoint, tally: Arc::clone(&tally) };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(pass_on).with_state(proxy);
        let server = tokio::spawn(async move {
            // Accept errors are retried within; there is nothing left to report at the end.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, tally, server })
    }

    /// What an SDK client takes as its endpoint.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked for since the last time this was asked.
    #[must_use]
    pub fn take(&self) -> Usage {
        std::mem::take(&mut *lock(&self.tally))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Clone)]
struct Proxy {
    http: reqwest::Client,
    endpoint: String,
    tally: Arc<Mutex<Usage>>,
}

async fn pass_on(State(proxy): State<Proxy>, request: http::Request<Body>) -> Response {
    let answered = proxy.answer(request).await;
    answered.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

impl Proxy {
    async fn answer(&self, request: http::Request<Body>) -> Result<Response, axum::BoxError> {
        let (head, body) = request.into_parts();
        let asked = axum::body::to_bytes(body, usize::MAX).await?;
        let operation = operation_of(&head.headers);
        let document = metered(&operation, &asked);
        let sent = match &document {
            Some(document) => Bytes::from(serde_json::to_vec(document)?),
            None => asked.clone(),
        };
        let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let url = format!("{}{path}", self.endpoint);
        let mut passed = self.http.request(head.method, url).body(sent);
        for (name, value) in &head.headers {
            if ![HOST, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                passed = passed.header(name, value);
            }
        }
        let answer = passed.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let answered = answer.bytes().await?;
        let mut cost = match &document {
            Some(document) => cost_of(&operation, document, status, &answered),
            None => Operation { refused: u64::from(!status.is_success()), ..Operation::default() },
        };
        cost.requests = 1;
        cost.bytes_in = asked.len() as u64;
        cost.bytes_out = answered.len() as u64;
        *lock(&self.tally).0.entry(operation).or_default() += &cost;
        let mut response = Response::builder().status(status);
        for (name, value) in &headers {
            if ![CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                response = response.header(name, value);
            }
        }
        Ok(response.body(Body::from(answered))?)
    }
}

/// The name behind the dot of the target.
fn operation_of(headers: &HeaderMap) -> String {
    let target = headers.get(TARGET).and_then(|value| value.to_str().ok()).unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, name)| name).to_owned()
}

fn lock(tally: &Mutex<Usage>) -> MutexGuard<'_, Usage> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_dynamodb::types::AttributeValue;
    use hookline::adapters::dynamodb::{DynamoDb, create_table};
    use hookline::call::CallId;
    use hookline::ports::calls::Calls;
    use hookline_local::database::Database;

    use super::*;

    fn units(read: f64, write: f64, due: f64) -> (f64, f64, BTreeMap<String, f64>) {
        let due = (due > 0.0).then(|| ("due".to_owned(), due));
        (read, write, due.into_iter().collect())
    }

    #[tokio::test]
    async fn requests_are_handed_on_and_what_they_consume_is_counted() {
        let database = Database::start(None).await.unwrap();
        let meter = Meter::before(database.endpoint()).await.unwrap();
        let mut settings = database.store_settings("hookline");
        settings.endpoint = Some(meter.endpoint());
        let client = settings.client();
        create_table(&client, "hookline").await.unwrap();
        let made = meter.take();
        assert_eq!(made.0.keys().collect::<Vec<_>>(), ["CreateTable"]);
        let text = |value: &str| AttributeValue::S(value.to_owned());

        // 3 KB in the table, and an entry in the index; then the entry moves.
        for due_at in ["1", "2"] {
            let put = client.put_item().table_name("hookline").item("pk", text("CALL#c"));
            let put = put.item("sk", text("CALL")).item("more", text(&"x".repeat(2900)));
            let put = put.item("due_shard", AttributeValue::N("3".to_owned()));
            put.item("due_at", AttributeValue::N(due_at.to_owned())).send().await.unwrap();
        }
        let refused = client.put_item().table_name("hookline").item("pk", text("CALL#c"));
        let refused =
            refused.item("sk", text("CALL")).condition_expression("attribute_not_exists(pk)");
        assert!(refused.send().await.is_err());
        let store = DynamoDb::new(settings.client(), "hookline".to_owned());
        assert!(store.call(&CallId::parse("nobody").unwrap()).await.unwrap().is_none());

        let usage = meter.take();
        let of = |name: &str| {
            let one = &usage.0[name];
            (one.read_units, one.write_units, one.index_units.clone())
        };
        assert_eq!(of("PutItem"), units(0.0, 3.0 + 1.0 + 3.0 + 2.0 + 1.0, 3.0));
        assert_eq!(of("GetItem"), units(1.0, 0.0, 0.0));
        let total = usage.total();
        assert_eq!((total.requests, total.refused), (4, 1));
        assert_eq!((total.items_written, total.items_read), (3, 0));
        assert!(total.bytes_in > 5800 && total.bytes_out > 0);
        assert_eq!(meter.take(), Usage::default());
    }
}
