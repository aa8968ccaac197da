//! A call as it stands: what the platform reported and what is known about it.

mod event;
mod facts;
mod id;
mod posting;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use event::{CallEvent, Choice, EventKind, Moment};
pub use facts::{CallFacts, Firing};
pub use id::{CallId, CallIdFault, CallKey};
pub use posting::{Posting, PostingId};

use crate::campaign::{Amounts, CampaignId};
use crate::geo::{Location, Place};
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// The most that a call's tags may weigh, keys and values, in bytes. More is dropped and named, so
/// that no partner can fill the one item a call is stored in.
pub const MAX_TAG_BYTES: usize = 128 * 1024;

/// A call as it stands.
#[derive(Debug, Clone)]
pub struct Call {
    /// The platform's id.
    pub id: CallId,
    /// Hookline's own random id.
    pub uuid: String,
    /// What lets a partner post back.
    pub key: CallKey,
    /// The campaign it belongs to.
    pub campaign: CampaignId,
    /// Who calls; `None` when the number is withheld.
    pub caller: Option<E164>,
    /// The number that was called.
    pub called: Option<E164>,
    /// The platform's name for that number.
    pub number_name: Option<String>,
    /// When it was received, by the platform's clock.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Every buyer that was chosen or answered, in the order it happened.
    pub tries: BTreeSet<Try>,
    /// Tags; where the caller is stands in `location`.
    pub tags: TagSet,
    /// Where the caller is.
    pub location: Location,
    /// Revenue and payout as somebody said them.
    pub amounts: Amounts,
    /// What a postback said about conversion, the last word.
    pub posted_conversion: Option<bool>,
}

/// A buyer chosen, or a buyer who answered.
///
/// Ordered by time, so that events in any order give the same call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Try {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Whether the buyer answered; else chosen only.
    pub answered: bool,
    /// Who.
    pub buyer: Buyer,
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
    /// A call that nothing has been reported of.
    #[must_use]
    pub fn new(id: CallId, campaign: CampaignId, uuid: String, key: CallKey) -> Self {
        Self {
            id,
            uuid,
            key,
            campaign,
            caller: None,
            called: None,
            number_name: None,
            started_at: None,
            ended_at: None,
            tries: BTreeSet::new(),
            tags: TagSet::new(),
            location: Location::default(),
            amounts: Amounts::default(),
            posted_conversion: None,
        }
    }

    /// Takes in what an event reports: numbers and names stay as first reported, tags and tries at
    /// buyers add up. Where the platform says that the caller is counts here only when the event
    /// also brings the caller's number; see [`Self::move_to`].
    pub fn take_in(&mut self, event: &CallEvent) {
        if self.caller.is_none() && event.caller.is_some() {
            self.caller.clone_from(&event.caller);
            self.location = event.location();
        }
        if self.called.is_none() {
            self.called.clone_from(&event.called);
        }
        if self.number_name.is_none() {
            self.number_name.clone_from(&event.number_name);
        }
        if event.moment == Moment::Start {
            self.started_at.get_or_insert(event.occurred_at);
        }
        self.tries.extend(event.tried());
        self.tags.merge(event.tags.clone());
    }

    /// The buyer of the latest try.
    #[must_use]
    pub fn buyer(&self) -> Option<&Buyer> {
        self.tries.last().map(|tried| &tried.buyer)
    }

    /// When a buyer was last chosen.
    #[must_use]
    pub fn selected_at(&self) -> Option<Timestamp> {
        self.tries.iter().rfind(|tried| !tried.answered).map(|tried| tried.at)
    }

    /// When a buyer first answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.tries.iter().find(|tried| tried.answered).map(|tried| tried.at)
    }

    /// Replaces where the caller is.
    pub fn move_to(&mut self, place: &Place) {
        self.location = self.location.replaced_by(place);
    }

    /// Tags as they are shown: with where the caller is under `geo`.
    #[must_use]
    pub fn shown_tags(&self) -> TagSet {
        let mut tags = self.tags.clone();
        tags.merge(self.location.tags());
        tags
    }
}
