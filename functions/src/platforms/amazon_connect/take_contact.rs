//! Takes contact events: answers as EventBridge brings them, ends in messages of a queue, which holds
//! them back until a transfer at the same moment, and a start that was slow, have surely been told.

use hookline::call::{Call, CallId, ContactChange, EventKind};
use hookline::ports::StoreError;
use hookline::ports::calls::Calls;
use hookline::ports::contacts::CallContacts;
use hookline::use_cases::{Arrival, EventAnswer};
use serde_json::{Value, json};

use super::contact_event::{ContactEvent, Happening, is_contact_event};
use crate::envelope::{Answer, FunctionError, NotTaken, take_each};
use crate::event_handler::EventHandler;
use crate::platforms::Reported;
use crate::problem::Problem;

/// What became of a contact event.
enum Outcome {
    /// It is an event of its call.
    Taken,
    /// It is kept in mind; its call goes on.
    Noted(&'static str),
    /// It is none of ours.
    LetBe(&'static str),
}

/// Why a contact event of one of our calls could not be taken.
enum Fault {
    Store(StoreError),
    Refused(Problem),
    Unclear(&'static str),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

const UNKNOWN: Outcome = Outcome::LetBe("no call is known of it");

/// Takes a contact event that the function of a kind was given.
///
/// # Errors
/// When our own store failed, or when it is about a call of ours and cannot be taken; it comes again,
/// and ends in the dead letters.
pub(crate) async fn take_contact_event(
    handler: &EventHandler,
    kind: EventKind,
    event: &Value,
) -> Answer {
    let contact = match ContactEvent::read(event) {
        Ok(contact) => contact,
        Err(reason) => return Ok(told("ignored", reason)),
    };
    let call = &contact.call;
    let outcome = match (contact.happening, kind) {
        (Happening::Answered, EventKind::Answered) => answered(handler, &contact).await,
        (Happening::Transferred, EventKind::Ended) => transferred(handler, &contact).await,
        (Happening::Over, EventKind::Ended) => over(handler, &contact).await,
        _ => Ok(Outcome::LetBe("it is for another function")),
    };
    match outcome {
        Ok(Outcome::Taken) => Ok(json!({"status": "taken", "call_id": call.as_str()})),
        Ok(Outcome::Noted(reason)) => {
            tracing::info!(correlation_id = call.as_str(), reason, "a contact event is noted");
            Ok(told("noted", reason))
        }
        Ok(Outcome::LetBe(reason)) => Ok(told("ignored", reason)),
        Err(fault) => Err(failure(call, fault)),
    }
}

/// Takes a batch of messages, each of which is a contact event.
///
/// # Errors
/// When the payload is no batch.
pub(crate) async fn take_contact_events(
    handler: &EventHandler,
    kind: EventKind,
    batch: Value,
) -> Answer {
    let take = async move |event: Value| {
        if !is_contact_event(&event) {
            return Err(NotTaken::Unreadable);
        }
        take_contact_event(handler, kind, &event).await?;
        Ok(())
    };
    take_each(batch, |event| Box::pin(take(event))).await
}

/// The answer to a contact event by which nothing happens.
fn told(status: &str, reason: &str) -> Value {
    json!({"status": status, "reason": reason})
}

fn failure(call: &CallId, fault: Fault) -> FunctionError {
    let problem = match fault {
        Fault::Store(error) => return FunctionError(Problem::store(&error).message),
        Fault::Refused(problem) if problem.is_ours() => return FunctionError(problem.message),
        Fault::Refused(problem) => problem,
        Fault::Unclear(reason) => Problem::new(422, "invalid", reason),
    };
    let (code, faults) = (problem.code, problem.errors.to_string());
    tracing::error!(correlation_id = call.as_str(), code, faults, "a contact event was refused");
    FunctionError(format!("the contact event was refused: {}", problem.message))
}

async fn answered(handler: &EventHandler, event: &ContactEvent<'_>) -> Result<Outcome, Fault> {
    let Some(call) = handler.store().call(&event.call).await? else { return Ok(UNKNOWN) };
    let body = event.answered(&call);
    let body = body.ok_or(Fault::Unclear("it names neither a queue nor an agent"))?;
    let answer = report(handler, EventKind::Answered, &event.call, body).await?;
    Ok(answer.map_or(UNKNOWN, |_| Outcome::Taken))
}

async fn transferred(handler: &EventHandler, event: &ContactEvent<'_>) -> Result<Outcome, Fault> {
    let noted =
        handler.store().note_contact(&event.call, &event.contact, ContactChange::Began).await?;
    Ok(noted.map_or(UNKNOWN, |_| Outcome::Noted("the caller goes on in it")))
}

/// Notes the end of a contact and ends the call with the contact that it ended with, which another
/// may have been if they are told in another order. A recording that the end of the call does not
/// name is reported by itself.
async fn over(handler: &EventHandler, event: &ContactEvent<'_>) -> Result<Outcome, Fault> {
    let (call, store) = (&event.call, handler.store());
    let own = event.contact_end().ok_or(Fault::Unclear("it says no time"))?;
    let change = ContactChange::Ended(own.clone());
    let Some(contacts) = store.note_contact(call, &event.contact, change).await? else {
        return Ok(UNKNOWN);
    };
    let Some(standing) = store.call(call).await? else { return Ok(UNKNOWN) };
    let mut recording = event.recording_url().filter(|url| !has_recording(&standing, url));
    if standing.end.as_ref().is_some_and(|end| end.at < own.at)
        && contacts.begun.contains(event.contact.as_str())
    {
        let contact = event.contact.as_str();
        tracing::warn!(correlation_id = call.as_str(), contact, "a contact ended after its call");
    }
    let mut outcome = match standing.end {
        Some(_) => Outcome::Taken,
        None => Outcome::Noted("the caller goes on in another contact"),
    };
    if let (None, Some((contact, end))) = (&standing.end, contacts.end(call)) {
        let is_last = contact == event.contact.as_str();
        let of_last = recording.as_deref().filter(|_| is_last);
        let body = event.ended(end, contacts.has_transfer(), of_last);
        let Some(answer) = report(handler, EventKind::Ended, call, body).await? else {
            return Ok(UNKNOWN);
        };
        recording = recording.filter(|_| answer.repeated || !is_last);
        outcome = Outcome::Taken;
    }
    if let Some(url) = recording {
        let body = event.recorded(own.at, &url);
        report(handler, EventKind::Recording, call, body).await?;
        outcome = Outcome::Taken;
    }
    Ok(outcome)
}

fn has_recording(call: &Call, url: &str) -> bool {
    call.recordings.iter().any(|recording| recording.url == url)
}

/// Reports an event of a call; `None` when no such call is known.
async fn report(
    handler: &EventHandler,
    kind: EventKind,
    call: &CallId,
    body: Value,
) -> Result<Option<EventAnswer>, Fault> {
    let reported = Reported { kind, call: call.clone(), body };
    match handler.take_reported(reported, Arrival::default()).await {
        Ok(answer) => Ok(Some(answer)),
        Err(problem) if problem.code == "unknown_call" => Ok(None),
        Err(problem) => Err(Fault::Refused(problem)),
    }
}
