//! What makes a call convert (spec section 8).

use serde_json::{Value, json};

use super::Amounts;
use crate::fault::Faults;
use crate::fields::{Fields, amount, flag, whole};
use crate::matching::Conditions;
use crate::secret;

/// The longest span a campaign may name, ten years, in seconds.
pub(super) const MAX_SPAN_SECONDS: i64 = 3650 * 86400;

/// One conversion entry.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// Which calls it is for.
    pub matches: Conditions,
    /// What such a call has to do.
    pub criterion: Criterion,
    /// What it is worth then.
    pub amounts: Amounts,
    /// Seconds in which a caller does not convert by this entry again; 0 for no such limit.
    pub dedupe_seconds: i64,
}

/// What makes a call meet a conversion entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// At least so many connected seconds.
    Connected {
        /// Seconds, 0 or more.
        seconds: u32,
    },
    /// A postback that says so within the timeout.
    Postback {
        /// Seconds from the end of the call.
        timeout_seconds: u32,
    },
}

impl Conversion {
    /// What tells this entry from the campaign's others, wherever it stands and whatever it is
    /// worth: 32 hexadecimal digits.
    #[must_use]
    pub fn identity(&self) -> String {
        let criterion = match self.criterion {
            Criterion::Connected { seconds } => json!({"seconds": seconds}),
            Criterion::Postback { .. } => json!({"postback": true}),
        };
        let text = json!({"matches": &self.matches, "criterion": criterion}).to_string();
        secret::sha256_hex(&text).chars().take(32).collect()
    }

    pub(super) fn from_json(value: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(value)?;
        let matches = fields.optional("matches", super::webhook_document::conditions);
        let seconds = fields.optional("seconds", whole(0, 86400));
        let postback = fields.optional("postback", flag).unwrap_or(false);
        let timeout = fields.optional("postback_timeout", whole(1, 7 * 86400));
        let amounts = Amounts {
            revenue: fields.optional("revenue", amount),
            payout: fields.optional("payout", amount),
        };
        let dedupe_seconds =
            fields.optional("dedupe_seconds", whole(0, MAX_SPAN_SECONDS)).unwrap_or(0);
        fields.refuse_others();
        let criterion = match (seconds, postback) {
            (Some(_), true) => {
                fields.fault("postback", "stands with seconds; an entry has one of them");
                None
            }
            (None, false) => {
                fields.fault("seconds", "is required, unless postback is true");
                None
            }
            (Some(_), false) if timeout.is_some() => {
                fields.fault("postback_timeout", "is for entries with postback: true");
                None
            }
            (Some(seconds), false) => {
                Some(Criterion::Connected { seconds: u32::try_from(seconds).unwrap_or(0) })
            }
            (None, true) => Some(Criterion::Postback {
                timeout_seconds: u32::try_from(timeout.unwrap_or(600)).unwrap_or(600),
            }),
        };
        fields.finish(criterion.map(|criterion| Self {
            matches: matches.unwrap_or_default(),
            criterion,
            amounts,
            dedupe_seconds,
        }))
    }

    pub(super) fn document(&self) -> Value {
        let mut document = json!({
            "matches": &self.matches,
            "revenue": self.amounts.revenue.map(|amount| amount.to_string()),
            "payout": self.amounts.payout.map(|amount| amount.to_string()),
            "dedupe_seconds": self.dedupe_seconds,
        });
        if let Some(document) = document.as_object_mut() {
            document.retain(|_, value| !value.is_null());
            match self.criterion {
                Criterion::Connected { seconds } => {
                    document.insert("seconds".to_owned(), json!(seconds));
                }
                Criterion::Postback { timeout_seconds } => {
                    document.insert("postback".to_owned(), json!(true));
                    document.insert("postback_timeout".to_owned(), json!(timeout_seconds));
                }
            }
        }
        document
    }
}
