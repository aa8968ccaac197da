//! Deliveries made due again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use hookline::adapters::system::SystemClock;
use hookline::campaign::WebhookId;
use hookline::fault::Faults;
use hookline::fields::Fields;
use hookline::ports::call_log::Cursor;
use hookline::time::Timestamp;
use hookline::use_cases::{ReplayRange, replay_delivery as replay, replay_failed as replay_all};
use serde_json::Value;

use super::address::{ApiPath, CampaignPath, DeliveryPath};
use super::campaigns::found;
use super::query::cursor;
use super::refusals::{Conflict, Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::replay::{Range, RangeResult, ReplayResult};
use crate::management::Backend;
use crate::problem::Problem;

/// Replay a delivery
///
/// Makes it due now under its own id, its retries begun anew. One that is yet to be attempted or is
/// being attempted is left alone: it is one delivery, however often this is asked. Pings are not
/// replayed, their answer was for a call that was up.
#[utoipa::path(
    post, path = "/calls/{call_id}/deliveries/{delivery_id}/replay", tag = "Deliveries",
    params(DeliveryPath),
    responses(
        (status = 200, description = "What became of it.", body = ReplayResult),
        Unknown, Conflict,
    ),
)]
pub(super) async fn replay_delivery(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<DeliveryPath>,
) -> Result<Reply<ReplayResult>, Problem> {
    let (call, delivery) = (path.call()?, &path.delivery_id);
    let Backend { store, hints, .. } = &*backend;
    let replayed = replay(store, hints, &SystemClock, &call, delivery).await?;
    Ok(Reply::ok(replayed.into()))
}

/// Replay failed deliveries
///
/// Replays what failed of a range of time, latest day first, at most 100 deliveries a request. Ask
/// again with `next` as `cursor` until there is none.
#[utoipa::path(
    post, path = "/campaigns/{id}/replays", tag = "Deliveries", params(CampaignPath),
    request_body = Range,
    responses((status = 200, description = "How far it is.", body = RangeResult), Unknown, Invalid),
)]
pub(super) async fn replay_failed(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    body: Bytes,
) -> Result<Reply<RangeResult>, Problem> {
    let id = path.campaign()?;
    let (range, after) = range(&json_of(&body)?).map_err(Problem::invalid)?;
    found(&backend, &id).await?;
    let Backend { store, hints, .. } = &*backend;
    let replayed = replay_all(store, hints, &SystemClock, &id, &range, after.as_ref()).await;
    Ok(Reply::ok(replayed?.into()))
}

fn range(body: &Value) -> Result<(ReplayRange, Option<Cursor>), Faults> {
    let mut fields = Fields::of(body)?;
    let from = fields.required("from", Timestamp::from_json);
    let to = fields.required("to", Timestamp::from_json);
    let webhook = fields.optional("webhook", WebhookId::from_json);
    let after = fields.optional("cursor", cursor);
    fields.refuse_others();
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        fields.fault("to", "must be later than from");
    }
    let range = from.zip(to).map(|(from, to)| ReplayRange { from, to, webhook });
    fields.finish(range.map(|range| (range, after)))
}
