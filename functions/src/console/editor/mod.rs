//! The pages that change a campaign: its settings and its webhooks.
//!
//! | page | |
//! |---|---|
//! | `/console/campaigns/{id}` | webhooks along the life of a call, and the campaign's settings |
//! | `…/delete` | asks once more, then deletes the campaign |
//! | `…/new-webhook` | which trigger or which ready webhook; then the editor |
//! | `…/webhooks/{webhook}` | the editor |
//! | `…/preview`, under either | what would be sent for a call |
//! | `…/test`, under either | sends it once |
//! | `…/webhooks/{webhook}/delete` | asks once more, then deletes the webhook |
//!
//! A form goes to its document ([`webhook_form`], [`campaign_form`]), the library judges that, and what
//! is wrong comes back at its field with everything as it was typed. Saves carry the version that the
//! form was made from, so that nobody overwrites what they have not seen.

mod call_form;
mod campaign_form;
mod campaign_page;
mod conversion_row;
mod delete;
mod difference;
mod fingerprint;
mod fired;
mod form_action;
mod new_webhook;
mod pairs;
mod preview;
mod select_option;
mod settings_edit;
mod token_words;
mod trigger_words;
mod try_webhook;
mod twilio_fields;
mod typed;
mod webhook_edit;
mod webhook_form;
mod webhook_page;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;

use super::error_page::ErrorPage;
use super::form::Filled;
use crate::management::Backend;

/// The routes of these pages.
pub(super) fn routes() -> Router<Arc<Backend>> {
    const CAMPAIGN: &str = "/console/campaigns/{id}";
    let at = |rest: &str| format!("{CAMPAIGN}{rest}");
    Router::new()
        .route(CAMPAIGN, get(campaign_page::show).post(settings_edit::save))
        .route(&at("/delete"), get(delete::ask_campaign).post(delete::delete))
        .route(&at("/new-webhook"), get(new_webhook::show).post(webhook_edit::save))
        .route(&at("/new-webhook/preview"), post(webhook_edit::preview))
        .route(&at("/new-webhook/test"), post(webhook_edit::test))
        .route(&at("/webhooks/{webhook}"), get(webhook_edit::show).post(webhook_edit::save))
        .route(&at("/webhooks/{webhook}/preview"), post(webhook_edit::preview))
        .route(&at("/webhooks/{webhook}/test"), post(webhook_edit::test))
        .route(&at("/webhooks/{webhook}/delete"), get(delete::ask_webhook).post(delete::remove))
}

/// The version that a form was made from.
fn version_of(fields: &Filled) -> Result<u64, ErrorPage> {
    let version = fields.text("version").parse();
    version.map_err(|_| {
        let message = "It does not say which version of the campaign it was made from.";
        ErrorPage::of(StatusCode::BAD_REQUEST, "This form does not read", message)
    })
}
