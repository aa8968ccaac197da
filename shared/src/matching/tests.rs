//! Laws of matches, and their reports.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tag::{TagKey, TagSet, TagValue};

fn tags(pairs: &[(&str, &str)]) -> TagSet {
    let pair = |(key, value): &(&str, &str)| {
        Some((TagKey::parse(key).ok()?, TagValue::parse(value).ok()?))
    };
    pairs.iter().filter_map(pair).collect()
}

fn conditions(texts: &[&str]) -> Conditions {
    Conditions::new(texts.iter().map(|text| Condition::parse(text).unwrap()).collect())
}

fn list(json: &Value) -> Conditions {
    let items = json.as_array().into_iter().flatten();
    Conditions::new(items.map(|item| Condition::from_json(item).unwrap()).collect())
}

fn holds(text: &str, pairs: &[(&str, &str)]) -> bool {
    Condition::parse(text).unwrap().holds(&tags(pairs))
}

#[test]
fn each_operator_looks_at_many_values() {
    let call = [("age", "17"), ("age", "23"), ("age", "old"), ("name", "Jason")];

    assert!(holds("age:23", &call));
    assert!(!holds("age:23.0", &call), "== compares text");
    assert!(!holds("name:jason", &call), "values have case");
    assert!(!holds("age:!=23", &call));
    assert!(holds("age:!=24", &call));
    assert!(holds("sub_id:!=x", &call), "a missing tag equals nothing");
    assert!(holds("age:>=23.0", &call));
    assert!(holds("age:<18", &call));
    assert!(!holds("age:>23", &call), "text is no number");
    assert!(!holds("sub_id:<1", &call));
    assert!(holds("name:=~as", &call));
    assert!(!holds("name:=~^as", &call));
    assert!(holds("NAME:exists", &call) && !holds("name:missing", &call));
    assert!(holds("sub_id:missing", &call) && !holds("sub_id:exists", &call));
}

#[test]
fn several_values_are_any_of_and_none_of() {
    let read = |op: &str| {
        Condition::from_json(&json!({"key": "n", "op": op, "values": ["1", "5"]})).unwrap()
    };
    let five = tags(&[("n", "5")]);
    let three = tags(&[("n", "3")]);

    assert!(read("==").holds(&five) && !read("==").holds(&three));
    assert!(!read("!=").holds(&five) && read("!=").holds(&three));
    assert!(read(">").holds(&three) && read("<").holds(&three));
    assert!(read("=~").holds(&five) && !read("=~").holds(&three));
}

#[test]
fn an_empty_system_token_does_not_exist() {
    struct Silent;
    impl Facts for Silent {
        fn values(&self, _: &str) -> Vec<std::borrow::Cow<'_, str>> {
            vec!["".into()]
        }
    }
    assert!(Condition::parse("caller_zip:missing").unwrap().holds(&Silent));
    assert!(!Condition::parse("caller_zip:exists").unwrap().holds(&Silent));
}

#[test]
fn equals_on_one_key_are_any_of_and_all_else_must_hold() {
    let matches = conditions(&["geo:us-ny", "age:>=21", "geo:us-ca", "geo:!=us-la"]);
    let call = |geo: &str, age: &str| tags(&[("geo", "us"), ("geo", geo), ("age", age)]);

    assert_eq!(Conditions::default().unmet(&TagSet::new()), None);
    assert_eq!(matches.unmet(&call("us-ny", "21")), None);
    assert_eq!(matches.unmet(&call("us-ca", "21")), None);
    assert!(matches.hold(&call("us-ca", "30")));
    assert_eq!(matches.unmet(&call("us-tx", "21")).unwrap(), "geo:us-ny or geo:us-ca");
    assert_eq!(matches.unmet(&call("us-ny", "20")).unwrap(), "age:>=21");
    let louisiana = tags(&[("geo", "us-ny"), ("geo", "us-la"), ("age", "21")]);
    assert_eq!(matches.unmet(&louisiana).unwrap(), "geo:!=us-la");
}

#[test]
fn a_note_stays_short() {
    let many = list(&json!([{"key": "zip", "values": [1, 2, 3]}, "zip:4", "zip:5"]));
    let none = list(&json!([{"key": "zip", "op": "!=", "values": [1, 2]}]));
    let long = list(&json!([format!("name:{}", "x".repeat(500))]));

    assert_eq!(many.unmet(&TagSet::new()).unwrap(), "zip:1 or zip:2 or zip:3 or 2 more");
    assert_eq!(none.unmet(&tags(&[("zip", "1")])).unwrap(), "zip:!=1 and zip:!=2");
    assert_eq!(long.unmet(&TagSet::new()).unwrap().chars().count(), NOTE_CHARS + 1);
}

#[test]
fn a_list_serialises_as_it_reads() {
    let json = json!(["geo:us-ny", {"key": "n", "op": "<", "values": ["1", "2"]}, "a:exists"]);
    assert_eq!(serde_json::to_value(list(&json)).unwrap(), json);
}

fn call() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::vec(("[ab]", "[0-3a-c]{1,2}"), 0..6)
}

fn set(pairs: &[(String, String)]) -> TagSet {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    tags(&pairs)
}

proptest! {
    #[test]
    fn no_text_panics_and_what_reads_reads_back(text in ".{0,6}:?[=!<>~]{0,3}\\PC{0,20}") {
        if let Ok(condition) = Condition::parse(&text) {
            let json = serde_json::to_value(&condition).unwrap_or_default();
            prop_assert_eq!(Condition::from_json(&json), Ok(condition));
        }
    }

    #[test]
    fn any_value_of_any_operator_survives_the_wire(
        op in "==|!=|=~|>|exists",
        values in proptest::collection::vec("[-a1-9 =~<:]{0,5}|exists|\\PC{1,9}", 0..3),
    ) {
        let json = json!({"key": "k", "op": op, "values": values});
        if let Ok(condition) = Condition::from_json(&json) {
            let wire = serde_json::to_value(&condition).unwrap_or_default();
            prop_assert_eq!(Condition::from_json(&wire), Ok(condition));
        }
    }

    #[test]
    fn positions_lie_within_the_text(text in "\\PC{0,30}") {
        for fault in Condition::parse(&text).err().into_iter().flatten() {
            let position = fault.position.unwrap_or_default();
            prop_assert!((1..=text.chars().count() + 1).contains(&position));
        }
    }

    #[test]
    fn more_values_never_unmeet_an_equals(
        pairs in call(),
        more in call(),
        text in "[ab]:[0-3a-c]{1,2}",
    ) {
        let condition = Condition::parse(&text);
        let before = set(&pairs);
        let mut after = before.clone();
        after.merge(set(&more));
        if let Ok(condition) = condition {
            prop_assert!(!condition.holds(&before) || condition.holds(&after));
        }
    }

    #[test]
    fn differs_is_the_negation_of_equals(pairs in call(), key in "[ab]", value in "[0-3a-c]{1,2}") {
        let facts = set(&pairs);
        let equals = Condition::parse(&format!("{key}:{value}"));
        let differs = Condition::parse(&format!("{key}:!={value}"));
        prop_assert_eq!(
            equals.map(|it| it.holds(&facts)),
            differs.map(|it| !it.holds(&facts))
        );
    }
}
