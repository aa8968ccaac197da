//! The reference of the API: its own document, laid out for people.

mod example;
mod kind;
mod view;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use self::view::{Group, SchemaView, groups, schemas};
use super::page::{Layout, Section, page};
use super::session::SignedIn;
use crate::api::openapi;

#[derive(Template)]
#[template(path = "console/reference.html")]
struct ReferencePage {
    layout: Layout,
    groups: Vec<Group>,
    schemas: Vec<SchemaView>,
}

/// `GET /console/reference`.
pub(super) async fn show(signed: SignedIn) -> Response {
    page(&ReferencePage {
        layout: Layout::of(&signed, Section::Reference),
        groups: groups(openapi()),
        schemas: schemas(openapi()),
    })
}

/// `GET /console/reference/openapi.json`: the document itself, for whoever has a browser at hand and
/// no key.
pub(super) async fn document(_signed: SignedIn) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, openapi().to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_schema_is_on_the_page_and_every_link_leads_to_one() {
        let page = ReferencePage {
            layout: Layout::default(),
            groups: groups(openapi()),
            schemas: schemas(openapi()),
        };

        let text = page.render().unwrap();

        let ids: Vec<&str> = after(&text, " id=\"");
        for item in openapi()["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.contains(&id), "{id}");
            }
        }
        for name in openapi()["components"]["schemas"].as_object().unwrap().keys() {
            assert!(ids.contains(&format!("schema-{name}").as_str()), "{name}");
        }
        for link in after(&text, "href=\"#") {
            assert!(ids.contains(&link), "{link}");
        }
        assert!(!text.contains("<script>") && !text.contains(" style="));
    }

    /// What stands in quotes after each of these.
    fn after<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
        text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }
}
