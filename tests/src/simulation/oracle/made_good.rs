//! What is lost is made good within two ticks, once the faults are over: a call that has something
//! past due gets on, each first attempt follows within that time of what it waited for, and a call
//! is decided within that time of when it can be. Where nothing is lost, hints alone see to it at once.

use hookline::delivery::DeliveryKey;
use hookline::ports::hints::Hint;

use super::history::{Created, History, Index};
use super::spacing::{AT_ONCE, LATENESS};
use crate::simulation::journal::What;
use crate::simulation::timeline::Millis;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = stuck(history);
    broken.extend(history.created.iter().filter_map(|created| late(history, created)));
    broken.extend(undecided(history));
    broken
}

/// Hints that sweep after sweep finds past due while nothing happens to their call.
fn stuck(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let sweeps: Vec<(Index, &Vec<Hint>)> = history
        .run
        .journal
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| match &entry.what {
            What::PastDue(hints) if entry.at >= history.run.faults.horizon => Some((index, hints)),
            _ => None,
        })
        .collect();
    for (index, hints) in &sweeps {
        for hint in *hints {
            let much_later = sweeps.iter().find(|(later, hints)| {
                history.time(*later) > history.time(*index) + LATENESS && hints.contains(hint)
            });
            let Some((later, _)) = much_later else { continue };
            let (Hint::Call { call } | Hint::Delivery(DeliveryKey { call, .. })) = hint;
            let call = call.as_str();
            if !(*index..*later).any(|index| is_progress(&history.entry(index).what, call)) {
                broken.push(history.say(*later, format!("{call} is stuck over {hint:?}")));
            }
        }
    }
    broken
}

fn is_progress(what: &What, call: &str) -> bool {
    match what {
        What::Claimed(key, _) | What::Recorded { key, .. } => key.call.as_str() == call,
        What::Advanced(id, ..) | What::Posted { call: id, .. } => id.as_str() == call,
        _ => false,
    }
}

/// A first attempt that came much later than what it waited for.
fn late(history: &History<'_>, created: &Created<'_>) -> Option<String> {
    let due = created.due?;
    let id = created.key.call.as_str();
    let own = history.exchanges_of(created.key).first().map(|exchange| exchange.at);
    let at = own.or(history.first_end(created))?;
    let others = history
        .created
        .iter()
        .filter(|other| other.key.call == created.key.call && other.key != created.key);
    let mut line = 0;
    for other in others {
        let end = history.first_end(other).unwrap_or(usize::MAX);
        let began = history.exchanges_of(other.key).first().map_or(end, |exchange| exchange.at);
        if began < at && at < end {
            // It waited for this one, or no longer.
            return None;
        }
        line = if end < at { line.max(history.time(end)) } else { line };
    }
    let due = virtual_time(history, due);
    let heard = history.calls.get(id).into_iter().flat_map(|call| &call.states);
    let heard = heard.filter(|(from, _)| *from < at).map(|(from, _)| history.time(*from));
    // A timer that the end cut off is cleared away when the call is decided or it comes due.
    let horizon = if history.run.faults.calm { 0 } else { history.run.faults.horizon };
    let started = due.min(history.time(at)).max(line).max(horizon).max(history.time(created.at));
    // A hint is spent on a timer that came due while the end was taken in.
    let refused = history.run.journal.iter().any(|entry| match &entry.what {
        What::NotClaimed(key) => key == created.key,
        _ => false,
    });
    let lateness = if history.run.faults.calm && !refused { AT_ONCE } else { LATENESS };
    let latest = started + lateness;
    let quiet = heard.max().is_none_or(|last| last + lateness < history.time(at));
    let is_late = history.time(at) > latest && quiet;
    is_late.then(|| {
        history.say(at, format!("{:?} began {} ms late", created.key, history.time(at) - latest))
    })
}

/// A time by some function's clock, in virtual time and at most its skew off.
fn virtual_time(history: &History<'_>, clock: i64) -> Millis {
    let beginning = history
        .run
        .journal
        .first()
        .map_or(0, |first| first.clock.as_millis() - i64::try_from(first.at).unwrap_or(0));
    u64::try_from(clock - beginning).unwrap_or(0)
}

/// Calls that were decided much later than they could be.
fn undecided(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let plan = history.plan();
    let waits = plan.entries.iter().filter(|entry| entry.seconds.is_none());
    let longest = waits.map(|entry| entry.postback_timeout).max().unwrap_or(0);
    let longest = longest.max(plan.settle_seconds) * 1_000;
    for (id, call) in history.known_calls() {
        let decided = call.states.iter().find(|(_, state)| state.decision.is_some());
        let ended = call.states.iter().find(|(_, state)| state.end.is_some());
        let Some(((decided, _), (ended, _))) = decided.zip(ended) else { continue };
        let latest = history.time(*ended).max(history.run.faults.horizon) + longest + LATENESS;
        if history.time(*decided) > latest {
            broken.push(history.say(*decided, format!("{id} was decided late")));
        }
    }
    broken
}
