//! What of a flow's parameters and attributes can be tags. A flow is not refused over the others, for
//! its builder cannot always choose names, and a caller may say anything.

use std::collections::BTreeMap;

use hookline::geo::Place;
use hookline::tag::{TagKey, TagValue};
use serde_json::{Map, Value, json};

/// As many tags as a platform may set at once.
const MAX_KEYS: usize = 100;
/// As many values as a tag may be given at once.
const MAX_VALUES: usize = 50;
/// As much as these tags may weigh, in bytes.
const MAX_BYTES: usize = 32 * 1024;

/// Tags out of names and values that somebody else chose.
#[derive(Debug, Default)]
pub(super) struct FlowTags {
    tags: BTreeMap<String, Vec<String>>,
    bytes: usize,
}

impl FlowTags {
    /// Takes what can be tags, and gives back what cannot. What says nothing is dropped.
    pub(super) fn take_in(&mut self, named: Map<String, Value>) -> Map<String, Value> {
        let mut left = Map::new();
        for (name, value) in named {
            match tag(&name, &value) {
                Tag::Nothing => {}
                Tag::Of(key, values) if self.has_room_for(&key, &values) => {
                    self.bytes += weight(&key, &values);
                    self.tags.entry(key).or_default().extend(values);
                }
                Tag::Of(..) | Tag::Never => {
                    left.insert(name, value);
                }
            }
        }
        left
    }

    fn has_room_for(&self, key: &str, values: &[String]) -> bool {
        let (known, count) = match self.tags.get(key) {
            Some(known) => (true, known.len()),
            None => (false, 0),
        };
        (known || self.tags.len() < MAX_KEYS)
            && count + values.len() <= MAX_VALUES
            && self.bytes + weight(key, values) <= MAX_BYTES
    }

    /// The tags as the plain shape has them.
    pub(super) fn into_json(self) -> Value {
        json!(self.tags)
    }
}

enum Tag {
    Of(String, Vec<String>),
    Nothing,
    Never,
}

fn tag(name: &str, value: &Value) -> Tag {
    let Some(texts) = texts(value) else { return Tag::Never };
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
    let Ok(key) = TagKey::parse(name) else { return Tag::Never };
    let is_fit = |text: &String| match key.as_str() {
        "geo" => Place::parse(text).is_ok(),
        "caller_zip" => Place::from_zip(text).is_ok(),
        _ => key.is_open_to_owner() && TagValue::parse(text).is_ok(),
    };
    match texts.as_slice() {
        [] => Tag::Nothing,
        texts_said if texts_said.iter().all(is_fit) => Tag::Of(key.to_string(), texts),
        _ => Tag::Never,
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(_) | Value::Bool(_) => Some(vec![value.to_string()]),
        Value::Array(items) if items.iter().all(|item| !item.is_array()) => {
            items.iter().map(texts).collect::<Option<Vec<_>>>().map(|texts| texts.concat())
        }
        _ => None,
    }
}

fn weight(key: &str, values: &[String]) -> usize {
    key.len() + values.iter().map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_out(named: &Value) -> (Value, Value) {
        let mut tags = FlowTags::default();
        let left = tags.take_in(named.as_object().unwrap().clone());
        (tags.into_json(), Value::Object(left))
    }

    #[test]
    fn what_can_be_a_tag_is_one_and_the_rest_is_kept() {
        let long = "x".repeat(1025);
        let (tags, left) = sorted_out(&json!({
            "Sub ID": "x", "sub_id": "y", "age": 23, "vip": true, "interests": ["solar", "roof"],
            "geo": "us-10101", "caller_zip": "10101", "unset": "", "null": null, "blank": [" "],
            "call_key": "k", "revenue": "5", "system_status": "z", "naïve": "1", "long": long,
            "deep": {"a": 1}, "nested": [["a"]], "": "e",
        }));
        assert_eq!(
            tags,
            json!({"sub_id": ["x", "y"], "age": ["23"], "vip": ["true"],
                   "interests": ["solar", "roof"], "geo": ["us-10101"], "caller_zip": ["10101"]})
        );
        assert_eq!(
            left,
            json!({"call_key": "k", "revenue": "5", "system_status": "z", "naïve": "1",
                   "long": long, "deep": {"a": 1}, "nested": [["a"]], "": "e"})
        );
    }

    #[test]
    fn a_place_that_is_none_is_kept_and_no_fault() {
        let given = json!({"geo": "the moon", "caller_zip": "1"});
        assert_eq!(sorted_out(&given), (json!({}), given));
    }

    #[test]
    fn there_are_never_more_tags_than_a_platform_may_set() {
        let many: Map<String, Value> =
            (0..150).map(|number| (format!("k{number:03}"), json!("v"))).collect();
        let (tags, left) = sorted_out(&Value::Object(many));
        assert_eq!(tags.as_object().unwrap().len(), MAX_KEYS);
        assert_eq!(left.as_object().unwrap().len(), 50);

        let heavy: Map<String, Value> =
            (0..40).map(|number| (format!("k{number:02}"), json!("v".repeat(1000)))).collect();
        let (tags, left) = sorted_out(&Value::Object(heavy));
        assert_eq!(tags.as_object().unwrap().len(), 32);
        assert_eq!(left.as_object().unwrap().len(), 8);

        let values: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        assert_eq!(sorted_out(&json!({"k": values})), (json!({}), json!({"k": values})));
    }
}
