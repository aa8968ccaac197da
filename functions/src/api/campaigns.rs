//! Campaigns.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use hookline::campaign::{CampaignId, SecretsShown};
use hookline::fault::Faults;
use hookline::ports::campaigns::Campaigns;
use hookline::use_cases::save_campaign;
use http::StatusCode;

use super::reply::{Document, json_of};
use crate::management::Backend;
use crate::problem::Problem;

/// Reads the id in the address.
pub(super) fn id_of(text: &str) -> Result<CampaignId, Problem> {
    CampaignId::parse(text).map_err(|fault| Problem::invalid(Faults::at("id", fault.to_string())))
}

/// There is no such campaign.
pub(super) fn unknown(id: &CampaignId) -> Problem {
    Problem::new(404, "unknown_campaign", format!("there is no campaign {id}"))
}

pub(super) async fn save(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Document, Problem> {
    let id = id_of(&id)?;
    let document = json_of(&body)?;
    let saved = save_campaign(&backend.store, &backend.policy, &id, document).await?;
    Ok(Document(StatusCode::OK, saved.document(SecretsShown::Masked)))
}

pub(super) async fn read(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
) -> Result<Document, Problem> {
    let id = id_of(&id)?;
    let found = backend.store.campaign_now(&id).await.map_err(|error| Problem::store(&error))?;
    let campaign = found.ok_or_else(|| unknown(&id))?;
    Ok(Document(StatusCode::OK, campaign.document(SecretsShown::Masked)))
}
