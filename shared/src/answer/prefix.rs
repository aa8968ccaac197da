//! Prefixes that keep the tags of one source apart from others.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::tag::{TagKey, TagKeyFault};

/// The longest prefix, in bytes; leaves as much room for the key behind it.
const MAX_PREFIX_BYTES: usize = 64;

/// What is put before every key of a source: `crm_` makes `score` `crm_score`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TagPrefix(String);

/// Why a text is no [`TagPrefix`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagPrefixFault {
    /// Nothing is left after trimming; no prefix is how none is said.
    #[error("a tag prefix must not be empty")]
    Empty,
    /// More than 64 bytes.
    #[error("a tag prefix has at most {MAX_PREFIX_BYTES} characters")]
    TooLong,
    /// A character that keys do not have.
    #[error("a tag prefix is made of a-z, 0-9, '_', '.' and '-', not {0:?}")]
    Character(char),
    /// Every tag with it would take a name of Hookline's own.
    #[error("a tag prefix must not start with system_")]
    Reserved,
}

impl TagPrefix {
    /// Reads a prefix as keys are read: trimmed, lower-cased, spaces as `_`.
    ///
    /// # Errors
    /// Names the first fault.
    pub fn parse(text: &str) -> Result<Self, TagPrefixFault> {
        let key = TagKey::parse(text).map_err(|fault| match fault {
            TagKeyFault::Empty => TagPrefixFault::Empty,
            TagKeyFault::TooLong => TagPrefixFault::TooLong,
            TagKeyFault::Character(c) => TagPrefixFault::Character(c),
        })?;
        let prefix = key.as_str();
        if prefix.len() > MAX_PREFIX_BYTES {
            return Err(TagPrefixFault::TooLong);
        }
        if prefix.starts_with("system_") {
            return Err(TagPrefixFault::Reserved);
        }
        Ok(Self(prefix.to_owned()))
    }

    /// The key that a name of the source becomes.
    ///
    /// # Errors
    /// When the name alone is no key, or the two together are too long.
    pub fn key(&self, name: &str) -> Result<TagKey, TagKeyFault> {
        let name = TagKey::parse(name)?;
        TagKey::parse(&format!("{}{name}", self.0))
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TagPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TagPrefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_put_before_the_key() {
        let prefix = TagPrefix::parse(" CRM ").unwrap();

        assert_eq!(prefix.as_str(), "crm");
        assert_eq!(
            prefix.key(" First Name").map(|key| key.to_string()),
            Ok("crmfirst_name".into())
        );
        assert_eq!(prefix.key(" "), Err(TagKeyFault::Empty));
        assert_eq!(prefix.key(&"x".repeat(126)), Err(TagKeyFault::TooLong));
        assert_eq!(serde_json::from_str::<TagPrefix>("\"crm\"").unwrap(), prefix);
    }

    #[test]
    fn what_could_not_start_a_tag_is_refused() {
        assert_eq!(TagPrefix::parse(" "), Err(TagPrefixFault::Empty));
        assert_eq!(TagPrefix::parse("a/b"), Err(TagPrefixFault::Character('/')));
        assert_eq!(TagPrefix::parse(&"x".repeat(65)), Err(TagPrefixFault::TooLong));
        assert_eq!(TagPrefix::parse("System_x"), Err(TagPrefixFault::Reserved));
        assert!(serde_json::from_str::<TagPrefix>("\"\"").is_err());
    }
}
