//! The plain shape of spec section 13: over HTTP the call stands in the address, in a direct invoke
//! within the event.

use hookline::call::{CallId, EventKind};
use hookline::fault::Faults;
use serde_json::Value;

use super::Reported;
use crate::envelope::HttpRequest;
use crate::problem::Problem;

/// Reads a request.
///
/// # Errors
/// When the body is no JSON, or it is not about the call of its address.
pub(crate) fn of_request(kind: EventKind, request: &HttpRequest) -> Result<Reported, Problem> {
    let body = request.json()?;
    let call = CallId::parse(request.parameter("call_id"))
        .map_err(|fault| Problem::invalid(Faults::at("call_id", fault.to_string())))?;
    if body.get("call_id").is_some_and(|named| named.as_str() != Some(call.as_str())) {
        let fault = Faults::at("call_id", "is not the call of the address");
        return Err(Problem::invalid(fault));
    }
    Ok(Reported { kind, call, body })
}

/// Reads a direct invoke.
///
/// # Errors
/// When it names no call.
pub(crate) fn of_invoke(kind: EventKind, body: Value) -> Result<Reported, Problem> {
    let missing = || Problem::invalid(Faults::at("call_id", "is required"));
    let call = body.get("call_id").ok_or_else(missing)?;
    let call =
        CallId::from_json(call).map_err(|faults| Problem::invalid(faults.under("call_id")))?;
    Ok(Reported { kind, call, body })
}
