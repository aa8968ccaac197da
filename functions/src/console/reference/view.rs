//! The document as the page shows it: operations by group, then schemas.

use serde_json::Value;

use super::example::{body_schema, curl};
use super::kind::{Piece, kind, limits};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A group of operations.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) about: Vec<Prose>,
    pub(super) operations: Vec<OperationView>,
}

/// An operation.
#[derive(Debug)]
pub(super) struct OperationView {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) about: Vec<Prose>,
    pub(super) parameters: Vec<Row>,
    pub(super) body: Option<Vec<Piece>>,
    pub(super) answers: Vec<AnswerView>,
    pub(super) curl: String,
}

/// What an operation may answer.
#[derive(Debug)]
pub(super) struct AnswerView {
    pub(super) status: String,
    pub(super) about: Vec<Prose>,
    pub(super) kind: Vec<Piece>,
}

/// A schema.
#[derive(Debug)]
pub(super) struct SchemaView {
    pub(super) name: String,
    pub(super) about: Vec<Prose>,
    pub(super) kind: Vec<Piece>,
    pub(super) fields: Vec<Row>,
}

/// A parameter, or a field of a schema.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) required: bool,
    pub(super) kind: Vec<Piece>,
    pub(super) about: Vec<Prose>,
    pub(super) limits: String,
}

/// A stretch of a description.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prose {
    pub(super) text: String,
    /// Whether it is something to be typed.
    pub(super) code: bool,
}

/// The groups of a document, in its order.
pub(super) fn groups(document: &Value) -> Vec<Group> {
    let tags = document.get("tags").and_then(Value::as_array);
    let groups = tags.into_iter().flatten().map(|tag| {
        let name = text(tag, "name");
        Group {
            operations: operations(document, &name),
            about: prose(&text(tag, "description")),
            name,
        }
    });
    groups.filter(|group| !group.operations.is_empty()).collect()
}

/// The schemas of a document, by name.
pub(super) fn schemas(document: &Value) -> Vec<SchemaView> {
    let all = document.pointer("/components/schemas").and_then(Value::as_object);
    let views = all.into_iter().flatten().map(|(name, schema)| SchemaView {
        name: name.clone(),
        about: prose(&text(schema, "description")),
        kind: kind(schema),
        fields: fields(schema),
    });
    views.collect()
}

fn operations(document: &Value, tag: &str) -> Vec<OperationView> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut views = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let tags = operation.get("tags").and_then(Value::as_array);
            if tags.is_some_and(|tags| tags.iter().any(|one| one == tag)) {
                views.push(operation_view(document, &method.to_uppercase(), path, operation));
            }
        }
    }
    views
}

fn operation_view(document: &Value, method: &str, path: &str, operation: &Value) -> OperationView {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let responses = operation.get("responses").and_then(Value::as_object);
    OperationView {
        id: text(operation, "operationId"),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        about: prose(&text(operation, "description")),
        parameters: parameters.into_iter().flatten().map(parameter).collect(),
        body: body_schema(operation).map(kind),
        answers: responses.into_iter().flatten().map(answer).collect(),
        curl: curl(document, method, path, operation),
    }
}

fn parameter(parameter: &Value) -> Row {
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    Row {
        name: text(parameter, "name"),
        place: text(parameter, "in"),
        required: parameter.get("required") == Some(&Value::Bool(true)),
        kind: kind(schema),
        about: prose(&text(parameter, "description")),
        limits: limits(schema).join(", "),
    }
}

fn answer((status, answer): (&String, &Value)) -> AnswerView {
    let content = answer.get("content").and_then(Value::as_object);
    let schema = content.and_then(|content| content.values().next()?.get("schema"));
    AnswerView {
        status: status.clone(),
        about: prose(&text(answer, "description")),
        kind: schema.map(kind).unwrap_or_default(),
    }
}

/// The fields of a schema, those of the schemas that it is made of included.
fn fields(schema: &Value) -> Vec<Row> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    let own = properties.into_iter().flatten().map(|(name, field)| Row {
        name: name.clone(),
        place: String::new(),
        required: required.is_some_and(|names| names.iter().any(|one| one == name)),
        kind: kind(field),
        about: prose(&text(field, "description")),
        limits: limits(field).join(", "),
    });
    let inherited = parts.into_iter().flatten().flat_map(fields);
    own.chain(inherited).collect()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A description, what stands in back quotes told apart.
fn prose(text: &str) -> Vec<Prose> {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| Prose { text: part.to_owned(), code: at % 2 == 1 });
    parts.filter(|part| !part.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_is_told_apart() {
        let part = |text: &str, code| Prose { text: text.to_owned(), code };
        let told = prose("Sent as `cursor`; `next` before.");
        let wanted = [
            part("Sent as ", false),
            part("cursor", true),
            part("; ", false),
            part("next", true),
            part(" before.", false),
        ];
        assert_eq!(told, wanted);
    }
}
