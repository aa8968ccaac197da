//! The journal put in order: who did what, what was created, and how each call stood when.

use std::collections::BTreeMap;

use hookline::delivery::{Delivery, DeliveryKey, Progress};
use hookline::ports::calls::Posted;
use hookline::ports::deliveries::Recorded;
use hookline::trigger::{Class, Trigger};

use super::state::{Clock, State, tags_of};
use crate::simulation::Run;
use crate::simulation::journal::{Answered, By, Entry, Sent, Task, What};
use crate::simulation::plan::{CallPlan, CampaignPlan, Tags, WebhookPlan};
use crate::simulation::timeline::Millis;

/// A place in the journal.
pub(super) type Index = usize;

/// The journal of a run, put in order.
pub(super) struct History<'a> {
    pub(super) run: &'a Run,
    pub(super) invocations: BTreeMap<By, Invocation<'a>>,
    pub(super) exchanges: Vec<Exchange<'a>>,
    pub(super) visits: Vec<Visit<'a>>,
    pub(super) created: Vec<Created<'a>>,
    pub(super) calls: BTreeMap<&'a str, CallHistory>,
    /// What is remembered of each caller, from when on.
    pub(super) memory: BTreeMap<&'a str, Vec<(Index, Tags)>>,
}

/// One life of a function.
pub(super) struct Invocation<'a> {
    pub(super) task: &'a Task,
    pub(super) began: Index,
    /// Where it ended, in whatever way.
    pub(super) ended: Index,
}

/// A request and what came back.
pub(super) struct Exchange<'a> {
    pub(super) by: By,
    pub(super) at: Index,
    pub(super) sent: &'a Sent,
    pub(super) trigger: Trigger,
    pub(super) webhook: &'a WebhookPlan,
    pub(super) answer: Option<(Index, &'a Answered)>,
}

/// A function's look at a delivery.
pub(super) struct Visit<'a> {
    pub(super) by: By,
    pub(super) key: &'a DeliveryKey,
    /// Where the call was read.
    pub(super) read: Index,
    /// Where the campaign was read.
    pub(super) campaign: Index,
    /// Where the caller's windows were read.
    pub(super) windows: Option<Index>,
    pub(super) claimed: Option<Index>,
    /// Which of the exchanges is its.
    pub(super) exchange: Option<usize>,
    /// Where its word was kept, and the attempt that it told of.
    pub(super) kept: Option<(Index, Option<u32>)>,
}

/// A delivery that was created.
pub(super) struct Created<'a> {
    pub(super) key: &'a DeliveryKey,
    pub(super) webhook: &'a WebhookPlan,
    pub(super) at: Index,
    /// Where the call was read by whoever created it.
    pub(super) read: Index,
    /// When it is due; `None` when it was skipped at once.
    pub(super) due: Option<Clock>,
    /// When it was created, by the clock of whoever created it.
    pub(super) since: Clock,
    /// Its place among those created with it.
    pub(super) place: usize,
}

/// How a call stood when.
pub(super) struct CallHistory {
    pub(super) caller: Option<String>,
    pub(super) states: Vec<(Index, State)>,
    /// Where its timers were set.
    pub(super) timers_set: Option<Index>,
}

impl<'a> History<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let mut history = Self {
            run,
            invocations: BTreeMap::new(),
            exchanges: Vec::new(),
            visits: Vec::new(),
            created: Vec::new(),
            calls: BTreeMap::new(),
            memory: BTreeMap::new(),
        };
        for call in &run.plan.calls {
            let whole =
                CallHistory { caller: None, states: vec![(0, State::default())], timers_set: None };
            history.calls.insert(&call.id, whole);
        }
        for (index, entry) in run.journal.iter().enumerate() {
            history.note_invocation(index, entry);
            history.note_exchange(index, entry);
            history.note_visit(index, entry);
            history.note_created(index, entry);
            history.note_memory(index, entry);
            history.note_state(index, entry);
        }
        history
    }

    pub(super) fn plan(&self) -> &'a CampaignPlan {
        &self.run.plan.campaign
    }

    pub(super) fn call_plan(&self, id: &str) -> Option<&'a CallPlan> {
        self.run.plan.calls.iter().find(|call| call.id == id)
    }

    /// The entry at a place.
    #[expect(clippy::indexing_slicing, reason = "places come from the journal itself")]
    pub(super) fn entry(&self, index: Index) -> &'a Entry {
        &self.run.journal[index]
    }

    /// The time by the clock of whoever wrote the entry at a place.
    pub(super) fn clock(&self, index: Index) -> Clock {
        self.entry(index).clock.as_millis()
    }

    /// The virtual time of a place.
    pub(super) fn time(&self, index: Index) -> Millis {
        self.entry(index).at
    }

    /// A sentence about a place, for people.
    pub(super) fn say(&self, index: Index, what: impl std::fmt::Display) -> String {
        let at = self.time(index);
        format!("at {}.{:03} (line {index}): {what}", at / 1000, at % 1000)
    }

    /// The call's state at a place.
    pub(super) fn state(&self, call: &str, at: Index) -> &State {
        static NOTHING: std::sync::LazyLock<State> = std::sync::LazyLock::new(State::default);
        let states = self.calls.get(call).map(|call| call.states.as_slice()).unwrap_or_default();
        states.iter().rfind(|(from, _)| *from <= at).map_or(&NOTHING, |(_, state)| state)
    }

    /// The call's states from one place to another.
    pub(super) fn states(&self, call: &str, from: Index, to: Index) -> Vec<&State> {
        let all = self.calls.get(call).map(|call| call.states.as_slice()).unwrap_or_default();
        let later = all.iter().filter(|(at, _)| (from + 1..=to).contains(at));
        std::iter::once(self.state(call, from)).chain(later.map(|(_, state)| state)).collect()
    }

    /// The call's state in the end.
    pub(super) fn last_state(&self, call: &str) -> &State {
        self.state(call, usize::MAX)
    }

    /// What is remembered of a caller at a place, of what the campaign remembers.
    pub(super) fn remembered(&self, caller: &str, at: Index) -> Tags {
        let known = self.memory.get(caller).into_iter().flatten();
        let tags = known.filter(|(from, _)| *from <= at).flat_map(|(_, tags)| tags.iter().cloned());
        tags.filter(|(key, _)| self.plan().memory.covers(key)).collect()
    }

    /// The last entry of a function before a place that says yes.
    pub(super) fn last_by(
        &self,
        by: By,
        before: Index,
        is: impl Fn(&What) -> bool,
    ) -> Option<Index> {
        let began = self.invocations.get(&by).map_or(0, |invocation| invocation.began);
        (began..before).rev().find(|index| {
            let entry = self.entry(*index);
            entry.by == by && is(&entry.what)
        })
    }

    /// Whether the store failed a function at something.
    pub(super) fn was_failed(&self, by: By, asked: &str) -> bool {
        let ended = self.invocations.get(&by).map_or(0, |life| life.ended);
        let faulted =
            |what: &What| matches!(what, What::Faulted { action, .. } if *action == asked);
        self.last_by(by, ended.min(self.run.journal.len()), faulted).is_some()
    }

    /// The exchanges of a delivery, oldest first.
    pub(super) fn exchanges_of(&self, key: &DeliveryKey) -> Vec<&Exchange<'a>> {
        let id = key.id();
        self.exchanges.iter().filter(|one| one.sent.delivery == id.as_str()).collect()
    }

    /// Where a delivery's first attempt ended, or it was ended without one.
    pub(super) fn first_end(&self, created: &Created<'_>) -> Option<Index> {
        if created.due.is_none() {
            return Some(created.at);
        }
        self.run.journal.iter().enumerate().skip(created.at).find_map(|(index, entry)| {
            let What::Recorded { key, result: Recorded::Kept, .. } = &entry.what else {
                return None;
            };
            (key == created.key).then_some(index)
        })
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

    fn note_state(&mut self, index: Index, entry: &'a Entry) {
        let (call, change) = match &entry.what {
            What::Event { event, repeated, .. } => {
                let caller = event.caller.as_ref().map(|number| number.as_str().to_owned());
                if let Some(call) = self.calls.get_mut(event.call.as_str())
                    && !repeated
                    && call.caller.is_none()
                {
                    call.caller = caller;
                }
                (&event.call, self.after_event(entry))
            }
            What::EventRecorded { call, .. } => (call, self.after_record(index, entry)),
            What::Posted { call, result: Posted::Applied, .. } => (call, self.after_post(entry)),
            What::Advanced(call, step, _) => {
                if let Some(call) = self.calls.get_mut(call.as_str())
                    && step.sets_timers
                {
                    call.timers_set.get_or_insert(index);
                }
                (call, self.after_step(entry))
            }
            What::Recorded { key, result: Recorded::Kept, .. } => {
                (&key.call, self.after_attempt(entry))
            }
            _ => return,
        };
        if let (Some(change), Some(call)) = (change, self.calls.get_mut(call.as_str())) {
            call.states.push((index, change));
        }
    }

    fn after_event(&self, entry: &Entry) -> Option<State> {
        let What::Event { event, now, repeated: false, .. } = &entry.what else { return None };
        let mut state = self.last_state(event.call.as_str()).clone();
        state.take(event, now.as_millis());
        Some(state)
    }

    fn after_record(&self, index: Index, entry: &Entry) -> Option<State> {
        let What::EventRecorded { call, begins, .. } = &entry.what else { return None };
        let mut state = self.last_state(call.as_str()).clone();
        if *begins {
            state.tags.extend(self.beginning(entry.by, index));
        }
        state.tags.extend(self.answered_tags(entry.by));
        Some(state)
    }

    fn after_post(&self, entry: &Entry) -> Option<State> {
        let What::Posted { call, posting, .. } = &entry.what else { return None };
        let mut state = self.last_state(call.as_str()).clone();
        state.tags.extend(tags_of(&posting.tags));
        state.posted = posting.converted.or(state.posted);
        Some(state)
    }

    fn after_step(&self, entry: &Entry) -> Option<State> {
        let What::Advanced(call, step, _) = &entry.what else { return None };
        let mut state = self.last_state(call.as_str()).clone();
        let decision = step.decision?;
        state.decision = Some((decision.converted, decision.at.as_millis()));
        state.deduped = decision.deduped;
        Some(state)
    }

    fn after_attempt(&self, entry: &Entry) -> Option<State> {
        let What::Recorded { key, attempt: Some(_), .. } = &entry.what else { return None };
        let mut state = self.last_state(key.call.as_str()).clone();
        state.tags.extend(self.answered_tags(entry.by));
        Some(state)
    }

    /// The tags that a call begins with, as the function that took its start in saw it.
    pub(super) fn beginning(&self, by: By, before: Index) -> Tags {
        let is_start = |what: &What| matches!(what, What::Event { .. });
        let Some(claimed) = self.last_by(by, before, is_start) else { return Tags::new() };
        let What::Event { event, waited, .. } = &self.entry(claimed).what else {
            return Tags::new();
        };
        let caller = event.caller.as_ref().map(hookline::phone::E164::as_str);
        let mut tags = caller.map(|caller| self.remembered(caller, claimed)).unwrap_or_default();
        tags.extend(tags_of(waited));
        let known = &self.state(event.call.as_str(), claimed).tags;
        let fills = |key: &str| !known.iter().chain(&tags).any(|(known, _)| known == key);
        let defaults = self.plan().default_tags.iter().filter(|(key, _)| fills(key));
        let defaults: Vec<(String, String)> = defaults.cloned().collect();
        tags.extend(defaults);
        tags
    }

    /// What the postings that a starting call was given said about conversion.
    pub(super) fn waited_conversion(&self, by: By, before: Index) -> Option<bool> {
        let is_start = |what: &What| matches!(what, What::Event { .. });
        let claimed = self.last_by(by, before, is_start)?;
        let What::Event { waited_converted, .. } = &self.entry(claimed).what else { return None };
        *waited_converted
    }

    /// The tags that the answers to a function's requests put on the call.
    pub(super) fn answered_tags(&self, by: By) -> Tags {
        let its = self.exchanges.iter().rev().take_while(|one| one.at > self.began(by));
        let its = its.filter(|one| one.by == by && one.webhook.parses_response());
        its.filter_map(|one| one.answer).flat_map(|(_, answer)| answer.tags.clone()).collect()
    }

    pub(super) fn began(&self, by: By) -> Index {
        self.invocations.get(&by).map_or(0, |life| life.began)
    }

    /// The calls that were heard of.
    pub(super) fn known_calls(&self) -> impl Iterator<Item = (&'a str, &CallHistory)> {
        self.calls.iter().filter(|(_, call)| call.states.len() > 1).map(|(id, call)| (*id, call))
    }

    /// Where functions learned that an event is theirs: their last word from the store, if it had to
    /// be asked again.
    pub(super) fn first_claims(&self) -> impl Iterator<Item = (Index, &'a Entry)> {
        let is_claim = |what: &What| matches!(what, What::Event { repeated: false, .. });
        let entries = self.run.journal.iter().enumerate();
        entries.filter(move |(index, entry)| {
            let asked_again = || {
                let end = self.invocations.get(&entry.by).map_or(0, |life| life.ended);
                self.last_by(entry.by, end.min(self.run.journal.len()), is_claim) != Some(*index)
            };
            is_claim(&entry.what) && !asked_again()
        })
    }
}

impl Exchange<'_> {
    pub(super) fn is_browser(&self) -> bool {
        self.trigger.class() == Class::Browser
    }

    /// Whether it was delivered.
    pub(super) fn is_ok(&self) -> bool {
        self.answer
            .is_some_and(|(_, answer)| answer.status.is_some_and(|s| (200..300).contains(&s)))
    }
}
