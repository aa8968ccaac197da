//! What is answered to something that is no call event: what was expected, and what it looks like.

use hookline::fault::Faults;
use serde_json::Value;

use crate::problem::Problem;

/// The problem with a body that is no object.
pub(crate) fn no_object(body: &Value) -> Problem {
    let what = kind(body);
    let message = format!("expected a JSON object with the fields of a call event, not {what}");
    problem(message, "must be an object".to_owned())
}

/// The problem with a direct invoke's payload that has the looks of no event.
pub(crate) fn no_event(payload: &Value) -> Problem {
    let what = looks(payload);
    let message = format!(
        "expected a call event with call_id and occurred_at, a CloudEvents 1.0 event, an Amazon \
         Connect flow event or contact event, not {what}"
    );
    problem(message, format!("must be an event, not {what}"))
}

fn problem(message: String, detail: String) -> Problem {
    Problem { errors: Faults::here(detail), ..Problem::new(422, "unknown_event", message) }
}

/// What a payload looks like that came to the wrong function, or by a way that is not this one's.
fn looks(payload: &Value) -> &'static str {
    let has = |name: &str| payload.get(name).is_some();
    if has("Records") {
        return "a batch of Records, which SNS, SQS and others hand over";
    }
    if has("httpMethod") {
        return "an HTTP event of payload format 1.0 (httpMethod), of which 2.0 is taken";
    }
    if has("detail-type") {
        return "an EventBridge event of another source or type";
    }
    match payload {
        Value::Object(fields) if fields.is_empty() => "an empty object",
        Value::Object(_) => "an object with neither",
        other => kind(other),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_came_is_named_beside_what_was_expected() {
        for (payload, what) in [
            (json!({"Records": [{"eventSource": "aws:sqs"}]}), "Records"),
            (json!({"httpMethod": "POST", "requestContext": {}}), "payload format 1.0"),
            (json!({"detail-type": "EC2 Instance State-change"}), "an EventBridge event"),
            (json!({}), "not an empty object"),
            (json!({"hello": 1}), "not an object with neither"),
            (json!([1]), "not an array"),
            (json!("start"), "not a string"),
            (json!(7), "not a number"),
            (json!(null), "not null"),
            (json!(true), "not true or false"),
        ] {
            let problem = no_event(&payload);
            assert!(problem.message.contains(what), "{}", problem.message);
            assert!(problem.message.starts_with("expected a call event with call_id and occur"));
            assert_eq!((problem.status, problem.code), (422, "unknown_event"));
        }
        let message = "expected a JSON object with the fields of a call event, not an array";
        assert_eq!(no_object(&json!([])).message, message);
    }
}
