//! The console: pages for people who manage campaigns, rendered here.
//!
//! Every page is whole without a script; `console.js` only saves people reloads and clicks. Nobody
//! sees a page but the sign-in without a [`session`], and every form that changes something carries a
//! word that only the session's own pages know ([`csrf`]).

mod assets;
mod campaign_head;
mod csrf;
mod error_page;
mod form;
mod page;
mod reference;
mod session;
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, get, post};

use self::error_page::ErrorPage;
use crate::management::Backend;

/// The routes of the console: all under `/console/`, and the way there.
pub(crate) fn routes() -> Router<Arc<Backend>> {
    Router::new()
        .route("/", get(home))
        .route("/console", get(home))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::take))
        .route("/console/sign-out", post(sign_in::leave))
        .route("/console/assets/{name}", get(assets::serve))
        .route("/console/reference", get(reference::show))
        .route("/console/reference/openapi.json", get(reference::document))
        .route("/console/{*rest}", any(unknown))
        .method_not_allowed_fallback(unknown)
}

async fn home() -> Redirect {
    Redirect::to("/console/")
}

async fn unknown() -> ErrorPage {
    ErrorPage::unknown("There is no page at this address.")
}
