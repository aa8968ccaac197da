//! API keys. The answer to the making of a key is the one place that shows it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::{Key, KeyHash};
use hookline::ports::keys::KeyRing;
use hookline::use_cases::{KeyRequest, make_api_key as make};
use http::StatusCode;

use super::address::{ApiKeyPath, ApiPath, unknown_key};
use super::authentication::PresentedKey;
use super::key_change::{delete, pause, paused};
use super::refusals::{Conflict, Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::key::{ApiKey, ApiKeys, KeyChange, MadeApiKey, NewApiKey};
use crate::management::Backend;
use crate::problem::Problem;

/// List API keys
#[utoipa::path(
    get, path = "/api-keys", tag = "Keys",
    responses((status = 200, description = "The keys, without the keys themselves.", body = ApiKeys)),
)]
pub(super) async fn list_api_keys(
    State(backend): State<Arc<Backend>>,
) -> Result<Reply<ApiKeys>, Problem> {
    let listed = backend.store.api_keys().await.map_err(|error| Problem::store(&error))?;
    Ok(Reply::ok(ApiKeys { keys: listed.iter().filter_map(ApiKey::of).collect() }))
}

/// Make an API key
///
/// The answer shows the key; nothing ever shows it again.
#[utoipa::path(
    post, path = "/api-keys", tag = "Keys", request_body = NewApiKey,
    responses((status = 201, description = "The key.", body = MadeApiKey), Invalid),
)]
pub(super) async fn make_api_key(
    State(backend): State<Arc<Backend>>,
    body: Bytes,
) -> Result<Reply<MadeApiKey>, Problem> {
    let request = KeyRequest::from_json(&json_of(&body)?).map_err(Problem::invalid)?;
    let made = make(&backend.store, &SystemClock, &SystemRandom, request).await;
    let (bearer, key) = made.map_err(|error| Problem::store(&error))?;
    let shown = ApiKey::of(&key).ok_or_else(unknown_key)?;
    Ok(Reply::created(shown.shown_with(&bearer)))
}

/// Pause an API key
///
/// Or let it work again. The key that one is using cannot be paused with it.
#[utoipa::path(
    patch, path = "/api-keys/{key_id}", tag = "Keys", params(ApiKeyPath), request_body = KeyChange,
    responses(
        (status = 200, description = "The key as it stands.", body = ApiKey),
        Unknown, Conflict, Invalid,
    ),
)]
pub(super) async fn change_api_key(
    State(backend): State<Arc<Backend>>,
    Extension(presented): Extension<PresentedKey>,
    ApiPath(path): ApiPath<ApiKeyPath>,
    body: Bytes,
) -> Result<Reply<ApiKey>, Problem> {
    let paused = paused(&body)?;
    let key = api_key(&backend, &path.key()?).await?;
    if paused {
        presented.refuse_own_key(&key.hash)?;
    }
    let changed = pause(&backend, &key, paused, &presented).await?;
    ApiKey::of(&changed).map(Reply::ok).ok_or_else(unknown_key)
}

/// Delete an API key
///
/// That it is gone shows everywhere within 30 seconds. The key that one is using cannot be deleted
/// with it.
#[utoipa::path(
    delete, path = "/api-keys/{key_id}", tag = "Keys", params(ApiKeyPath),
    responses((status = 204, description = "It is deleted."), Unknown, Conflict),
)]
pub(super) async fn delete_api_key(
    State(backend): State<Arc<Backend>>,
    Extension(presented): Extension<PresentedKey>,
    ApiPath(path): ApiPath<ApiKeyPath>,
) -> Result<StatusCode, Problem> {
    let key = api_key(&backend, &path.key()?).await?;
    presented.refuse_own_key(&key.hash)?;
    delete(&backend, &key, &presented).await
}

async fn api_key(backend: &Backend, hash: &KeyHash) -> Result<Arc<Key>, Problem> {
    let found = backend.api_key(hash).await.map_err(|error| Problem::store(&error))?;
    found.ok_or_else(unknown_key)
}
