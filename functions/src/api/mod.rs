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
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use hookline::key::{BearerKey, KeyRefusal, Scope};
use hookline::ports::keys::Keys;

use crate::envelope::bearer_of;
use crate::management::Backend;
use crate::problem::Problem;

/// The routes of the API, each behind an admin key.
pub(crate) fn routes(backend: &Arc<Backend>) -> Router<Arc<Backend>> {
    Router::new()
        .route("/campaigns/{id}", put(campaigns::save).get(campaigns::read))
        .route("/campaigns/{id}/postback-keys", post(keys::make_postback_key))
        .route("/campaigns/{id}/postback-keys/{key_id}", patch(keys::pause_postback_key))
        .route("/api-keys", post(keys::make_api_key))
        .route("/calls/{call_id}", get(calls::read))
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(backend), admit))
}

/// Lets in whoever bears a key with the scope `admin`.
async fn admit(State(backend): State<Arc<Backend>>, request: Request, next: Next) -> Response {
    match admitted(&backend, bearer_of(request.headers())).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(backend: &Backend, bearer: Result<BearerKey, KeyRefusal>) -> Result<(), Problem> {
    let found = backend.store.key(&bearer?.hash()).await;
    let key = found.map_err(|error| Problem::store(&error))?.ok_or(KeyRefusal::Unknown)?;
    Ok(key.admit(Scope::Admin)?)
}

async fn unknown() -> Problem {
    Problem::new(404, "unknown_address", "there is nothing at this address")
}

async fn not_allowed() -> Problem {
    Problem::new(405, "method_not_allowed", "this address does not take that method")
}
