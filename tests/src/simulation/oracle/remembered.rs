//! Callers are remembered as the campaign says: what webhooks and postbacks told of a call whose
//! record or answer came through is kept of its caller where the store lets it, and nothing else is.

use hookline::ports::deliveries::Recorded;

use super::history::{History, Index};
use super::state::tags_of;
use crate::simulation::journal::{By, Task, What};
use crate::simulation::plan::Tags;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (index, entry) in history.run.journal.iter().enumerate() {
        let told = match &entry.what {
            What::Recorded { attempt: Some(_), result: Recorded::Kept, .. } => {
                history.answered_tags(entry.by)
            }
            What::EventRecorded { .. } => history.answered_tags(entry.by),
            What::Done => posted_by(history, entry.by),
            What::Remembered(_, tags) => {
                if !all_covered(history, &tags_of(tags)) {
                    broken.push(history.say(index, format!("{tags:?} is not to be remembered")));
                }
                continue;
            }
            _ => continue,
        };
        let Some(caller) = caller_of(history, entry.by) else { continue };
        if history.was_failed(entry.by, "remember a caller") {
            continue;
        }
        let covered = told.into_iter().filter(|(key, _)| history.plan().memory.covers(key));
        let kept = history.remembered(&caller, index);
        let missing: Tags = covered.filter(|tag| !kept.contains(tag)).collect();
        if !missing.is_empty() {
            broken.push(history.say(index, format!("{missing:?} is not remembered")));
        }
    }
    broken
}

fn all_covered(history: &History<'_>, tags: &Tags) -> bool {
    tags.iter().all(|(key, _)| history.plan().memory.covers(key))
}

/// The tags of the posting that a function saw through, if it was applied to a call.
fn posted_by(history: &History<'_>, by: By) -> Tags {
    let Some(Task::Posting(number)) = history.invocations.get(&by).map(|life| life.task) else {
        return Tags::new();
    };
    let began = history.began(by);
    let posted = |index: Index| {
        let entry = history.entry(index);
        matches!(entry.what, What::Posted { .. }) && entry.by == by
    };
    let ended = history.invocations.get(&by).map_or(began, |life| life.ended);
    let posting = history.run.plan.postings.get(*number);
    match posting.filter(|_| (began..ended).any(posted)) {
        Some(posting) => posting.tags.iter().cloned().chain([posting.mark()]).collect(),
        None => Tags::new(),
    }
}

/// Whom a function's work is about; `None` when that is nobody known.
fn caller_of(history: &History<'_>, by: By) -> Option<String> {
    let life = history.invocations.get(&by)?;
    let call = match life.task {
        Task::Event(call, _) => call.as_str(),
        Task::Deliver(key) => key.call.as_str(),
        Task::Posting(_) => {
            let ended = life.ended.min(history.run.journal.len());
            let posted = |what: &What| matches!(what, What::Posted { .. });
            let at = history.last_by(by, ended, posted)?;
            let What::Posted { call, .. } = &history.entry(at).what else { return None };
            call.as_str()
        }
        Task::Advance(_) | Task::Replay(_) | Task::Sweep => return None,
    };
    // A caller who is named only later was not known to whoever worked before.
    let is_known = |what: &What| matches!(what, What::Event { event, .. } if event.call.as_str() == call && event.caller.is_some());
    let known = history.run.journal.iter().take(life.began).any(|entry| is_known(&entry.what));
    let itself = history.last_by(by, life.ended.min(history.run.journal.len()), is_known).is_some();
    let call = history.calls.get(call)?;
    call.caller.clone().filter(|_| known || itself)
}
