//! API keys and postback keys. The answer to the making of a key is the one place that shows it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::fields::{Fields, flag};
use hookline::key::{BearerKey, Grant, Key, KeyHash};
use hookline::ports::campaigns::Campaigns;
use hookline::ports::keys::Keys;
use hookline::use_cases::{
    KeyRequest, PostbackKeyRequest, make_api_key as make_key, make_postback_key as make_postback,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::campaigns::{id_of, unknown};
use super::reply::{Document, json_of};
use crate::management::Backend;
use crate::problem::Problem;

pub(super) async fn make_postback_key(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Document, Problem> {
    let id = id_of(&id)?;
    let body = if body.is_empty() { json!({}) } else { json_of(&body)? };
    let request = PostbackKeyRequest::from_json(id.clone(), &body).map_err(Problem::invalid)?;
    let stored = |error| Problem::store(&error);
    backend.store.campaign_now(&id).await.map_err(stored)?.ok_or_else(|| unknown(&id))?;
    let made = make_postback(&backend.store, &SystemClock, &SystemRandom, request).await;
    let (bearer, key) = made.map_err(stored)?;
    Ok(Document(StatusCode::CREATED, shown_once(&bearer, &key)))
}

pub(super) async fn pause_postback_key(
    State(backend): State<Arc<Backend>>,
    Path((id, key_id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Document, Problem> {
    let id = id_of(&id)?;
    let body = json_of(&body)?;
    let mut fields = Fields::of(&body).map_err(Problem::invalid)?;
    let paused = fields.required("paused", flag);
    fields.refuse_others();
    let paused = fields.finish(paused).map_err(Problem::invalid)?;
    let unknown = || Problem::new(404, "unknown_key", format!("campaign {id} has no such key"));
    let hash = KeyHash::parse(&key_id).ok_or_else(unknown)?;
    let stored = |error| Problem::store(&error);
    let key = backend.store.key(&hash).await.map_err(stored)?.ok_or_else(unknown)?;
    match &key.grant {
        Grant::Postback(grant) if grant.campaign == id => {}
        _ => return Err(unknown()),
    }
    if !backend.store.pause_key(&hash, paused).await.map_err(stored)? {
        return Err(unknown());
    }
    Ok(Document(StatusCode::OK, described(&Key { paused, ..(*key).clone() })))
}

pub(super) async fn make_api_key(
    State(backend): State<Arc<Backend>>,
    body: Bytes,
) -> Result<Document, Problem> {
    let request = KeyRequest::from_json(&json_of(&body)?).map_err(Problem::invalid)?;
    let made = make_key(&backend.store, &SystemClock, &SystemRandom, request).await;
    let (bearer, key) = made.map_err(|error| Problem::store(&error))?;
    Ok(Document(StatusCode::CREATED, shown_once(&bearer, &key)))
}

fn shown_once(bearer: &BearerKey, key: &Key) -> Value {
    let mut document = described(key);
    if let Some(document) = document.as_object_mut() {
        document.insert("key".to_owned(), json!(bearer.expose()));
    }
    document
}

fn described(key: &Key) -> Value {
    let mut document = json!({
        "id": key.hash,
        "name": key.name,
        "paused": key.paused,
        "created_at": key.created_at,
    });
    let more = match &key.grant {
        Grant::Api(scope) => json!({"scope": scope.as_str()}),
        Grant::Postback(grant) => json!({
            "campaign_id": grant.campaign,
            "tag_prefix": grant.tag_prefix,
            "storage_seconds": grant.storage.as_secs(),
            "cutoff_seconds": grant.cutoff.map(|cutoff| cutoff.as_secs()),
        }),
    };
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    document
}
