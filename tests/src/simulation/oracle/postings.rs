//! What was posted is on its call: whoever was answered that it was applied finds it there, and what
//! was stored is on the caller's next call.

use hookline::use_cases::PostbackResult;

use super::history::{History, Index};
use crate::simulation::journal::What;
use crate::simulation::plan::{About, PostingPlan};

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (index, entry) in history.run.journal.iter().enumerate() {
        let What::Heard(number, result) = &entry.what else { continue };
        let Some(posting) = history.run.plan.postings.get(*number) else { continue };
        let lost = match (result, &posting.about) {
            (
                PostbackResult::Applied | PostbackResult::Duplicate | PostbackResult::Stored,
                About::Caller(caller),
            ) => !is_on_any(history, posting, caller) && started_later(history, caller, index),
            (PostbackResult::Applied | PostbackResult::Duplicate, about) => {
                about.call().is_some_and(|call| !is_on(history, posting, call))
            }
            (PostbackResult::UnknownCall, _) => false,
            (other, _) => {
                broken.push(history.say(index, format!("posting {number} was {other:?}")));
                false
            }
        };
        if lost {
            broken.push(history.say(index, format!("posting {number} is on no call")));
        }
    }
    broken
}

fn is_on(history: &History<'_>, posting: &PostingPlan, call: &str) -> bool {
    history.last_state(call).tags.contains(&posting.mark())
}

fn is_on_any(history: &History<'_>, posting: &PostingPlan, caller: &str) -> bool {
    history
        .calls
        .iter()
        .any(|(id, call)| call.caller.as_deref() == Some(caller) && is_on(history, posting, id))
}

/// Whether a call of the caller that is the latest of its time started after a place, and its start
/// was seen through.
fn started_later(history: &History<'_>, caller: &str, after: Index) -> bool {
    let starts: Vec<(Index, &str, i64)> = history
        .first_claims()
        .filter_map(|(index, entry)| {
            let What::Event { event, .. } = &entry.what else { return None };
            let is_start = event.moment.name() == "start";
            let named = event.caller.as_ref().map(hookline::phone::E164::as_str);
            (is_start && named == Some(caller))
                .then(|| (index, event.call.as_str(), event.occurred_at.as_millis()))
        })
        .collect();
    starts.iter().any(|(index, id, at)| {
        let latest = starts.iter().all(|(other, _, earlier)| other >= index || earlier <= at);
        *index > after && latest && was_told(history, id)
    })
}

/// Whether the platform brought the start of a call home.
fn was_told(history: &History<'_>, id: &str) -> bool {
    history.run.journal.iter().any(|entry| match &entry.what {
        What::Told(call, 0, taken) => call == id && *taken,
        _ => false,
    })
}
