//! A timer fires in its time and once: not before the connected time reaches its seconds, not when
//! the call is known to have ended before, and at most once a webhook a call.

use std::collections::{BTreeMap, BTreeSet};

use hookline::trigger::Trigger;

use super::history::{Exchange, History, Visit};

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut ids: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for visit in &history.visits {
        let Some(exchange) = visit.exchange.and_then(|at| history.exchanges.get(at)) else {
            continue;
        };
        if exchange.trigger != Trigger::Timer {
            continue;
        }
        let sent = exchange.sent;
        ids.entry((&sent.call, &sent.webhook)).or_default().insert(&sent.delivery);
        if sent.attempt == 1
            && let Some(why) = untimely(history, visit, exchange)
        {
            broken.push(history.say(exchange.at, why));
        }
    }
    let twice = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
    broken.extend(twice.map(|((call, webhook), _)| format!("{call}: {webhook} fired twice")));
    broken
}

fn untimely(
    history: &History<'_>,
    visit: &Visit<'_>,
    exchange: &Exchange<'_>,
) -> Option<&'static str> {
    let call = exchange.sent.call.as_str();
    let span = i64::try_from(exchange.webhook.seconds).unwrap_or(i64::MAX) * 1_000;
    let claimed = visit.claimed?;
    let state = history.state(call, visit.read);
    let set = history.calls.get(call)?.timers_set?;
    let answered = [history.state(call, set), state].map(super::state::State::answered_at);
    let Some(from) = answered.into_iter().flatten().min() else {
        // Only its end said that it was connected.
        let reached = span <= state.connected_seconds() * 1_000;
        return (!reached).then_some("the call was not connected for so long");
    };
    let reports_agree = answered[0] == answered[1];
    let until = history.state(call, claimed).connected_until();
    match until {
        Some(until) if reports_agree && from + span > until => {
            Some("the call was known to have ended before")
        }
        Some(_) => None,
        None => (history.clock(claimed) < from + span).then_some("the time had not come"),
    }
}
