//! At most one claim is live at any time: who claims a delivery finds the one before told of, or its
//! claimant dead.

use hookline::delivery::DeliveryKey;
use hookline::ports::deliveries::Recorded;

use super::history::{History, Index};
use crate::simulation::journal::{By, What};

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut live: Vec<(&DeliveryKey, By, Index)> = Vec::new();
    for (index, entry) in history.run.journal.iter().enumerate() {
        match &entry.what {
            What::Claimed(key, _) => {
                let other =
                    |(other, by, _): &&(&DeliveryKey, By, Index)| *other == key && *by != entry.by;
                if let Some((_, by, since)) = live.iter().find(other) {
                    let since = history.time(*since);
                    let why = format!("{key:?} was {by}'s since {since} ms");
                    broken.push(history.say(index, why));
                }
                live.push((key, entry.by, index));
            }
            What::Recorded { key, result: Recorded::Kept, .. } => {
                live.retain(|(other, by, _)| *other != key || *by != entry.by);
            }
            What::Done | What::Failed(_) | What::Died(_) => {
                live.retain(|(_, by, _)| *by != entry.by);
            }
            _ => {}
        }
    }
    broken
}
