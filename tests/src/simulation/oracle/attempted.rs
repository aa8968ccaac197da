//! Every applicable delivery is attempted: each ping of an event that was seen through, and each
//! webhook that the call owes besides, unless its matches, a window or a 410 spoke against it.

use hookline::ports::calls::Posted;
use hookline::trigger::Trigger;

use super::fitting::{ping_suits, suits_somewhere};
use super::history::{Created, History, Index};
use super::owed::owed;
use super::spacing::TAKEOVERS;
use super::windows::{is_disabled, may_be_open};
use crate::simulation::journal::What;
use crate::simulation::plan::WebhookPlan;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (id, call) in history.known_calls() {
        for one in owed(history, id, call).into_iter().filter(|one| one.must) {
            let webhook = one.webhook;
            let mut its = history.created.iter().filter(|created| {
                created.key.call.as_str() == id && created.key.webhook.as_str() == webhook.id
            });
            match its.next() {
                None => broken.push(format!("{id} never got its {}", webhook.id)),
                Some(created) => broken.extend(unattempted(history, created)),
            }
        }
    }
    broken.extend(postbacks(history));
    broken.extend(pings(history));
    broken
}

/// Each applied posting fires each `postback` webhook.
fn postbacks(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (index, entry) in history.run.journal.iter().enumerate() {
        let What::Posted { result: Posted::Applied, .. } = &entry.what else { continue };
        for webhook in history.plan().of(Trigger::Postback) {
            let mut its = history.created.iter().filter(|created| {
                created.at == index && created.key.webhook.as_str() == webhook.id
            });
            match its.next() {
                None => broken.push(history.say(index, format!("{} was not fired", webhook.id))),
                Some(created) => broken.extend(unattempted(history, created)),
            }
        }
    }
    broken
}

/// What is wrong when a created delivery was never attempted.
fn unattempted(history: &History<'_>, created: &Created<'_>) -> Option<String> {
    if !history.exchanges_of(created.key).is_empty() {
        return None;
    }
    let Some(end) = history.first_end(created) else {
        return Some(history.say(created.at, format!("{:?} was never attempted", created.key)));
    };
    let webhook = created.webhook;
    if !suits_throughout(history, created, end) || is_disabled(history, webhook, end) {
        return None;
    }
    let by = history.entry(end).by;
    let caller = history.calls.get(created.key.call.as_str()).and_then(|c| c.caller.as_deref());
    let windowed =
        caller.is_some_and(|caller| may_be_open(history, webhook, caller, history.began(by), end));
    let claims = history
        .visits
        .iter()
        .filter(|visit| visit.key == created.key && visit.claimed.is_some_and(|at| at < end));
    if windowed || claims.count() >= TAKEOVERS {
        return None;
    }
    Some(history.say(end, format!("{:?} was ended without an attempt", created.key)))
}

/// Whether a webhook's matches held all the time from its creation to where it was ended.
fn suits_throughout(history: &History<'_>, created: &Created<'_>, end: Index) -> bool {
    let call = created.key.call.as_str();
    let states = history.states(call, created.read, end);
    if created.due.is_none() {
        // Skipped at creation, as the call stood with what its creator knew.
        return suits_somewhere(history, created, created.at, true);
    }
    states.iter().all(|state| state.suits(created.webhook))
}

/// Each event that was seen through fires its pings.
fn pings(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (index, entry) in history.first_claims() {
        let What::Event { event, .. } = &entry.what else { continue };
        let Some(trigger) = event.moment.trigger() else { continue };
        let seen_through =
            history.run.journal.iter().skip(index).any(|later| {
                later.by == entry.by && matches!(later.what, What::EventRecorded { .. })
            });
        if !seen_through {
            continue;
        }
        for webhook in history.plan().of(trigger) {
            let was_sent = history
                .exchanges
                .iter()
                .any(|exchange| exchange.by == entry.by && exchange.sent.webhook == webhook.id);
            if !was_sent && !is_excused(history, index, webhook) {
                broken.push(history.say(index, format!("{} was not pinged", webhook.id)));
            }
        }
    }
    broken
}

fn is_excused(history: &History<'_>, claim: Index, webhook: &WebhookPlan) -> bool {
    let entry = history.entry(claim);
    let What::Event { event, .. } = &entry.what else { return true };
    let reads = |what: &What| matches!(what, What::ReadWindows(_));
    let last = history.invocations.get(&entry.by).map_or(claim, |life| life.ended);
    let read = history.last_by(entry.by, last.min(history.run.journal.len()), reads);
    // A start reads the windows as it claims.
    let read = read.or((webhook.trigger == Trigger::Start).then_some(claim));
    let call = history.calls.get(event.call.as_str());
    let windowed =
        read.zip(call.and_then(|call| call.caller.as_deref())).is_some_and(|(read, caller)| {
            may_be_open(history, webhook, caller, history.began(entry.by), read)
        });
    windowed || is_disabled(history, webhook, claim) || !ping_suits(history, claim, webhook)
}
