//! The console: pages for people who manage campaigns, rendered here.

mod editor;

use std::sync::Arc;

use axum::Router;

use crate::management::Backend;

/// The routes of the console, under `/console`.
pub(crate) fn routes(_backend: &Arc<Backend>) -> Router<Arc<Backend>> {
    Router::new()
}
