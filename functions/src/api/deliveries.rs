//! Deliveries, as people look for them.

use std::sync::Arc;

use axum::extract::State;
use hookline::campaign::CampaignId;
use hookline::ports::call_log::{CallLog, Cursor, Page, PageAsked};
use hookline::ports::calls::Calls;
use hookline::time::Day;

use super::address::{At, CampaignPath, DeliveryPath, unknown_delivery};
use super::calls::{history, today};
use super::campaigns::found;
use super::query::{Asked, DeliveriesQuery};
use super::refusals::{Invalid, Unknown};
use super::reply::Reply;
use super::wire::delivery::{Delivery, DeliveryStatus, DeliverySummary};
use super::wire::page::DeliveryPage;
use crate::management::Backend;
use crate::problem::Problem;

/// How many pages one request goes through at the most.
const MAX_PAGES: usize = 10;
/// How many calls are gone through at a time.
const CALLS_AT_A_TIME: usize = 10;
/// How many deliveries of one call are listed.
const MAX_OF_A_CALL: usize = 100;

/// What a search has found so far.
#[derive(Default)]
struct Search {
    deliveries: Vec<DeliverySummary>,
    left_out: usize,
    next: Option<Cursor>,
}

/// List deliveries
///
/// The deliveries of a campaign on a day that stand at a status. Those that failed are found at once;
/// for any other status the day's calls are gone through, so that a page may end early and have a
/// next one all the same.
#[utoipa::path(
    get, path = "/campaigns/{id}/deliveries", tag = "Deliveries",
    params(CampaignPath, DeliveriesQuery),
    responses((status = 200, description = "The deliveries.", body = DeliveryPage), Unknown, Invalid),
)]
pub(super) async fn list_deliveries(
    State(backend): State<Arc<Backend>>,
    At(path): At<CampaignPath>,
    Asked(query): Asked<DeliveriesQuery>,
) -> Result<Reply<DeliveryPage>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    let day = query.day.unwrap_or_else(today);
    let Search { deliveries, left_out, next } = if query.status == DeliveryStatus::Failed {
        failed(&backend, &campaign.id, day, query).await?
    } else {
        through_calls(&backend, &campaign.id, day, query).await?
    };
    Ok(Reply::ok(DeliveryPage::of(day, deliveries, left_out, next.as_ref())))
}

/// Read a delivery
///
/// The delivery with everything that is kept of its attempts.
#[utoipa::path(
    get, path = "/calls/{call_id}/deliveries/{delivery_id}", tag = "Deliveries",
    params(DeliveryPath),
    responses((status = 200, description = "The delivery.", body = Delivery), Unknown),
)]
pub(super) async fn read_delivery(
    State(backend): State<Arc<Backend>>,
    At(path): At<DeliveryPath>,
) -> Result<Reply<Delivery>, Problem> {
    let (_, deliveries) = history(&backend, &path.call()?).await?;
    let named = deliveries.iter().find(|one| one.key.id().as_str() == path.delivery_id);
    named.map(|delivery| Reply::ok(delivery.into())).ok_or_else(unknown_delivery)
}

/// Takes failed deliveries from their list until there are enough of the webhook.
async fn failed(
    backend: &Backend,
    campaign: &CampaignId,
    day: Day,
    query: DeliveriesQuery,
) -> Result<Search, Problem> {
    let mut search = Search { next: query.cursor, ..Search::default() };
    for _ in 0..MAX_PAGES {
        let limit = query.limit - search.deliveries.len();
        let asked = PageAsked { limit, after: search.next.take() };
        let Page { items, next } = backend.store.failed_of(campaign, day, &asked).await?;
        let of_webhook = items
            .iter()
            .filter(|one| query.webhook.as_ref().is_none_or(|webhook| one.webhook() == webhook));
        search.deliveries.extend(of_webhook.map(DeliverySummary::from));
        search.next = next;
        if search.next.is_none() || search.deliveries.len() >= query.limit {
            break;
        }
    }
    Ok(search)
}

/// Goes through the day's calls, some at a time and each whole, until there are enough deliveries.
async fn through_calls(
    backend: &Backend,
    campaign: &CampaignId,
    day: Day,
    query: DeliveriesQuery,
) -> Result<Search, Problem> {
    let mut search = Search { next: query.cursor, ..Search::default() };
    for _ in 0..MAX_PAGES {
        let asked = PageAsked { limit: CALLS_AT_A_TIME, after: search.next.take() };
        let Page { items, next } = backend.store.calls_of(campaign, day, &asked).await?;
        for call in &items {
            let found = backend.store.history(&call.id).await;
            // A call may be forgotten between the page and now.
            let Some((_, all)) = found.map_err(|error| Problem::store(&error))? else { continue };
            let mut fitting: Vec<DeliverySummary> = all
                .iter()
                .filter(|one| DeliveryStatus::from(one.status()) == query.status)
                .filter(|one| query.webhook.as_ref().is_none_or(|webhook| one.webhook() == webhook))
                .map(DeliverySummary::from)
                .collect();
            search.left_out += fitting.len().saturating_sub(MAX_OF_A_CALL);
            fitting.truncate(MAX_OF_A_CALL);
            search.deliveries.append(&mut fitting);
        }
        search.next = next;
        if search.next.is_none() || search.deliveries.len() >= query.limit {
            break;
        }
    }
    Ok(search)
}
