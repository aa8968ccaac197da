//! Campaigns: one item each, the whole document as JSON text under its version.

use std::sync::Arc;

use super::DynamoDb;
use super::failure::unreadable;
use super::item::{Item, get_text, json, number, primary_key};
use super::update::Update;
use crate::campaign::{Campaign, CampaignId, SecretsShown};
use crate::ports::StoreError;
use crate::ports::campaigns::{CampaignList, CampaignSummary, Campaigns, Saved};

/// The key of a campaign's item.
pub(super) fn campaign_primary_key(id: &CampaignId) -> Item {
    primary_key(format!("CAMPAIGN#{id}"), "CAMPAIGN")
}

fn campaign_of(item: &Item) -> Result<Campaign, StoreError> {
    let document = get_text(item, "document")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| unreadable("read a campaign", "its document"))?;
    Campaign::from_document(&document)
        .map_err(|faults| unreadable("read a campaign", &faults.to_string()))
}

impl Campaigns for DynamoDb {
    async fn campaign(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        match self.campaigns.get(id) {
            Some(campaign) => Ok(Some(campaign)),
            None => self.campaign_now(id).await,
        }
    }

    async fn campaign_now(&self, id: &CampaignId) -> Result<Option<Arc<Campaign>>, StoreError> {
        let found = self.read(campaign_primary_key(id), "read a campaign").await?;
        let Some(item) = found else {
            self.campaigns.forget(id);
            return Ok(None);
        };
        let campaign = Arc::new(campaign_of(&item)?);
        self.campaigns.put(id, Arc::clone(&campaign));
        Ok(Some(campaign))
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        let version = i64::try_from(campaign.version).unwrap_or(i64::MAX);
        let mut item = campaign_primary_key(&campaign.id);
        item.insert("document".to_owned(), json(&campaign.document(SecretsShown::Plain)));
        item.insert("version".to_owned(), number(version));
        let mut follows = Update::default();
        if version == 1 {
            follows.require_absent("version");
        } else {
            follows.require_equal("version", number(version - 1));
        }
        self.campaigns.forget(&campaign.id);
        let stored = self.put(item, follows, "save a campaign").await?;
        Ok(if stored { Saved::Stored } else { Saved::Stale })
    }
}

impl CampaignList for DynamoDb {
    async fn campaigns(&self) -> Result<Vec<CampaignSummary>, StoreError> {
        Err(unreadable("list campaigns", "stub"))
    }

    async fn delete_campaign(&self, _campaign: &Campaign) -> Result<Saved, StoreError> {
        Err(unreadable("delete a campaign", "stub"))
    }
}
