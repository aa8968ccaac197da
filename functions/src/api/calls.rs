//! Calls, as people look at them. The call key is not among what is shown.

use std::sync::Arc;

use axum::extract::{Path, State};
use hookline::call::{Call, CallId};
use hookline::delivery::Delivery;
use hookline::ports::calls::Calls;
use http::StatusCode;
use serde_json::{Value, json};

use super::reply::Document;
use crate::management::Backend;
use crate::problem::Problem;

pub(super) async fn read(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
) -> Result<Document, Problem> {
    let unknown = || Problem::new(404, "unknown_call", "nothing is known of this call");
    let id = CallId::parse(&id).map_err(|_| unknown())?;
    let found = backend.store.history(&id).await.map_err(|error| Problem::store(&error))?;
    let (call, deliveries) = found.ok_or_else(unknown)?;
    Ok(Document(StatusCode::OK, shown(&call, &deliveries)))
}

fn shown(call: &Call, deliveries: &[Delivery]) -> Value {
    let mut document = json!({
        "call_id": call.id,
        "call_uuid": call.uuid,
        "campaign_id": call.campaign,
        "caller_number": call.caller,
        "called_number": call.called,
        "number_name": call.number_name,
        "started_at": call.started_at,
        "selected_at": call.selected_at(),
        "answered_at": call.answered_at(),
        "ended_at": call.ended_at(),
        "connected_seconds": call.end.as_ref().map(|end| call.connected_seconds(end.at)),
        "hung_up_by": call.end.as_ref().and_then(|end| end.hung_up_by.as_deref()),
        "recording_url": call.end.as_ref().and_then(|end| end.recording_url.as_deref()),
        "buyer": call.buyer(),
        "buyer_events": call.buyer_events,
        "tags": call.shown_tags(),
        "outcome": {
            "converted": call.course.decision.map(|decision| decision.converted),
            "deduped": call.course.decision.and_then(|decision| decision.deduped.then_some(true)),
            "decided_at": call.course.decision.map(|decision| decision.at),
            "posted_conversion": call.posted_conversion,
            "revenue": call.amounts.revenue.map(|amount| amount.to_string()),
            "payout": call.amounts.payout.map(|amount| amount.to_string()),
        },
        "deliveries": deliveries,
    });
    for place in ["", "/outcome"] {
        if let Some(Value::Object(part)) = document.pointer_mut(place) {
            part.retain(|_, value| !value.is_null());
        }
    }
    document
}
