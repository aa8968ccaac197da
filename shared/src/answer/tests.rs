//! Answers as partners send them, and the laws of reading them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn mapping(paths: &[(&str, &str)], prefix: &str) -> Mapping {
    let entry =
        |(tag, path): &(&str, &str)| (TagKey::parse(tag).unwrap(), Path::parse(path).unwrap());
    Mapping { paths: paths.iter().map(entry).collect(), prefix: TagPrefix::parse(prefix).ok() }
}

fn read(json: &Value) -> AnswerTags {
    tags_of(json.to_string().as_bytes(), &Mapping::default())
}

fn shown(answer: &AnswerTags) -> Value {
    serde_json::to_value(&answer.tags).unwrap()
}

#[test]
fn root_keys_become_tags_and_geo_a_place() {
    let answer = tags_of(
        br#"{"first_name":"Jason","Last Name":" Kay ","geo":"us-10101","age":23,"price":1.10,
            "zero":0,"vip":true,"none":null,"empty":" ","product_interest":["mortgage","insurance"]}"#,
        &Mapping::default(),
    );

    assert_eq!(
        shown(&answer),
        json!({
            "first_name": ["Jason"], "last_name": ["Kay"], "age": ["23"], "price": ["1.10"],
            "zero": ["0"], "vip": ["true"], "product_interest": ["insurance", "mortgage"]
        })
    );
    assert_eq!(answer.place, Place::parse("us-10101").ok());
    assert_eq!(answer.notes, Vec::<String>::new());
}

#[test]
fn a_name_sent_twice_has_both_values() {
    let answer = tags_of(br#"{"A":1," a ":"2","a":"1"}"#, &Mapping::default());
    assert_eq!(shown(&answer), json!({"a": ["1", "2"]}));
}

#[test]
fn what_is_left_out_is_named() {
    let answer = read(&json!({
        "address": {"a": 1}, "list": ["x", {}], "m1": [[]], "m2": {}, "m3": {},
        "call_id": "1", "system_x": 1, "sub_id": "s", "n\u{202e}\u{7}": 1, "": "x",
        "long": ["y".repeat(1025), "ok"], "caller_state": null,
    }));

    assert_eq!(shown(&answer), json!({"list": ["x"], "long": ["ok"]}));
    assert_eq!(
        answer.notes,
        [
            "Skipped objects and nested arrays in: address, list, m1 and 2 more.",
            "Skipped names that cannot be tags: \"\", \"n\\u{202e}\\u{7}\".",
            "Refused names that Hookline answers itself: call_id, sub_id, system_x.",
            "Dropped values over 1024 bytes in: long.",
        ]
    );
}

#[test]
fn what_is_over_the_limits_is_dropped_in_document_order() {
    let keys: Vec<String> = (0..103).map(|n| format!("\"k{n}\":1")).collect();
    let keys = tags_of(format!("{{{}}}", keys.join(",")).as_bytes(), &Mapping::default());
    let values: Vec<u32> = (100..155).chain(100..110).collect();
    let values = read(&json!({"v": values}));

    assert_eq!(keys.tags.len(), MAX_KEYS);
    assert!(keys.tags.contains_key("k99"));
    assert_eq!(keys.notes, ["Dropped what was over 100 tags: k100, k101, k102."]);
    assert_eq!(values.tags.values("v").count(), MAX_VALUES);
    assert!(values.tags.values("v").all(|value| value < "150"));
    assert_eq!(values.notes, ["Dropped what was over 50 values in: v."]);
}

#[test]
fn the_last_valid_place_counts_and_a_zip_before_it() {
    let geo = tags_of(br#"{"geo":["us-ny","us-ca","us-zz"]}"#, &Mapping::default());
    let zip = read(&json!({"caller_zip": 10101, "geo": "us-ca"}));
    let bad = read(&json!({"caller_zip": "x".repeat(60), "geo": "us-ca"}));

    assert_eq!(geo.place, Place::parse("us-ca").ok());
    let fault = Place::parse("us-zz").unwrap_err();
    assert_eq!(geo.notes, [format!("Ignored what is no place: geo \"us-zz\" ({fault}).")]);
    assert_eq!(zip.place, Place::from_zip("10101").ok());
    assert_eq!(zip.tags, TagSet::new());
    assert_eq!(bad.place, Place::parse("us-ca").ok());
    assert!(bad.notes[0].contains(&format!("caller_zip \"{}…\"", "x".repeat(40))), "{bad:?}");
}

#[test]
fn a_map_takes_what_it_names_and_nothing_else() {
    let body = json!({"bidTerms": [{"amount": 7}], "lead": {"zip": "10101"}, "other": 1});
    let paths = [
        ("bid", "bidTerms[0].amount"),
        ("caller_zip", "lead.zip"),
        ("lead", "lead"),
        ("gone", "bidTerms[1].amount"),
    ];
    let answer = tags_of(body.to_string().as_bytes(), &mapping(&paths, ""));

    assert_eq!(shown(&answer), json!({"bid": ["7"]}));
    assert_eq!(answer.place, Place::from_zip("10101").ok());
    assert_eq!(
        answer.notes,
        [
            "Found nothing for: gone (bidTerms[1].amount).",
            "Skipped objects and nested arrays in: lead.",
        ]
    );
}

#[test]
fn a_prefix_comes_before_the_rules_of_names() {
    let body = json!({"geo": "us-ny", "call_id": 1, "zip": "10101"}).to_string();
    let crm = tags_of(body.as_bytes(), &mapping(&[], "crm_"));
    let caller = tags_of(body.as_bytes(), &mapping(&[], "caller_"));
    let mapped = tags_of(br#"{"lead":{"score":5}}"#, &mapping(&[("score", "lead.score")], "crm_"));

    assert_eq!(
        shown(&crm),
        json!({"crm_geo": ["us-ny"], "crm_call_id": ["1"], "crm_zip": ["10101"]})
    );
    assert_eq!(crm.place, None);
    assert_eq!(caller.place, Place::from_zip("10101").ok());
    assert_eq!(shown(&mapped), json!({"crm_score": ["5"]}));
}

#[test]
fn another_body_gives_one_note() {
    let answer = tags_of(b"<html>", &Mapping::default());
    let note = "The body is HTML or XML, not a JSON object.".to_owned();
    assert_eq!(answer, AnswerTags { notes: vec![note], ..AnswerTags::default() });
}

/// Objects as partners might send them: names that collide, are reserved or are none, and values
/// of every kind, around and over every limit.
fn answer() -> impl Strategy<Value = String> {
    let odd = ["", " A b ", "a_B", "a/b", "\\ud800", "geo", "caller_zip", "call_id", "system_x"];
    let long = [127, 128, 129].map(|length| "k".repeat(length));
    let names: Vec<String> = odd
        .map(str::to_owned)
        .into_iter()
        .chain(long)
        .chain((0..110).map(|n| n.to_string()))
        .collect();
    let fixed = [
        "null",
        "true",
        "0",
        "1.10",
        "\"x\"",
        "\" x\"",
        "\"\"",
        "\"us-ny\"",
        "10101",
        "{\"a\":[1]}",
        "\"\\ud800\"",
        "[null,\"us\",[1],{}]",
    ];
    let many = |from: usize| json!((from..from + 40).collect::<Vec<_>>()).to_string();
    let texts = [1024, 1025].map(|length| json!("y".repeat(length)).to_string());
    let values: Vec<String> =
        fixed.map(str::to_owned).into_iter().chain(texts).chain([many(0), many(30)]).collect();
    let member = (proptest::sample::select(names), proptest::sample::select(values));
    proptest::collection::vec(member, 0..220).prop_map(|members| {
        let members: Vec<String> =
            members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = tags_of(&body, &Mapping::default());
    }

    #[test]
    fn tags_and_notes_stay_within_limits(body in answer(), prefix in "[a-z_]{0,4}") {
        let answer = tags_of(body.as_bytes(), &mapping(&[], &prefix));

        prop_assert!(answer.tags.len() <= MAX_KEYS);
        prop_assert!(answer.notes.len() <= 9);
        prop_assert!(answer.notes.iter().all(|note| note.chars().count() < 600));
        for (key, values) in answer.tags.iter() {
            prop_assert!(key.as_str().len() <= crate::tag::MAX_KEY_BYTES && !key.is_reserved());
            prop_assert!(key.as_str().starts_with(&prefix) && key.as_str() != "geo");
            prop_assert!((1..=MAX_VALUES).contains(&values.len()));
            prop_assert!(values.iter().all(|it| it.as_str().len() <= crate::tag::MAX_VALUE_BYTES));
        }
    }

    #[test]
    fn answers_in_any_order_give_the_same_tags(
        bodies in proptest::collection::vec(answer(), 0..4).prop_shuffle(),
    ) {
        let merged = |bodies: &mut dyn Iterator<Item = &String>| {
            let mut all = TagSet::new();
            for body in bodies {
                all.merge(tags_of(body.as_bytes(), &Mapping::default()).tags);
            }
            all
        };
        prop_assert_eq!(merged(&mut bodies.iter()), merged(&mut bodies.iter().rev()));
    }
}
