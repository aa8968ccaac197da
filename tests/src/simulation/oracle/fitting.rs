//! Nothing fires that is not for the call: its trigger has come, its matches hold, its window is not
//! open, nobody disabled it.

use hookline::trigger::Trigger;

use super::history::{Created, Exchange, History, Index, Visit};
use super::state::tags_of;
use super::windows::{is_disabled, is_open};
use crate::simulation::journal::What;
use crate::simulation::plan::WebhookPlan;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let browsed = history.visits.iter().filter_map(|visit| {
        let exchange = history.exchanges.get(visit.exchange?)?;
        unfit(history, visit, exchange).map(|why| (exchange.at, why))
    });
    let pinged = history.exchanges.iter().filter(|exchange| !exchange.is_browser());
    let pinged = pinged.filter_map(|ping| unfit_ping(history, ping).map(|why| (ping.at, why)));
    browsed.chain(pinged).map(|(at, why)| history.say(at, why)).collect()
}

/// Why a request of the call's own should not have been sent.
fn unfit(
    history: &History<'_>,
    visit: &Visit<'_>,
    exchange: &Exchange<'_>,
) -> Option<&'static str> {
    let webhook = exchange.webhook;
    let call = exchange.sent.call.as_str();
    let created = history.created.iter().find(|created| created.key == visit.key);
    let Some(created) = created.filter(|created| created.at < visit.read) else {
        return Some("nothing had created it");
    };
    if exchange.trigger != webhook.trigger {
        return Some("it is not the webhook's trigger");
    }
    if !has_come(history, exchange.trigger, call, visit.read) {
        return Some("its trigger had not come");
    }
    if is_disabled(history, webhook, visit.campaign) {
        return Some("the webhook was disabled");
    }
    if exchange.sent.attempt == 1 && !suits_somewhere(history, created, visit.read, false) {
        return Some("its matches did not hold");
    }
    let caller = history.calls.get(call)?.caller.as_deref()?;
    let asked_at = visit.windows.unwrap_or(exchange.at);
    is_open(history, webhook, caller, asked_at).then_some("its window was open")
}

fn has_come(history: &History<'_>, trigger: Trigger, call: &str, at: Index) -> bool {
    let state = history.state(call, at);
    let decided = state.decision.map(|(converted, _)| converted);
    match trigger {
        Trigger::Start | Trigger::Selected | Trigger::Answered => false,
        Trigger::Connect => state.end.is_some() && state.connected() && decided.is_some(),
        Trigger::Conversion => decided == Some(true),
        Trigger::NonConversion | Trigger::Always => state.end.is_some() && decided.is_some(),
        Trigger::Timer => state.connected(),
        // Its creation is that of the posting.
        Trigger::Postback => true,
    }
}

/// Whether the matches of a delivery held at some moment from its creation to a place.
///
/// Whoever creates it may know more than the store: what it is about to write. With `all`, whether
/// they held at every such moment.
pub(super) fn suits_somewhere(
    history: &History<'_>,
    created: &Created<'_>,
    to: Index,
    all: bool,
) -> bool {
    let call = created.key.call.as_str();
    let entry = history.entry(created.at);
    let states = history.states(call, created.read, to);
    let mut verdicts: Vec<bool> = match &entry.what {
        What::Posted { posting, .. } => {
            let known_early = history.beginning(entry.by, created.at);
            let answered = history.answered_tags(entry.by);
            let waited = history.waited_conversion(entry.by, created.at);
            let posted = |with_more: bool| {
                states.clone().into_iter().map(move |state| {
                    let mut state = state.clone();
                    state.tags.extend(tags_of(&posting.tags));
                    state.posted = posting.converted.or(state.posted);
                    (state, with_more)
                })
            };
            posted(false)
                .chain(posted(true))
                .map(|(mut state, with_more)| {
                    if with_more {
                        state.tags.extend(known_early.iter().chain(&answered).cloned());
                        state.posted = waited.or(state.posted);
                    }
                    state.suits(created.webhook)
                })
                .collect()
        }
        What::Advanced(_, step, now) => states
            .iter()
            .map(|state| {
                let mut state = (*state).clone();
                if let Some(decision) = step.decision {
                    state.decision.get_or_insert((decision.converted, now.as_millis()));
                    state.deduped |= decision.deduped;
                }
                state.suits(created.webhook)
            })
            .collect(),
        _ => return false,
    };
    if all {
        verdicts.iter().all(|suits| *suits)
    } else {
        verdicts.retain(|suits| *suits);
        !verdicts.is_empty()
    }
}

/// Why a ping should not have been sent.
fn unfit_ping(history: &History<'_>, ping: &Exchange<'_>) -> Option<&'static str> {
    let claims = |what: &What| matches!(what, What::Event { repeated: false, .. });
    let Some(claim) = history.last_by(ping.by, ping.at, claims) else {
        return Some("its event was not claimed");
    };
    let What::Event { event, .. } = &history.entry(claim).what else { return None };
    if event.moment.trigger() != Some(ping.webhook.trigger) {
        return Some("its event has another trigger");
    }
    if !ping_suits(history, claim, ping.webhook) {
        return Some("its matches did not hold");
    }
    if is_disabled(history, ping.webhook, claim) {
        return Some("the webhook was disabled");
    }
    if history.was_failed(ping.by, "read windows") {
        // A ping is rather sent once too often than not at all.
        return None;
    }
    let caller = history.calls.get(event.call.as_str())?.caller.as_deref()?;
    let reads = |what: &What| matches!(what, What::ReadWindows(_));
    let asked_at = history.last_by(ping.by, ping.at, reads).unwrap_or(claim);
    is_open(history, ping.webhook, caller, asked_at).then_some("its window was open")
}

/// Whether a ping's matches hold for whoever claimed the event.
pub(super) fn ping_suits(history: &History<'_>, claim: Index, webhook: &WebhookPlan) -> bool {
    let entry = history.entry(claim);
    let What::Event { event, .. } = &entry.what else { return false };
    let mut state = history.state(event.call.as_str(), claim).clone();
    if webhook.trigger == Trigger::Start {
        state.tags.extend(history.beginning(entry.by, claim + 1));
    }
    let buyer = event.moment.buyer().map(|buyer| buyer.id.as_str());
    let last = state.buyers.last().map(|(.., buyer)| buyer.clone());
    state.meets(&webhook.matches, buyer.or(last.as_deref()))
}
