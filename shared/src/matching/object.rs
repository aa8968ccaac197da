//! The object form of a condition: `{"key": "geo", "op": "==", "values": ["us-ny"]}`.

use serde_json::{Map, Value};

use super::condition::{Condition, MAX_VALUES, Test, Written};
use super::fault::{ConditionFault, Problem};
use super::operator::Operator;
use crate::tag::TagKey;

type Faults = Vec<ConditionFault>;

/// Reads a condition; faults carry pointers to fields and values.
///
/// A regular expression is taken as it stands, outer spaces included; other values are trimmed.
pub(super) fn read(fields: &Map<String, Value>) -> Result<Condition, Faults> {
    let known = ["key", "op", "value", "values"];
    let unknown: Faults = fields
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| ConditionFault::of_field(name, Problem::unknown_field(name)))
        .collect();
    let condition = Condition::of(read_key(fields), read_test(fields));
    match condition {
        Ok(condition) if unknown.is_empty() => Ok(condition),
        Ok(_) => Err(unknown),
        Err(mut faults) => {
            faults.extend(unknown);
            Err(faults)
        }
    }
}

fn read_key(fields: &Map<String, Value>) -> Result<TagKey, Faults> {
    let Some(Value::String(text)) = fields.get("key") else {
        return Err(vec![ConditionFault::of_field("key", Problem::NoKey)]);
    };
    TagKey::parse(text).map_err(|fault| vec![ConditionFault::of_field("key", fault.into())])
}

fn read_test(fields: &Map<String, Value>) -> Result<Test, Faults> {
    match (read_operator(fields), read_values(fields)) {
        (Ok(operator), Ok(values)) => match (operator.takes_no_value(), values.is_empty()) {
            (true, false) => {
                let problem = Problem::UnwantedValue(operator);
                Err(vec![ConditionFault::of_field(values_field(fields), problem)])
            }
            (false, true) => {
                let problem = Problem::NoValue(operator);
                Err(vec![ConditionFault::of_field("values", problem)])
            }
            _ => Test::of(operator, &values),
        },
        (operator, values) => {
            let halves = [operator.err(), values.err()];
            Err(halves.into_iter().flatten().flatten().collect())
        }
    }
}

fn read_operator(fields: &Map<String, Value>) -> Result<Operator, Faults> {
    let fault = |problem| vec![ConditionFault::of_field("op", problem)];
    match fields.get("op") {
        None => Ok(Operator::Equal),
        Some(Value::String(name)) => {
            Operator::from_name(name.trim()).ok_or_else(|| fault(Problem::unknown_operator(name)))
        }
        Some(_) => Err(fault(Problem::OperatorNotText)),
    }
}

fn read_values(fields: &Map<String, Value>) -> Result<Vec<Written>, Faults> {
    let fault = |problem| vec![ConditionFault::of_field("values", problem)];
    let items: Vec<(String, &Value)> = match (fields.get("value"), fields.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![("/value".to_owned(), value)],
        (None, Some(Value::Array(items))) if items.len() <= MAX_VALUES => {
            let located = |(at, item)| (format!("/values/{at}"), item);
            items.iter().enumerate().map(located).collect()
        }
        (None, Some(Value::Array(_))) => return Err(fault(Problem::TooManyValues)),
        (None, Some(_)) => return Err(fault(Problem::ValuesNotList)),
        (Some(_), Some(_)) => return Err(fault(Problem::TwiceValues)),
    };
    let mut values = Vec::with_capacity(items.len());
    let mut faults = Vec::new();
    for (pointer, item) in items {
        let position = None;
        match item {
            Value::String(text) => values.push(Written { text: text.clone(), pointer, position }),
            Value::Number(_) | Value::Bool(_) => {
                values.push(Written { text: item.to_string(), pointer, position });
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {
                faults.push(ConditionFault { pointer, position, problem: Problem::NotAValue });
            }
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn values_field(fields: &Map<String, Value>) -> &'static str {
    if fields.contains_key("value") { "value" } else { "values" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tag::{TagKeyFault, TagValueFault};

    fn condition(json: &Value) -> Condition {
        Condition::from_json(json).unwrap()
    }

    fn faults(json: &Value) -> Vec<(String, Problem)> {
        let found = Condition::from_json(json).unwrap_err();
        found.into_iter().map(|fault| (fault.pointer, fault.problem)).collect()
    }

    fn one(pointer: &str, problem: Problem) -> Vec<(String, Problem)> {
        vec![(pointer.to_owned(), problem)]
    }

    #[test]
    fn both_forms_say_the_same() {
        let cases = [
            (json!({"key": "Geo", "values": ["us-ny"]}), "geo:us-ny"),
            (json!({"key": "geo", "value": " us-ny "}), "geo:us-ny"),
            (json!({"key": "publisher_id", "op": "!=", "values": [1234]}), "publisher_id:!=1234"),
            (json!({"key": "vip", "op": "==", "value": true}), "vip:true"),
            (json!({"key": "sub_id", "op": "exists"}), "sub_id:exists"),
            (json!({"key": "sub_id", "op": "missing", "values": []}), "sub_id:missing"),
            (json!({"key": "sub_id", "value": "exists"}), "sub_id:==exists"),
            (json!({"key": "age", "op": ">=", "value": 21.5}), "age:>=21.5"),
        ];
        for (object, text) in cases {
            assert_eq!(condition(&object), Condition::parse(text).unwrap());
            assert_eq!(serde_json::to_value(condition(&object)).unwrap(), text);
        }
    }

    #[test]
    fn what_text_cannot_say_stays_an_object() {
        let cases = [
            json!({"key": "geo", "op": "==", "values": ["us-ny", "us-ca"]}),
            json!({"key": "note", "op": "=~", "values": ["a "]}),
        ];
        for object in cases {
            assert_eq!(serde_json::to_value(condition(&object)).unwrap(), object);
        }
    }

    #[test]
    fn every_fault_has_its_pointer() {
        let unknown = Problem::UnknownOperator("=>".to_owned());
        let unwanted = Problem::UnwantedValue(Operator::Exists);

        assert_eq!(faults(&json!(["geo:x"])), one("", Problem::NotACondition));
        assert_eq!(faults(&json!({"values": ["x"]})), one("/key", Problem::NoKey));
        assert_eq!(faults(&json!({"key": "a"})), one("/values", Problem::NoValue(Operator::Equal)));
        assert_eq!(faults(&json!({"key": "a", "op": "=>", "value": 1})), one("/op", unknown));
        assert_eq!(faults(&json!({"key": "a", "op": 1, "value": 1}))[0].0, "/op");
        assert_eq!(
            faults(&json!({"key": "a", "op": "exists", "value": 1})),
            one("/value", unwanted)
        );
        assert_eq!(
            faults(&json!({"key": "a", "values": "x"})),
            one("/values", Problem::ValuesNotList)
        );
        let twice = json!({"key": "a", "values": [], "value": 1});
        assert_eq!(faults(&twice), one("/values", Problem::TwiceValues));
        let many = json!({"key": "a", "values": vec!["x"; MAX_VALUES + 1]});
        assert_eq!(faults(&many), one("/values", Problem::TooManyValues));
        assert_eq!(
            faults(&json!({"key": " ", "op": ">", "values": ["x", 1, "y"], "a/b": 1})),
            [
                ("/key".to_owned(), Problem::Key(TagKeyFault::Empty)),
                ("/values/0".to_owned(), Problem::not_a_number(greater(), "x")),
                ("/values/2".to_owned(), Problem::not_a_number(greater(), "y")),
                ("/a~1b".to_owned(), Problem::unknown_field("a/b")),
            ]
        );
        assert_eq!(
            faults(&json!({"key": "a", "values": ["", null, []]})),
            [
                ("/values/1".to_owned(), Problem::NotAValue),
                ("/values/2".to_owned(), Problem::NotAValue),
            ]
        );
        let empty = json!({"key": "a", "values": [""]});
        assert_eq!(faults(&empty), one("/values/0", Problem::Value(TagValueFault::Empty)));
    }

    fn greater() -> Operator {
        Operator::from_name(">").unwrap()
    }
}
