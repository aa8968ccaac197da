//! Requests to begin with, made of what the document gives for examples.

use serde_json::{Map, Value};

use super::kind::{named, type_of};

/// How deep an example goes before it stops at empty objects.
const MAX_DEPTH: usize = 6;

/// A request as a command line for `curl`; the key and the address stand in variables.
pub(super) fn curl(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut address = path.to_owned();
    let mut query = Vec::new();
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for parameter in parameters.into_iter().flatten() {
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let given = parameter.get("example").cloned();
        let value = spelled(&given.unwrap_or_else(|| example(document, schema, 0)));
        match parameter.get("in").and_then(Value::as_str) {
            Some("path") => address = address.replace(&format!("{{{name}}}"), &value),
            Some("query") if parameter.get("required") == Some(&Value::Bool(true)) => {
                query.push(format!("{name}={value}"));
            }
            _ => {}
        }
    }
    if !query.is_empty() {
        address = format!("{address}?{}", query.join("&"));
    }
    let verb = if method == "GET" { String::new() } else { format!(" -X {method}") };
    let mut command = format!(
        "curl{verb} \"$HOOKLINE_URL{address}\" \\\n  -H \"authorization: Bearer $HOOKLINE_KEY\""
    );
    if let Some(schema) = body_schema(operation) {
        let body = serde_json::to_string_pretty(&example(document, schema, 0)).unwrap_or_default();
        let quoted = body.replace('\'', r"'\''");
        command =
            format!("{command} \\\n  -H \"content-type: application/json\" \\\n  -d '{quoted}'");
    }
    command
}

/// The schema of what an operation reads.
pub(super) fn body_schema(operation: &Value) -> Option<&Value> {
    operation.get("requestBody")?.get("content")?.get("application/json")?.get("schema")
}

/// A value that fits a schema: its own example, or one put together of what it requires.
fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    let given = schema.get("example").or_else(|| schema.get("examples")?.get(0));
    if let Some(given) = given {
        return given.clone();
    }
    if depth > MAX_DEPTH {
        return Value::Object(Map::new());
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(named) {
        let target = document.pointer(&format!("/components/schemas/{name}"));
        return target.map_or(Value::Null, |target| example(document, target, depth + 1));
    }
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    if let Some(choices) = choices {
        let first = choices.iter().find(|choice| type_of(choice) != Some("null"));
        let first = first.filter(|choice| choice.get("type") != Some(&Value::from("null")));
        return first.map_or(Value::Null, |first| example(document, first, depth + 1));
    }
    if let Some(first) = schema.get("default").or_else(|| schema.get("enum")?.get(0)) {
        return first.clone();
    }
    match type_of(schema) {
        Some("object") => required(document, schema, depth),
        Some("array") => Value::Array(Vec::new()),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(Value::from(1)),
        Some("boolean") => Value::Bool(true),
        _ => Value::from("…"),
    }
}

fn required(document: &Value, schema: &Value, depth: usize) -> Value {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let fields = names.filter_map(|name| {
        let field = schema.get("properties")?.get(name)?;
        Some((name.to_owned(), example(document, field, depth + 1)))
    });
    Value::Object(fields.collect())
}

fn spelled(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_put_together_of_what_is_required() {
        let document = json!({"components": {"schemas": {"Change": {
            "type": "object", "required": ["name", "kind"],
            "properties": {"name": {"type": "string", "example": "it's"}, "more": {"type": "string"},
                "kind": {"type": "string", "enum": ["calls", "admin"]}},
        }}}});
        let operation = json!({
            "parameters": [
                {"name": "id", "in": "path", "example": "solar", "schema": {"type": "string"}},
                {"name": "version", "in": "query", "required": true,
                    "schema": {"type": "integer", "minimum": 0}},
                {"name": "limit", "in": "query", "required": false, "schema": {"type": "integer"}},
            ],
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Change"}}}},
        });

        let told = curl(&document, "PUT", "/campaigns/{id}", &operation);

        let wanted = "curl -X PUT \"$HOOKLINE_URL/campaigns/solar?version=0\" \\\n  \
                      -H \"authorization: Bearer $HOOKLINE_KEY\" \\\n  \
                      -H \"content-type: application/json\" \\\n  \
                      -d '{\n  \"kind\": \"calls\",\n  \"name\": \"it'\\''s\"\n}'";
        assert_eq!(told, wanted);
    }
}
