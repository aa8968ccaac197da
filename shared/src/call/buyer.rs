//! The buyers that a call was sent to.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// A buyer chosen, or a buyer who answered.
///
/// Ordered by time, so that events in any order give the same call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BuyerEvent {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Whether the buyer answered; else chosen only.
    pub answered: bool,
    /// Who.
    pub buyer: Buyer,
    /// Which attempt at reaching the buyer this is, by the platform's count or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
}

/// Who a call is sent to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Buyer {
    /// The platform's id of the buyer.
    pub id: String,
    /// The buyer's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the platform says of this buyer; seen by matches and tokens while the buyer is chosen.
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub tags: TagSet,
}

impl Call {
    /// The buyer of the latest try.
    #[must_use]
    pub fn buyer(&self) -> Option<&Buyer> {
        self.buyer_events.last().map(|event| &event.buyer)
    }

    /// When a buyer was last chosen.
    #[must_use]
    pub fn selected_at(&self) -> Option<Timestamp> {
        self.buyer_events.iter().rfind(|event| !event.answered).map(|event| event.at)
    }

    /// When a buyer first answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.buyer_events.iter().find(|event| event.answered).map(|event| event.at)
    }

    /// The buyer who answered last, or else the one who was chosen last.
    #[must_use]
    pub fn reached_buyer(&self) -> Option<&Buyer> {
        let answered = self.buyer_events.iter().rfind(|event| event.answered);
        answered.map(|event| &event.buyer).or(self.buyer())
    }
}
