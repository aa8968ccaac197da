//! What was posted is on its call: whoever was answered that it was applied finds it there, and what
//! was posted about a caller is on a call of theirs once one has started.

use hookline::use_cases::PostbackResult;

use super::history::History;
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
            ) => !is_on_any(history, posting, caller) && has_started(history, caller),
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

/// Whether the start of the caller's latest call was seen through: whoever posted meanwhile saw that
/// call, or it saw what was posted.
fn has_started(history: &History<'_>, caller: &str) -> bool {
    let starts = history.first_claims().filter_map(|(_, entry)| {
        let What::Event { event, .. } = &entry.what else { return None };
        let named = event.caller.as_ref().map(hookline::phone::E164::as_str);
        let is_its = event.moment.name() == "start" && named == Some(caller);
        is_its.then(|| (event.occurred_at, event.call.as_str()))
    });
    starts.max().is_some_and(|(_, id)| was_told(history, id))
}

/// Whether the platform brought the start of a call home.
fn was_told(history: &History<'_>, id: &str) -> bool {
    history.run.journal.iter().any(|entry| match &entry.what {
        What::Told(call, 0, taken) => call == id && *taken,
        _ => false,
    })
}
