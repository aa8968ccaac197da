//! Takes what flows send.

use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::call::{CallId, EventKind};
use hookline::ports::clock::Clock;
use hookline::use_cases::Arrival;
use serde_json::Value;
use tokio::time::timeout;

use super::{flow_answer, flow_event};
use crate::envelope::{Answer, FunctionError};
use crate::event_handler::EventHandler;
use crate::problem::Problem;

/// How long a flow is let wait. Connect waits 8 seconds at the most and takes the time of starting a
/// function in.
///
/// What is not done by then, since our own store is slow, is left where it is, as if the function had
/// broken off: the event is claimed before anything is sent, so a repeat sends nothing twice and
/// finishes what needs no partner, and what waits for later is found by the sweep.
const FLOW_WAITS: Duration = Duration::from_millis(6500);
/// What of that is kept for recording what pings brought; those that are not done by then have timed
/// out.
const RECORDING_TAKES: Duration = Duration::from_millis(1200);

/// Takes an invocation by a flow.
///
/// # Errors
/// When our own store failed, or a start was not done in time; Connect makes the invocation again.
pub(crate) async fn take_flow_event(
    handler: &EventHandler,
    kind: EventKind,
    event: &Value,
) -> Answer {
    let now = SystemClock.now();
    let reported = match flow_event::read(kind, event, now) {
        Ok(reported) => reported,
        Err(problem) => return refusal(None, &problem, event),
    };
    let call = reported.call.clone();
    let pings_until = now.plus(FLOW_WAITS.saturating_sub(RECORDING_TAKES));
    let arrival = Arrival { bearer: None, pings_until: Some(pings_until) };
    let taking = handler.take_reported(reported, arrival);
    match timeout(FLOW_WAITS, taking).await {
        Ok(Ok(answer)) => Ok(flow_answer::taken(&answer)),
        Ok(Err(problem)) => refusal(Some(&call), &problem, event),
        Err(_) => out_of_time(kind, &call),
    }
}

/// The answer when the time is up. A start is asked for again, since the call would go on without
/// what it begins with; any other event has no more to do but to keep what its pings brought.
fn out_of_time(kind: EventKind, call: &CallId) -> Answer {
    let event = kind.as_str();
    tracing::warn!(correlation_id = call.as_str(), event, "a flow's event was not done in time");
    if kind == EventKind::Start {
        return Err(FunctionError("the start was not done in time; send it again".to_owned()));
    }
    Ok(flow_answer::late(call))
}

fn refusal(call: Option<&CallId>, problem: &Problem, event: &Value) -> Answer {
    if problem.is_ours() {
        return Err(FunctionError(problem.message.clone()));
    }
    let faults = flow_event::faults_in_event(&problem.errors, event);
    let (code, faults_told) = (problem.code, faults.to_string());
    tracing::warn!(
        correlation_id = call.map(CallId::as_str),
        code,
        faults = faults_told,
        "a flow's event was refused"
    );
    Ok(flow_answer::refused(call, problem, &faults))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_start_that_is_not_done_in_time_is_asked_for_again() {
        let call = CallId::parse("c1").unwrap();
        let error = out_of_time(EventKind::Start, &call).unwrap_err();
        assert_eq!(error.0, "the start was not done in time; send it again");
        let answer = out_of_time(EventKind::Selected, &call).unwrap();
        assert_eq!(answer, json!({"call_id": "c1", "system_status": "late"}));
    }

    #[test]
    fn only_our_own_fault_fails_an_invocation() {
        let call = CallId::parse("c1").unwrap();
        let ours = Problem::new(503, "unavailable", "the store did not answer");
        let error = refusal(Some(&call), &ours, &Value::Null).unwrap_err();
        assert_eq!(error.0, "the store did not answer");

        let theirs = Problem::new(404, "unknown_call", "no such call");
        let wanted = json!({"call_id": "c1", "system_status": "error",
            "system_error": "unknown_call: no such call"});
        assert_eq!(refusal(Some(&call), &theirs, &Value::Null).unwrap(), wanted);
    }
}
