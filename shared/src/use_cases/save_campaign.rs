//! Saves a campaign: all of it checked, under the version that was read (spec sections 2 and 13).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::campaign::SecretsShown::Plain;
use crate::campaign::{Campaign, CampaignId, unmask};
use crate::fault::Faults;
use crate::ports::StoreError;
use crate::ports::campaigns::{Campaigns, Saved};
use crate::ports::sender::Admission;

/// The largest campaign, in bytes of JSON: an item of the store holds 400 KB.
const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// Why a campaign is not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveRefusal {
    /// Something in it is wrong.
    #[error("the campaign is not valid: {0}")]
    Invalid(Faults),
    /// It was saved by somebody else since it was read; that one is here.
    #[error("the campaign was saved since you read it")]
    Stale(Option<Arc<Campaign>>),
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Saves `document` as the campaign `id`, if its version is the stored one. The versions of one that
/// was deleted go on when it is made anew, so that a copy from before stays stale.
///
/// # Errors
/// Every fault of the document at once, or that it is stale.
pub async fn save_campaign(
    campaigns: &impl Campaigns,
    admission: &impl Admission,
    id: &CampaignId,
    mut document: Value,
) -> Result<Campaign, SaveRefusal> {
    let stored = campaigns.campaign_now(id).await?;
    let mut faults = Faults::default();
    if document.get("id").is_some_and(|given| *given != json!(id)) {
        faults.extend(Faults::at("id", format!("must be {id}, as in the address")));
    }
    let campaign = match check(&mut document, stored.as_deref(), admission) {
        Ok(campaign) if faults.is_empty() => campaign,
        Ok(_) => return Err(SaveRefusal::Invalid(faults)),
        Err(found) => {
            faults.extend(found);
            return Err(SaveRefusal::Invalid(faults));
        }
    };
    if campaign.version != stored.as_ref().map_or(0, |stored| stored.version) {
        return Err(SaveRefusal::Stale(stored));
    }
    let last = match &stored {
        Some(stored) => stored.version,
        None => campaigns.deleted_version(id).await?,
    };
    let next = Campaign { version: last + 1, ..campaign };
    match campaigns.save(&next).await? {
        Saved::Stored => Ok(next),
        Saved::Stale => match campaigns.campaign_now(id).await? {
            // The first answer was lost on its way and the store was asked again.
            Some(current) if current.document(Plain) == next.document(Plain) => Ok(next),
            current => Err(SaveRefusal::Stale(current)),
        },
    }
}

/// Reads a document that is to be saved or tried; masks in it stand for what is `stored`.
///
/// # Errors
/// Every fault of the document.
pub(super) fn check(
    document: &mut Value,
    stored: Option<&Campaign>,
    admission: &impl Admission,
) -> Result<Campaign, Faults> {
    let mut faults = Faults::default();
    if document.to_string().len() > MAX_DOCUMENT_BYTES {
        faults.push("", format!("a campaign has at most {MAX_DOCUMENT_BYTES} bytes"));
    }
    if let Err(found) = unmask(document, stored) {
        faults.extend(found);
    }
    match Campaign::admitted(document, &|url| admission.admit(url)) {
        Ok(campaign) => faults.or(campaign),
        Err(found) => {
            faults.extend(found);
            Err(faults)
        }
    }
}
