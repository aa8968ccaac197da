//! Takes what Amazon Connect sends.

use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::call::{CallId, EventKind, LegChange};
use hookline::ports::StoreError;
use hookline::ports::calls::Calls;
use hookline::ports::clock::Clock;
use hookline::ports::legs::CallLegs;
use hookline::use_cases::EventAnswer;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::contact_event::{ContactEvent, Happening};
use super::{flow_answer, flow_event};
use crate::envelope::{Answer, FunctionError};
use crate::event_handler::EventHandler;
use crate::platforms::Reported;
use crate::problem::Problem;

/// How long a flow is let wait. Connect waits 8 seconds at the most and takes the time of starting a
/// function in; pings take up to 5, so what is over that is the store's.
///
/// What is not done by then is left where it is, as if the function had broken off: the event is
/// claimed before anything is sent, so a repeat sends nothing twice and finishes what needs no
/// partner, and what waits for later is found by the sweep. Tags that pings brought so late are lost.
const FLOW_WAITS: Duration = Duration::from_millis(6500);

/// Takes an invocation by a flow.
///
/// # Errors
/// When our own store failed; Connect makes the invocation again.
pub(crate) async fn take_flow_event(
    handler: &EventHandler,
    kind: EventKind,
    event: &Value,
) -> Answer {
    let reported = match flow_event::read(kind, event, SystemClock.now()) {
        Ok(reported) => reported,
        Err(problem) => return refusal(None, &problem, event),
    };
    let call = reported.call.clone();
    in_time(&call, FLOW_WAITS, event, handler.take_reported(reported, None)).await
}

/// The map for a flow, at the latest when the time is up.
async fn in_time(
    call: &CallId,
    limit: Duration,
    event: &Value,
    taking: impl Future<Output = Result<EventAnswer, Problem>>,
) -> Answer {
    match timeout(limit, taking).await {
        Ok(Ok(answer)) => Ok(flow_answer::taken(&answer)),
        Ok(Err(problem)) => refusal(Some(call), &problem, event),
        Err(_) => {
            tracing::warn!(
                correlation_id = call.as_str(),
                "a flow was answered before its event was done"
            );
            Ok(flow_answer::late(call))
        }
    }
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

/// Takes a contact event that the function of a kind was given.
///
/// An event that comes before its call is known is let be like those of other flows: a flow reports
/// the start before it puts anybody through, and until then there is nothing to answer or to end.
///
/// # Errors
/// When our own store failed; Lambda makes the invocation again.
pub(crate) async fn take_contact_event(
    handler: &EventHandler,
    kind: EventKind,
    event: &Value,
) -> Answer {
    let contact = match ContactEvent::read(event) {
        Ok(contact) => contact,
        Err(reason) => return Ok(let_be(None, reason)),
    };
    let call = contact.call.clone();
    let reported = match report_of(handler, kind, &contact).await {
        Ok(Ok(reported)) => reported,
        Ok(Err(reason)) => return Ok(let_be(Some(&call), reason)),
        Err(error) => return Err(FunctionError(Problem::store(&error).message)),
    };
    match handler.take_reported(reported, None).await {
        Ok(_) => Ok(json!({"status": "taken", "call_id": call.as_str()})),
        Err(problem) if problem.is_ours() => Err(FunctionError(problem.message)),
        Err(problem) => {
            let (code, faults) = (problem.code, problem.errors.to_string());
            let call = call.as_str();
            tracing::warn!(correlation_id = call, code, faults, "a contact event was refused");
            Ok(json!({"status": "ignored", "reason": problem.message}))
        }
    }
}

/// The answer to a contact event that is not taken.
fn let_be(call: Option<&CallId>, reason: &str) -> Value {
    let call = call.map(CallId::as_str);
    tracing::debug!(correlation_id = call, reason, "a contact event was let be");
    json!({"status": "ignored", "reason": reason})
}

/// What a contact event reports of a call, or why it reports nothing.
async fn report_of(
    handler: &EventHandler,
    kind: EventKind,
    event: &ContactEvent<'_>,
) -> Result<Result<Reported, &'static str>, StoreError> {
    let unknown = "no call is known of it";
    let (call, contact) = (&event.call, &event.contact);
    let body = match (event.happening, kind) {
        (Happening::Answered, EventKind::Answered) => {
            let Some(standing) = handler.store().call(call).await? else { return Ok(Err(unknown)) };
            match event.answered(&standing) {
                Some(body) => body,
                None => return Ok(Err("it names neither a queue nor an agent")),
            }
        }
        (Happening::Transferred, EventKind::Ended) => {
            let noted = handler.store().note_leg(call, contact, LegChange::Began).await?;
            return Ok(Err(noted.map_or(unknown, |_| "the caller goes on in it")));
        }
        (Happening::Disconnected, EventKind::Ended) => {
            let noted = handler.store().note_leg(call, contact, LegChange::Ended).await?;
            let Some(legs) = noted else { return Ok(Err(unknown)) };
            if !event.caller_left() && !legs.are_over(call) {
                return Ok(Err("the caller goes on in another contact"));
            }
            event.ended(legs.has_transfer())
        }
        _ => return Ok(Err("it is for another function")),
    };
    Ok(Ok(Reported { kind, call: call.clone(), body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flow_is_answered_when_the_time_is_up() {
        let call = CallId::parse("c1").unwrap();
        let answer = in_time(&call, Duration::ZERO, &Value::Null, std::future::pending()).await;
        assert_eq!(answer.unwrap(), json!({"call_id": "c1", "system_status": "late"}));
    }

    #[tokio::test]
    async fn only_our_own_fault_fails_an_invocation() {
        let call = CallId::parse("c1").unwrap();
        let ours = async { Err(Problem::new(503, "unavailable", "the store did not answer")) };
        let answer = in_time(&call, FLOW_WAITS, &Value::Null, ours).await;
        assert_eq!(answer.unwrap_err().0, "the store did not answer");

        let theirs = async { Err(Problem::new(404, "unknown_call", "no such call")) };
        let answer = in_time(&call, FLOW_WAITS, &Value::Null, theirs).await;
        let wanted = json!({"call_id": "c1", "system_status": "error",
            "system_error": "unknown_call: no such call"});
        assert_eq!(answer.unwrap(), wanted);
    }
}
