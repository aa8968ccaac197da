//! The names of deliveries.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::CallId;
use crate::campaign::WebhookId;
use crate::secret::hex;
use crate::trigger::Trigger;

/// What tells one delivery from all others: the call, what fired it, the webhook, and which time of
/// that trigger on the call it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// The call.
    #[serde(rename = "call_id")]
    pub call: CallId,
    /// What fired it.
    pub trigger: Trigger,
    /// The webhook.
    pub webhook: WebhookId,
    /// Which time: the buyer and attempt of an event, the id of a postback, or [`ONCE`].
    pub occurrence: String,
}

/// The occurrence of what a call has once.
pub const ONCE: &str = "1";

impl DeliveryKey {
    /// The id that partners are told.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        let mut digest = Sha256::new();
        let Self { call, trigger, webhook, occurrence } = self;
        for part in [call.as_str(), trigger.as_str(), webhook.as_str(), occurrence] {
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        let digest = hex(&digest.finalize());
        DeliveryId(format!("dl_{}", digest.get(..32).unwrap_or_default()))
    }
}

/// The id of a delivery: the same for the same call, trigger, webhook and occurrence, so that every
/// attempt and every repeat of an event names one delivery. `dl_` and 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_four_parts_apart() {
        let id = |trigger, webhook: &str, occurrence: &str| {
            let call = CallId::parse("c1").unwrap();
            let webhook = WebhookId::parse(webhook).unwrap();
            DeliveryKey { call, trigger, webhook, occurrence: occurrence.to_owned() }.id()
        };
        assert_eq!(id(Trigger::Start, "crm", "1"), id(Trigger::Start, "crm", "1"));
        assert_ne!(id(Trigger::Selected, "a", "11"), id(Trigger::Selected, "a1", "1"));
        assert!(id(Trigger::Start, "crm", "1").as_str().len() == 35);
    }
}
