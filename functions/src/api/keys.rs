//! API keys and postback keys. The answer to the making of a key is the one place that shows it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::campaign::CampaignId;
use hookline::fields::{Fields, flag};
use hookline::key::{Grant, Key, KeyHash};
use hookline::ports::StoreError;
use hookline::ports::clock::Clock;
use hookline::ports::keys::{KeyChanged, KeyRing, Keys};
use hookline::use_cases::{
    KeyRequest, PostbackKeyRequest, make_api_key as make, make_postback_key as make_postback,
};
use http::StatusCode;
use serde_json::json;

use super::address::{
    ApiKeyPath, At, CampaignPath, PostbackKeyPath, unknown_campaign, unknown_key,
};
use super::admission::{Caller, CallerKey};
use super::campaigns::found;
use super::refusals::{Conflict, Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::key::{
    ApiKey, ApiKeys, KeyChange, MadeApiKey, MadePostbackKey, NewApiKey, NewPostbackKey,
    PostbackKey, PostbackKeys,
};
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
    Extension(caller): Caller,
    At(path): At<ApiKeyPath>,
    body: Bytes,
) -> Result<Reply<ApiKey>, Problem> {
    let paused = paused(&body)?;
    let key = api_key(&backend, &path.key()?).await?;
    if paused {
        caller.spare(&key.hash)?;
    }
    let changed = pause(&backend, &key, paused, &caller).await?;
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
    Extension(caller): Caller,
    At(path): At<ApiKeyPath>,
) -> Result<StatusCode, Problem> {
    let key = api_key(&backend, &path.key()?).await?;
    caller.spare(&key.hash)?;
    delete(&backend, &key, &caller).await
}

/// List postback keys
#[utoipa::path(
    get, path = "/campaigns/{id}/postback-keys", tag = "Keys", params(CampaignPath),
    responses(
        (status = 200, description = "The campaign's keys, without the keys themselves.",
            body = PostbackKeys),
        Unknown, Invalid,
    ),
)]
pub(super) async fn list_postback_keys(
    State(backend): State<Arc<Backend>>,
    At(path): At<CampaignPath>,
) -> Result<Reply<PostbackKeys>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    let listed = backend.store.postback_keys(&campaign.id).await;
    let listed = listed.map_err(|error| Problem::store(&error))?;
    Ok(Reply::ok(PostbackKeys { keys: listed.iter().filter_map(PostbackKey::of).collect() }))
}

/// Make a postback key
///
/// With it a partner writes tags to the callers of this campaign. The answer shows the key; nothing
/// ever shows it again.
#[utoipa::path(
    post, path = "/campaigns/{id}/postback-keys", tag = "Keys", params(CampaignPath),
    request_body = Option<NewPostbackKey>,
    responses(
        (status = 201, description = "The key.", body = MadePostbackKey),
        Unknown, Invalid,
    ),
)]
pub(super) async fn make_postback_key(
    State(backend): State<Arc<Backend>>,
    At(path): At<CampaignPath>,
    body: Bytes,
) -> Result<Reply<MadePostbackKey>, Problem> {
    let id = path.campaign()?;
    let body = if body.is_empty() { json!({}) } else { json_of(&body)? };
    let request = PostbackKeyRequest::from_json(id.clone(), &body).map_err(Problem::invalid)?;
    found(&backend, &id).await?;
    let made = make_postback(&backend.store, &SystemClock, &SystemRandom, request).await;
    let made = made.map_err(|error| Problem::store(&error))?;
    let (bearer, key) = made.ok_or_else(|| unknown_campaign(&id))?;
    let shown = PostbackKey::of(&key).ok_or_else(unknown_key)?;
    Ok(Reply::created(shown.shown_with(&bearer)))
}

/// Pause a postback key
///
/// Or let it work again.
#[utoipa::path(
    patch, path = "/campaigns/{id}/postback-keys/{key_id}", tag = "Keys",
    params(PostbackKeyPath), request_body = KeyChange,
    responses(
        (status = 200, description = "The key as it stands.", body = PostbackKey),
        Unknown, Invalid,
    ),
)]
pub(super) async fn change_postback_key(
    State(backend): State<Arc<Backend>>,
    Extension(caller): Caller,
    At(path): At<PostbackKeyPath>,
    body: Bytes,
) -> Result<Reply<PostbackKey>, Problem> {
    let campaign = path.campaign()?;
    let paused = paused(&body)?;
    let key = postback_key(&backend, &campaign, &path.key()?).await?;
    let changed = pause(&backend, &key, paused, &caller).await?;
    PostbackKey::of(&changed).map(Reply::ok).ok_or_else(unknown_key)
}

/// Delete a postback key
///
/// That it is gone shows everywhere within 30 seconds. Data that it wrote stays.
#[utoipa::path(
    delete, path = "/campaigns/{id}/postback-keys/{key_id}", tag = "Keys",
    params(PostbackKeyPath),
    responses((status = 204, description = "It is deleted."), Unknown, Invalid),
)]
pub(super) async fn delete_postback_key(
    State(backend): State<Arc<Backend>>,
    Extension(caller): Caller,
    At(path): At<PostbackKeyPath>,
) -> Result<StatusCode, Problem> {
    let key = postback_key(&backend, &path.campaign()?, &path.key()?).await?;
    delete(&backend, &key, &caller).await
}

/// Reads `{paused}`.
fn paused(body: &Bytes) -> Result<bool, Problem> {
    let body = json_of(body)?;
    let mut fields = Fields::of(&body).map_err(Problem::invalid)?;
    let paused = fields.required("paused", flag);
    fields.refuse_others();
    fields.finish(paused).map_err(Problem::invalid)
}

async fn stored(backend: &Backend, hash: &KeyHash) -> Result<Arc<Key>, Problem> {
    let found = backend.store.key(hash).await.map_err(|error| Problem::store(&error))?;
    found.ok_or_else(unknown_key)
}

async fn api_key(backend: &Backend, hash: &KeyHash) -> Result<Arc<Key>, Problem> {
    let key = stored(backend, hash).await?;
    if matches!(key.grant, Grant::Api(_)) { Ok(key) } else { Err(unknown_key()) }
}

async fn postback_key(
    backend: &Backend,
    campaign: &CampaignId,
    hash: &KeyHash,
) -> Result<Arc<Key>, Problem> {
    let key = stored(backend, hash).await?;
    match &key.grant {
        Grant::Postback(grant) if grant.campaign == *campaign => Ok(key),
        _ => Err(unknown_key()),
    }
}

async fn pause(
    backend: &Backend,
    key: &Key,
    paused: bool,
    caller: &CallerKey,
) -> Result<Key, Problem> {
    let changed = if paused {
        backend.store.pause_key(&key.hash, caller.hash(), SystemClock.now()).await
    } else {
        backend.store.resume_key(&key.hash, caller.hash()).await
    };
    made(changed)?;
    Ok(Key { paused, ..key.clone() })
}

async fn delete(backend: &Backend, key: &Key, caller: &CallerKey) -> Result<StatusCode, Problem> {
    made(backend.store.delete_key(key, caller.hash()).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks that a change of a key was made.
fn made(changed: Result<KeyChanged, StoreError>) -> Result<(), Problem> {
    match changed.map_err(|error| Problem::store(&error))? {
        KeyChanged::Made => Ok(()),
        KeyChanged::Unknown => Err(unknown_key()),
        KeyChanged::Refused(refusal) => Err(refusal.into()),
    }
}
