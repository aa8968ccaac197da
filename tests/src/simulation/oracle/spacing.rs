//! Attempts keep to the retry schedule of spec section 12: never earlier than the step, at most a
//! tenth later plus what queue and sweep take, as many as the schedule has, and none after an answer
//! that another cannot change. 410 disables the webhook.

use std::collections::BTreeMap;

use super::history::{Exchange, History};
use super::windows::{is_disabled, kept, may_be_open};
use crate::simulation::journal::What;
use crate::simulation::plan::RetryPlan;
use crate::simulation::timeline::Millis;

/// What a hint takes when it is lost and the sweep sends it again: the grace, two ticks, the way.
pub(super) const LATENESS: Millis = 10_000 + 2 * 60_000 + 35_000;

/// What a hint takes that is not lost.
pub(super) const AT_ONCE: Millis = 3_000;
/// The longest that a queue holds a hint back, in milliseconds.
const LONGEST_HINT: i64 = 900_000;

const STEPS: [i64; 10] = [5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];
/// How often a delivery may be taken over before it is given up.
pub(super) const TAKEOVERS: usize = 5;
const MAX_RETRY_AFTER: u64 = 21_600;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut deliveries: BTreeMap<&str, Vec<&Exchange<'_>>> = BTreeMap::new();
    for exchange in history.exchanges.iter().filter(|exchange| exchange.is_browser()) {
        deliveries.entry(&exchange.sent.delivery).or_default().push(exchange);
    }
    let mut broken = Vec::new();
    for exchanges in deliveries.into_values() {
        // Of an attempt that was sent several times, the one whose end was kept.
        let told: Vec<&&Exchange<'_>> =
            exchanges.iter().filter(|one| kept(history, one).is_some()).collect();
        for one in told {
            let number = one.sent.attempt;
            let next = exchanges.iter().find(|next| next.sent.attempt == number + 1);
            broken.extend(misplaced(history, one, next.copied()));
            broken.extend(still_enabled(history, one));
        }
    }
    broken
}

/// A webhook whose partner said that it is gone, to a function that lived to see to that and whose
/// campaign the store gave and took. Where it did not, the attempt is told all the same.
fn still_enabled(history: &History<'_>, one: &Exchange<'_>) -> Option<String> {
    let ended = history.invocations.get(&one.by)?.ended;
    let is_gone = one.answer.is_some_and(|(_, answer)| answer.status == Some(410));
    let lived =
        ended < history.run.journal.len() && matches!(history.entry(ended).what, What::Done);
    let of_campaign = |what: &What| {
        matches!(what, What::Faulted { action: "read a campaign" | "save a campaign", .. })
    };
    let faulted = (one.at..ended)
        .map(|index| history.entry(index))
        .any(|entry| entry.by == one.by && of_campaign(&entry.what));
    let stays = is_gone && lived && !faulted && !is_disabled(history, one.webhook, ended);
    stays.then(|| history.say(ended, format!("{} is gone and enabled", one.webhook.id)))
}

/// What is wrong with when an attempt was followed by the next, or was not.
fn misplaced(
    history: &History<'_>,
    one: &Exchange<'_>,
    next: Option<&Exchange<'_>>,
) -> Option<String> {
    let wait = wait_after(one);
    let (Some(wait), Some(next)) = (wait, next) else {
        return match (wait, next) {
            (None, Some(next)) => Some(history.say(next.at, "nothing was to be tried again")),
            (Some(_), None) => {
                let end = kept(history, one)?;
                let excused = is_excused(history, one);
                (!excused)
                    .then(|| history.say(end, format!("{} was not tried again", one.webhook.id)))
            }
            _ => None,
        };
    };
    let (ended, _) = one.answer?;
    let waited = history.clock(next.at) - history.clock(ended);
    if waited < wait {
        return Some(history.say(next.at, format!("tried again after {waited} of {wait} ms")));
    }
    let latest = history.time(ended) + u64::try_from(wait + wait / 10).unwrap_or(0);
    let latest = match history.run.faults.calm {
        true if wait + wait / 10 < LONGEST_HINT => latest + AT_ONCE,
        true => latest + LATENESS,
        false => latest.max(history.run.faults.horizon) + LATENESS,
    };
    let at = history.time(next.at);
    (at > latest).then(|| history.say(next.at, format!("tried again {} ms late", at - latest)))
}

/// How long to wait for the next attempt, at least, in milliseconds; `None` when there is none.
fn wait_after(one: &Exchange<'_>) -> Option<i64> {
    wait_at(one, one.sent.attempt)
}

/// The same where it is the so-many-eth attempt of its schedule.
pub(super) fn wait_at(one: &Exchange<'_>, attempt: u32) -> Option<i64> {
    let (_, answer) = one.answer?;
    let steps = match one.webhook.retry {
        RetryPlan::None => 0,
        RetryPlan::Standard => 7,
        RetryPlan::Extended => 10,
    };
    let place = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let step = *STEPS.get(place).filter(|_| place < steps)?;
    match answer.status {
        Some(200..300 | 410) => None,
        Some(429 | 503) => {
            let asked = answer.retry_after.unwrap_or(0).min(MAX_RETRY_AFTER);
            Some(step.max(i64::try_from(asked).ok()?) * 1_000)
        }
        _ => Some(step * 1_000),
    }
}

/// Whether something spoke against another attempt later.
fn is_excused(history: &History<'_>, one: &Exchange<'_>) -> bool {
    let last = history.run.journal.len();
    let caller = history.calls.get(one.sent.call.as_str()).and_then(|call| call.caller.as_deref());
    let windowed =
        caller.is_some_and(|caller| may_be_open(history, one.webhook, caller, one.at, last));
    let visits = history.visits.iter().filter(|visit| visit.key.id().as_str() == one.sent.delivery);
    // A claim without a word is taken over, and so many times is enough.
    let takeovers = visits.filter(|visit| visit.claimed.is_some() && visit.kept.is_none()).count();
    windowed || takeovers >= TAKEOVERS || is_disabled(history, one.webhook, last)
}
