//! A call with all that belongs to it. Whatever changes when something of it is due says so to the
//! index in the same breath.

use std::collections::{BTreeMap, BTreeSet};

use super::due::DueIndex;
use crate::call::{Call, Contacts, PostingId, RawEvent};
use crate::delivery::{Delivery, DeliveryKey};
use crate::ports::hints::Hint;

/// An event among those of its call: its name and its occurrence.
pub(super) type EventName = (&'static str, String);

/// A call, its deliveries, and what was applied to it.
#[derive(Debug)]
pub(super) struct KeptCall {
    call: Call,
    deliveries: BTreeMap<DeliveryKey, KeptDelivery>,
    /// Who claimed each event, so that it is applied once.
    pub(super) claimants: BTreeMap<EventName, String>,
    /// What events said that the plain shape does not know.
    pub(super) raw_events: BTreeMap<EventName, RawEvent>,
    /// What the events weigh of which a call may have any number.
    pub(super) recurring_bytes: usize,
    /// The ids of the postings that were applied, each once.
    pub(super) posting_ids: BTreeSet<PostingId>,
    /// Its contacts, where the platform transfers it.
    pub(super) contacts: Contacts,
}

/// A delivery, and whose word about it was kept last.
#[derive(Debug)]
pub(super) struct KeptDelivery {
    /// The delivery as it stands.
    pub(super) delivery: Delivery,
    /// The claimant who told what came of the last claimed attempt.
    pub(super) recorded_by: Option<String>,
}

impl KeptCall {
    /// A call that nothing belongs to yet and that owes nothing.
    pub(super) fn new(call: Call) -> Self {
        Self {
            call,
            deliveries: BTreeMap::new(),
            claimants: BTreeMap::new(),
            raw_events: BTreeMap::new(),
            recurring_bytes: 0,
            posting_ids: BTreeSet::new(),
            contacts: Contacts::default(),
        }
    }

    /// The call as it stands.
    pub(super) fn call(&self) -> &Call {
        &self.call
    }

    /// The delivery of that key as it stands.
    pub(super) fn delivery(&self, key: &DeliveryKey) -> Option<&Delivery> {
        self.kept_delivery(key).map(|kept| &kept.delivery)
    }

    /// The same with whose word it is.
    pub(super) fn kept_delivery(&self, key: &DeliveryKey) -> Option<&KeptDelivery> {
        self.deliveries.get(key)
    }

    /// Its deliveries in the order they happened: by time, then in firing order.
    pub(super) fn deliveries(&self) -> Vec<&Delivery> {
        let mut deliveries: Vec<&Delivery> =
            self.deliveries.values().map(|kept| &kept.delivery).collect();
        deliveries.sort_by_key(|delivery| (delivery.created_at, delivery.position));
        deliveries
    }

    /// Whether one of these is there already.
    pub(super) fn has_any_of(&self, deliveries: &[Delivery]) -> bool {
        deliveries.iter().any(|delivery| self.deliveries.contains_key(&delivery.key))
    }

    /// Changes the call.
    pub(super) fn change(&mut self, due: &mut DueIndex, change: impl FnOnce(&mut Call)) {
        let was = self.call.course.due_at;
        change(&mut self.call);
        let is = self.call.course.due_at;
        if was != is {
            due.reschedule(Hint::Call { call: self.call.id.clone() }, was, is);
        }
    }

    /// Changes a delivery that is there.
    pub(super) fn change_delivery(
        &mut self,
        due: &mut DueIndex,
        key: &DeliveryKey,
        change: impl FnOnce(&mut KeptDelivery),
    ) {
        let Some(kept) = self.deliveries.get_mut(key) else { return };
        let was = kept.delivery.due_at();
        change(kept);
        due.reschedule(Hint::Delivery(key.clone()), was, kept.delivery.due_at());
    }

    /// Puts a delivery in place of what stood under its key.
    pub(super) fn put(&mut self, due: &mut DueIndex, delivery: Delivery) {
        let (key, is) = (delivery.key.clone(), delivery.due_at());
        let kept = KeptDelivery { delivery, recorded_by: None };
        let was = self.deliveries.insert(key.clone(), kept).and_then(|old| old.delivery.due_at());
        due.reschedule(Hint::Delivery(key), was, is);
    }

    /// Puts new deliveries; those that are to be attempted take their place in line.
    pub(super) fn create(&mut self, due: &mut DueIndex, deliveries: &[Delivery]) {
        self.call.pending.extend(deliveries.iter().filter_map(Delivery::pending));
        for delivery in deliveries {
            self.put(due, delivery.clone());
        }
    }
}
