//! Deliveries, as people look for them.

use std::sync::Arc;

use axum::extract::State;
use hookline::use_cases::{DeliverySearch, find_deliveries};

use super::address::{ApiPath, CampaignPath, DeliveryPath, unknown_delivery};
use super::calls::{history, today};
use super::campaigns::found;
use super::query::{ApiQuery, DeliveriesQuery};
use super::refusals::{Invalid, Unknown};
use super::reply::Reply;
use super::wire::delivery::{Delivery, DeliverySummary};
use super::wire::page::DeliveryPage;
use crate::management::Backend;
use crate::problem::Problem;

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
    ApiPath(path): ApiPath<CampaignPath>,
    ApiQuery(query): ApiQuery<DeliveriesQuery>,
) -> Result<Reply<DeliveryPage>, Problem> {
    let campaign = found(&backend, &path.campaign()?).await?;
    let day = query.day.unwrap_or_else(today);
    let search = DeliverySearch {
        day,
        status: query.status,
        webhook: query.webhook,
        limit: query.limit,
        after: query.cursor,
    };
    let found = find_deliveries(&backend.store, &campaign.id, &search).await?;
    let deliveries = found.deliveries.iter().map(DeliverySummary::from).collect();
    Ok(Reply::ok(DeliveryPage::of(day, deliveries, found.left_out, found.next.as_ref())))
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
    ApiPath(path): ApiPath<DeliveryPath>,
) -> Result<Reply<Delivery>, Problem> {
    let (_, deliveries) = history(&backend, &path.call()?).await?;
    let named = deliveries.iter().find(|one| one.key.id().as_str() == path.delivery_id);
    named.map(|delivery| Reply::ok(delivery.into())).ok_or_else(unknown_delivery)
}
