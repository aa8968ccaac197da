//! Makes the first admin key, for an operator who may invoke the management function: until there is
//! a key, nobody can ask for one over HTTP.

use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::ports::keys::FirstKey;
use hookline::use_cases::{FirstKeyRequest, make_first_key};
use serde_json::{Value, json};

use crate::problem::Problem;

/// What is said to a direct invoke that asks for anything else.
const EXPECTED: &str = "this function takes requests over HTTP, and by direct invoke only \
    {\"make\": \"admin_key\"}, with a \"name\" for the key if you like";
/// What is said the second time.
const MADE: &str = "the first admin key was made before and is not shown again; if it is lost, \
    infra/RUNBOOK.md says under \"Recovering the admin key\" how another is made";

/// Takes what the function was directly invoked with; the answer is the one place that shows the
/// key.
///
/// # Errors
/// Says what was expected, or that there was a first key before.
pub(crate) async fn take(keys: &impl FirstKey, payload: &Value) -> Result<Value, Problem> {
    let request = FirstKeyRequest::from_json(payload)
        .map_err(|errors| Problem { errors, ..Problem::new(422, "invalid", EXPECTED) })?;
    let made = make_first_key(keys, &SystemClock, &SystemRandom, request).await;
    let made = made.map_err(|error| Problem::store(&error))?;
    let (bearer, key) = made.ok_or_else(|| Problem::new(409, "admin_key_made", MADE))?;
    tracing::info!(key_id = key.hash.as_str(), "the first admin key was made");
    Ok(json!({"key": bearer.expose(), "id": key.hash, "name": key.name}))
}
