//! The id and the key of a call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Faults;
use crate::fields;
use crate::secret;

/// The platform's id of a call: 1 to 128 of `A-Z a-z 0-9 . _ : -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct CallId(String);

/// A text that is no call id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':' and '-'")]
pub struct CallIdFault;

impl CallId {
    /// Reads an id.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parse(text: &str) -> Result<Self, CallIdFault> {
        let fits = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(CallIdFault) }
    }

    /// Reads an id from JSON.
    ///
    /// # Errors
    /// When it is no string or has another form.
    pub fn from_json(value: &Value) -> Result<Self, Faults> {
        Self::parse(fields::string(value)?).map_err(Faults::of)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which of so many parts it falls into, always the same: what is kept in parts is spread by
    /// it.
    #[must_use]
    pub fn part(&self, parts: u32) -> u32 {
        let bytes = self.0.bytes();
        let sum = bytes.fold(0_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
        sum.checked_rem(parts).unwrap_or(0)
    }
}

impl TryFrom<String> for CallId {
    type Error = CallIdFault;

    fn try_from(text: String) -> Result<Self, CallIdFault> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for CallId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The random secret of one call, with which a partner posts back to it. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct CallKey(String);

impl CallKey {
    /// A key of 24 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 24]) -> Self {
        Self(secret::hex(&bytes))
    }

    /// A key as it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Whether a partner's text is this key, compared in constant time.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        secret::equal(&self.0, given)
    }

    /// The key itself: for the platform, for `[call_key]` and for the store.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CallKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(secret::MASK)
    }
}
