//! The journal put in order: who did what, what was created, and how each call stood when.

use std::collections::BTreeMap;

use hookline::delivery::DeliveryKey;
use hookline::ports::deliveries::Recorded;
use hookline::trigger::{Class, Trigger};

use super::state::{Clock, State};
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
            history.note(index, entry);
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
