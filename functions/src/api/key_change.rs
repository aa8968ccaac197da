//! What changes of keys, whatever they are granted: only for whoever's own key still works.

use axum::body::Bytes;
use hookline::adapters::system::SystemClock;
use hookline::fields::{Fields, flag};
use hookline::key::Key;
use hookline::ports::StoreError;
use hookline::ports::clock::Clock;
use hookline::ports::keys::{KeyChanged, KeyRing};
use http::StatusCode;

use super::address::unknown_key;
use super::authentication::PresentedKey;
use super::reply::json_of;
use crate::management::Backend;
use crate::problem::Problem;

/// Reads what is to change of a key: `{paused}`.
pub(super) fn paused(body: &Bytes) -> Result<bool, Problem> {
    let body = json_of(body)?;
    let mut fields = Fields::of(&body).map_err(Problem::invalid)?;
    let paused = fields.required("paused", flag);
    fields.refuse_others();
    fields.finish(paused).map_err(Problem::invalid)
}

/// Pauses a key, or lets it work again; gives it as it stands then.
pub(super) async fn pause(
    backend: &Backend,
    key: &Key,
    paused: bool,
    presented: &PresentedKey,
) -> Result<Key, Problem> {
    let (store, by) = (&backend.store, presented.hash());
    let changed = if paused {
        store.pause_key(&key.hash, by, SystemClock.now()).await
    } else {
        store.resume_key(&key.hash, by).await
    };
    made(changed)?;
    Ok(Key { paused, ..key.clone() })
}

/// Deletes a key.
pub(super) async fn delete(
    backend: &Backend,
    key: &Key,
    presented: &PresentedKey,
) -> Result<StatusCode, Problem> {
    made(backend.store.delete_key(key, presented.hash()).await)?;
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
