//! `always` is last and exactly once: one delivery a webhook a call that ended, whose first attempt
//! waits for the first attempts of all others that were created by then, or `always_max_wait`.

use std::collections::BTreeSet;

use hookline::trigger::Trigger;

use super::history::{Created, History, Visit};

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (id, call) in history.known_calls() {
        let ended = call.states.last().is_some_and(|(_, state)| state.end.is_some());
        for webhook in history.plan().of(Trigger::Always) {
            let created = history.created.iter().filter(|created| {
                created.key.call.as_str() == id && created.key.webhook.as_str() == webhook.id
            });
            let count = created.count();
            let sent = history
                .exchanges
                .iter()
                .filter(|exchange| exchange.sent.call == id && exchange.sent.webhook == webhook.id);
            let ids: BTreeSet<&str> = sent.map(|sent| sent.sent.delivery.as_str()).collect();
            if count != usize::from(ended) || ids.len() > 1 {
                let ids = ids.len();
                broken.push(format!("{id}: {count} of {}, sent under {ids} ids", webhook.id));
            }
        }
    }
    let firsts = history.visits.iter().filter(|visit| visit.key.trigger == Trigger::Always);
    for visit in firsts {
        let Some(exchange) = visit.exchange.and_then(|at| history.exchanges.get(at)) else {
            continue;
        };
        if exchange.sent.attempt == 1 && !has_waited_enough(history, visit) {
            let others = history.created.iter();
            let early = others.filter(|other| goes_first(history, visit, other));
            broken.extend(early.map(|other| {
                let key = &other.key;
                history
                    .say(exchange.at, format!("always went before {}/{}", key.trigger, key.webhook))
            }));
        }
    }
    broken
}

/// Whether `always_max_wait` had passed since the decision; 0 is no bound.
pub(super) fn has_waited_enough(history: &History<'_>, visit: &Visit<'_>) -> bool {
    let state = history.state(visit.key.call.as_str(), visit.read);
    let wait = i64::try_from(history.plan().always_max_wait).unwrap_or(0) * 1_000;
    let until = visit.claimed.unwrap_or(visit.read);
    if wait == 0 {
        return false;
    }
    state.decision.is_some_and(|(_, at)| history.clock(until) >= at + wait)
}

/// Whether another delivery should have gone before this `always`.
fn goes_first(history: &History<'_>, visit: &Visit<'_>, other: &Created<'_>) -> bool {
    let key = other.key;
    let is_other = key.call == visit.key.call && key.trigger != Trigger::Always;
    if !is_other || other.at >= visit.read || other.due.is_none() {
        return false;
    }
    let until = history.state(key.call.as_str(), visit.read).connected_until();
    let unreached = key.trigger == Trigger::Timer && other.due > until;
    let has_ended = history.first_end(other).is_some_and(|end| end < visit.read);
    !unreached && !has_ended
}
