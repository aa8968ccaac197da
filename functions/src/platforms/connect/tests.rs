//! The recorded shapes of `infra/events`, and what flows and instances bring besides.

use hookline::call::{Buyer, BuyerEvent, Call, CallEvent, CallId, CallKey, EventKind};
use hookline::campaign::CampaignId;
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use serde_json::{Value, json};

use super::contact_event::{ContactEvent, Happening};
use super::flow_event;
use crate::problem::Problem;

const START: &str = include_str!("../../../../infra/events/connect-start.json");
const SELECTED: &str = include_str!("../../../../infra/events/connect-selected.json");
const ANSWERED: &str = include_str!("../../../../infra/events/connect-contact-answered.json");
const TRANSFERRED: &str = include_str!("../../../../infra/events/connect-contact-transferred.json");
const ENDED: &str = include_str!("../../../../infra/events/connect-contact-ended.json");

const CALL: &str = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe";
const QUEUE: &str = "3c7d1f52-91aa-4f0b-8f7e-6a5d4c3b2a19";
const AGENT: &str = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
const NOW: &str = "2026-11-23T17:00:01Z";

fn time(text: &str) -> Timestamp {
    Timestamp::from_json(&json!(text)).unwrap()
}

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A sample with some of it in another way.
fn with(text: &str, changes: &[(&str, Value)]) -> Value {
    let mut event = sample(text);
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    event
}

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

/// The call of the samples, with buyers chosen by a flow.
fn call(chosen: &[(&str, &str)]) -> Call {
    let id = CallId::parse(CALL).unwrap();
    let campaign = CampaignId::parse("solar").unwrap();
    let call = Call::new(id, campaign, "u".to_owned(), CallKey::from_random([7; 24]));
    let event = |(at, id): &(&str, &str)| BuyerEvent {
        at: time(at),
        answered: false,
        buyer: Buyer { id: (*id).to_owned(), name: None, tags: TagSet::new() },
    };
    Call { buyer_events: chosen.iter().map(event).collect(), ..call }
}

fn answered(event: &Value, chosen: &[(&str, &str)]) -> CallEvent {
    let contact = ContactEvent::read(event).unwrap();
    let body = contact.answered(&call(chosen)).unwrap();
    CallEvent::from_json(EventKind::Answered, contact.call, &body, time(NOW)).unwrap()
}

#[test]
fn an_agents_answer_is_that_of_the_buyer_chosen_by_then() {
    let before = "2026-11-23T17:00:05Z";
    let after = "2026-11-23T17:00:30Z";
    let event = answered(&sample(ANSWERED), &[(before, "acme"), (after, "sunny")]);
    assert_eq!(event.occurred_at, time("2026-11-23T17:00:20.500Z"));
    assert_eq!(event.occurrence(), "1.acme");
    let tags = &event.moment.buyer().unwrap().tags;
    let tags = serde_json::to_value(tags).unwrap();
    assert_eq!(tags, json!({"agent_id": [AGENT], "queue_id": [QUEUE]}));
}

#[test]
fn an_agents_answer_is_that_of_the_queue_or_of_the_agent_when_none_was_chosen() {
    assert_eq!(answered(&sample(ANSWERED), &[]).occurrence(), format!("1.{QUEUE}"));
    let direct = with(ANSWERED, &[("/detail/queueInfo", Value::Null)]);
    assert_eq!(answered(&direct, &[]).occurrence(), format!("1.{AGENT}"));
    let nobody =
        with(ANSWERED, &[("/detail/queueInfo", Value::Null), ("/detail/agentInfo", Value::Null)]);
    assert_eq!(ContactEvent::read(&nobody).unwrap().answered(&call(&[])), None);
}

#[test]
fn a_transferred_caller_is_answered_anew() {
    let transferred = [
        ("/detail/contactId", json!("c1f7a4b2-0d3e-4a6f-9b8c-7e5d4f3a2b1c")),
        ("/detail/initiationMethod", json!("TRANSFER")),
    ];
    let event = with(ANSWERED, &transferred);
    let chosen = [("2026-11-23T17:00:05Z", "acme")];
    assert_eq!(answered(&event, &chosen).occurrence(), format!("at1795453220500.{QUEUE}"));
}

#[test]
fn names_are_read_whatever_their_case() {
    let mut event = sample(ANSWERED);
    let detail = event["detail"].as_object_mut().unwrap();
    let agent = detail.remove("agentInfo").unwrap();
    let at = agent["connectedToAgentTimestamp"].clone();
    detail.insert(
        "AgentInfo".to_owned(),
        json!({"AgentArn": agent["agentArn"], "ConnectedToAgentTimestamp": at}),
    );
    detail.insert("channel".to_owned(), json!("Voice"));
    let said = |event: &Value| {
        let event = answered(event, &[]);
        (event.occurred_at, event.moment)
    };
    assert_eq!(said(&event), said(&sample(ANSWERED)));
}

#[test]
fn an_end_says_how_long_who_and_where_the_recording_will_be() {
    let event = sample(ENDED);
    let contact = ContactEvent::read(&event).unwrap();
    assert_eq!((contact.happening, contact.caller_left()), (Happening::Disconnected, true));
    let mut body = contact.ended(false);
    body.as_object_mut().unwrap().remove("detail");
    let location = format!(
        "s3://connect-3f1a/connect/solar/CallRecordings/2026/11/23/{CALL}_20261123T17:00_UTC.wav"
    );
    assert_eq!(
        body,
        json!({"occurred_at": time("2026-11-23T17:02:21.100Z").to_string(),
               "connected_seconds": 120, "hung_up_by": "caller", "recording_url": location})
    );
    assert_eq!(contact.ended(true)["connected_seconds"], Value::Null);
    for location in ["", "file:///etc", "no place"] {
        let recordings = json!([{"storageType": "KINESIS", "location": location}, {}, null]);
        let event = with(ENDED, &[("/detail/recordings", recordings)]);
        let end = ContactEvent::read(&event).unwrap().ended(false);
        assert_eq!(end["recording_url"], Value::Null, "{location}");
    }
    let id = contact.call.clone();
    let read = CallEvent::from_json(EventKind::Ended, id, &contact.ended(true), time(NOW));
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn reasons_that_nobody_knows_are_told_as_they_are() {
    let by = |reason: Value| {
        let event = with(ENDED, &[("/detail/disconnectReason", reason)]);
        ContactEvent::read(&event).unwrap().ended(false)["hung_up_by"].clone()
    };
    assert_eq!(by(json!("AGENT_DISCONNECT")), "agent");
    assert_eq!(by(json!("CONTACT_FLOW_DISCONNECT")), "flow");
    assert_eq!(by(json!("IDLE_DISCONNECT")), "idle_disconnect");
    assert_eq!(by(Value::Null), Value::Null);
    assert_eq!(by(json!("")), Value::Null);
}

#[test]
fn what_is_about_no_call_is_let_be() {
    let reason = |text: &str, changes: &[(&str, Value)]| {
        ContactEvent::read(&with(text, changes)).unwrap_err()
    };
    let none = "events of its type say nothing of a call";
    assert_eq!(reason(ENDED, &[("/detail/eventType", json!("QUEUED"))]), none);
    assert_eq!(reason(ENDED, &[("/detail/eventType", json!("COMPLETED"))]), none);
    for channel in ["CHAT", "TASK", "EMAIL"] {
        assert_eq!(reason(ENDED, &[("/detail/channel", json!(channel))]), "it is no voice contact");
    }
    assert_eq!(
        reason(TRANSFERRED, &[("/detail/initiationMethod", json!("MONITOR"))]),
        "it is no transfer of its first contact"
    );
    assert_eq!(
        reason(ENDED, &[("/detail/eventType", json!("INITIATED"))]),
        "calls begin by a flow"
    );
    assert_eq!(reason(ENDED, &[("/detail/contactId", json!(7))]), "it names no contact");
    assert_eq!(reason(ENDED, &[("/detail", json!([]))]), "it has no detail");
    assert_eq!(
        reason(ENDED, &[("/detail-type", json!("Contact Lens Analysis State Change"))]),
        "it is no contact event"
    );
    let event = sample(TRANSFERRED);
    let transferred = ContactEvent::read(&event).unwrap();
    assert_eq!(transferred.happening, Happening::Transferred);
    assert_eq!(transferred.call.as_str(), CALL);
}
