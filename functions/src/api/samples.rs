//! Ready webhooks to begin with.

use super::reply::Reply;
use super::wire::sample::Samples;
use crate::samples::all;

/// List samples
///
/// Ready webhooks to begin with. What has to be put in first reads `YOUR-…`.
#[utoipa::path(
    get, path = "/samples", tag = "Trying out",
    responses((status = 200, description = "The samples.", body = Samples)),
)]
pub(super) async fn list_samples() -> Reply<Samples> {
    Reply::ok(Samples { samples: all() })
}
