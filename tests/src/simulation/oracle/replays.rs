//! What becomes of replays: each is followed by an attempt, at once and then by the schedule from its
//! beginning, while attempts go on counting, unless it was never sent and is still not for the call;
//! what is not replayed stays as it is, nothing is created, and all ends.

use std::collections::BTreeSet;

use hookline::delivery::{Delivery, Progress};
use hookline::ports::deliveries::Recorded;
use hookline::time::Timestamp;

use super::history::{Exchange, History, Index};
use super::spacing::{TAKEOVERS, wait_at};
use super::windows::is_disabled;
use crate::simulation::aftermath::{Aftermath, deliveries_of};
use crate::simulation::journal::{By, What};

pub(super) fn judge(history: &History<'_>, aftermath: &Aftermath) -> Vec<String> {
    let mut broken = Vec::new();
    if !aftermath.run.rested {
        broken.push("the replays did not come to rest".to_owned());
    }
    for before in &aftermath.before {
        let was_disabled = aftermath.disabled.contains(before.webhook().as_str());
        broken.extend(Course::of(before, was_disabled).judge(history, aftermath));
    }
    let keys = |deliveries: &[Delivery]| -> BTreeSet<_> {
        deliveries.iter().map(|delivery| delivery.key.clone()).collect()
    };
    let calls: BTreeSet<_> = aftermath.before.iter().map(|one| &one.key.call).collect();
    let after: Vec<Delivery> =
        calls.into_iter().flat_map(|id| deliveries_of(&aftermath.run.memory, id)).collect();
    if keys(&after) != keys(&aftermath.before) {
        broken.push("other deliveries are there than before".to_owned());
    }
    broken
}

/// A delivery as the journal goes on about it.
struct Course<'a> {
    before: &'a Delivery,
    /// Whether its webhook was disabled before.
    was_disabled: bool,
    /// The attempts whose end was kept.
    told: u32,
    /// Those since it was replayed.
    since: usize,
    /// When the next may be sent, by the clock of whoever sends it; `None` when nothing is due.
    next: Option<i64>,
    /// When it was replayed.
    replays: BTreeSet<Timestamp>,
    /// Who claimed it since it was replayed.
    claimants: BTreeSet<By>,
    broken: Vec<String>,
}

impl<'a> Course<'a> {
    fn of(before: &'a Delivery, was_disabled: bool) -> Self {
        let told = before.attempts_made();
        Self {
            before,
            was_disabled,
            told,
            since: 0,
            next: None,
            replays: BTreeSet::new(),
            claimants: BTreeSet::new(),
            broken: Vec::new(),
        }
    }

    fn judge(mut self, history: &History<'_>, aftermath: &Aftermath) -> Vec<String> {
        for index in 0..history.run.journal.len() {
            if let Some(wrong) = self.follow(history, index) {
                self.broken.push(history.say(index, wrong));
            }
        }
        let key = &self.before.key;
        let after = deliveries_of(&aftermath.run.memory, &key.call);
        let Some(after) = after.iter().find(|delivery| delivery.key == *key) else {
            return self.broken;
        };
        if after.progress != Progress::Ended {
            self.broken.push(format!("{key:?} has not ended"));
        }
        if self.replays.is_empty() && after != self.before {
            self.broken.push(format!("{key:?} was not replayed and has changed"));
        }
        if self.next.is_some() {
            self.broken.push(format!("{key:?} was not sent again"));
        }
        self.broken
    }

    /// Whether so many claimants never told the end that it is given up.
    fn is_worn(&self) -> bool {
        self.claimants.len() >= self.since + TAKEOVERS
    }

    fn is_disabled(&self, history: &History<'_>, at: Index) -> bool {
        let plan = history.plan().webhook(self.before.webhook().as_str());
        self.was_disabled || plan.is_some_and(|plan| is_disabled(history, plan, at))
    }

    /// Takes in what happened at a place, and says what is wrong with it.
    fn follow(&mut self, history: &History<'_>, index: Index) -> Option<String> {
        let entry = history.entry(index);
        let key = &self.before.key;
        match &entry.what {
            // Told again, or by two in one moment, it is one replay.
            What::Replayed(other, at, true) if other == key && self.replays.insert(*at) => {
                (self.since, self.next) = (0, Some(i64::MIN));
                self.claimants.clear();
            }
            What::Claimed(other, _) if other == key => {
                self.claimants.insert(entry.by);
            }
            What::Sent(sent) if sent.delivery == key.id().as_str() => {
                let (number, wanted) = (sent.attempt, self.told + 1);
                if number != wanted {
                    return Some(format!("attempt {number} where {wanted} was next"));
                }
                let next = self.next.is_none_or(|next| history.clock(index) < next);
                return next.then(|| format!("{key:?} was sent and not due"));
            }
            What::Recorded { key: other, attempt, next_at, result: Recorded::Kept, .. }
                if other == key && attempt.is_none_or(|attempt| attempt > self.told) =>
            {
                let exchange = history.exchanges.iter().rfind(|one| {
                    one.by == entry.by && one.at < index && one.sent.delivery == key.id().as_str()
                });
                let Some((number, exchange)) = attempt.zip(exchange) else {
                    self.next = None;
                    // One that was never sent is judged anew.
                    let judged = self.told == 0;
                    let excused = judged || self.is_worn() || self.is_disabled(history, index);
                    return (!excused).then(|| format!("{key:?} was ended without an attempt"));
                };
                (self.told, self.since) = (number, self.since + 1);
                self.next = due_after(history, exchange, self.since);
                let agree = self.next.is_some() == next_at.is_some();
                return (!agree).then(|| format!("{key:?} is due next {next_at:?}"));
            }
            _ => {}
        }
        None
    }
}

/// When another attempt may be sent, by the clock of the one before; `None` when there is none.
fn due_after(history: &History<'_>, one: &Exchange<'_>, since: usize) -> Option<i64> {
    let (answered, _) = one.answer?;
    Some(history.clock(answered) + wait_at(one, u32::try_from(since).ok()?)?)
}
