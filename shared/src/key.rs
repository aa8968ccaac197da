//! The keys that let somebody in: API keys of platforms and administrators, postback keys of
//! partners. A key is shown once, when it is made; what is stored is its SHA-256.

use std::time::Duration;

use serde::Serialize;

use crate::answer::TagPrefix;
use crate::campaign::CampaignId;
use crate::secret;
use crate::time::Timestamp;

/// How long posted data waits for a call unless the key says otherwise: 48 hours.
pub const DEFAULT_STORAGE: Duration = Duration::from_hours(48);

/// A key as its bearer sends it. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerKey(String);

impl BearerKey {
    /// A key as it came in; any text, since only its hash is looked up.
    #[must_use]
    pub fn given(text: String) -> Self {
        Self(text)
    }

    /// A new key: what it is for, and 24 random bytes.
    #[must_use]
    pub fn from_random(prefix: &str, bytes: [u8; 24]) -> Self {
        Self(format!("{prefix}_{}", secret::hex(&bytes)))
    }

    /// What is stored and looked up.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(secret::sha256_hex(&self.0))
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BearerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(secret::MASK)
    }
}

/// The SHA-256 of a key, 64 hexadecimal digits: its id for people, of no use to a thief.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct KeyHash(String);

impl KeyHash {
    /// A hash as it was shown; `None` unless it is 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64
            && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Report call events.
    Calls,
    /// Everything.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Calls, Self::Admin];

    /// The name on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// Whether this scope is enough where `needed` is asked for.
    #[must_use]
    pub fn covers(self, needed: Self) -> bool {
        self == Self::Admin || self == needed
    }
}

/// A stored key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its hash.
    pub hash: KeyHash,
    /// Its name for people.
    pub name: String,
    /// Whether it is refused for now.
    pub paused: bool,
    /// When it was last paused, whether or not it works again since.
    pub paused_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it is for.
    pub grant: Grant,
}

/// What a key lets its bearer do.
#[derive(Debug, Clone, PartialEq)]
pub enum Grant {
    /// Use the API.
    Api(Scope),
    /// Write data about the callers of one campaign.
    Postback(PostbackGrant),
}

/// What a postback key lets a partner write.
#[derive(Debug, Clone, PartialEq)]
pub struct PostbackGrant {
    /// The only campaign it works for.
    pub campaign: CampaignId,
    /// Put before every tag it writes.
    pub tag_prefix: Option<TagPrefix>,
    /// How long its data waits for a call.
    pub storage: Duration,
    /// How long after a call's end it may still write to it; `None` for as long as the call is kept.
    pub cutoff: Option<Duration>,
}

/// Why a key does not open the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// No key was sent.
    #[error("an API key is needed: send it as \"authorization: Bearer …\"")]
    Missing,
    /// Nobody was given this key.
    #[error("this key is not known")]
    Unknown,
    /// It was paused.
    #[error("this key is paused")]
    Paused,
    /// It is for something else.
    #[error("this key may not do that")]
    Scope,
}

impl Key {
    /// The only campaign that a postback key works for; `None` for an API key.
    #[must_use]
    pub fn campaign(&self) -> Option<&CampaignId> {
        match &self.grant {
            Grant::Api(_) => None,
            Grant::Postback(grant) => Some(&grant.campaign),
        }
    }

    /// Asks whether this key may do what needs `scope`.
    ///
    /// # Errors
    /// When it is paused or for something else.
    pub fn admit(&self, scope: Scope) -> Result<(), KeyRefusal> {
        match &self.grant {
            Grant::Api(held) if !held.covers(scope) => Err(KeyRefusal::Scope),
            Grant::Postback(_) => Err(KeyRefusal::Scope),
            Grant::Api(_) if self.paused => Err(KeyRefusal::Paused),
            Grant::Api(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_covers_calls_and_not_the_other_way_round() {
        assert!(Scope::Admin.covers(Scope::Calls));
        assert!(!Scope::Calls.covers(Scope::Admin));
    }

    #[test]
    fn a_key_shows_only_its_hash() {
        let key = BearerKey::given("abc".to_owned());
        assert_eq!(format!("{key:?}"), secret::MASK);
        assert_eq!(KeyHash::parse(key.hash().as_str()), Some(key.hash()));
    }
}
