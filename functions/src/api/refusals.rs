//! What operations may answer instead of what was asked, for the document.

use std::collections::BTreeMap;

use utoipa::openapi::path::Operation;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

use crate::problem::ProblemDocument;

type Responses = BTreeMap<String, RefOr<Response>>;

/// What is named is not there.
pub(super) struct Unknown;

/// What is stored stands against it.
pub(super) struct Conflict;

/// Fields or parameters are at fault.
pub(super) struct Invalid;

impl IntoResponses for Unknown {
    fn responses() -> Responses {
        refusal("404", "What the address names is not there.")
    }
}

impl IntoResponses for Conflict {
    fn responses() -> Responses {
        let description = "What is stored stands against it; `current` shows it where that helps.";
        refusal("409", description)
    }
}

impl IntoResponses for Invalid {
    fn responses() -> Responses {
        refusal("422", "Fields or parameters are at fault; `errors` names each of them.")
    }
}

/// Adds to an operation what is answered before it is reached, or when the store fails.
pub(super) fn guard(operation: &mut Operation) {
    let reads_body = operation.request_body.is_some();
    let unreadable = if reads_body {
        "The body is no JSON, or the address does not read."
    } else {
        "The address does not read."
    };
    let responses = &mut operation.responses.responses;
    responses.extend(refusal("400", unreadable));
    responses.extend(refusal("401", "No key was sent, or one that is not known."));
    responses.extend(refusal("403", "The key is paused, or is for something else."));
    if reads_body {
        responses.extend(refusal("413", "The body is larger than 1 MiB."));
    }
    responses.extend(refusal("500", "The answer is larger than can be sent."));
    responses.extend(refusal("503", "The store did not answer; ask again."));
}

fn refusal(status: &str, description: &str) -> Responses {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    BTreeMap::from([(status.to_owned(), response.into())])
}
