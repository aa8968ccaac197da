//! What a schema says, in the few words that fit beside a name.

use serde_json::Value;

/// A piece of such words; one that names a schema leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The words.
    pub(super) text: String,
    /// The schema that they name.
    pub(super) schema: Option<String>,
}

impl Piece {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), schema: None }
    }
}

/// What kind of value a schema takes.
pub(super) fn kind(schema: &Value) -> Vec<Piece> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(named) {
        return vec![Piece { text: name.to_owned(), schema: Some(name.to_owned()) }];
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let word = if choice == "allOf" { " and " } else { " or " };
        if let Some(members) = schema.get(choice).and_then(Value::as_array) {
            return joined(members.iter().filter(|one| !is_null(one)).map(kind), word);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let words = values.iter().filter_map(Value::as_str).map(|word| vec![Piece::plain(word)]);
        return joined(words, " · ");
    }
    match type_of(schema) {
        Some("array") => prefixed("list of ", schema.get("items")),
        Some("object") => match schema.get("additionalProperties").filter(|it| it.is_object()) {
            Some(values) => prefixed("by name: ", Some(values)),
            None => vec![Piece::plain("object")],
        },
        Some("integer") => vec![Piece::plain("whole number")],
        Some("boolean") => vec![Piece::plain("true · false")],
        Some(name) => match schema.get("format").and_then(Value::as_str) {
            Some("date") => vec![Piece::plain("day")],
            Some("date-time") => vec![Piece::plain("time")],
            _ => vec![Piece::plain(name)],
        },
        None => vec![Piece::plain("anything")],
    }
}

/// The limits of what a schema takes, and its default.
pub(super) fn limits(schema: &Value) -> Vec<String> {
    let number = |name: &str| schema.get(name).filter(|value| value.is_number());
    let mut limits = Vec::new();
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most}")),
        (Some(least), None) => limits.push(format!("{least} or more")),
        (None, Some(most)) => limits.push(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(most) = number("maxLength") {
        limits.push(format!("at most {most} characters"));
    }
    if let Some(most) = number("maxItems") {
        limits.push(format!("at most {most}"));
    }
    if let Some(default) = schema.get("default") {
        let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        if !text.is_empty() {
            limits.push(format!("{text} unless said"));
        }
    }
    limits
}

/// The name of the schema that a reference leads to.
pub(super) fn named(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// The one type of a schema, whether or not it may be null.
pub(super) fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn prefixed(text: &str, schema: Option<&Value>) -> Vec<Piece> {
    let mut pieces = vec![Piece::plain(text)];
    pieces.extend(schema.map(kind).unwrap_or_default());
    pieces
}

fn joined(members: impl Iterator<Item = Vec<Piece>>, word: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for member in members {
        if !pieces.is_empty() {
            pieces.push(Piece::plain(word));
        }
        pieces.extend(member);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(schema: &Value) -> String {
        kind(schema).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn kinds_are_told_in_words() {
        let call = json!({"$ref": "#/components/schemas/Call"});
        assert_eq!(kind(&call)[0].schema.as_deref(), Some("Call"));
        assert_eq!(words(&json!({"oneOf": [{"type": "null"}, call]})), "Call");
        assert_eq!(words(&json!({"type": "array", "items": call})), "list of Call");
        assert_eq!(words(&json!({"type": ["string", "null"], "format": "date"})), "day");
        assert_eq!(words(&json!({"type": "string", "enum": ["a", "b"]})), "a · b");
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        assert_eq!(words(&map), "by name: string");
    }

    #[test]
    fn limits_are_told_in_words() {
        let schema = json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50});
        assert_eq!(limits(&schema), ["1 to 100", "50 unless said"]);
        assert!(limits(&json!({"type": "string"})).is_empty());
    }
}
