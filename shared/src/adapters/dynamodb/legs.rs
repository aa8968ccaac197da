//! The legs of a call: two string sets on its item, so that reports in any order add up. Those that
//! have ended are kept with how they did, as JSON.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::call_primary_key;
use super::item::{Item, set_of};
use super::update::Update;
use crate::call::{CallId, LegChange, LegEnd, Legs, MAX_LEGS};
use crate::ports::StoreError;
use crate::ports::legs::CallLegs;

const BEGUN: &str = "legs_begun";
const ENDED: &str = "legs_ended";

/// An entry of a leg that has ended.
type Ended = (String, LegEnd);

impl CallLegs for DynamoDb {
    async fn note_leg(
        &self,
        call: &CallId,
        leg: &CallId,
        change: LegChange,
    ) -> Result<Option<Legs>, StoreError> {
        let (set, entry) = match change {
            LegChange::Began => (BEGUN, leg.to_string()),
            LegChange::Ended(end) => (ENDED, written(leg.as_str(), &end)?),
        };
        let mut update = Update::default();
        update.add(set, set_of(entry));
        update.require_present("campaign_id");
        update.require_fewer(set, MAX_LEGS);
        match self.update(call_primary_key(call), update, "note a leg").await? {
            Updated::Made(item) => Ok(Some(legs_of(&item))),
            Updated::Refused(item) if item.contains_key("campaign_id") => Ok(Some(legs_of(&item))),
            Updated::Refused(_) => Ok(None),
        }
    }
}

fn legs_of(item: &Item) -> Legs {
    let set = |name| item.get(name).and_then(|set| set.as_ss().ok()).into_iter().flatten();
    let mut legs = Legs { begun: set(BEGUN).cloned().collect(), ..Legs::default() };
    for (leg, end) in set(ENDED).filter_map(|entry| serde_json::from_str::<Ended>(entry).ok()) {
        legs.note_end(&leg, end);
    }
    legs
}

fn written(leg: &str, end: &LegEnd) -> Result<String, StoreError> {
    let entry = serde_json::to_string(&(leg, end));
    entry.map_err(|error| StoreError { action: "note a leg", cause: error.to_string() })
}
