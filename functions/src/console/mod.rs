//! The console: pages for people who manage campaigns, rendered here.
//!
//! Every page is whole without a script; `console.js` only saves people reloads and clicks. Nobody
//! sees a page but the sign-in without a [`session`], and every form that changes something carries a
//! word that only the session's own pages know ([`csrf`]).

mod address;
mod assets;
mod call;
mod call_story;
mod calls;
mod campaign_head;
mod campaigns;
mod chart;
mod cookie;
mod csrf;
mod day_picker;
mod delete_page;
mod delivery_row;
mod done;
mod editor;
mod error_page;
mod failed;
mod field_faults;
#[cfg(test)]
mod fixtures;
mod form;
mod key_forms;
mod key_row;
mod keys;
mod lookup;
mod page;
mod postback_keys;
mod reference;
mod replays;
mod session;
mod sign_in;
mod sign_in_redirect;
mod signed_out;
mod tag_row;
mod time_scale;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, get, post};
use http::StatusCode;

pub(crate) use self::error_page::ErrorPage;
use crate::management::Backend;

/// The routes of the console: all under `/console/`, and the way there.
pub(crate) fn routes() -> Router<Arc<Backend>> {
    Router::new()
        .route("/", get(home))
        .route("/console", get(home))
        .route("/console/", get(campaigns::list))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::take))
        .route("/console/sign-out", post(sign_in::leave))
        .route("/console/assets/{name}", get(assets::serve))
        .route("/console/campaigns", post(campaigns::make))
        .route("/console/campaigns/{id}/calls", get(calls::list))
        .route("/console/campaigns/{id}/deliveries", get(failed::list))
        .route("/console/campaigns/{id}/deliveries/replay", post(replays::day))
        .route("/console/campaigns/{id}/keys", get(postback_keys::list).post(postback_keys::make))
        .route("/console/campaigns/{id}/keys/{key}/pause", post(postback_keys::pause))
        .route(
            "/console/campaigns/{id}/keys/{key}/delete",
            get(postback_keys::ask_delete).post(postback_keys::delete),
        )
        .route("/console/calls", get(calls::find))
        .route("/console/calls/{call}", get(call::show))
        .route("/console/calls/{call}/deliveries/{delivery}", get(call::show_delivery))
        .route("/console/calls/{call}/deliveries/{delivery}/replay", post(replays::one))
        .route("/console/keys", get(keys::list).post(keys::make))
        .route("/console/keys/{key}/pause", post(keys::pause))
        .route("/console/keys/{key}/delete", get(keys::ask_delete).post(keys::delete))
        .merge(editor::routes())
        .route("/console/reference", get(reference::show))
        .route("/console/reference/openapi.json", get(reference::document))
        .route("/console/{*rest}", any(unknown))
        .method_not_allowed_fallback(not_allowed)
}

async fn home() -> Redirect {
    Redirect::to("/console/")
}

async fn unknown() -> ErrorPage {
    ErrorPage::no_page()
}

/// The router adds which methods are.
async fn not_allowed() -> ErrorPage {
    let message = "This address does not take requests of this kind.";
    ErrorPage::of(StatusCode::METHOD_NOT_ALLOWED, "Not possible here", message)
}

/// Whether a path is one of the console's.
pub(crate) fn has(path: &str) -> bool {
    path == "/console" || path.starts_with("/console/")
}
