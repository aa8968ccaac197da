//! Tags are the union of what was accepted: events, answers that were kept, postings, and what the
//! call began with.

use futures_util::FutureExt;
use hookline::call::{Call, CallId};
use hookline::ports::calls::Calls;

use super::history::History;
use super::state::tags_of;
use crate::simulation::plan::Tags;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (id, call) in &history.calls {
        let expected = &history.last_state(id).tags;
        let kept = kept_call(history, id);
        let stands = kept.as_ref().map(|call| tags_of(&call.tags)).unwrap_or_default();
        if kept.is_some() != (call.states.len() > 1) {
            broken.push(format!("{id} is kept: {}", kept.is_some()));
        }
        let missing: Tags = expected.difference(&stands).cloned().collect();
        let more: Tags = stands.difference(expected).cloned().collect();
        if !missing.is_empty() || !more.is_empty() {
            broken.push(format!("{id} lacks {missing:?} and has {more:?} too many"));
        }
    }
    broken
}

/// A call as the store has it in the end.
pub(super) fn kept_call(history: &History<'_>, id: &str) -> Option<Call> {
    let id = CallId::parse(id).ok()?;
    history.run.memory.call(&id).now_or_never()?.ok()?
}
