//! Postback keys. The answer to the making of a key is the one place that shows it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::Key;
use hookline::ports::keys::KeyRing;
use hookline::use_cases::{PostbackKeyRequest, make_postback_key as make};
use http::StatusCode;
use serde_json::json;

use super::address::{ApiPath, CampaignPath, PostbackKeyPath, unknown_campaign, unknown_key};
use super::authentication::PresentedKey;
use super::campaigns::found;
use super::key_change::{delete, pause, paused};
use super::refusals::{Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::key::{KeyChange, MadePostbackKey, NewPostbackKey, PostbackKey, PostbackKeys};
use crate::management::Backend;
use crate::problem::Problem;

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
    ApiPath(path): ApiPath<CampaignPath>,
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
    ApiPath(path): ApiPath<CampaignPath>,
    body: Bytes,
) -> Result<Reply<MadePostbackKey>, Problem> {
    let id = path.campaign()?;
    let body = if body.is_empty() { json!({}) } else { json_of(&body)? };
    let request = PostbackKeyRequest::from_json(id.clone(), &body).map_err(Problem::invalid)?;
    found(&backend, &id).await?;
    let made = make(&backend.store, &SystemClock, &SystemRandom, request).await;
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
    Extension(presented): Extension<PresentedKey>,
    ApiPath(path): ApiPath<PostbackKeyPath>,
    body: Bytes,
) -> Result<Reply<PostbackKey>, Problem> {
    let paused = paused(&body)?;
    let key = postback_key(&backend, &path).await?;
    let changed = pause(&backend, &key, paused, &presented).await?;
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
    Extension(presented): Extension<PresentedKey>,
    ApiPath(path): ApiPath<PostbackKeyPath>,
) -> Result<StatusCode, Problem> {
    let key = postback_key(&backend, &path).await?;
    delete(&backend, &key, &presented).await
}

async fn postback_key(backend: &Backend, path: &PostbackKeyPath) -> Result<Arc<Key>, Problem> {
    let found = backend.postback_key(&path.campaign()?, &path.key()?).await;
    found.map_err(|error| Problem::store(&error))?.ok_or_else(unknown_key)
}
