//! Makes the keys of platforms, administrators and partners. A key is in the answer to its making
//! and nowhere else.

use std::time::Duration;

use serde_json::Value;

use crate::answer::TagPrefix;
use crate::campaign::CampaignId;
use crate::fault::Faults;
use crate::fields::{Fields, flag, string, text, whole};
use crate::key::{BearerKey, DEFAULT_STORAGE, Grant, Key, PostbackGrant, Scope};
use crate::ports::StoreError;
use crate::ports::clock::Clock;
use crate::ports::keys::{FirstKey, Keys};
use crate::ports::random::Random;

/// Ten years, the longest that data may wait or a call be written to.
const MAX_SECONDS: i64 = 3650 * 86400;

/// What an API key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRequest {
    name: String,
    scope: Scope,
}

/// What the first admin key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstKeyRequest {
    name: String,
}

/// What a postback key is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct PostbackKeyRequest {
    name: String,
    paused: bool,
    grant: PostbackGrant,
}

impl KeyRequest {
    /// Reads `{name?, scope}`.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn from_json(body: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(body)?;
        let name = fields.optional("name", text(200)).unwrap_or_default();
        let scope = fields.required("scope", |value| {
            let named = Scope::from_name(string(value)?);
            named.ok_or_else(|| Faults::here("must be calls or admin"))
        });
        fields.refuse_others();
        fields.finish(scope.map(|scope| Self { name, scope }))
    }
}

impl FirstKeyRequest {
    /// Reads `{make: "admin_key", name?}`.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn from_json(body: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(body)?;
        let make = fields.required("make", |value| match string(value)? {
            "admin_key" => Ok(()),
            _ => Err(Faults::here("must be admin_key")),
        });
        let name = fields.optional("name", text(200)).unwrap_or_else(|| "first".to_owned());
        fields.refuse_others();
        fields.finish(make.map(|()| Self { name }))
    }
}

impl PostbackKeyRequest {
    /// Reads `{name?, tag_prefix?, storage_seconds?, cutoff_seconds?, paused?}` for a campaign.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn from_json(campaign: CampaignId, body: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(body)?;
        let name = fields.optional("name", text(200)).unwrap_or_default();
        let paused = fields.optional("paused", flag).unwrap_or(false);
        let tag_prefix = fields
            .optional("tag_prefix", |value| TagPrefix::parse(string(value)?).map_err(Faults::of));
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        let storage = fields.optional("storage_seconds", whole(1, MAX_SECONDS)).map(seconds);
        let cutoff = fields.optional("cutoff_seconds", whole(0, MAX_SECONDS)).map(seconds);
        fields.refuse_others();
        let storage = storage.unwrap_or(DEFAULT_STORAGE);
        let grant = PostbackGrant { campaign, tag_prefix, storage, cutoff };
        fields.finish(Some(Self { name, paused, grant }))
    }
}

/// Makes and stores an API key.
///
/// # Errors
/// When our own store failed.
pub async fn make_api_key(
    keys: &impl Keys,
    clock: &impl Clock,
    random: &impl Random,
    request: KeyRequest,
) -> Result<(BearerKey, Key), StoreError> {
    let (bearer, key) = new_api_key(clock, random, request);
    keys.store_key(&key).await?;
    Ok((bearer, key))
}

/// Makes and stores the first admin key; `None` when it was made before.
///
/// # Errors
/// When our own store failed.
pub async fn make_first_key(
    keys: &impl FirstKey,
    clock: &impl Clock,
    random: &impl Random,
    request: FirstKeyRequest,
) -> Result<Option<(BearerKey, Key)>, StoreError> {
    let request = KeyRequest { name: request.name, scope: Scope::Admin };
    let (bearer, key) = new_api_key(clock, random, request);
    let stored = keys.store_first_key(&key).await?;
    Ok(stored.then_some((bearer, key)))
}

fn new_api_key(clock: &impl Clock, random: &impl Random, request: KeyRequest) -> (BearerKey, Key) {
    let prefix = match request.scope {
        Scope::Calls => "hlc",
        Scope::Admin => "hla",
    };
    let bearer = BearerKey::from_random(prefix, random.key_bytes());
    let key = Key {
        hash: bearer.hash(),
        name: request.name,
        paused: false,
        paused_at: None,
        created_at: clock.now(),
        grant: Grant::Api(request.scope),
    };
    (bearer, key)
}

/// Makes and stores a postback key; `None` when there is no such campaign.
///
/// # Errors
/// When our own store failed.
pub async fn make_postback_key(
    keys: &impl Keys,
    clock: &impl Clock,
    random: &impl Random,
    request: PostbackKeyRequest,
) -> Result<Option<(BearerKey, Key)>, StoreError> {
    let bearer = BearerKey::from_random("hlp", random.key_bytes());
    let now = clock.now();
    let key = Key {
        hash: bearer.hash(),
        name: request.name,
        paused: request.paused,
        paused_at: request.paused.then_some(now),
        created_at: now,
        grant: Grant::Postback(request.grant),
    };
    let stored = keys.store_key(&key).await?;
    Ok(stored.then_some((bearer, key)))
}
