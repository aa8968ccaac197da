//! A call is decided once and rightly: after it has settled, by the first entry whose matches hold
//! and the last word of postbacks; conversion and non-conversion never both, save where a postback
//! converts a call that was decided as not converted.

use std::collections::BTreeSet;

use hookline::trigger::Trigger;

use super::history::{History, Index};
use super::state::State;
use crate::simulation::journal::What;
use crate::simulation::plan::EntryPlan;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (id, _) in history.known_calls() {
        let mut decided: Option<bool> = None;
        for (index, entry) in history.run.journal.iter().enumerate() {
            let What::Advanced(call, step, _) = &entry.what else { continue };
            let Some(decision) = step.decision.filter(|_| call.as_str() == id) else { continue };
            let right = match decided {
                None => possible(history, id, index).contains(&decision.converted),
                Some(before) => {
                    let posted = history.state(id, index - 1).posted == Some(true);
                    !before && posted && (decision.converted || decision.deduped)
                }
            };
            if !right {
                let why = format!("{id} was decided {decided:?}, now {}", decision.converted);
                broken.push(history.say(index, why));
            }
            if decision.deduped && !is_deduped(history, id, index) {
                broken.push(history.say(index, format!("{id} was not converted for no reason")));
            }
            if decided.is_none() && !has_settled(history, id, index) {
                broken.push(history.say(index, format!("{id} was decided too early")));
            }
            decided = Some(decision.converted);
        }
        broken.extend(fired_both(history, id));
    }
    broken
}

/// The entries that may hold for a step, by what was known between its reading and its writing.
fn entries<'a>(history: &History<'a>, id: &str, at: Index) -> Vec<Option<&'a EntryPlan>> {
    let reads = |what: &What| matches!(what, What::ReadCall(_) | What::Event { .. });
    let read = history.last_by(history.entry(at).by, at, reads).unwrap_or(at);
    // What the step decides is not known before it.
    let states = history.states(id, read, at - 1).into_iter();
    let entries = &history.plan().entries;
    let holding = |state: &State| entries.iter().find(|entry| state.meets(&entry.matches, None));
    states.map(holding).collect()
}

/// What may be decided by a step.
fn possible(history: &History<'_>, id: &str, at: Index) -> BTreeSet<bool> {
    let now = history.state(id, at - 1);
    let entries = entries(history, id, at).into_iter();
    entries.flat_map(|entry| outcomes(history, id, at, now, entry)).collect()
}

/// Whether the caller's own conversion not long before may have refused a step's.
fn is_deduped(history: &History<'_>, id: &str, at: Index) -> bool {
    let mut entries = entries(history, id, at).into_iter().flatten();
    entries.any(|entry| is_windowed(history, id, at, entry))
}

fn outcomes(
    history: &History<'_>,
    id: &str,
    at: Index,
    state: &State,
    entry: Option<&EntryPlan>,
) -> Vec<bool> {
    let met = match (state.posted, entry) {
        (Some(posted), _) => posted,
        (None, None) => history.plan().entries.is_empty() && state.connected(),
        (None, Some(EntryPlan { seconds: Some(seconds), .. })) => {
            let seconds = i64::try_from(*seconds).unwrap_or(i64::MAX);
            state.connected() && state.connected_seconds() >= seconds
        }
        (None, Some(entry)) => {
            let timeout = i64::try_from(entry.postback_timeout).unwrap_or(i64::MAX) * 1_000;
            let waited =
                state.end.is_some_and(|end| history.clock(at) >= end.reported_at + timeout);
            return if waited { vec![false] } else { Vec::new() };
        }
    };
    let windowed = met && entry.is_some_and(|entry| is_windowed(history, id, at, entry));
    vec![met && !windowed]
}

/// Whether the caller converted by the entry not long before.
fn is_windowed(history: &History<'_>, id: &str, at: Index, entry: &EntryPlan) -> bool {
    let caller = |call: &str| history.calls.get(call).and_then(|call| call.caller.as_deref());
    let Some(its) = caller(id).filter(|_| entry.dedupe_seconds > 0) else { return false };
    let What::Advanced(_, _, now) = &history.entry(at).what else { return false };
    let earlier = history.run.journal.iter().enumerate().take(at);
    earlier.into_iter().any(|(index, other)| {
        let What::Advanced(call, step, then) = &other.what else { return false };
        let converted = step.decision.is_some_and(|decision| decision.converted);
        if !converted || caller(call.as_str()) != Some(its) {
            return false;
        }
        let state = history.state(call.as_str(), index - 1);
        let by = history.plan().entries.iter().find(|known| state.meets(&known.matches, None));
        by.is_some_and(|by| by.is_alike(entry)) && *now < then.plus_seconds(entry.dedupe_seconds)
    })
}

fn has_settled(history: &History<'_>, id: &str, at: Index) -> bool {
    let settle = i64::try_from(history.plan().settle_seconds).unwrap_or(0) * 1_000;
    let end = history.state(id, at).end;
    end.is_some_and(|end| history.clock(at) >= end.reported_at + settle)
}

/// Conversion and non-conversion were both sent although no postback converted the call.
fn fired_both(history: &History<'_>, id: &str) -> Option<String> {
    let first = |trigger| {
        history.exchanges.iter().find(|one| one.sent.call == id && one.trigger == trigger)
    };
    let (yes, no) = (first(Trigger::Conversion)?, first(Trigger::NonConversion)?);
    let converted = history.states(id, 0, yes.at).iter().any(|state| state.posted == Some(true));
    let was_not = history
        .states(id, 0, yes.at)
        .iter()
        .any(|state| state.decision.is_some_and(|(converted, _)| !converted));
    (!converted || !was_not).then(|| history.say(yes.at.max(no.at), format!("{id} fired both")))
}
