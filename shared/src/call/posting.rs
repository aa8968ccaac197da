//! What a partner posts back about a call (spec section 7).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::campaign::Amounts;
use crate::geo::Place;
use crate::secret;
use crate::tag::TagSet;

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
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal_text")]
    pub revenue: Option<Decimal>,
    /// What the publisher is paid, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal_text")]
    pub payout: Option<Decimal>,
}

impl Posting {
    /// Revenue and payout together.
    #[must_use]
    pub fn amounts(&self) -> Amounts {
        Amounts { revenue: self.revenue, payout: self.payout }
    }

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

/// Decimals as text, so that `30.00` comes back as it went in.
mod decimal_text {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        amount: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        amount.map(|amount| amount.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| Decimal::from_str_exact(&text).map_err(serde::de::Error::custom))
            .transpose()
    }
}
