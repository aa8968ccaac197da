//! The management API: campaigns, keys and calls, for bearers of an admin key.
//!
//! | request | does |
//! |---|---|
//! | `PUT /campaigns/{id}` | saves a campaign under the version that was read |
//! | `GET /campaigns/{id}` | reads it, secrets masked |
//! | `POST /campaigns/{id}/postback-keys` | makes a postback key, shown once |
//! | `PATCH /campaigns/{id}/postback-keys/{key_id}` | pauses a key or lets it work again |
//! | `POST /api-keys` | makes an API key, shown once |
//! | `GET /calls/{call_id}` | a call with its tags, deliveries and attempts |

mod calls;
mod campaigns;
mod keys;
mod reply;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::AddressPolicy;
use hookline::key::{BearerKey, KeyRefusal, Scope};
use hookline::ports::keys::Keys;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::envelope::{
    Answer, Envelope, FunctionError, HttpAnswer, HttpRequest, bearer_of, direct,
};
use crate::problem::Problem;

/// What the requests of the API act on.
#[derive(Debug)]
struct ApiState {
    store: DynamoDb,
    policy: AddressPolicy,
}

/// The management API as a function.
#[derive(Debug)]
pub struct Api {
    router: Router,
}

impl Api {
    /// The API before a store; campaigns may have webhooks at addresses that `policy` admits.
    #[must_use]
    pub fn new(store: DynamoDb, policy: AddressPolicy) -> Self {
        let state = Arc::new(ApiState { store, policy });
        let router = Router::new()
            .route("/campaigns/{id}", put(campaigns::save).get(campaigns::read))
            .route("/campaigns/{id}/postback-keys", post(keys::make_postback_key))
            .route("/campaigns/{id}/postback-keys/{key_id}", patch(keys::pause_postback_key))
            .route("/api-keys", post(keys::make_api_key))
            .route("/calls/{call_id}", get(calls::read))
            .fallback(unknown)
            .method_not_allowed_fallback(not_allowed)
            .layer(from_fn_with_state(Arc::clone(&state), admit))
            .with_state(state);
        Self { router }
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When the payload has the looks of an HTTP event and does not read.
    pub async fn take(&self, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => Ok(self.answer(*request).await?.into_payload()),
            Envelope::Direct(_) => {
                let message = "this function takes requests over HTTP only";
                direct(Err(Problem::new(422, "invalid", message)))
            }
        }
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpAnswer, FunctionError> {
        if let Err(problem) = request.check_size() {
            return Ok(HttpAnswer::problem(&problem));
        }
        let response = match routed(request) {
            Ok(request) => match self.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(_) => Problem::new(400, "bad_address", "the address does not read").into_response(),
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| FunctionError(error.to_string()))?;
        let (status, headers) = (parts.status.as_u16(), parts.headers);
        Ok(HttpAnswer { status, headers, body: body.to_bytes() })
    }
}

fn routed(request: HttpRequest) -> Result<Request, http::Error> {
    let mut address = request.path;
    if let Some(query) = request.query {
        address.push('?');
        address.push_str(&query);
    }
    let mut routed =
        Request::builder().method(request.method).uri(address).body(Body::from(request.body))?;
    *routed.headers_mut() = request.headers;
    Ok(routed)
}

/// Lets in whoever bears a key with the scope `admin`.
async fn admit(State(state): State<Arc<ApiState>>, request: Request, next: Next) -> Response {
    match admitted(&state, bearer_of(request.headers())).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(state: &ApiState, bearer: Result<BearerKey, KeyRefusal>) -> Result<(), Problem> {
    let found = state.store.key(&bearer?.hash()).await;
    let key = found.map_err(|error| Problem::store(&error))?.ok_or(KeyRefusal::Unknown)?;
    Ok(key.admit(Scope::Admin)?)
}

async fn unknown() -> Problem {
    Problem::new(404, "unknown_address", "there is nothing at this address")
}

async fn not_allowed() -> Problem {
    Problem::new(405, "method_not_allowed", "this address does not take that method")
}
