//! Disables a webhook whose partner says that it is gone (spec section 12).

use crate::campaign::{Campaign, CampaignId, Webhook};
use crate::ports::StoreError;
use crate::ports::campaigns::{Campaigns, Saved};

/// How often others may save the campaign in between.
const TRIES: usize = 5;

/// Disables the webhook, unless it was changed to go elsewhere since.
///
/// # Errors
/// When our own store failed, or others keep saving the campaign. The next partner's 410 tries anew.
pub(super) async fn disable_webhook(
    campaigns: &impl Campaigns,
    campaign: &CampaignId,
    gone: &Webhook,
) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let Some(stored) = campaigns.campaign_now(campaign).await? else { return Ok(()) };
        let mut next = Campaign { version: stored.version + 1, ..Campaign::clone(&stored) };
        let webhook = next.webhooks.iter_mut().find(|webhook| webhook.id == gone.id);
        let same = |webhook: &&mut Webhook| webhook.url.source() == gone.url.source();
        match webhook.filter(same) {
            Some(webhook) if webhook.enabled => webhook.enabled = false,
            _ => return Ok(()),
        }
        if campaigns.save(&next).await? == Saved::Stored {
            tracing::warn!(
                campaign_id = campaign.as_str(),
                webhook_id = gone.id.as_str(),
                "a webhook was disabled: its partner answered 410"
            );
            return Ok(());
        }
    }
    let cause = "others keep saving it".to_owned();
    Err(StoreError { action: "disable a webhook", cause })
}
