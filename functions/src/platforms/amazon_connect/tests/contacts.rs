//! What contacts go through.

use hookline::call::{Buyer, BuyerEvent, Call, CallEvent, CallId, CallKey, ContactEnd, EventKind};
use hookline::campaign::CampaignId;
use hookline::tag::TagSet;
use serde_json::{Value, json};

use super::super::contact_event::{ContactEvent, Happening};
use super::super::flow_event;
use super::{
    AGENT, ANSWERED, CALL, ENDED, ENDED_BARE, NOW, QUEUE, SECOND, SELECTED, TRANSFERRED, sample,
    time, with,
};

/// The call of the samples, with buyers chosen by a flow: when, who, and which attempt.
fn call(chosen: &[(&str, &str, &str)]) -> Call {
    let id = CallId::parse(CALL).unwrap();
    let campaign = CampaignId::parse("solar").unwrap();
    let call = Call::new(id, campaign, "u".to_owned(), CallKey::from_random([7; 24]));
    let event = |(at, id, attempt): &(&str, &str, &str)| BuyerEvent {
        at: time(at),
        answered: false,
        buyer: Buyer { id: (*id).to_owned(), name: None, tags: TagSet::new() },
        attempt: Some((*attempt).to_owned()),
    };
    Call { buyer_events: chosen.iter().map(event).collect(), ..call }
}

fn answered(event: &Value, chosen: &[(&str, &str, &str)]) -> CallEvent {
    let contact = ContactEvent::read(event).unwrap();
    let body = contact.answered(&call(chosen)).unwrap();
    CallEvent::from_json(EventKind::Answered, contact.call, &body, time(NOW)).unwrap()
}

#[test]
fn an_agents_answer_is_that_of_the_buyer_chosen_by_then() {
    let before = "2026-11-23T17:00:05Z";
    let after = "2026-11-23T17:00:30Z";
    let event = answered(&sample(ANSWERED), &[(before, "acme", "1"), (after, "sunny", "1")]);
    assert_eq!(event.occurred_at, time("2026-11-23T17:00:20.500Z"));
    assert_eq!(event.occurrence(), "1.acme");
    let again = [(before, "acme", "1"), ("2026-11-23T17:00:12Z", "acme", "2")];
    assert_eq!(answered(&sample(ANSWERED), &again).occurrence(), "2.acme");
    let by_our_clock = [("2026-11-23T17:00:25Z", "acme", "1")];
    assert_eq!(answered(&sample(ANSWERED), &by_our_clock).occurrence(), "1.acme");
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
fn a_transferred_caller_is_answered_anew_by_whom_a_flow_chose_there() {
    let connected = json!("2026-11-23T17:01:20.500Z");
    let transferred = [
        ("/detail/contactId", json!(SECOND)),
        ("/detail/initiationMethod", json!("TRANSFER")),
        ("/detail/initiationTimestamp", json!("2026-11-23T17:01:00.000Z")),
        ("/detail/agentInfo/connectedToAgentTimestamp", connected),
    ];
    let event = with(ANSWERED, &transferred);
    let before = ("2026-11-23T17:00:05Z", "acme", "1");
    let occurrence = |chosen: &[(&str, &str, &str)]| answered(&event, chosen).occurrence();
    assert_eq!(occurrence(&[before]), format!("{SECOND}.{QUEUE}"));
    assert_eq!(occurrence(&[before, ("2026-11-23T17:00:57Z", "sunny", SECOND)]), {
        format!("{SECOND}.sunny")
    });
    let twice = [before, ("2026-11-23T17:01:02Z", "acme", "2")];
    assert_eq!(occurrence(&twice), "2.acme");

    let flow = with(SELECTED, &[("/Details/ContactData/ContactId", json!(SECOND))]);
    let reported = flow_event::read(EventKind::Answered, &flow, time(NOW)).unwrap();
    let by_flow =
        CallEvent::from_json(EventKind::Answered, reported.call, &reported.body, time(NOW));
    let chosen = [("2026-11-23T17:01:02Z", "acme", SECOND)];
    assert_eq!(by_flow.unwrap().occurrence(), occurrence(&chosen));
}

/// Connect writes 1970 where there is no time.
#[test]
fn times_that_cannot_be_are_none() {
    let never = json!("1970-01-01T00:00:00.001Z");
    let connected = "/detail/agentInfo/connectedToAgentTimestamp";
    let event = answered(&with(ANSWERED, &[(connected, never.clone())]), &[]);
    assert_eq!(event.occurred_at, time("2026-11-23T17:00:21Z"), "the time of the event");

    for (pointer, at, seconds, ended_at) in [
        (connected, never.clone(), Value::Null, "2026-11-23T17:02:21.100Z"),
        (connected, json!("2026-11-23T17:09:00Z"), Value::Null, "2026-11-23T17:02:21.100Z"),
        ("/detail/disconnectTimestamp", never.clone(), json!(121), "2026-11-23T17:02:22Z"),
        ("/detail/initiationTimestamp", never, json!(120), "2026-11-23T17:02:21.100Z"),
    ] {
        let event = with(ENDED, &[(pointer, at)]);
        let (contact, body) = ended(&event, false);
        assert_eq!(body["connected_seconds"], seconds, "{pointer}");
        assert_eq!(body["occurred_at"], time(ended_at).to_string(), "{pointer}");
        let id = contact.call;
        let read = CallEvent::from_json(EventKind::Ended, id, &body, time(NOW));
        assert!(read.is_ok(), "{read:?}");
    }
    let all = [
        (connected, json!("1970-01-01T00:00:00.001Z")),
        ("/detail/initiationTimestamp", json!("1970-01-01T00:00:00.001Z")),
    ];
    assert_eq!(ended(&with(ENDED, &all), false).1["connected_seconds"], Value::Null);
}

/// A contact's end as the end of its call.
fn ended(event: &Value, transferred: bool) -> (ContactEvent<'_>, Value) {
    let contact = ContactEvent::read(event).unwrap();
    let url = contact.recording_url();
    let body = contact.ended(&contact.contact_end().unwrap(), transferred, url.as_deref());
    (contact, body)
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
    let (contact, mut body) = ended(&event, false);
    assert_eq!(contact.happening, Happening::Over);
    assert!(contact.contact_end().unwrap().customer_left);
    body.as_object_mut().unwrap().remove("detail");
    let location = format!(
        "s3://connect-3f1a/connect/solar/CallRecordings/2026/11/23/{CALL}_20261123T17:00_UTC.wav"
    );
    assert_eq!(
        body,
        json!({"occurred_at": time("2026-11-23T17:02:21.100Z").to_string(),
               "connected_seconds": 120, "hung_up_by": "caller", "recording_url": location})
    );
    let body = ended(&event, true).1;
    assert_eq!(body["connected_seconds"], Value::Null);
    let read = CallEvent::from_json(EventKind::Ended, contact.call, &body, time(NOW));
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn a_recording_is_a_file_in_s3_or_has_an_address_of_its_own() {
    let url = |kind: &str, location: &str| {
        let recordings = json!([{"storageType": kind, "location": location}, {}, null]);
        let event = with(ENDED, &[("/detail/recordings", recordings)]);
        ContactEvent::read(&event).unwrap().recording_url()
    };
    for kind in ["S3", "Amazon S3", "AMAZON_S3", ""] {
        assert_eq!(url(kind, "b/k.wav").as_deref(), Some("s3://b/k.wav"), "{kind}");
        let https = "https://b.example/k.wav";
        assert_eq!(url(kind, https).as_deref(), Some(https), "{kind}");
        for location in ["", "file:///etc", "no place"] {
            assert_eq!(url(kind, location), None, "{kind} {location}");
        }
    }
    assert_eq!(url("KINESIS_VIDEO_STREAM", "stream/1"), None);
}

/// AWS documents reasons for some contacts only, and its sample of an end has none.
#[test]
fn an_end_needs_neither_a_reason_nor_a_recording() {
    let event = sample(ENDED_BARE);
    let (contact, body) = ended(&event, false);
    let at = time("2026-11-23T17:02:21.100Z");
    let bare = ContactEnd { at, hung_up_by: None, customer_left: false };
    assert_eq!(contact.contact_end(), Some(bare));
    assert_eq!(
        (&body["hung_up_by"], &body["recording_url"], &body["connected_seconds"]),
        (&Value::Null, &Value::Null, &json!(120))
    );
}

#[test]
fn the_end_of_the_agents_work_tells_the_end_again() {
    let completed = with(ENDED, &[("/detail/eventType", json!("COMPLETED"))]);
    let (again, event) = (ContactEvent::read(&completed).unwrap(), sample(ENDED));
    let first = ContactEvent::read(&event).unwrap();
    assert_eq!((again.happening, again.contact_end()), (first.happening, first.contact_end()));
}

#[test]
fn what_the_call_holds_already_is_not_kept_again() {
    let detail = |event: &Value| ended(event, false).1["detail"].clone();
    let names =
        |detail: &Value| -> Vec<String> { detail.as_object().unwrap().keys().cloned().collect() };
    let always = ["agentInfo", "connectedToSystemTimestamp", "initiationMethod"];
    let always = always.into_iter().chain(["initiationTimestamp", "queueInfo"]);
    assert_eq!(names(&detail(&sample(ENDED))), always.collect::<Vec<_>>());

    let more = with(
        ENDED,
        &[
            ("/detail/contactId", json!(SECOND)),
            ("/detail/initiationMethod", json!("TRANSFER")),
            ("/detail/tags/owner", json!("sales")),
            ("/detail/recordings", json!([{"storageType": "KINESIS_VIDEO_STREAM"}])),
        ],
    );
    let kept = detail(&more);
    assert_eq!(kept["contactId"], SECOND);
    assert_eq!(kept["tags"], json!({"owner": "sales"}));
    assert_eq!(kept["recordings"], json!([{"storageType": "KINESIS_VIDEO_STREAM"}]));
}

#[test]
fn reasons_that_nobody_knows_are_told_as_they_are() {
    let by = |reason: Value| {
        let event = with(ENDED, &[("/detail/disconnectReason", reason)]);
        ended(&event, false).1["hung_up_by"].clone()
    };
    assert_eq!(by(json!("AGENT_DISCONNECT")), "agent");
    assert_eq!(by(json!("CONTACT_FLOW_DISCONNECT")), "flow");
    assert_eq!(by(json!("IDLE_DISCONNECT")), "idle_disconnect");
    assert_eq!(by(json!("É".repeat(201))), "É".repeat(200));
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
    assert_eq!(reason(ENDED, &[("/detail/eventType", json!("PAUSED"))]), none);
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
