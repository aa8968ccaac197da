//! The legs of a call: two string sets on its item, so that reports in any order add up.

use super::DynamoDb;
use super::access::Updated;
use super::call_item::call_primary_key;
use super::item::{Item, set_of};
use super::update::Update;
use crate::call::{CallId, LegChange, Legs, MAX_LEGS};
use crate::ports::StoreError;
use crate::ports::legs::CallLegs;

const BEGUN: &str = "legs_begun";
const ENDED: &str = "legs_ended";

impl CallLegs for DynamoDb {
    async fn note_leg(
        &self,
        call: &CallId,
        leg: &CallId,
        change: LegChange,
    ) -> Result<Option<Legs>, StoreError> {
        let set = match change {
            LegChange::Began => BEGUN,
            LegChange::Ended => ENDED,
        };
        let mut update = Update::default();
        update.add(set, set_of(leg.as_str()));
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
    let set = |name| {
        let names = item.get(name).and_then(|set| set.as_ss().ok());
        names.into_iter().flatten().cloned().collect()
    };
    Legs { begun: set(BEGUN), ended: set(ENDED) }
}
