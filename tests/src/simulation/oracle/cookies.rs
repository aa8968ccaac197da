//! Browser requests of one call go one after another, as a browser's would: first attempts do not
//! overlap, and cookies that an earlier one was given are sent by later ones to the same host.

use hookline::trigger::Trigger;

use super::history::{Exchange, History, Index, Visit};

/// A first attempt.
struct First<'h, 'a> {
    visit: &'h Visit<'a>,
    exchange: &'h Exchange<'a>,
    /// Where it was over: its answer came, or its function died.
    over: Index,
}

fn firsts<'h, 'a>(history: &'h History<'a>) -> Vec<First<'h, 'a>> {
    let visits = history.visits.iter().filter_map(|visit| {
        let exchange = history.exchanges.get(visit.exchange?)?;
        let ended = history.invocations.get(&visit.by)?.ended;
        let over = exchange.answer.map_or(ended, |(at, _)| at);
        (exchange.sent.attempt == 1).then_some(First { visit, exchange, over })
    });
    visits.collect()
}

/// First attempts of a call's browser requests do not overlap, save with an `always` that has waited
/// long enough.
pub(super) fn overlap(history: &History<'_>) -> Vec<String> {
    let firsts = firsts(history);
    let mut broken = Vec::new();
    for (place, one) in firsts.iter().enumerate() {
        for other in firsts.iter().skip(place + 1) {
            let (a, b) = (one.exchange, other.exchange);
            let waited = [a, b].iter().any(|exchange| exchange.trigger == Trigger::Always);
            let together = a.sent.call == b.sent.call && a.at < other.over && b.at < one.over;
            if together && !waited {
                let (a, b) = (&a.sent.webhook, &b.sent.webhook);
                broken.push(history.say(other.exchange.at, format!("{a} and {b} overlap")));
            }
        }
    }
    broken
}

/// Cookies that an earlier first attempt was given are sent by later ones to the same host.
pub(super) fn kept(history: &History<'_>) -> Vec<String> {
    let firsts = firsts(history);
    let mut broken = Vec::new();
    for later in &firsts {
        for earlier in &firsts {
            let (a, b) = (earlier.exchange, later.exchange);
            let kept = earlier.visit.kept.is_some_and(|(at, _)| at < later.visit.read);
            if !kept || a.sent.call != b.sent.call || a.sent.host != b.sent.host {
                continue;
            }
            let Some((_, answer)) = a.answer else { continue };
            let Some(cookie) = &answer.cookie else { continue };
            let name = cookie.split('=').next().unwrap_or_default();
            let sent = b.sent.cookies.iter().flatten();
            if !sent.into_iter().any(|sent| sent.split('=').next() == Some(name)) {
                broken.push(history.say(b.at, format!("the cookie {cookie} was not sent")));
            }
        }
    }
    broken
}
