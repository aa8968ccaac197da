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
