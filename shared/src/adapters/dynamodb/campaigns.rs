//! Campaigns: one item each, the whole document as JSON text under its version; and the list of all,
//! an entry each in one partition. Of a deleted campaign the item stays, without the document: its
//! deletion counts as a version, so that no copy from before is ever saved over what is made anew.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::failure::unreadable;
use super::item::{Item, get_flag, get_number, get_text, json, number, primary_key, text};
use super::keys::{key_primary_key, postback_listing};
use super::transaction::{Transacted, Transaction};
use super::update::Update;
use crate::campaign::{Campaign, CampaignId, SecretsShown};
use crate::key::KeyHash;
use crate::ports::StoreError;
use crate::ports::campaigns::{CampaignList, CampaignSummary, Campaigns, Saved};

/// The partition of the list of all campaigns.
const LIST: &str = "CAMPAIGNS";
/// Keys that are deleted in one transaction, with their campaign or after it: of each two items, and
/// two of the campaign, of the hundred that the service takes.
const KEYS_A_TRANSACTION: usize = 49;
const DOCUMENT: &str = "document";
const VERSION: &str = "version";
const DELETION: &str = "delete a campaign";

/// The key of a campaign's item.
pub(super) fn campaign_primary_key(id: &CampaignId) -> Item {
    primary_key(format!("CAMPAIGN#{id}"), "CAMPAIGN")
}

/// Asks that there be a campaign.
pub(super) fn campaign_stands() -> Update {
    let mut stands = Update::default();
    stands.require_present(DOCUMENT);
    stands
}

/// Reads a campaign's item back; `None` when it was deleted.
fn campaign_of(item: &Item) -> Result<Option<Campaign>, StoreError> {
    let Some(document) = get_text(item, DOCUMENT) else { return Ok(None) };
    let document = serde_json::from_str(document)
        .map_err(|_| unreadable("read a campaign", "its document"))?;
    let campaign = Campaign::from_document(&document);
    campaign.map(Some).map_err(|faults| unreadable("read a campaign", &faults.to_string()))
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
        let Some(campaign) = found.as_ref().map(campaign_of).transpose()?.flatten() else {
            self.campaigns.forget(id);
            return Ok(None);
        };
        let campaign = Arc::new(campaign);
        self.campaigns.put(id, Arc::clone(&campaign));
        Ok(Some(campaign))
    }

    async fn deleted_version(&self, id: &CampaignId) -> Result<u64, StoreError> {
        let found = self.read(campaign_primary_key(id), "read a campaign").await?;
        let deleted = found.filter(|item| !item.contains_key(DOCUMENT));
        let version = deleted.and_then(|item| get_number(&item, VERSION));
        Ok(version.and_then(|version| u64::try_from(version).ok()).unwrap_or(0))
    }

    async fn save(&self, campaign: &Campaign) -> Result<Saved, StoreError> {
        let version = whole(campaign.version);
        let mut item = campaign_primary_key(&campaign.id);
        item.insert(DOCUMENT.to_owned(), json(&campaign.document(SecretsShown::Plain)));
        item.insert(VERSION.to_owned(), number(version));
        let mut follows = Update::default();
        if version == 1 {
            follows.require_absent(VERSION);
        } else {
            follows.require_equal(VERSION, number(version - 1));
        }
        self.campaigns.forget(&campaign.id);
        let mut transaction = self.transaction("save a campaign");
        transaction.put(item, follows);
        transaction.put(listing_of(campaign), Update::default());
        Ok(match self.transact(transaction).await? {
            Transacted::Made => Saved::Stored,
            Transacted::Refused(_) => Saved::Stale,
        })
    }
}

impl CampaignList for DynamoDb {
    async fn campaigns(&self) -> Result<Vec<CampaignSummary>, StoreError> {
        let action = "list campaigns";
        let items = self.query(LIST.to_owned(), None, action).await?;
        let listed = items.iter().map(summary_of).collect::<Option<Vec<_>>>();
        let mut listed = listed.ok_or_else(|| unreadable(action, "a listing"))?;
        listed.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        Ok(listed)
    }

    async fn delete_campaign(&self, id: &CampaignId, version: u64) -> Result<Saved, StoreError> {
        let mut as_read = campaign_stands();
        as_read.require_equal(VERSION, number(whole(version)));
        let keys = self.postback_hashes(id).await?;
        let (first, others) = keys.split_at(keys.len().min(KEYS_A_TRANSACTION));
        let mut transaction = self.transaction(DELETION);
        let mut deleted = campaign_primary_key(id);
        deleted.insert(VERSION.to_owned(), number(whole(version.saturating_add(1))));
        transaction.put(deleted, as_read);
        transaction.delete(listing_primary_key(id), Update::default());
        self.take_keys(&mut transaction, id, first);
        self.campaigns.forget(id);
        match self.transact(transaction).await? {
            Transacted::Made => {
                self.delete_keys(id, others).await?;
                // Those that were made while the others were read. From now on none is made.
                self.delete_keys(id, &self.postback_hashes(id).await?).await?;
                Ok(Saved::Stored)
            }
            Transacted::Refused(items) => {
                let stands = items.into_iter().next().flatten().unwrap_or_default();
                if !stands.contains_key(DOCUMENT) {
                    // It is gone, and whoever deleted it may not have come to all of its keys.
                    self.delete_keys(id, &keys).await?;
                }
                Ok(Saved::Stale)
            }
        }
    }
}

impl DynamoDb {
    /// Deletes postback keys of a campaign that is gone.
    async fn delete_keys(&self, campaign: &CampaignId, keys: &[KeyHash]) -> Result<(), StoreError> {
        for batch in keys.chunks(KEYS_A_TRANSACTION) {
            let mut transaction = self.transaction(DELETION);
            self.take_keys(&mut transaction, campaign, batch);
            self.transact(transaction).await?;
        }
        Ok(())
    }

    fn take_keys(&self, transaction: &mut Transaction, campaign: &CampaignId, keys: &[KeyHash]) {
        for hash in keys {
            transaction.delete(key_primary_key(hash), Update::default());
            transaction.delete(postback_listing(campaign, hash), Update::default());
            self.keys.forget(hash);
        }
    }
}

fn whole(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn listing_primary_key(id: &CampaignId) -> Item {
    primary_key(LIST.to_owned(), id.as_str())
}

/// A campaign's entry on the list of all.
fn listing_of(campaign: &Campaign) -> Item {
    let mut item = listing_primary_key(&campaign.id);
    let webhooks = i64::try_from(campaign.webhooks.len()).unwrap_or(i64::MAX);
    let attributes = [
        ("name", text(campaign.name.clone())),
        ("enabled", AttributeValue::Bool(campaign.enabled)),
        ("version", number(whole(campaign.version))),
        ("webhooks", number(webhooks)),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    item
}

fn summary_of(item: &Item) -> Option<CampaignSummary> {
    Some(CampaignSummary {
        id: CampaignId::parse(get_text(item, "sk")?).ok()?,
        name: get_text(item, "name")?.to_owned(),
        enabled: get_flag(item, "enabled")?,
        version: u64::try_from(get_number(item, "version")?).ok()?,
        webhooks: usize::try_from(get_number(item, "webhooks")?).ok()?,
    })
}
