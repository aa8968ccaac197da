//! API keys and postback keys.

use hookline::key::{BearerKey, Grant, Key, PostbackGrant};
use serde::Serialize;
use utoipa::ToSchema;

use super::{KeyScope, Time};

/// An API key, without the key itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKey {
    /// Its SHA-256.
    id: String,
    /// Its name for people.
    name: String,
    /// Whether it is refused for now.
    paused: bool,
    /// When it was made.
    created_at: Time,
    /// What it may do.
    scope: KeyScope,
}

/// A postback key, without the key itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostbackKey {
    /// Its SHA-256.
    id: String,
    /// Its name for people.
    name: String,
    /// Whether it is refused for now.
    paused: bool,
    /// When it was made.
    created_at: Time,
    /// The only campaign it works for.
    campaign_id: String,
    /// Put before every tag it writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_prefix: Option<String>,
    /// How long its data waits for a call.
    storage_seconds: u64,
    /// How long after a call's end it may still write to it; absent for as long as the call is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    cutoff_seconds: Option<u64>,
}

/// A new API key. The key itself is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeApiKey {
    /// The key.
    key: String,
    #[serde(flatten)]
    made: ApiKey,
}

/// A new postback key. The key itself is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadePostbackKey {
    /// The key.
    key: String,
    #[serde(flatten)]
    made: PostbackKey,
}

/// An API key to be made.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) struct NewApiKey {
    /// Its name for people.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", default = "")]
    name: Option<String>,
    /// What it may do.
    scope: KeyScope,
}

/// A postback key to be made.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) struct NewPostbackKey {
    /// Its name for people.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: Option<String>,
    /// Put before every tag it writes.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[A-Za-z0-9_.-]+$")]
    tag_prefix: Option<String>,
    /// How long its data waits for a call.
    #[schema(minimum = 1, maximum = 315_360_000, default = 172_800)]
    storage_seconds: Option<i64>,
    /// How long after a call's end it may still write to it; for as long as the call is kept when
    /// left out.
    #[schema(minimum = 0, maximum = 315_360_000)]
    cutoff_seconds: Option<i64>,
    /// Whether it is refused for now.
    #[schema(default = false)]
    paused: Option<bool>,
}

/// What changes of a key.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the handler reads it field by field; this says what it takes")]
pub(crate) struct KeyChange {
    /// Whether it is refused from now on; that shows everywhere within 30 seconds.
    paused: bool,
}

/// Every API key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeys {
    /// The keys, oldest first.
    pub(crate) keys: Vec<ApiKey>,
}

/// The postback keys of a campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostbackKeys {
    /// The keys, oldest first.
    pub(crate) keys: Vec<PostbackKey>,
}

impl ApiKey {
    /// The key, if it is one for the API.
    pub(crate) fn of(key: &Key) -> Option<Self> {
        let Grant::Api(scope) = &key.grant else { return None };
        Some(Self {
            id: key.hash.as_str().to_owned(),
            name: key.name.clone(),
            paused: key.paused,
            created_at: key.created_at.into(),
            scope: (*scope).into(),
        })
    }

    /// The same, shown this once with the key itself.
    pub(crate) fn shown_with(self, bearer: &BearerKey) -> MadeApiKey {
        MadeApiKey { key: bearer.expose().to_owned(), made: self }
    }
}

impl PostbackKey {
    /// The key, if it is one for postbacks.
    pub(crate) fn of(key: &Key) -> Option<Self> {
        let Grant::Postback(grant) = &key.grant else { return None };
        let PostbackGrant { campaign, tag_prefix, storage, cutoff } = grant;
        Some(Self {
            id: key.hash.as_str().to_owned(),
            name: key.name.clone(),
            paused: key.paused,
            created_at: key.created_at.into(),
            campaign_id: campaign.to_string(),
            tag_prefix: tag_prefix.as_ref().map(|prefix| prefix.as_str().to_owned()),
            storage_seconds: storage.as_secs(),
            cutoff_seconds: cutoff.map(|cutoff| cutoff.as_secs()),
        })
    }

    /// The same, shown this once with the key itself.
    pub(crate) fn shown_with(self, bearer: &BearerKey) -> MadePostbackKey {
        MadePostbackKey { key: bearer.expose().to_owned(), made: self }
    }
}
