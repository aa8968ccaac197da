//! Takes calls from step to step.

use super::due::DueIndex;
use super::kept_call::KeptCall;
use super::state::State;
use crate::call::Call;
use crate::course::Step;
use crate::ports::callers::Caller;
use crate::time::Timestamp;

impl State {
    pub(super) fn advance(&mut self, call: &Call, step: &Step, now: Timestamp) -> bool {
        let opens = Caller::of(call).zip(step.window.as_ref());
        let is_open = opens.is_some_and(|(caller, opens)| {
            self.caller(caller).is_some_and(|kept| kept.is_open(&opens.window, now))
        });
        let Some(kept) = self.calls.get_mut(&call.id).filter(|_| !is_open) else { return false };
        let stands = kept.call();
        let unchanged = stands.course.version == call.course.version
            && stands.posted_conversion == call.posted_conversion;
        if !unchanged || kept.has_any_of(&step.created) {
            return false;
        }
        kept.make(&mut self.due, step);
        if let Some((caller, opens)) = opens {
            self.caller_mut(caller).open(opens);
        }
        true
    }
}

impl KeptCall {
    fn make(&mut self, due: &mut DueIndex, step: &Step) {
        self.change(due, |call| call.take_step(step));
        self.create(due, &step.created);
    }
}
