//! The ids that a campaign's owner chooses.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Faults;
use crate::fields;

/// A campaign's id: 1 to 64 of `A-Z a-z 0-9 _ -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CampaignId(String);

/// A webhook's id, unique in its campaign: 1 to 64 of `A-Z a-z 0-9 _ -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebhookId(String);

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'")]
pub struct IdFault;

fn checked(text: &str) -> Result<String, IdFault> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if fits { Ok(text.to_owned()) } else { Err(IdFault) }
}

macro_rules! id {
    ($name:ident) => {
        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// When it has another form.
            pub fn parse(text: &str) -> Result<Self, IdFault> {
                checked(text).map(Self)
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
        }

        impl TryFrom<String> for $name {
            type Error = IdFault;

            fn try_from(text: String) -> Result<Self, IdFault> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(CampaignId);
id!(WebhookId);
