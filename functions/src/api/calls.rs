//! Calls, as people look at them. The call key is not among what is shown.

use std::sync::Arc;

use axum::extract::State;
use futures_util::try_join;
use hookline::adapters::system::SystemClock;
use hookline::call;
use hookline::call::CallId;
use hookline::delivery::Delivery;
use hookline::ports::call_log::{CallLog, PageRequest};
use hookline::ports::calls::Calls;
use hookline::ports::clock::Clock;
use hookline::ports::intake::Intake;
use hookline::time::Day;

use super::address::{ApiPath, CallPath, CampaignPath, unknown_call};
use super::campaigns::found;
use super::query::{ApiQuery, CallsQuery};
use super::refusals::{Invalid, Unknown};
use super::reply::Reply;
use super::wire::call::{Call, CallSummary};
use super::wire::page::CallPage;
use crate::management::Backend;
use crate::problem::Problem;

/// The day that is looked at unless another is asked for.
pub(super) fn today() -> Day {
    Day::of(SystemClock.now())
}

/// Reads a call with all its deliveries, oldest first.
pub(super) async fn history(
    backend: &Backend,
    id: &CallId,
) -> Result<(call::Call, Vec<Delivery>), Problem> {
    let found = backend.store.history(id).await.map_err(|error| Problem::store(&error))?;
    found.ok_or_else(unknown_call)
}

/// List calls
///
/// The calls that a campaign had on a day, newest first, page by page.
#[utoipa::path(
    get, path = "/campaigns/{id}/calls", tag = "Calls", params(CampaignPath, CallsQuery),
    responses((status = 200, description = "The calls.", body = CallPage), Unknown, Invalid),
)]
pub(super) async fn list_calls(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    ApiQuery(query): ApiQuery<CallsQuery>,
) -> Result<Reply<CallPage>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    let day = query.day.unwrap_or_else(today);
    let asked = PageRequest { limit: query.limit, after: query.cursor };
    let page = backend.store.calls_of(&campaign.id, day, &asked).await?;
    let calls = page.items.iter().map(CallSummary::from).collect();
    Ok(Reply::ok(CallPage::of(day, calls, page.next.as_ref())))
}

/// Read a call
///
/// The call with its tags, what told its story on, and its deliveries with their attempts.
#[utoipa::path(
    get, path = "/calls/{call_id}", tag = "Calls", params(CallPath),
    responses((status = 200, description = "The call.", body = Call), Unknown),
)]
pub(super) async fn read_call(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CallPath>,
) -> Result<Reply<Call>, Problem> {
    let id = path.call()?;
    let said =
        async { backend.store.raw_events(&id).await.map_err(|error| Problem::store(&error)) };
    let ((call, deliveries), said) = try_join!(history(&backend, &id), said)?;
    Ok(Reply::ok(Call::of(&call, &deliveries, said)))
}
