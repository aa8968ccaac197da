//! What the address of a page names, as it is stored now.

use std::sync::Arc;

use hookline::campaign::{Campaign, CampaignId, WebhookId};
use hookline::ports::campaigns::Campaigns;

use super::error_page::ErrorPage;
use crate::management::Backend;

/// The campaign of an id.
pub(super) async fn campaign_of(backend: &Backend, id: &str) -> Result<Arc<Campaign>, ErrorPage> {
    let id = CampaignId::parse(id).map_err(|_| unknown_campaign())?;
    backend.store.campaign_now(&id).await?.ok_or_else(unknown_campaign)
}

/// The id of one of a campaign's webhooks.
pub(super) fn webhook_of(campaign: &Campaign, id: &str) -> Result<WebhookId, ErrorPage> {
    let id = WebhookId::parse(id).ok().filter(|id| campaign.webhook(id).is_some());
    id.ok_or_else(unknown_webhook)
}

/// There is no such campaign.
pub(super) fn unknown_campaign() -> ErrorPage {
    ErrorPage::unknown("There is no campaign of this id.")
}

/// There is no such webhook.
pub(super) fn unknown_webhook() -> ErrorPage {
    ErrorPage::unknown("The campaign has no such webhook.")
}
