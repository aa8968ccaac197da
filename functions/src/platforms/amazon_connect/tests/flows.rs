//! What flows send.

use hookline::call::{CallEvent, EventKind};
use serde_json::{Value, json};

use super::super::flow_event;
use super::{CALL, NOW, QUEUE, SECOND, SELECTED, START, sample, time, with};
use crate::problem::Problem;

/// What a flow's event says in the plain shape, without what is kept of it as it came.
fn plain(kind: EventKind, event: &Value) -> Value {
    let reported = flow_event::read(kind, event, time(NOW)).unwrap();
    let valid = CallEvent::from_json(kind, reported.call, &reported.body, time(NOW));
    assert!(valid.is_ok(), "{valid:?}");
    let mut body = reported.body;
    for kept in ["ContactData", "Parameters", "Attributes"] {
        body.as_object_mut().unwrap().remove(kept);
    }
    body
}

fn faults(problem: &Problem) -> String {
    problem.errors.to_string()
}

#[test]
fn a_start_has_both_numbers_and_the_tags_that_the_flow_sends() {
    let event = sample(START);
    let reported = flow_event::read(EventKind::Start, &event, time(NOW)).unwrap();
    assert_eq!(reported.call.as_str(), CALL);
    assert_eq!(
        plain(EventKind::Start, &event),
        json!({"occurred_at": time(NOW).to_string(), "campaign_id": "solar",
               "caller_number": "+16145550100", "called_number": "+18005550199",
               "tags": {"sub_id": ["google"], "language_chosen": ["en"]}})
    );
    let kept = reported.body["ContactData"].as_object().unwrap();
    assert_eq!(kept["LanguageCode"], "en-US");
    for gone in ["Attributes", "CustomerEndpoint", "SystemEndpoint"] {
        assert!(!kept.contains_key(gone), "{gone}");
    }
    assert!(!reported.body.to_string().contains("1234\""), "an attribute travels unasked");
}

#[test]
fn attributes_are_tags_when_the_flow_says_so_and_may_name_the_campaign() {
    let attributes = json!({"campaign_id": "roofs", "vip": "yes", "call_key": "k", "empty": ""});
    let all = with(
        START,
        &[
            ("/Details/ContactData/Attributes", attributes.clone()),
            ("/Details/Parameters", json!({"tags_from_attributes": "*"})),
        ],
    );
    let reported = flow_event::read(EventKind::Start, &all, time(NOW)).unwrap();
    assert_eq!(reported.body["campaign_id"], "roofs");
    assert_eq!(reported.body["tags"], json!({"vip": ["yes"]}));
    assert_eq!(reported.body["Attributes"], json!({"call_key": "k"}));

    let none = with(
        START,
        &[
            ("/Details/ContactData/Attributes", attributes),
            ("/Details/Parameters", json!({"campaign_id": "solar", "attempt": "2"})),
        ],
    );
    let reported = flow_event::read(EventKind::Start, &none, time(NOW)).unwrap();
    assert_eq!(reported.body["campaign_id"], "solar");
    assert_eq!(reported.body["tags"], json!({}));
    assert_eq!(reported.body["Parameters"], json!({"attempt": "2"}));
    assert_eq!(reported.body["Attributes"], Value::Null);
}

#[test]
fn callers_without_a_telephone_number_are_callers_all_the_same() {
    let endpoints = [
        json!({"Address": "anonymous", "Type": "TELEPHONE_NUMBER"}),
        json!({"Address": "sip:4711@pbx.example", "Type": "VOIP"}),
        json!({"Address": "", "Type": "TELEPHONE_NUMBER"}),
        json!({"Address": null}),
        Value::Null,
        json!("+16145550100"),
    ];
    for endpoint in endpoints {
        let event = with(START, &[("/Details/ContactData/CustomerEndpoint", endpoint.clone())]);
        assert_eq!(plain(EventKind::Start, &event)["caller_number"], Value::Null, "{endpoint}");
    }
}

#[test]
fn the_buyer_is_who_the_flow_names_or_else_its_queue() {
    let buyer = |event: &Value| plain(EventKind::Selected, event)["buyer"].clone();
    assert_eq!(buyer(&sample(SELECTED)), json!({"id": "acme", "name": "Acme Solar"}));

    let unnamed = [("/Details/Parameters", json!({"buyer_id": ""}))];
    let event = with(SELECTED, &unnamed);
    assert_eq!(buyer(&event), json!({"id": QUEUE, "name": "Acme Solar"}));

    let by_name = [("/Details/ContactData/Queue", json!("Sales")), unnamed[0].clone()];
    assert_eq!(buyer(&with(SELECTED, &by_name)), json!({"id": "Sales", "name": "Sales"}));

    let nobody = with(SELECTED, &[("/Details/ContactData/Queue", Value::Null), unnamed[0].clone()]);
    let problem = flow_event::read(EventKind::Selected, &nobody, time(NOW)).unwrap_err();
    assert_eq!(
        faults(&problem),
        "/Details/Parameters/buyer_id: is required, since the contact is in no queue that could be \
         the buyer"
    );
}

#[test]
fn repeats_of_a_choice_are_the_same_event_whenever_they_come() {
    let occurrence = |event: &Value, now: &str| {
        let reported = flow_event::read(EventKind::Selected, event, time(now)).unwrap();
        let read =
            CallEvent::from_json(EventKind::Selected, reported.call, &reported.body, time(now));
        read.unwrap().occurrence()
    };
    let event = sample(SELECTED);
    assert_eq!(occurrence(&event, NOW), "1.acme");
    assert_eq!(occurrence(&event, "2026-11-23T17:00:09Z"), "1.acme");
    let again = with(SELECTED, &[("/Details/Parameters/attempt", json!("2"))]);
    assert_eq!(occurrence(&again, NOW), "2.acme");
    let later = with(SELECTED, &[("/Details/ContactData/ContactId", json!(SECOND))]);
    assert_eq!(occurrence(&later, NOW), format!("{SECOND}.acme"));
    assert_eq!(occurrence(&later, "2026-11-23T17:00:09Z"), format!("{SECOND}.acme"));
}

#[test]
fn a_flow_may_report_the_end_itself() {
    let parameters = json!({"connected_seconds": "61", "hung_up_by": "caller", "revenue": "12.50"});
    let event = with(START, &[("/Details/Parameters", parameters)]);
    let body = plain(EventKind::Ended, &event);
    assert_eq!(
        (&body["connected_seconds"], &body["hung_up_by"], &body["revenue"]),
        (&json!(61), &json!("caller"), &json!("12.50"))
    );
}

#[test]
fn faults_are_told_where_the_flows_builder_sees_them() {
    let told = |changes: &[(&str, Value)], kind| {
        let event = with(SELECTED, changes);
        let reported = flow_event::read(kind, &event, time(NOW)).unwrap();
        let call = reported.call;
        let faults = CallEvent::from_json(kind, call, &reported.body, time(NOW)).unwrap_err();
        flow_event::faults_in_event(&faults, &event).to_string()
    };
    assert_eq!(told(&[], EventKind::Start), "/Details/Parameters/campaign_id: is required");
    let attempt = [("/Details/Parameters/attempt", json!("the second"))];
    assert_eq!(
        told(&attempt, EventKind::Selected),
        "/Details/Parameters/attempt: must be a count from 1, or a name of at most 64 letters and digits"
    );
    let long = [("/Details/Parameters/buyer_id", json!("x".repeat(129)))];
    assert_eq!(
        told(&long, EventKind::Answered),
        "/Details/Parameters/buyer_id: has at most 128 characters"
    );
    let campaign = [("/Details/ContactData/Attributes/campaign_id", json!("no campaign"))];
    let told = told(&campaign, EventKind::Start);
    assert!(told.starts_with("/Details/ContactData/Attributes/campaign_id: "), "{told}");

    let nothing = json!({"Name": "ContactFlowEvent"});
    let problem = flow_event::read(EventKind::Start, &nothing, time(NOW)).unwrap_err();
    assert_eq!(faults(&problem), "/Details/ContactData/ContactId: is required");
}
