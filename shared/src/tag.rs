//! Tags: what is known about a call, as keys with sets of values.
//!
//! A tag set only grows: merging adds values and repeats collapse, so the same additions in any
//! order give the same set. Where a caller is ([`crate::geo::Location`]) is the one thing that is
//! replaced rather than added, and is therefore not kept here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::token::SystemToken;

/// The longest key, in bytes (spec section 5).
pub const MAX_KEY_BYTES: usize = 128;
/// The longest value, in bytes (spec section 5).
pub const MAX_VALUE_BYTES: usize = 1024;

/// The name of a tag: lower case, 1 to 128 of `a-z 0-9 _ . -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TagKey(String);

/// Why a text is no [`TagKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagKeyFault {
    /// Nothing is left after trimming.
    #[error("a tag key must not be empty")]
    Empty,
    /// More than [`MAX_KEY_BYTES`].
    #[error("a tag key has at most {MAX_KEY_BYTES} characters")]
    TooLong,
    /// A character outside `a-z 0-9 _ . -` after lower-casing.
    #[error("a tag key is made of a-z, 0-9, '_', '.' and '-', not {0:?}")]
    Character(char),
}

impl TagKey {
    /// Reads a key as people and partners write it: trimmed, lower-cased, spaces as `_`.
    ///
    /// # Errors
    /// Names the first fault.
    pub fn parse(text: &str) -> Result<Self, TagKeyFault> {
        let key = text.trim().to_ascii_lowercase().replace(' ', "_");
        if key.is_empty() {
            return Err(TagKeyFault::Empty);
        }
        if let Some(other) =
            key.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '-'))
        {
            return Err(TagKeyFault::Character(other));
        }
        if key.len() > MAX_KEY_BYTES {
            return Err(TagKeyFault::TooLong);
        }
        Ok(Self(key))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a name that Hookline answers itself, so that nobody may set it: a
    /// [`SystemToken`] or anything under `system_`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("system_") || SystemToken::from_name(&self.0).is_some()
    }

    /// Whether the campaign's owner and the call platform may set it: every free name, and
    /// `publisher_id` and `sub_id`, which only they know.
    #[must_use]
    pub fn is_open_to_owner(&self) -> bool {
        !self.is_reserved()
            || matches!(
                SystemToken::from_name(&self.0),
                Some(SystemToken::PublisherId | SystemToken::SubId)
            )
    }
}

impl fmt::Display for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for TagKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TagKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// One value of a tag: trimmed, 1 to 1024 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TagValue(String);

/// Why a text is no [`TagValue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagValueFault {
    /// Nothing is left after trimming; no value is how a missing tag is said.
    #[error("a tag value must not be empty")]
    Empty,
    /// More than [`MAX_VALUE_BYTES`].
    #[error("a tag value has at most {MAX_VALUE_BYTES} bytes")]
    TooLong,
}

impl TagValue {
    /// Reads a value, trimmed.
    ///
    /// # Errors
    /// When nothing is left, or too much.
    pub fn parse(text: &str) -> Result<Self, TagValueFault> {
        let value = text.trim();
        match value.len() {
            0 => Err(TagValueFault::Empty),
            1..=MAX_VALUE_BYTES => Ok(Self(value.to_owned())),
            _ => Err(TagValueFault::TooLong),
        }
    }

    /// The value as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TagValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Keys with their values. On the wire: an object of sorted arrays of strings.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct TagSet(BTreeMap<TagKey, BTreeSet<TagValue>>);

impl TagSet {
    /// A set with nothing in it.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds one value; says whether it was new.
    pub fn insert(&mut self, key: TagKey, value: TagValue) -> bool {
        self.0.entry(key).or_default().insert(value)
    }

    /// Adds everything in `other`.
    pub fn merge(&mut self, other: Self) {
        for (key, values) in other.0 {
            self.0.entry(key).or_default().extend(values);
        }
    }

    /// What this set has and `other` has not.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let new = self.0.iter().flat_map(|(key, values)| values.iter().map(move |v| (key, v)));
        let new = new.filter(|(key, value)| !other.contains(key, value));
        new.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The values of a key, sorted; none when the key is absent.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.get(key).into_iter().flatten().map(TagValue::as_str)
    }

    /// Whether the key has a value.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether this very value stands under the key.
    #[must_use]
    pub fn contains(&self, key: &TagKey, value: &TagValue) -> bool {
        self.0.get(key).is_some_and(|values| values.contains(value))
    }

    /// Keys with their values, both sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&TagKey, &BTreeSet<TagValue>)> {
        self.0.iter()
    }

    /// Keeps the keys that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&TagKey) -> bool) {
        self.0.retain(|key, _| keep(key));
    }

    /// Whether there is no tag at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Key and value bytes together: what the set weighs in the store.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight_without(&Self::default())
    }

    /// What this set weighs less what `other` has of it.
    #[must_use]
    pub fn weight_without(&self, other: &Self) -> usize {
        let weigh = |(key, values): (&TagKey, &BTreeSet<TagValue>)| {
            let new = values.iter().filter(|value| !other.contains(key, value));
            let values: usize = new.map(|value| value.0.len()).sum();
            if values == 0 { 0 } else { key.0.len() + values }
        };
        self.0.iter().map(weigh).sum()
    }
}

impl Serialize for TagSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, values)| (key.as_str(), values)))
    }
}

impl FromIterator<(TagKey, TagValue)> for TagSet {
    fn from_iter<I: IntoIterator<Item = (TagKey, TagValue)>>(pairs: I) -> Self {
        let mut set = Self::new();
        for (key, value) in pairs {
            set.insert(key, value);
        }
        set
    }
}
