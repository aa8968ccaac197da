//! The plain shape of spec section 13: over HTTP the call stands in the address, in a direct invoke
//! within the event.
//!
//! A function takes the event that it is named for. `ended` takes `recording` too: over HTTP by its
//! route, in a direct invoke by the field `event`, which says nothing else and is kept nowhere.

use hookline::call::{CallId, EventKind};
use hookline::fault::Faults;
use serde_json::Value;

use super::{Reported, unknown};
use crate::envelope::HttpRequest;
use crate::problem::Problem;

/// Reads a request.
///
/// # Errors
/// When the body is no JSON, or it is not about the call of its address.
pub(crate) fn of_request(kind: EventKind, request: &HttpRequest) -> Result<Reported, Problem> {
    let body = request.json()?;
    if !body.is_object() {
        return Err(unknown::no_object(&body));
    }
    let call = CallId::parse(request.parameter("call_id"))
        .map_err(|fault| Problem::invalid(Faults::at("call_id", fault.to_string())))?;
    if body.get("call_id").is_some_and(|named| named.as_str() != Some(call.as_str())) {
        let fault = Faults::at("call_id", "is not the call of the address");
        return Err(Problem::invalid(fault));
    }
    Ok(Reported { kind: kind_of_request(kind, request), call, body })
}

/// The event that a request to a function reports.
pub(crate) fn kind_of_request(kind: EventKind, request: &HttpRequest) -> EventKind {
    match (kind, request.route.rsplit('/').next()) {
        (EventKind::Ended, Some("recording")) => EventKind::Recording,
        _ => kind,
    }
}

/// Reads a direct invoke.
///
/// # Errors
/// When it has the looks of no event, names no call, or an event that the function `ended` does not
/// take.
pub(crate) fn of_invoke(kind: EventKind, mut body: Value) -> Result<Reported, Problem> {
    if body.get("call_id").or(body.get("occurred_at")).is_none() {
        return Err(unknown::no_event(&body));
    }
    let missing = || Problem::invalid(Faults::at("call_id", "is required"));
    let call = body.get("call_id").ok_or_else(missing)?;
    let call =
        CallId::from_json(call).map_err(|faults| Problem::invalid(faults.under("call_id")))?;
    let kind = match (kind, body.get("event").map(Value::as_str)) {
        (EventKind::Ended, Some(Some("recording"))) => EventKind::Recording,
        (EventKind::Ended, Some(named)) if named != Some("ended") => {
            let fault = Faults::at("event", "must be ended or recording");
            return Err(Problem::invalid(fault));
        }
        _ => kind,
    };
    if let Some(fields) = body.as_object_mut() {
        fields.remove("event");
    }
    Ok(Reported { kind, call, body })
}
