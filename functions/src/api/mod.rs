//! The management API, for bearers of an admin key. Its document, [`openapi()`], says what it takes and
//! answers.

mod address;
mod api_keys;
mod authentication;
mod calls;
mod campaigns;
mod deliveries;
mod key_change;
mod openapi;
mod postback_keys;
mod query;
mod refusals;
mod replays;
mod reply;
mod samples;
mod trying;
mod webhooks;
pub(crate) mod wire;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::openapi::openapi;

use crate::management::Backend;
use crate::problem::Problem;

/// The routes of the API, each behind an admin key.
pub(crate) fn routes(backend: &Arc<Backend>) -> Router<Arc<Backend>> {
    let (router, _) = operations().split_for_parts();
    router
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(backend), authentication::authenticate))
}

/// Every operation, with what the document says of it.
fn operations() -> OpenApiRouter<Arc<Backend>> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(campaigns::list_campaigns))
        .routes(routes!(
            campaigns::read_campaign,
            campaigns::save_campaign,
            campaigns::delete_campaign
        ))
        .routes(routes!(webhooks::read_webhook, webhooks::save_webhook, webhooks::delete_webhook))
        .routes(routes!(postback_keys::list_postback_keys, postback_keys::make_postback_key))
        .routes(routes!(postback_keys::change_postback_key, postback_keys::delete_postback_key))
        .routes(routes!(api_keys::list_api_keys, api_keys::make_api_key))
        .routes(routes!(api_keys::change_api_key, api_keys::delete_api_key))
        .routes(routes!(calls::list_calls))
        .routes(routes!(calls::read_call))
        .routes(routes!(deliveries::list_deliveries))
        .routes(routes!(deliveries::read_delivery))
        .routes(routes!(replays::replay_delivery))
        .routes(routes!(replays::replay_failed))
        .routes(routes!(trying::render_webhook))
        .routes(routes!(trying::fire_test))
        .routes(routes!(samples::list_samples))
        .routes(routes!(openapi::read_document))
}

async fn unknown() -> Problem {
    Problem::new(404, "unknown_address", "there is nothing at this address")
}

async fn not_allowed() -> Problem {
    Problem::new(405, "method_not_allowed", "this address does not take that method")
}
