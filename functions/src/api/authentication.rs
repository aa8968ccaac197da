//! Who is let in: the bearer of an admin key that is not paused.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hookline::key::{BearerKey, Key, KeyHash, KeyRefusal, Scope};
use hookline::ports::keys::Keys;

use crate::envelope::bearer_of;
use crate::management::Backend;
use crate::problem::Problem;

/// The key that a request was sent with, by its hash.
#[derive(Debug, Clone)]
pub(super) struct PresentedKey(KeyHash);

impl PresentedKey {
    /// What it is known by.
    pub(super) fn hash(&self) -> &KeyHash {
        &self.0
    }

    /// Refuses to do something to the key that is being used: whoever lets go of it by mistake could
    /// not come back for it.
    pub(super) fn refuse_own_key(&self, key: &KeyHash) -> Result<(), Problem> {
        if self.0 == *key {
            let message = "this is the key that you are using; use another for this";
            return Err(Problem::new(409, "own_key", message));
        }
        Ok(())
    }
}

/// Lets in whoever bears a key with the scope `admin`.
pub(super) async fn authenticate(
    State(backend): State<Arc<Backend>>,
    mut request: Request,
    next: Next,
) -> Response {
    match authenticated(&backend, bearer_of(request.headers())).await {
        Ok(key) => {
            request.extensions_mut().insert(PresentedKey(key.hash.clone()));
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn authenticated(
    backend: &Backend,
    bearer: Result<BearerKey, KeyRefusal>,
) -> Result<Arc<Key>, Problem> {
    let found = backend.store.key(&bearer?.hash()).await;
    let key = found.map_err(|error| Problem::store(&error))?.ok_or(KeyRefusal::Unknown)?;
    key.admit(Scope::Admin)?;
    Ok(key)
}
