//! Webhooks one by one. They are part of their campaign: a change carries the campaign's version, and
//! makes the next one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use hookline::campaign::{Campaign, SecretsShown, WebhookId};
use hookline::use_cases::{delete_webhook as delete, save_webhook as save};
use serde_json::Value;

use super::address::{ApiPath, WebhookPath, unknown_webhook};
use super::campaigns::found;
use super::query::{ApiQuery, VersionQuery};
use super::refusals::{Conflict, Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::campaign::Campaign as Document;
use super::wire::webhook::{StoredWebhook, UnnamedWebhook};
use crate::management::Backend;
use crate::problem::Problem;

/// Read a webhook
///
/// The webhook as it is saved now, its signing secret masked. Its headers and URL are shown as they
/// are configured, also where they carry credentials.
#[utoipa::path(
    get, path = "/campaigns/{id}/webhooks/{webhook_id}", tag = "Campaigns", params(WebhookPath),
    responses(
        (status = 200, description = "The webhook.", body = StoredWebhook),
        Unknown, Invalid,
    ),
)]
pub(super) async fn read_webhook(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<WebhookPath>,
) -> Result<Reply<StoredWebhook>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    shown(&campaign, &path.webhook()?)
}

/// Save a webhook
///
/// New, or in place of the one of that id. Everything is checked, and every fault is told at once, by
/// its place in the webhook.
#[utoipa::path(
    put, path = "/campaigns/{id}/webhooks/{webhook_id}", tag = "Campaigns",
    params(WebhookPath, VersionQuery), request_body = UnnamedWebhook,
    responses(
        (status = 200, description = "The webhook as it is saved.", body = StoredWebhook),
        Unknown, Conflict, Invalid,
    ),
)]
pub(super) async fn save_webhook(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<WebhookPath>,
    ApiQuery(query): ApiQuery<VersionQuery>,
    body: Bytes,
) -> Result<Reply<StoredWebhook>, Problem> {
    let (campaign, id) = (path.campaign()?, path.webhook()?);
    let webhook = json_of(&body)?;
    let Backend { store, policy, .. } = &*backend;
    let saved = save(store, policy, &campaign, query.version, &id, webhook).await?;
    shown(&saved, &id)
}

/// Delete a webhook
///
/// What it still owes to calls is not sent.
#[utoipa::path(
    delete, path = "/campaigns/{id}/webhooks/{webhook_id}", tag = "Campaigns",
    params(WebhookPath, VersionQuery),
    responses(
        (status = 200, description = "The campaign as it is saved, without it.", body = Document),
        Unknown, Conflict, Invalid,
    ),
)]
pub(super) async fn delete_webhook(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<WebhookPath>,
    ApiQuery(query): ApiQuery<VersionQuery>,
) -> Result<Reply<Value>, Problem> {
    let (campaign, id) = (path.campaign()?, path.webhook()?);
    let left = delete(&backend.store, &backend.policy, &campaign, query.version, &id).await?;
    Ok(Reply::ok(left.document(SecretsShown::Masked)))
}

fn shown(campaign: &Campaign, id: &WebhookId) -> Result<Reply<StoredWebhook>, Problem> {
    let webhook = campaign.webhook_document(id, SecretsShown::Masked);
    let webhook = webhook.ok_or_else(|| unknown_webhook(id.as_str()))?;
    Ok(Reply::ok(StoredWebhook { campaign_version: campaign.version, webhook }))
}
