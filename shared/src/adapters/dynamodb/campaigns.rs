//! Campaigns: one item each, the whole document as JSON text under its version.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::failure::{failed, unreadable};
use super::item::{Item, get_text, json, key, number};
use crate::campaign::{Campaign, CampaignId, SecretsShown};
use crate::ports::StoreError;
use crate::ports::campaigns::{Campaigns, Saved};

/// The key of a campaign's item.
pub(super) fn campaign_key(id: &CampaignId) -> Item {
    key(format!("CAMPAIGN#{id}"), "CAMPAIGN")
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
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(campaign_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("read a campaign"))?;
        let Some(item) = found.item else {
            self.campaigns.forget(id);
            return Ok(None);
        };
        let campaign = Arc::new(campaign_of(&item)?);
        self.campaigns.put(id, Arc::clone(&campaign));
        Ok(Some(campaign))
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        let version = i64::try_from(campaign.version).unwrap_or(i64::MAX);
        let mut item = campaign_key(&campaign.id);
        item.insert("document".to_owned(), json(&campaign.document(SecretsShown::Plain)));
        item.insert("version".to_owned(), number(version));
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let request = if version == 1 {
            request.condition_expression("attribute_not_exists(pk)")
        } else {
            request
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", AttributeValue::N((version - 1).to_string()))
        };
        self.campaigns.forget(&campaign.id);
        match request.send().await {
            Ok(_) => Ok(Saved::Stored),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Saved::Stale)
            }
            Err(error) => Err(failed("save a campaign")(error)),
        }
    }
}
