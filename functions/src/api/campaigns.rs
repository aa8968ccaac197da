//! Campaigns.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use hookline::campaign::{Campaign, CampaignId, SecretsShown};
use hookline::ports::campaigns::{CampaignList as Listed, Campaigns};
use hookline::use_cases::{delete_campaign as delete, save_campaign as save};
use http::StatusCode;
use serde_json::Value;

use super::address::{ApiPath, CampaignPath, unknown_campaign};
use super::query::{ApiQuery, VersionQuery};
use super::refusals::{Conflict, Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::campaign::{Campaign as Document, CampaignList};
use crate::management::Backend;
use crate::problem::Problem;

/// Reads the campaign as it is saved now.
pub(super) async fn found(backend: &Backend, id: &CampaignId) -> Result<Arc<Campaign>, Problem> {
    let found = backend.store.campaign_now(id).await.map_err(|error| Problem::store(&error))?;
    found.ok_or_else(|| unknown_campaign(id))
}

/// List campaigns
///
/// Every campaign, by name.
#[utoipa::path(
    get, path = "/campaigns", tag = "Campaigns",
    responses((status = 200, description = "The campaigns.", body = CampaignList)),
)]
pub(super) async fn list_campaigns(
    State(backend): State<Arc<Backend>>,
) -> Result<Reply<CampaignList>, Problem> {
    let listed = backend.store.campaigns().await.map_err(|error| Problem::store(&error))?;
    let campaigns = listed.into_iter().map(Into::into).collect();
    Ok(Reply::ok(CampaignList { campaigns }))
}

/// Read a campaign
///
/// The campaign as it is saved now, `secrets` and signing secrets masked. Headers and URLs of webhooks
/// are shown as they are configured, also where they carry credentials.
#[utoipa::path(
    get, path = "/campaigns/{id}", tag = "Campaigns", params(CampaignPath),
    responses((status = 200, description = "The campaign.", body = Document), Unknown, Invalid),
)]
pub(super) async fn read_campaign(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
) -> Result<Reply<Value>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    Ok(Reply::ok(campaign.document(SecretsShown::Masked)))
}

/// Save a campaign
///
/// Saves all of it under the version that was read, 0 for a new one. Everything is checked, and every
/// fault is told at once.
#[utoipa::path(
    put, path = "/campaigns/{id}", tag = "Campaigns", params(CampaignPath),
    request_body = Document,
    responses(
        (status = 200, description = "The campaign as it is saved.", body = Document),
        Conflict, Invalid,
    ),
)]
pub(super) async fn save_campaign(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    body: Bytes,
) -> Result<Reply<Value>, Problem> {
    let id = path.campaign()?;
    let document = json_of(&body)?;
    let saved = save(&backend.store, &backend.policy, &id, document).await?;
    Ok(Reply::ok(saved.document(SecretsShown::Masked)))
}

/// Delete a campaign
///
/// With its postback keys. Its calls stay as long as calls are kept; what they owe is not sent.
#[utoipa::path(
    delete, path = "/campaigns/{id}", tag = "Campaigns", params(CampaignPath, VersionQuery),
    responses((status = 204, description = "It is deleted."), Unknown, Conflict, Invalid),
)]
pub(super) async fn delete_campaign(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    ApiQuery(query): ApiQuery<VersionQuery>,
) -> Result<StatusCode, Problem> {
    delete(&backend.store, &path.campaign()?, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
