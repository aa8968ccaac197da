//! The document of this API, served by itself.

use std::sync::LazyLock;

use serde_json::Value;

use super::reply::Reply;
use super::{document, operations};

/// The document, made when it is first asked for.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut openapi = operations().into_openapi();
    document::finish(&mut openapi);
    serde_json::to_value(openapi).unwrap_or_default()
});

/// The document of the API, OpenAPI 3.1.
pub(crate) fn openapi() -> &'static Value {
    &DOCUMENT
}

/// Read this document
///
/// The API in OpenAPI 3.1, made from the code that answers it.
#[utoipa::path(
    get, path = "/openapi.json", tag = "Reference",
    responses((status = 200, description = "The document.", body = Object)),
)]
pub(super) async fn read_document() -> Reply<&'static Value> {
    Reply::ok(openapi())
}
