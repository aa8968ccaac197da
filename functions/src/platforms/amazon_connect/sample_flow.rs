//! The sample flow of `infra/guides` against what functions answer, and against its guide.

use std::collections::BTreeSet;

use hookline::fault::Faults;
use hookline::tag::TagSet;
use hookline::use_cases::EventAnswer;
use serde_json::{Value, json};

use super::flow_answer;
use crate::problem::Problem;

const FLOW: &str = include_str!("../../../../infra/guides/amazon-connect-flow.json");
const GUIDE: &str = include_str!("../../../../infra/guides/amazon-connect.md");

fn flow() -> Value {
    serde_json::from_str(FLOW).unwrap()
}

fn actions(flow: &Value) -> &[Value] {
    flow["Actions"].as_array().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The actions that an action leads to.
fn nexts(action: &Value) -> BTreeSet<&str> {
    let transitions = &action["Transitions"];
    let branches = ["Errors", "Conditions"].map(|kind| transitions[kind].as_array());
    let branches = branches.into_iter().flatten().flatten();
    [transitions].into_iter().chain(branches).filter_map(|to| to["NextAction"].as_str()).collect()
}

#[test]
fn every_action_is_reached_and_every_transition_leads_to_one() {
    let flow = flow();
    assert_eq!(flow["Version"], "2019-10-30");
    let names: BTreeSet<&str> =
        actions(&flow).iter().map(|action| action["Identifier"].as_str().unwrap()).collect();
    assert_eq!(names.len(), actions(&flow).len());
    let start = flow["StartAction"].as_str().unwrap();
    let mut led_to: BTreeSet<&str> = actions(&flow).iter().flat_map(nexts).collect();
    led_to.insert(start);
    assert_eq!(led_to, names);
    let placed = flow["Metadata"]["ActionMetadata"].as_object().unwrap();
    assert_eq!(placed.keys().map(String::as_str).collect::<BTreeSet<_>>(), names);
}

#[test]
fn the_call_goes_on_whatever_the_functions_do() {
    let flow = flow();
    let mut invoked = Vec::new();
    for action in actions(&flow).iter().filter(|action| action["Type"] == "InvokeLambdaFunction") {
        let parameters = &action["Parameters"];
        assert_eq!(parameters["InvocationTimeLimitSeconds"], "8");
        assert_eq!(parameters["ResponseValidation"]["ResponseType"], "STRING_MAP");
        let errors = action["Transitions"]["Errors"].as_array().unwrap();
        assert_eq!(errors[0]["ErrorType"], "NoMatchingError");
        assert_ne!(errors[0]["NextAction"], "hang-up");
        invoked.push(parameters["LambdaFunctionARN"].as_str().unwrap());
    }
    assert_eq!(invoked, ["START_FUNCTION_ARN", "SELECTED_FUNCTION_ARN"]);
}

#[test]
fn the_flow_reads_nothing_that_functions_do_not_answer() {
    let tags: TagSet =
        serde_json::from_value(json!({"first_name": ["J"], "score": ["1"]})).unwrap();
    let answer = EventAnswer {
        call_id: "c".to_owned(),
        call_key: Some("k".to_owned()),
        tags,
        webhooks: Vec::new(),
        repeated: false,
    };
    let refused =
        flow_answer::refused(None, &Problem::invalid(Faults::default()), &Faults::default());
    let answers = [flow_answer::taken(&answer), refused];
    let given: BTreeSet<&str> = answers
        .iter()
        .flat_map(|map| map.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    let flow = flow();
    let read: BTreeSet<&str> =
        texts(&flow).into_iter().filter_map(|text| text.strip_prefix("$.External.")).collect();
    assert!(read.is_subset(&given), "{read:?} {given:?}");
    assert_eq!(read, BTreeSet::from(["first_name", "score", "system_error", "system_status"]));
}

#[test]
fn the_guide_puts_in_all_that_is_to_be_put_in() {
    let flow = flow();
    let is_open = |text: &&str| {
        text.ends_with("_ARN") && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    let open: BTreeSet<&str> = texts(&flow).into_iter().filter(is_open).collect();
    assert_eq!(open.len(), 4);
    for name in open {
        assert!(GUIDE.contains(&format!(r#"s|\"{name}\"|"#)), "{name}");
    }
}
