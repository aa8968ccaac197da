//! Nothing stays due for ever: in the end the store has nothing due, every call that ended is
//! decided and owes no first attempt, and every delivery has ended. And nothing fails of itself.

use futures_util::FutureExt;
use hookline::adapters::memory::Memory;
use hookline::call::CallId;
use hookline::delivery::Progress;
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::PastDue;

use super::history::History;
use crate::simulation::journal::What;
use crate::simulation::sweeper::LAST;
use crate::simulation::world::true_time;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let memory = &history.run.memory;
    if !history.run.rested {
        broken.push("the run did not come to rest".to_owned());
    }
    for shard in 0..Memory::SHARDS {
        let due = memory.past_due(shard, true_time(10 * LAST), 10).now_or_never();
        let due = due.and_then(Result::ok).unwrap_or_default();
        broken.extend(due.iter().map(|hint| format!("{hint:?} is due for ever")));
    }
    for (id, state) in
        history.known_calls().filter_map(|(id, call)| Some((id, call.states.last()?)))
    {
        let history = CallId::parse(id).ok().and_then(|id| memory.history(&id).now_or_never());
        let Some(Ok(Some((call, deliveries)))) = history else { continue };
        if state.1.end.is_some() && call.course.decision.is_none() {
            broken.push(format!("{id} ended and is not decided"));
        }
        if !call.pending.is_empty() {
            broken.push(format!("{id} still owes {:?}", call.pending));
        }
        let going = deliveries.iter().filter(|delivery| delivery.progress != Progress::Ended);
        broken.extend(going.map(|delivery| format!("{:?} has not ended", delivery.key)));
    }
    broken
}

/// Once the faults are over no function fails over the store or dies.
pub(super) fn failures(history: &History<'_>) -> Vec<String> {
    let late = history.run.journal.iter().enumerate().filter(|(_, entry)| {
        // Whoever began before the horizon may still meet its faults.
        entry.at > history.run.faults.horizon + 60_000
    });
    late.filter_map(|(index, entry)| match &entry.what {
        What::Failed(error) if error.starts_with("the store") => {
            Some(history.say(index, format!("failed: {error}")))
        }
        What::Died(death) => Some(history.say(index, format!("died: {death:?}"))),
        _ => None,
    })
    .collect()
}
