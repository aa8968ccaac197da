//! The API's document, OpenAPI 3.1, made from the handlers that answer it: a route that is not in it
//! does not exist.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::refusals::guard;
use crate::problem::ProblemDocument;

/// The groups of operations, in reading order.
const TAGS: [(&str, &str); 6] = [
    ("Campaigns", "Campaigns and their webhooks. A save carries the version that was read."),
    ("Keys", "API keys of platforms and administrators, postback keys of partners."),
    ("Calls", "Calls with their tags, events and what was decided about them."),
    ("Deliveries", "Webhooks that were fired: what was sent and answered, and doing it again."),
    ("Trying out", "Webhooks rendered and sent before they are saved."),
    ("Reference", "This document."),
];

/// The document before any operation is in it.
pub(super) fn base() -> OpenApi {
    let description = "Manages Hookline: campaigns and their webhooks, keys, calls and deliveries. \
        Every request needs an API key of scope `admin`, sent as a bearer token. What is refused is \
        answered with a problem document that names every field at fault.";
    let tags = TAGS.map(|(name, description)| {
        TagBuilder::new().name(name).description(Some(description)).build()
    });
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let mut components = ComponentsBuilder::new().security_scheme("key", bearer).build();
    let mut schemas = vec![(ProblemDocument::name().into_owned(), ProblemDocument::schema())];
    ProblemDocument::schemas(&mut schemas);
    components.schemas.extend(schemas);
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Hookline")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(description)),
        )
        .tags(Some(tags))
        .components(Some(components))
        .security(Some([SecurityRequirement::new("key", [] as [&str; 0])]))
        .build()
}

/// Adds to every operation what whoever stands before it may answer.
pub(super) fn finish(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let methods =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        methods.into_iter().flatten().for_each(guard);
    }
}
