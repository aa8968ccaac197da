//! Changes one webhook of a stored campaign: saves it, deletes it, or puts a draft of it in without
//! saving. All of the campaign is checked as for a save.

use std::sync::Arc;

use serde_json::{Value, json};

use super::save_campaign::{SaveRefusal, check, save_campaign};
use crate::campaign::SecretsShown::Plain;
use crate::campaign::{Campaign, CampaignId, WebhookId};
use crate::fault::{Fault, Faults};
use crate::ports::StoreError;
use crate::ports::campaigns::Campaigns;
use crate::ports::sender::Admission;

/// The id of a draft that has none yet.
const DRAFT_ID: &str = "draft";

/// Why a webhook is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRefusal {
    /// There is no such campaign.
    #[error("there is no campaign {0}")]
    UnknownCampaign(CampaignId),
    /// The campaign has no such webhook.
    #[error("the campaign has no webhook {0}")]
    UnknownWebhook(WebhookId),
    /// The campaign that it would make cannot be saved. Faults are the webhook's own,
    /// and without a place in it those of other parts of the campaign.
    #[error(transparent)]
    Save(#[from] SaveRefusal),
}

impl From<StoreError> for ChangeRefusal {
    fn from(error: StoreError) -> Self {
        Self::Save(error.into())
    }
}

/// Saves a webhook, new or changed, under the campaign's version that was read.
///
/// # Errors
/// Every fault of the webhook at once, or that the version is stale.
pub async fn save_webhook(
    campaigns: &impl Campaigns,
    admission: &impl Admission,
    campaign: &CampaignId,
    version: u64,
    id: &WebhookId,
    mut webhook: Value,
) -> Result<Campaign, ChangeRefusal> {
    let stored = as_read(campaigns, campaign, version).await?;
    match webhook.as_object_mut() {
        None => return Err(invalid(Faults::here("must be an object"))),
        Some(fields) => match fields.get("id") {
            Some(given) if *given != json!(id) => {
                let detail = format!("must be {id}, as in the address");
                return Err(invalid(Faults::at("id", detail)));
            }
            _ => fields.insert("id".to_owned(), json!(id)),
        },
    };
    let (document, index) = with_webhook(&stored, version, webhook);
    let saved = save_campaign(campaigns, admission, campaign, document).await;
    Ok(saved.map_err(|refusal| of_webhook(refusal, index))?)
}

/// Deletes a webhook, under the campaign's version that was read.
///
/// # Errors
/// When it is not there, or the version is stale.
pub async fn delete_webhook(
    campaigns: &impl Campaigns,
    admission: &impl Admission,
    campaign: &CampaignId,
    version: u64,
    id: &WebhookId,
) -> Result<Campaign, ChangeRefusal> {
    let stored = as_read(campaigns, campaign, version).await?;
    if stored.webhook(id).is_none() {
        return Err(ChangeRefusal::UnknownWebhook(id.clone()));
    }
    let mut document = document_of(&stored, version);
    if let Some(webhooks) = document.get_mut("webhooks").and_then(Value::as_array_mut) {
        webhooks.retain(|webhook| webhook.get("id") != Some(&json!(id)));
    }
    Ok(save_campaign(campaigns, admission, campaign, document).await?)
}

/// The campaign with a draft in it, and the draft's id; nothing is saved. A draft without an id is
/// called `draft`.
///
/// # Errors
/// Every fault of the draft at once.
pub(super) fn with_draft(
    stored: &Campaign,
    admission: &impl Admission,
    mut draft: Value,
) -> Result<(Campaign, WebhookId), Faults> {
    if let Some(fields) = draft.as_object_mut() {
        fields.entry("id").or_insert_with(|| json!(DRAFT_ID));
    }
    let id = draft.get("id").cloned().unwrap_or_default();
    let (mut document, index) = with_webhook(stored, stored.version, draft);
    let campaign =
        check(&mut document, Some(stored), admission).map_err(|faults| relative(&faults, index))?;
    let id = WebhookId::from_json(&id).map_err(|faults| faults.under("id"))?;
    Ok((campaign, id))
}

/// The campaign as it stands, if it stands as it was read: what is built on another would undo it.
pub(super) async fn as_read(
    campaigns: &impl Campaigns,
    id: &CampaignId,
    version: u64,
) -> Result<Arc<Campaign>, ChangeRefusal> {
    let stored = stored(campaigns, id).await?;
    if stored.version != version {
        return Err(SaveRefusal::Stale(Some(stored)).into());
    }
    Ok(stored)
}

pub(super) async fn stored(
    campaigns: &impl Campaigns,
    id: &CampaignId,
) -> Result<Arc<Campaign>, ChangeRefusal> {
    let found = campaigns.campaign_now(id).await?;
    found.ok_or_else(|| ChangeRefusal::UnknownCampaign(id.clone()))
}

fn document_of(stored: &Campaign, version: u64) -> Value {
    let mut document = stored.document(Plain);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("version".to_owned(), json!(version));
    }
    document
}

/// The campaign's document with this webhook in place of the one of its id, or after the others; and
/// where it stands.
fn with_webhook(stored: &Campaign, version: u64, webhook: Value) -> (Value, usize) {
    let mut document = document_of(stored, version);
    let id = webhook.get("id").cloned();
    let mut index = 0;
    if let Some(webhooks) = document.get_mut("webhooks").and_then(Value::as_array_mut) {
        let place = webhooks.iter().position(|one| one.get("id") == id.as_ref());
        index = place.unwrap_or(webhooks.len());
        match webhooks.get_mut(index) {
            Some(before) => *before = webhook,
            None => webhooks.push(webhook),
        }
    }
    (document, index)
}

fn invalid(faults: Faults) -> ChangeRefusal {
    SaveRefusal::Invalid(faults).into()
}

fn of_webhook(refusal: SaveRefusal, index: usize) -> SaveRefusal {
    match refusal {
        SaveRefusal::Invalid(faults) => SaveRefusal::Invalid(relative(&faults, index)),
        other => other,
    }
}

/// Faults of the campaign as the webhook's own; those of other places are at none of its fields.
fn relative(faults: &Faults, index: usize) -> Faults {
    let place = format!("/webhooks/{index}");
    let mut own = Faults::default();
    for Fault { pointer, detail } in faults.iter() {
        let within = pointer.strip_prefix(&place);
        let within = within.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match within {
            Some(within) => own.push(within, detail.clone()),
            None => own.push("", format!("the campaign is at fault at {pointer}: {detail}")),
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::memory::Memory;
    use crate::ports::sender::BlockReason;

    struct Anywhere;

    impl Admission for Anywhere {
        fn admit(&self, _: &url::Url) -> Result<(), BlockReason> {
            Ok(())
        }
    }

    async fn store() -> (Memory, CampaignId) {
        let (store, id) = (Memory::new(), CampaignId::parse("solar").unwrap());
        let document = json!({"id": "solar", "name": "Solar", "version": 0, "webhooks": [
            {"id": "crm", "trigger": "start", "url": "https://crm.example/"},
            {"id": "sale", "trigger": "conversion", "url": "https://net.example/",
             "signing_secret": "a secret of sixteen bytes"},
        ]});
        save_campaign(&store, &Anywhere, &id, document).await.unwrap();
        (store, id)
    }

    fn ids(campaign: &Campaign) -> Vec<&str> {
        campaign.webhooks.iter().map(|webhook| webhook.id.as_str()).collect()
    }

    #[tokio::test]
    async fn a_webhook_is_added_replaced_and_deleted() {
        let (store, id) = store().await;
        let (new, sale) = (WebhookId::parse("new").unwrap(), WebhookId::parse("sale").unwrap());
        let document = json!({"trigger": "always", "url": "https://a.example/"});
        let added = save_webhook(&store, &Anywhere, &id, 1, &new, document).await.unwrap();
        assert_eq!(ids(&added), ["crm", "sale", "new"]);

        let document = json!({"id": "sale", "trigger": "conversion", "url": "https://b.example/",
            "order": 1, "signing_secret": crate::secret::MASK});
        let changed = save_webhook(&store, &Anywhere, &id, 2, &sale, document).await.unwrap();
        let webhook = changed.webhook(&sale).unwrap();
        assert_eq!(webhook.url.source(), "https://b.example/");
        assert!(webhook.signing_secret.is_some(), "a mask keeps what is stored");

        let left = delete_webhook(&store, &Anywhere, &id, 3, &sale).await.unwrap();
        assert_eq!((ids(&left), left.version), (vec!["crm", "new"], 4));
    }

    #[tokio::test]
    async fn faults_are_the_webhooks_own_and_nothing_is_saved() {
        let (store, id) = store().await;
        let crm = WebhookId::parse("crm").unwrap();
        let document = json!({"trigger": "start", "url": "ftp://crm.example/", "timeout_ms": 1});
        let refused = save_webhook(&store, &Anywhere, &id, 1, &crm, document).await.unwrap_err();
        let ChangeRefusal::Save(SaveRefusal::Invalid(faults)) = refused else {
            panic!("{refused}")
        };
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/url", "/timeout_ms"]);
        assert_eq!(store.campaign_now(&id).await.unwrap().unwrap().version, 1);
    }

    #[test]
    fn faults_of_other_places_of_the_campaign_are_at_no_field_of_the_webhook() {
        let mut faults = Faults::default();
        faults.push("/webhooks/1", "is odd");
        faults.push("/webhooks/1/url", "is blocked");
        faults.push("/webhooks/10/url", "is blocked too");
        let told = relative(&faults, 1).to_string();
        let elsewhere = ": the campaign is at fault at /webhooks/10/url: is blocked too";
        assert_eq!(told, format!(": is odd; /url: is blocked; {elsewhere}"));
    }

    #[tokio::test]
    async fn a_stale_version_saves_nothing() {
        let (store, id) = store().await;
        let crm = WebhookId::parse("crm").unwrap();
        let document = json!({"trigger": "start", "url": "https://other.example/"});
        let refused = save_webhook(&store, &Anywhere, &id, 0, &crm, document).await.unwrap_err();
        assert!(matches!(refused, ChangeRefusal::Save(SaveRefusal::Stale(Some(_)))));
        let refused = delete_webhook(&store, &Anywhere, &id, 0, &crm).await.unwrap_err();
        assert!(matches!(refused, ChangeRefusal::Save(SaveRefusal::Stale(Some(_)))));
    }
}
