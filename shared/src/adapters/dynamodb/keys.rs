//! Keys: one item each under the key's hash; the key itself is never stored. Beside it stands an
//! entry that names the hash: API keys are listed in one partition, postback keys in their campaign's.
//! Among the API keys' entries stands a marker that the first admin key was made; an operator who
//! lost that key deletes the marker to make another.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoDb;
use super::campaigns::{campaign_primary_key, campaign_stands};
use super::failure::unreadable;
use super::item::{Item, get_flag, get_millis, get_number, get_text, number, primary_key, text};
use super::transaction::{Transacted, Transaction};
use super::update::Update;
use crate::answer::TagPrefix;
use crate::campaign::CampaignId;
use crate::key::{Grant, Key, KeyHash, KeyRefusal, PostbackGrant, Scope};
use crate::ports::StoreError;
use crate::ports::keys::{FirstKey, KeyChanged, KeyRing, Keys};
use crate::time::Timestamp;

/// The partition of the list of API keys.
const API_KEYS: &str = "KEYS";
/// The sort key of the marker in that partition; it is no hash, so lists pass over it.
const FIRST: &str = "FIRST";
/// What the sort keys of a campaign's list of postback keys start with.
const POSTBACK_KEY: &str = "KEY#";
const PAUSED: &str = "paused";
const PAUSED_AT: &str = "paused_at";
const LISTING: &str = "list keys";

/// The key of a key's item.
pub(super) fn key_primary_key(hash: &KeyHash) -> Item {
    primary_key(format!("KEY#{}", hash.as_str()), "KEY")
}

fn item_of(stored: &Key) -> Item {
    let mut item = key_primary_key(&stored.hash);
    item.insert("name".to_owned(), text(stored.name.clone()));
    item.insert(PAUSED.to_owned(), AttributeValue::Bool(stored.paused));
    item.insert("created_at".to_owned(), number(stored.created_at.as_millis()));
    if let Some(paused_at) = stored.paused_at {
        item.insert(PAUSED_AT.to_owned(), number(paused_at.as_millis()));
    }
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
        paused: get_flag(item, PAUSED)?,
        paused_at: get_millis(item, PAUSED_AT),
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

    async fn store_key(&self, stored: &Key) -> Result<bool, StoreError> {
        self.keys.forget(&stored.hash);
        let mut transaction = self.transaction("store a key");
        transaction.put(item_of(stored), Update::default());
        transaction.put(listing_of(stored), Update::default());
        if let Some(campaign) = stored.campaign() {
            transaction.check(campaign_primary_key(campaign), campaign_stands());
        }
        Ok(matches!(self.transact(transaction).await?, Transacted::Made))
    }
}

impl FirstKey for DynamoDb {
    async fn store_first_key(&self, stored: &Key) -> Result<bool, StoreError> {
        self.keys.forget(&stored.hash);
        let mut unless_marked = Update::default();
        unless_marked.require_absent("pk");
        let mut marker = primary_key(API_KEYS.to_owned(), FIRST);
        marker.insert("hash".to_owned(), text(stored.hash.as_str()));
        let mut transaction = self.transaction("store the first key");
        transaction.put(marker, unless_marked);
        transaction.put(item_of(stored), Update::default());
        transaction.put(listing_of(stored), Update::default());
        Ok(matches!(self.transact(transaction).await?, Transacted::Made))
    }
}

impl KeyRing for DynamoDb {
    async fn api_keys(&self) -> Result<Vec<Key>, StoreError> {
        let items = self.query(API_KEYS.to_owned(), None, LISTING).await?;
        let hashes = items.iter().filter_map(|item| KeyHash::parse(get_text(item, "sk")?));
        let mut keys = self.listed(hashes.collect()).await?;
        keys.retain(|key| matches!(key.grant, Grant::Api(_)));
        Ok(keys)
    }

    async fn postback_keys(&self, campaign: &CampaignId) -> Result<Vec<Key>, StoreError> {
        let mut keys = self.listed(self.postback_hashes(campaign).await?).await?;
        keys.retain(|key| key.campaign() == Some(campaign));
        Ok(keys)
    }

    async fn pause_key(
        &self,
        hash: &KeyHash,
        by: &KeyHash,
        now: Timestamp,
    ) -> Result<KeyChanged, StoreError> {
        let pause = |update: &mut Update| {
            update.set(PAUSED, AttributeValue::Bool(true));
            update.set(PAUSED_AT, number(now.as_millis()));
        };
        self.update_key(hash, by, pause).await
    }

    async fn resume_key(&self, hash: &KeyHash, by: &KeyHash) -> Result<KeyChanged, StoreError> {
        self.update_key(hash, by, |update| update.set(PAUSED, AttributeValue::Bool(false))).await
    }

    async fn delete_key(&self, stored: &Key, by: &KeyHash) -> Result<KeyChanged, StoreError> {
        let delete = |transaction: &mut Transaction, only_if| {
            transaction.delete(key_primary_key(&stored.hash), only_if);
            transaction.delete(listing_of(stored), Update::default());
        };
        self.change_key(&stored.hash, by, delete).await
    }
}

impl DynamoDb {
    async fn update_key(
        &self,
        hash: &KeyHash,
        by: &KeyHash,
        set: impl FnOnce(&mut Update),
    ) -> Result<KeyChanged, StoreError> {
        let write = |transaction: &mut Transaction, mut update: Update| {
            set(&mut update);
            update.require_present(PAUSED);
            transaction.update(key_primary_key(hash), update);
        };
        self.change_key(hash, by, write).await
    }

    /// Changes a key while that of whoever asks for it works. The first thing that `write` writes is
    /// the key itself, under the conditions it is given: a transaction has one item once.
    async fn change_key(
        &self,
        hash: &KeyHash,
        by: &KeyHash,
        write: impl FnOnce(&mut Transaction, Update),
    ) -> Result<KeyChanged, StoreError> {
        self.keys.forget(hash);
        let mut transaction = self.transaction("change a key");
        let admits = key_admits([Scope::Admin]);
        if hash == by {
            write(&mut transaction, admits);
        } else {
            write(&mut transaction, Update::default());
            transaction.check(key_primary_key(by), admits);
        }
        let Transacted::Refused(items) = self.transact(transaction).await? else {
            return Ok(KeyChanged::Made);
        };
        let bearers = if hash == by { items.first() } else { items.last() };
        Ok(match bearers {
            Some(Some(item)) => {
                self.keys.forget(by);
                KeyChanged::Refused(refusal_of(by, item))
            }
            _ => KeyChanged::Unknown,
        })
    }

    /// The hashes under which postback keys of a campaign are listed.
    pub(super) async fn postback_hashes(
        &self,
        campaign: &CampaignId,
    ) -> Result<Vec<KeyHash>, StoreError> {
        let partition = format!("CAMPAIGN#{campaign}");
        let items = self.query(partition, Some(POSTBACK_KEY), LISTING).await?;
        let hash = |item| KeyHash::parse(get_text(item, "sk")?.strip_prefix(POSTBACK_KEY)?);
        Ok(items.iter().filter_map(hash).collect())
    }

    /// Keys as they stand now, oldest first. A list says which there may be; what a key is for, and
    /// that it is there, its own item says.
    async fn listed(&self, hashes: Vec<KeyHash>) -> Result<Vec<Key>, StoreError> {
        let found = self.read_all(hashes.iter().map(key_primary_key).collect(), LISTING).await?;
        let found =
            hashes.iter().zip(&found).filter_map(|(hash, item)| Some((hash, item.as_ref()?)));
        let keys = found.map(|(hash, item)| key_of(hash, item)).collect::<Option<Vec<_>>>();
        let mut keys = keys.ok_or_else(|| unreadable(LISTING, "a key"))?;
        keys.sort_by(|a, b| (a.created_at, a.hash.as_str()).cmp(&(b.created_at, b.hash.as_str())));
        Ok(keys)
    }
}

/// Asks that a key be one of the API that works, with one of these scopes.
pub(super) fn key_admits<const N: usize>(scopes: [Scope; N]) -> Update {
    let mut admits = Update::default();
    admits.require_equal(PAUSED, AttributeValue::Bool(false));
    admits.require_one_of("scope", scopes.map(|scope| text(scope.as_str())));
    admits
}

/// Why a key's item, empty when there is none, admits no administrator.
pub(super) fn refusal_of(hash: &KeyHash, item: &Item) -> KeyRefusal {
    let refusal = key_of(hash, item).and_then(|key| key.admit(Scope::Admin).err());
    refusal.unwrap_or(KeyRefusal::Unknown)
}

/// The entry of a campaign's postback key on the list of its campaign.
pub(super) fn postback_listing(campaign: &CampaignId, hash: &KeyHash) -> Item {
    primary_key(format!("CAMPAIGN#{campaign}"), format!("{POSTBACK_KEY}{}", hash.as_str()))
}

/// A key's entry on the list where it is looked for.
fn listing_of(stored: &Key) -> Item {
    match stored.campaign() {
        Some(campaign) => postback_listing(campaign, &stored.hash),
        None => primary_key(API_KEYS.to_owned(), stored.hash.as_str()),
    }
}
