//! What a call owes its webhooks besides pings, worked out from the spec (sections 1 and 8).

use hookline::trigger::Trigger;

use super::history::{CallHistory, History};
use crate::simulation::plan::WebhookPlan;

/// A webhook that a call has to fire, or may.
pub(super) struct Owed<'a> {
    pub(super) webhook: &'a WebhookPlan,
    /// Whether it has to; otherwise either is right, since it hung on what came when.
    pub(super) must: bool,
}

/// What a call owes that it owes once, as it stands in the end.
pub(super) fn owed<'a>(history: &History<'a>, id: &str, call: &CallHistory) -> Vec<Owed<'a>> {
    let plan = history.plan();
    let state = history.last_state(id);
    let mut owed = Vec::new();
    let mut add = |trigger: Trigger, must: bool| {
        owed.extend(plan.of(trigger).map(|webhook| Owed { webhook, must }));
    };
    if state.end.is_some() {
        add(Trigger::Always, true);
        if state.connected() {
            add(Trigger::Connect, true);
        }
        let first = call.states.iter().find_map(|(_, state)| state.decision);
        let first = first.is_some_and(|(converted, _)| converted);
        let last = state.decision.is_some_and(|(converted, _)| converted);
        if first {
            add(Trigger::Conversion, true);
        } else {
            add(Trigger::NonConversion, true);
            if last {
                add(Trigger::Conversion, true);
            } else if state.posted == Some(true) {
                // Unless the caller converted by the same entry not long before.
                let limited = plan.entries.iter().any(|entry| entry.dedupe_seconds > 0);
                add(Trigger::Conversion, !limited);
            }
        }
    }
    owed.extend(plan.of(Trigger::Timer).filter_map(|webhook| {
        let reached = reaches(history, id, call, webhook)?;
        Some(Owed { webhook, must: reached == Reached::Yes })
    }));
    owed
}

/// Whether a timer was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Yes,
    /// By one of two reports that contradict each other, of which the later came too late.
    Perhaps,
}

/// Whether a call reached a timer; `None` when it did not.
fn reaches(
    history: &History<'_>,
    id: &str,
    call: &CallHistory,
    webhook: &WebhookPlan,
) -> Option<Reached> {
    let state = history.last_state(id);
    if !state.connected() {
        return None;
    }
    let span = i64::try_from(webhook.seconds).unwrap_or(i64::MAX);
    let by_last_word = match (state.answered_at(), state.end) {
        (Some(from), Some(_)) => {
            state.connected_until().is_some_and(|until| from + span * 1_000 <= until)
        }
        (Some(_), None) => true,
        (None, _) => span <= state.connected_seconds(),
    };
    let set = call.timers_set.map(|at| history.state(id, at));
    let same_start = set.is_none_or(|set| set.answered_at() == state.answered_at());
    match (by_last_word, same_start) {
        (true, true) => Some(Reached::Yes),
        (false, true)
            if state.end.is_some() && !may_have_fired_before_end(history, id, webhook) =>
        {
            None
        }
        _ => Some(Reached::Perhaps),
    }
}

/// Whether the timer came due by a function's clock before the end was heard of.
fn may_have_fired_before_end(history: &History<'_>, id: &str, webhook: &WebhookPlan) -> bool {
    history.visits.iter().any(|visit| {
        let at_claim = visit.claimed.map(|at| history.state(id, at));
        visit.key.call.as_str() == id
            && visit.key.webhook.as_str() == webhook.id
            && at_claim.is_some_and(|state| state.end.is_none())
    })
}
