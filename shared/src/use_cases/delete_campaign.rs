//! Deletes a campaign under the version that was read.

use super::change_webhook::ChangeRefusal;
use super::save_campaign::SaveRefusal;
use crate::campaign::CampaignId;
use crate::ports::campaigns::{CampaignList, Campaigns, Saved};

/// Deletes a campaign with its postback keys. Its calls stay as long as calls are kept; what they owe
/// is not sent.
///
/// # Errors
/// When there is no such campaign, or the version is stale.
pub async fn delete_campaign(
    campaigns: &(impl Campaigns + CampaignList),
    id: &CampaignId,
    version: u64,
) -> Result<(), ChangeRefusal> {
    let read = campaigns.campaign_now(id).await?;
    let was_there = read.is_some();
    if let Some(other) = read.filter(|campaign| campaign.version != version) {
        return Err(SaveRefusal::Stale(Some(other)).into());
    }
    // One that is not there may have left keys, which go now.
    match campaigns.delete_campaign(id, version).await? {
        Saved::Stored => Ok(()),
        Saved::Stale => match campaigns.campaign_now(id).await? {
            Some(current) => Err(SaveRefusal::Stale(Some(current)).into()),
            // Somebody else deleted it, or this delete was told again after its answer was lost.
            None if was_there => Ok(()),
            None => Err(ChangeRefusal::UnknownCampaign(id.clone())),
        },
    }
}
