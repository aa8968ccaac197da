//! Takes the journal down, entry by entry: lives of functions, exchanges, looks at deliveries, what
//! was created and remembered.

use hookline::delivery::{Delivery, Progress};
use hookline::ports::calls::Posted;
use hookline::ports::deliveries::Recorded;
use hookline::trigger::Trigger;

use super::history::{Created, Exchange, History, Index, Invocation, Visit};
use super::state::tags_of;
use crate::simulation::journal::{Entry, Task, What};

impl<'a> History<'a> {
    /// Takes an entry down.
    pub(super) fn note(&mut self, index: Index, entry: &'a Entry) {
        self.note_invocation(index, entry);
        self.note_exchange(index, entry);
        self.note_visit(index, entry);
        self.note_created(index, entry);
        self.note_memory(index, entry);
    }

    fn note_invocation(&mut self, index: Index, entry: &'a Entry) {
        match &entry.what {
            What::Began(task) => {
                let life = Invocation { task, began: index, ended: usize::MAX };
                self.invocations.insert(entry.by, life);
            }
            What::Done | What::Failed(_) | What::Died(_) => {
                if let Some(life) = self.invocations.get_mut(&entry.by) {
                    life.ended = index;
                }
            }
            _ => {}
        }
    }

    fn note_exchange(&mut self, index: Index, entry: &'a Entry) {
        match &entry.what {
            What::Sent(sent) => {
                let trigger = Trigger::from_name(&sent.trigger);
                let webhook = self.plan().webhook(&sent.webhook);
                if let Some((trigger, webhook)) = trigger.zip(webhook) {
                    let answer = None;
                    let (by, at) = (entry.by, index);
                    self.exchanges.push(Exchange { by, at, sent, trigger, webhook, answer });
                }
            }
            What::Answered(answered) => {
                let is_its = |one: &&mut Exchange<'_>| {
                    one.by == entry.by && one.sent.delivery == answered.delivery
                };
                if let Some(exchange) = self.exchanges.iter_mut().rfind(is_its) {
                    exchange.answer = Some((index, answered));
                }
            }
            _ => {}
        }
    }

    fn note_visit(&mut self, index: Index, entry: &'a Entry) {
        let by = entry.by;
        let Some(Invocation { task: Task::Deliver(key), .. }) = self.invocations.get(&by) else {
            return;
        };
        let place = self.visits.iter().rposition(|visit| visit.by == by);
        let Some(visit) = place.and_then(|place| self.visits.get_mut(place)) else {
            if matches!(entry.what, What::ReadCall(_)) {
                self.visits.push(Visit {
                    by,
                    key,
                    read: index,
                    campaign: index,
                    windows: None,
                    claimed: None,
                    exchange: None,
                    kept: None,
                });
            }
            return;
        };
        match &entry.what {
            // Asked again: the last answer is the one that counts.
            What::ReadCall(_) if visit.campaign == visit.read => {
                (visit.read, visit.campaign) = (index, index);
            }
            What::ReadCampaign if visit.claimed.is_none() => visit.campaign = index,
            What::ReadWindows(_) => visit.windows = Some(index),
            What::Claimed(..) => visit.claimed = Some(index),
            What::Sent(_) => visit.exchange = self.exchanges.len().checked_sub(1),
            What::Recorded { attempt, result: Recorded::Kept, .. } => {
                visit.kept = Some((index, *attempt));
            }
            _ => {}
        }
    }

    fn note_created(&mut self, index: Index, entry: &'a Entry) {
        let reads = |what: &What| matches!(what, What::ReadCall(_) | What::Event { .. });
        let made = match &entry.what {
            What::Advanced(_, step, _) => &step.created,
            What::Posted { fired, result: Posted::Applied, .. } => fired,
            _ => return,
        };
        let read = self.last_by(entry.by, index, reads).unwrap_or(index);
        for (place, Delivery { key, progress, created_at, .. }) in made.iter().enumerate() {
            let due = match progress {
                Progress::Due { at } => Some(at.as_millis()),
                Progress::Claimed { .. } | Progress::Ended => None,
            };
            let since = created_at.as_millis();
            if let Some(webhook) = self.plan().webhook(key.webhook.as_str()) {
                self.created.push(Created { key, webhook, at: index, read, due, since, place });
            }
        }
    }

    fn note_memory(&mut self, index: Index, entry: &'a Entry) {
        let (caller, tags) = match &entry.what {
            What::Remembered(caller, tags) => (caller.as_str(), tags),
            What::EventRecorded { call, remembered: Some(tags), .. } => {
                let plan = self.call_plan(call.as_str());
                let Some(caller) = plan.and_then(|plan| plan.caller.as_deref()) else { return };
                (caller, tags)
            }
            _ => return,
        };
        self.memory.entry(caller).or_default().push((index, tags_of(tags)));
    }
}
