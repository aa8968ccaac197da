//! What each entry of the journal makes of its call.

use hookline::ports::calls::Posted;
use hookline::ports::deliveries::Recorded;

use super::history::{History, Index};
use super::state::{State, tags_of};
use crate::simulation::journal::{By, Entry, What};
use crate::simulation::plan::Tags;

impl<'a> History<'a> {
    /// Takes down how an entry changed its call.
    pub(super) fn note_state(&mut self, index: Index, entry: &'a Entry) {
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
}
