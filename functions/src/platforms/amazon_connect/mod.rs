//! Amazon Connect: flows that invoke functions, and contact events that come through EventBridge.
//!
//! A flow's block "AWS Lambda function" waits for a flat map of strings and goes on by what is in it.
//! It gets such a map whatever a partner did and whatever is wrong with the flow; only a fault of our
//! own store fails the invocation, which Connect then repeats. A contact event is answered to nobody:
//! one that is about none of our calls is let be, since an instance has other flows; one that is and
//! cannot be taken fails, so that it comes again and ends in the dead letters.
//!
//! A call is named by the first contact of its chain (`InitialContactId`): who is transferred goes on
//! in a new contact of the same call.
//!
//! Shapes as documented by AWS in the Amazon Connect Administrator Guide ("Grant Amazon Connect access
//! to your AWS Lambda functions", "Flow block: AWS Lambda function", "Amazon Connect contact events",
//! "Contact records data model"), looked up 2026-11-24.

mod contact_event;
mod detail;
mod flow_answer;
mod flow_event;
mod flow_tags;
#[cfg(test)]
mod sample_flow;
mod take_contact;
mod take_flow;
#[cfg(test)]
mod tests;

pub(crate) use contact_event::is_contact_event;
pub(crate) use flow_event::is_flow_event;
pub(crate) use take_contact::{take_contact_event, take_contact_events};
pub(crate) use take_flow::take_flow_event;

use hookline::call::CallId;
use serde_json::Value;

/// The call that a contact belongs to.
fn call_of(initial: Option<&Value>, contact: Option<&Value>) -> Option<CallId> {
    initial.and_then(contact_id).or_else(|| contact.and_then(contact_id))
}

/// A contact's id, which has the form of a call's.
fn contact_id(value: &Value) -> Option<CallId> {
    CallId::parse(value.as_str()?.trim()).ok()
}

/// The attempt at reaching a buyer in a contact, where nobody counts: the first of a call has the
/// number 1, any other its id, so that a repeat is the same and a buyer tried again is another.
fn attempt_of(contact: &CallId, call: &CallId) -> String {
    if contact == call { "1".to_owned() } else { contact.to_string() }
}

/// The id at the end of an ARN: `…:instance/I/queue/Q` ends with `Q`.
fn id_of_arn(arn: &str) -> Option<&str> {
    arn.rsplit('/').next().map(str::trim).filter(|id| !id.is_empty())
}
