//! The API's document, OpenAPI 3.1, made from the handlers that answer it: a route that is not in it
//! does not exist.

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::operations;
use super::refusals::guard;
use super::reply::Reply;
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

/// The document, made when it is first asked for.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut openapi = operations().into_openapi();
    finish(&mut openapi);
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

/// Adds to every operation what whoever stands before it may answer.
fn finish(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let methods =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        methods.into_iter().flatten().for_each(guard);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

    /// Every operation as `GET /path`, with its object.
    fn described() -> BTreeMap<String, &'static Value> {
        let paths = openapi()["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let named = METHODS.iter().filter_map(|method| Some((method, item.get(method)?)));
            named.map(move |(method, it)| (format!("{} {path}", method.to_uppercase()), it))
        });
        operations.collect()
    }

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    found.insert(reference.clone());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_led_to() {
        let mut found = BTreeSet::new();
        references(openapi(), &mut found);
        for reference in &found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(openapi().pointer(pointer).is_some(), "{reference}");
        }
        for name in openapi()["components"]["schemas"].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/schemas/{name}")), "{name}");
        }
    }

    #[test]
    fn every_operation_is_named_grouped_guarded_and_told_in_a_line() {
        let tags: BTreeSet<&str> = openapi()["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| tag["name"].as_str().unwrap())
            .collect();
        let mut ids = BTreeSet::new();
        for (name, operation) in described() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} names two");
            let summary = operation["summary"].as_str().unwrap();
            assert!(!summary.is_empty() && !summary.ends_with('.'), "{name}: {summary}");
            let grouped = operation["tags"].as_array().unwrap();
            assert!(grouped.len() == 1 && tags.contains(grouped[0].as_str().unwrap()), "{name}");
            let mut answers = vec!["400", "401", "403", "500", "503"];
            if operation.get("requestBody").is_some() {
                answers.extend(["413", "422"]);
            }
            for status in answers {
                let answer = &operation["responses"][status]["content"];
                let schema = &answer["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
            }
            let succeeds = |status: &&String| status.starts_with('2');
            let responses = operation["responses"].as_object().unwrap();
            assert_eq!(responses.keys().filter(succeeds).count(), 1, "{name}");
        }
        assert_eq!(openapi()["security"][0]["key"], serde_json::json!([]));
    }

    #[test]
    fn every_part_of_a_path_is_a_parameter() {
        for (name, operation) in described() {
            let parts: BTreeSet<&str> = name
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            let parameters = operation["parameters"].as_array().map_or(&[][..], |all| all);
            let told = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let told: BTreeSet<&str> =
                told.map(|parameter| parameter["name"].as_str().unwrap()).collect();
            assert_eq!(told, parts, "{name}");
        }
    }
}
