//! The map that a flow is answered with.
//!
//! Connect takes a flat object of strings, of less than 32 KB of UTF-8, with keys of letters, digits,
//! `-` and `_`. A tag stands under its key with `.` as `_`, its values sorted and with commas between;
//! two keys that become one have the values of both. What would not fit is left out and named.

use std::collections::{BTreeMap, BTreeSet};

use hookline::call::CallId;
use hookline::fault::Faults;
use hookline::tag::{TagSet, TagValue};
use hookline::use_cases::EventAnswer;
use serde_json::{Value, json};

use crate::envelope::payload_bytes;
use crate::problem::Problem;

/// Names of the map that are no tags'.
const OURS: [&str; 5] = ["call_id", "call_key", "system_status", "system_error", "system_omitted"];
/// Less than 32 KB, as Connect asks.
const MAX_BYTES: usize = 32 * 1024 - 1;
/// The most that the names of what was left out take.
const MAX_OMITTED_BYTES: usize = 1000;
/// The most that an error is told in.
const MAX_ERROR_CHARACTERS: usize = 1000;
/// What an entry takes besides its key and its value: quotation marks, a colon and a comma.
const PUNCTUATION: usize = 6;

/// What is answered once the event was taken.
pub(super) fn taken(answer: &EventAnswer) -> Value {
    let mut map = status(Some(&answer.call_id), "ok");
    if let Some(key) = &answer.call_key {
        map.insert("call_key".to_owned(), key.clone());
    }
    put_tags(&mut map, &answer.tags);
    json!(map)
}

/// What is answered when the flow has to be set right.
pub(super) fn refused(call: Option<&CallId>, problem: &Problem, faults: &Faults) -> Value {
    let mut map = status(call.map(CallId::as_str), "error");
    let what = if faults.is_empty() { problem.message.clone() } else { faults.to_string() };
    let told = format!("{}: {what}", problem.code);
    map.insert("system_error".to_owned(), told.chars().take(MAX_ERROR_CHARACTERS).collect());
    json!(map)
}

/// What is answered when the time is up.
pub(super) fn late(call: &CallId) -> Value {
    json!(status(Some(call.as_str()), "late"))
}

fn status(call: Option<&str>, status: &str) -> BTreeMap<String, String> {
    let call = call.map(|call| ("call_id".to_owned(), call.to_owned()));
    let status = ("system_status".to_owned(), status.to_owned());
    call.into_iter().chain([status]).collect()
}

fn put_tags(map: &mut BTreeMap<String, String>, tags: &TagSet) {
    let mut values: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (key, of_key) in tags.iter() {
        let name = key.as_str().replace('.', "_");
        values.entry(name).or_default().extend(of_key.iter().map(TagValue::as_str));
    }
    let taken: usize = map.iter().map(|(name, value)| weight(name, value)).sum();
    let kept_free = weight("system_omitted", "") + MAX_OMITTED_BYTES;
    let mut left = MAX_BYTES - 2 - kept_free - taken;
    let mut omitted = Vec::new();
    for (name, values) in values {
        let value = values.into_iter().collect::<Vec<_>>().join(",");
        let bytes = weight(&name, &value);
        if OURS.contains(&name.as_str()) || bytes > left {
            omitted.push(name);
        } else {
            left -= bytes;
            map.insert(name, value);
        }
    }
    if !omitted.is_empty() {
        map.insert("system_omitted".to_owned(), names(&omitted));
    }
}

/// Names with commas between, as many as have room, and how many more there are.
fn names(omitted: &[String]) -> String {
    let mut told = String::new();
    for (index, name) in omitted.iter().enumerate() {
        let rest = format!("+{}", omitted.len() - index);
        if told.len() + name.len() + rest.len() + 2 > MAX_OMITTED_BYTES {
            return format!("{told},{rest}");
        }
        if index > 0 {
            told.push(',');
        }
        told.push_str(name);
    }
    told
}

fn weight(name: &str, value: &str) -> usize {
    payload_bytes(name) + payload_bytes(value) + PUNCTUATION
}

#[cfg(test)]
mod tests {
    use hookline::tag::TagKey;
    use proptest::prelude::*;

    use super::*;

    fn answer(tags: TagSet) -> EventAnswer {
        EventAnswer {
            call_id: "c1".to_owned(),
            call_key: Some("k".repeat(48)),
            tags,
            webhooks: Vec::new(),
            repeated: false,
        }
    }

    fn tags(json: Value) -> TagSet {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn tags_stand_beside_the_call_with_their_values_joined() {
        let given = tags(json!({
            "first_name": ["Jason"], "product_interest": ["mortgage", "insurance"],
            "lead.score": ["7"], "a.b": ["1", "2"], "a_b": ["2", "3"], "x-y": ["z"],
        }));
        assert_eq!(
            taken(&answer(given)),
            json!({"call_id": "c1", "call_key": "k".repeat(48), "system_status": "ok",
                   "first_name": "Jason", "product_interest": "insurance,mortgage",
                   "lead_score": "7", "a_b": "1,2,3", "x-y": "z"})
        );
    }

    #[test]
    fn a_tag_cannot_pass_for_what_is_ours() {
        let given =
            tags(json!({"call.key": ["x"], "call.id": ["y"], "system.status": ["z"], "ok": ["1"]}));
        assert_eq!(
            taken(&answer(given)),
            json!({"call_id": "c1", "call_key": "k".repeat(48), "system_status": "ok", "ok": "1",
                   "system_omitted": "call_id,call_key,system_status"})
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let large: Vec<String> = (0..40).map(|n| format!("{n:02}{}", "x".repeat(1000))).collect();
        let given = tags(json!({"large": large, "small": ["1"]}));
        let map = taken(&answer(given));
        assert_eq!((&map["small"], &map["system_omitted"]), (&json!("1"), &json!("large")));
        assert_eq!(map["large"], Value::Null);
    }

    #[test]
    fn an_error_is_told_in_a_bounded_text() {
        let mut faults = Faults::default();
        faults.push("/Details/Parameters/campaign_id", "is required");
        let problem = Problem::invalid(Faults::default());
        let call = CallId::parse("c1").unwrap();
        assert_eq!(
            refused(Some(&call), &problem, &faults),
            json!({"call_id": "c1", "system_status": "error",
                   "system_error": "invalid: /Details/Parameters/campaign_id: is required"})
        );
        faults.push("/x", "é".repeat(5000));
        let told = refused(None, &problem, &faults)["system_error"].as_str().unwrap().to_owned();
        assert_eq!(told.chars().count(), MAX_ERROR_CHARACTERS);
    }

    #[test]
    fn the_sample_of_a_late_answer_is_one() {
        let sample =
            include_str!("../../../../infra/events/answers/amazon-connect-answer-late.json");
        let sample: Value = serde_json::from_str(sample).unwrap();
        let call = CallId::parse("5ca32fbd-8f92-46af-92a5-6b0f970f0efe").unwrap();
        assert_eq!(late(&call), sample);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_map_keeps_to_the_rules(
            given in proptest::collection::vec(("[a-z0-9_.-]{1,128}", "\\PC{1,200}", 1_usize..80), 0..120)
        ) {
            let mut all = TagSet::new();
            for (key, text, times) in given {
                let (Ok(key), text) = (TagKey::parse(&key), text.repeat(times)) else { continue };
                let text: String = text.chars().take(250).collect();
                for number in 0..times {
                    if let Ok(value) = TagValue::parse(&format!("{number}{text}")) {
                        all.insert(key.clone(), value);
                    }
                }
            }

            let map = taken(&answer(all.clone()));

            prop_assert!(map.to_string().len() < 32 * 1024);
            let map = map.as_object().unwrap();
            prop_assert_eq!(&map["call_id"], "c1");
            prop_assert_eq!(&map["system_status"], "ok");
            for (name, value) in map {
                prop_assert!(value.is_string());
                prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            }
            let omitted = map.get("system_omitted").and_then(Value::as_str).unwrap_or_default();
            for (key, _) in all.iter() {
                let name = key.as_str().replace('.', "_");
                let named = omitted.split(',').any(|one| one == name) || omitted.contains('+');
                prop_assert!(map.contains_key(&name) || named, "{} is lost", name);
            }
        }
    }
}
