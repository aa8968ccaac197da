//! Keys: one item each under the key's hash; the key itself is never stored.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::access::Updated;
use super::failure::unreadable;
use super::item::{Item, get_flag, get_millis, get_number, get_text, number, primary_key, text};
use super::update::Update;
use crate::answer::TagPrefix;
use crate::campaign::CampaignId;
use crate::key::{Grant, Key, KeyHash, PostbackGrant, Scope};
use crate::ports::StoreError;
use crate::ports::keys::{KeyRing, Keys};

/// The key of a key's item.
pub(super) fn key_primary_key(hash: &KeyHash) -> Item {
    primary_key(format!("KEY#{}", hash.as_str()), "KEY")
}

fn item_of(stored: &Key) -> Item {
    let mut item = key_primary_key(&stored.hash);
    item.insert("name".to_owned(), text(stored.name.clone()));
    item.insert("paused".to_owned(), AttributeValue::Bool(stored.paused));
    item.insert("created_at".to_owned(), number(stored.created_at.as_millis()));
    match &stored.grant {
        Grant::Api(scope) => {
            item.insert("scope".to_owned(), text(scope.as_str()));
        }
        Grant::Postback(grant) => {
            let seconds =
                |span: Duration| number(i64::try_from(span.as_secs()).unwrap_or(i64::MAX));
            item.insert("campaign_id".to_owned(), text(grant.campaign.as_str()));
            item.insert("storage_seconds".to_owned(), seconds(grant.storage));
            if let Some(cutoff) = grant.cutoff {
                item.insert("cutoff_seconds".to_owned(), seconds(cutoff));
            }
            if let Some(prefix) = &grant.tag_prefix {
                item.insert("tag_prefix".to_owned(), text(prefix.as_str()));
            }
        }
    }
    item
}

/// Reads a key's item back; `None` when it is none.
pub(super) fn key_of(hash: &KeyHash, item: &Item) -> Option<Key> {
    let seconds = |name| get_number(item, name).map(|s| Duration::from_secs(s.unsigned_abs()));
    let grant = match get_text(item, "scope") {
        Some(name) => Grant::Api(Scope::from_name(name)?),
        None => Grant::Postback(PostbackGrant {
            campaign: CampaignId::parse(get_text(item, "campaign_id")?).ok()?,
            tag_prefix: match get_text(item, "tag_prefix") {
                Some(prefix) => Some(TagPrefix::parse(prefix).ok()?),
                None => None,
            },
            storage: seconds("storage_seconds")?,
            cutoff: seconds("cutoff_seconds"),
        }),
    };
    Some(Key {
        hash: hash.clone(),
        name: get_text(item, "name")?.to_owned(),
        paused: get_flag(item, "paused")?,
        created_at: get_millis(item, "created_at")?,
        grant,
    })
}

impl Keys for DynamoDb {
    async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
        if let Some(known) = self.keys.get(hash) {
            return Ok(Some(known));
        }
        let found = self.read(key_primary_key(hash), "read a key").await?;
        let Some(item) = found else { return Ok(None) };
        let stored = key_of(hash, &item).ok_or_else(|| unreadable("read a key", "its item"))?;
        let stored = Arc::new(stored);
        self.keys.put(hash, Arc::clone(&stored));
        Ok(Some(stored))
    }

    async fn store_key(&self, stored: &Key) -> Result<(), StoreError> {
        self.keys.forget(&stored.hash);
        self.put(item_of(stored), Update::default(), "store a key").await?;
        Ok(())
    }

    async fn pause_key(&self, hash: &KeyHash, paused: bool) -> Result<bool, StoreError> {
        self.keys.forget(hash);
        let mut update = Update::default();
        update.set("paused", AttributeValue::Bool(paused));
        update.require_present("paused");
        match self.update(key_primary_key(hash), update, "pause a key").await? {
            Updated::Made(_) => Ok(true),
            Updated::Refused(_) => Ok(false),
        }
    }
}

impl KeyRing for DynamoDb {
    async fn api_keys(&self) -> Result<Vec<Key>, StoreError> {
        Err(unreadable("list keys", "stub"))
    }

    async fn postback_keys(&self, _campaign: &CampaignId) -> Result<Vec<Key>, StoreError> {
        Err(unreadable("list keys", "stub"))
    }

    async fn delete_key(&self, _key: &Key) -> Result<(), StoreError> {
        Err(unreadable("delete a key", "stub"))
    }
}
