//! De-dupe windows of webhooks, worked out from what was delivered (spec section 10).

use hookline::ports::deliveries::Recorded;

use super::history::{Exchange, History, Index};
use crate::simulation::journal::What;
use crate::simulation::plan::WebhookPlan;

const FOR_EVER: i64 = 36_500 * 86_400;

/// A window that a delivery opened: it was certainly open from `at` until `surely`, and not at all
/// after `perhaps`, since the function that opened it chose the moment that it counts from.
struct Opened {
    at: Index,
    surely: i64,
    perhaps: i64,
}

/// Whether a webhook's window is certainly open for a caller to whoever looks at a place.
pub(super) fn is_open(
    history: &History<'_>,
    webhook: &WebhookPlan,
    caller: &str,
    at: Index,
) -> bool {
    let opened = opened(history, webhook, caller).into_iter();
    // Whoever opens it anew says until when, however long they took.
    let last = opened.filter(|window| window.at < at).max_by_key(|window| window.at);
    last.is_some_and(|window| history.clock(at) < window.surely)
}

/// Whether it may be open to a function that reads it at a place and started at another.
pub(super) fn may_be_open(
    history: &History<'_>,
    webhook: &WebhookPlan,
    caller: &str,
    began: Index,
    at: Index,
) -> bool {
    let clock = history.clock(began);
    opened(history, webhook, caller).iter().any(|window| window.at < at && clock < window.perhaps)
}

fn opened(history: &History<'_>, webhook: &WebhookPlan, caller: &str) -> Vec<Opened> {
    let seconds = match webhook.dedupe_seconds {
        0 => return Vec::new(),
        -1 => FOR_EVER,
        seconds => seconds,
    };
    let delivered = history.exchanges.iter().filter(|one| {
        let plan = history.call_plan(&one.sent.call);
        let its_caller = plan.and_then(|plan| plan.caller.as_deref());
        one.webhook.id == webhook.id && one.is_ok() && its_caller == Some(caller)
    });
    delivered
        .filter_map(|exchange| {
            let at = kept(history, exchange)?;
            let began = history.clock(history.began(exchange.by));
            let until = |from: i64| from + seconds * 1_000;
            Some(Opened { at, surely: until(began), perhaps: until(history.clock(at)) })
        })
        .collect()
}

/// Where the end of an exchange was kept.
pub(super) fn kept(history: &History<'_>, exchange: &Exchange<'_>) -> Option<Index> {
    let ended = history.invocations.get(&exchange.by)?.ended;
    let last = ended.min(history.run.journal.len());
    (exchange.at..last).find(|index| {
        let entry = history.entry(*index);
        let is_kept = match &entry.what {
            What::Recorded { result: Recorded::Kept, attempt: Some(_), .. } => true,
            What::EventRecorded { .. } => !exchange.is_browser(),
            _ => false,
        };
        entry.by == exchange.by && is_kept
    })
}

/// Which webhooks were disabled at a place.
pub(super) fn is_disabled(history: &History<'_>, webhook: &WebhookPlan, at: Index) -> bool {
    let saved = history.run.journal.iter().take(at).rev();
    let mut saved = saved.filter_map(|entry| match &entry.what {
        What::Saved(disabled) => Some(disabled),
        _ => None,
    });
    saved.next().is_some_and(|disabled| disabled.contains(&webhook.id))
}
