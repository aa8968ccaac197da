//! What a partner posts back about a call (spec section 7).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::geo::Place;
use crate::secret;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// The sender's own id of a postback, made one with the sender's name. A repeat changes nothing.
///
/// Kept as 32 hexadecimal digits of a hash, so that two senders may count alike and a call may
/// remember many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostingId(String);

impl PostingId {
    /// The id that `sender` gave: the one who holds the call's key, or a postback key's hash.
    #[must_use]
    pub fn of(sender: &str, id: &str) -> Self {
        let digest = secret::sha256_hex(&format!("{sender}\n{id}"));
        Self(digest.chars().take(32).collect())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Data about a call that came later than the answer to a ping.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Posting {
    /// The sender's own id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PostingId>,
    /// Tags to add.
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub tags: TagSet,
    /// Where the caller is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether the call converted, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<bool>,
    /// What the call earns, when it says so.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "rust_decimal::serde::str_option"
    )]
    pub revenue: Option<Decimal>,
    /// What the publisher is paid, when it says so.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "rust_decimal::serde::str_option"
    )]
    pub payout: Option<Decimal>,
    /// When it came in, if it waited for its call. Not part of what is kept while it waits.
    #[serde(skip)]
    pub waits_since: Option<Timestamp>,
}

impl Posting {
    /// Tags as they are shown to the sender: with the place under `geo`.
    #[must_use]
    pub fn shown_tags(&self) -> TagSet {
        let mut tags = self.tags.clone();
        if let Some(place) = &self.place {
            tags.merge(crate::geo::Location::default().replaced_by(place).tags());
        }
        tags
    }
}
