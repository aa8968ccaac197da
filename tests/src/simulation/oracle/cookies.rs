//! Browser requests of one call go one after another, as a browser's would: first attempts do not
//! overlap, and cookies that an earlier one was given are sent by later ones to the same host.

use std::cmp::Ordering;

use hookline::trigger::Trigger;

use super::history::{Created, Exchange, History, Index, Visit};
use super::last::has_waited_enough;

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

/// No first attempt starts while another that goes before it in the call's line is under way, save
/// an `always` that has waited long enough. Timers go first, `always` last, all else as created.
pub(super) fn overlap(history: &History<'_>) -> Vec<String> {
    let firsts = firsts(history);
    let mut broken = Vec::new();
    for later in &firsts {
        let (id, at) = (&later.exchange.sent.call, later.exchange.at);
        let under_way = firsts.iter().filter(|earlier| {
            earlier.exchange.sent.call == *id && earlier.exchange.at < at && at < earlier.over
        });
        for earlier in under_way {
            let waited = [earlier, later].iter().any(|one| {
                one.exchange.trigger == Trigger::Always && has_waited_enough(history, one.visit)
            });
            if !waited && goes_before(history, earlier, later) {
                let (a, b) = (&earlier.exchange.sent.webhook, &later.exchange.sent.webhook);
                broken.push(history.say(at, format!("{b} did not wait for {a}")));
            }
        }
    }
    broken
}

/// Whether one goes before another in their call's line, by any function's clock.
fn goes_before(history: &History<'_>, one: &First<'_, '_>, other: &First<'_, '_>) -> bool {
    let created = |first: &First<'_, '_>| {
        history.created.iter().find(|created| created.key == first.visit.key)
    };
    let (Some(a), Some(b)) = (created(one), created(other)) else { return false };
    // Whoever takes its turn goes by the line as it was read.
    let read = other.visit.read;
    if a.at >= read {
        return false;
    }
    let group = |created: &Created<'_>| match created.key.trigger {
        Trigger::Timer => 0,
        Trigger::Always => 2,
        _ => 1,
    };
    // Clocks differ: what is closer together than that has no order.
    let spread = i64::try_from(2 * history.run.faults.skew).unwrap_or(i64::MAX);
    let until = history.state(a.key.call.as_str(), read).connected_until();
    // One that the end cut off while it was sent is in nobody's way.
    let is_due = a.due.is_some_and(|due| due + spread <= until.unwrap_or(history.clock(read)));
    match group(a).cmp(&group(b)) {
        Ordering::Less => a.key.trigger != Trigger::Timer || is_due,
        Ordering::Greater => false,
        Ordering::Equal if a.at == b.at => a.place < b.place,
        Ordering::Equal if a.key.trigger == Trigger::Timer => a.due < b.due,
        // Whoever was in line already when the other took its turn comes after it.
        Ordering::Equal => a.since + spread < b.since || b.at < one.visit.read,
    }
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
