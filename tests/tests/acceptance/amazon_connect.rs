//! Amazon Connect: its flows and its contact events as they are, by direct invoke.
//!
//! The samples in `infra/events` about contacts and a caller of this world.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{START, World, text};

const FLOW_START: &str = include_str!("../../../infra/events/amazon-connect-start.json");
pub(crate) const FLOW_SELECTED: &str =
    include_str!("../../../infra/events/amazon-connect-selected.json");
pub(crate) const FLOW_ANSWERED: &str =
    include_str!("../../../infra/events/amazon-connect-answered.json");
pub(crate) const CONNECTED: &str =
    include_str!("../../../infra/events/amazon-connect-contact-answered.json");
pub(crate) const TRANSFERRED: &str =
    include_str!("../../../infra/events/amazon-connect-contact-transferred.json");
pub(crate) const DISCONNECTED: &str =
    include_str!("../../../infra/events/amazon-connect-contact-ended.json");
/// The contacts of the samples: the first, and the one that its caller is transferred to.
const FIRST: &str = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe";
const SECOND: &str = "c1f7a4b2-0d3e-4a6f-9b8c-7e5d4f3a2b1c";

/// A sample, with more or other parameters of the flow or parts of the contact event's detail.
pub(crate) fn sample(world: &World, text: &str, more: &Value) -> Value {
    let text = text.replace(FIRST, &world.named("call")).replace(SECOND, &world.named("second"));
    let mut event: Value = serde_json::from_str(&text).unwrap();
    let part = match event["Name"].as_str() {
        Some("ContactFlowEvent") => {
            event["Details"]["ContactData"]["CustomerEndpoint"]["Address"] = json!(world.caller());
            "/Details/Parameters"
        }
        _ => "/detail",
    };
    let part = event.pointer_mut(part).unwrap().as_object_mut().unwrap();
    part.extend(more.as_object().unwrap().clone());
    event
}

/// Hands a sample to a function.
pub(crate) async fn tell(world: &World, function: &str, text: &str, more: Value) -> Value {
    world.invoke(function, sample(world, text, &more)).await.unwrap()
}

/// A start in this world's campaign, dated as the samples of contact events are.
fn start(world: &World) -> Value {
    let more = json!({"campaign_id": world.campaign(), "occurred_at": START});
    sample(world, FLOW_START, &more)
}

/// What is answered to a start without tags of webhooks, and more or other entries.
fn started(world: &World, answer: &Value, more: &Value) -> Value {
    let mut map = json!({
        "call_id": world.named("call"), "call_key": text(&answer["call_key"]),
        "system_status": "ok", "geo": "614,us,us-oh", "language_chosen": "en", "sub_id": "google",
    });
    map.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    map
}

/// A campaign with a webhook a trigger, and a call of it that has started.
pub(crate) async fn call(world: &World) {
    let hooks = ["start", "selected", "answered"];
    let hooks = hooks.map(|trigger| world.hook(trigger, "?buyer=[buyer_id]&agent=[agent_id]"));
    world.save_hasty(hooks, json!({})).await;
    let answer = world.invoke("start", start(world)).await.unwrap();
    assert_eq!(answer, started(world, &answer, &json!({})));
}

#[tokio::test]
async fn a_start_is_answered_with_a_flat_map_whatever_partners_do() {
    let world = World::new().await;
    let answers = json!({"first_name": "Jason", "interests": ["solar", "roof"], "lead.score": 7});
    world.partner.on("/crm", Reply::json(&answers));
    world.partner.on("/silent", Reply::never());
    world.partner.on("/broken", Reply::status(500));
    world
        .save([
            world.webhook("crm", "/crm", json!({})),
            world.webhook("silent", "/silent", json!({"timeout_ms": 300})),
            world.webhook("broken", "/broken", json!({})),
        ])
        .await;

    let answer = world.invoke("start", start(&world)).await.unwrap();

    let tags = json!({"first_name": "Jason", "interests": "roof,solar", "lead_score": "7"});
    assert_eq!(answer, started(&world, &answer, &tags));
}

#[tokio::test]
async fn a_flow_that_is_run_again_is_answered_alike_and_sends_nothing() {
    let world = World::new().await;
    call(&world).await;
    let first = world.invoke("start", start(&world)).await.unwrap();
    let selected = tell(&world, "selected", FLOW_SELECTED, json!({})).await;

    assert_eq!(world.invoke("start", start(&world)).await.unwrap(), first);
    assert_eq!(tell(&world, "selected", FLOW_SELECTED, json!({})).await, selected);

    assert_eq!(selected["system_status"], "ok");
    assert_eq!(selected["call_key"], Value::Null, "{selected}");
    assert_eq!(world.targets_at("/start").len(), 1);
    assert_eq!(world.targets_at("/selected"), ["/selected?buyer=acme&agent="]);
}

#[tokio::test]
async fn callers_may_withhold_their_number_and_attributes_have_any_name() {
    let world = World::new().await;
    world.save([]).await;
    let mut event = start(&world);
    event["Details"]["Parameters"]["tags_from_attributes"] = json!("*");
    let contact = &mut event["Details"]["ContactData"];
    contact["CustomerEndpoint"]["Address"] = json!("anonymous");
    contact["Attributes"] = json!({
        "call_key": "a", "system_status": "b", "revenue": "c", "naïve": "d", "geo": "the moon",
        "empty": "", "long": "x".repeat(2000), "language_chosen": "en",
    });

    let answer = world.invoke("start", event).await.unwrap();

    assert_eq!(
        answer,
        json!({"call_id": world.named("call"), "call_key": text(&answer["call_key"]),
               "system_status": "ok", "language_chosen": "en", "sub_id": "google"})
    );
    assert_eq!(answer["call_key"].as_str().unwrap().len(), 48);
    let shown = world.call("call").await;
    assert_eq!(shown["caller_number"], Value::Null, "{shown:#}");
    let kept = shown["events"][0]["raw"]["Attributes"].as_object().unwrap();
    assert_eq!((&kept["geo"], &kept["naïve"]), (&json!("the moon"), &json!("d")));
}

#[tokio::test]
async fn what_is_wrong_with_a_flow_is_told_in_its_map() {
    let world = World::new().await;
    world.save([]).await;
    let error = |code: &str, place: &str, what: &str| {
        json!({"call_id": world.named("call"), "system_status": "error",
               "system_error": format!("{code}: /Details/Parameters/{place}: {what}")})
    };

    let none = tell(&world, "start", FLOW_START, json!({"campaign_id": ""})).await;
    assert_eq!(none, error("invalid", "campaign_id", "is required"));

    let nowhere = world.named("nowhere");
    let unknown = tell(&world, "start", FLOW_START, json!({"campaign_id": nowhere})).await;
    let told = text(&unknown["system_error"]);
    assert!(told.starts_with("unknown_campaign: /Details/Parameters/campaign_id: "), "{told}");
    assert_eq!(
        unknown,
        json!({"call_id": world.named("call"), "system_status": "error",
                               "system_error": told})
    );

    let unstarted = tell(&world, "selected", FLOW_SELECTED, json!({})).await;
    assert_eq!(unstarted["system_status"], "error");
    assert!(text(&unstarted["system_error"]).starts_with("unknown_call: "), "{unstarted}");

    let attempt = tell(&world, "selected", FLOW_SELECTED, json!({"attempt": "x y"})).await;
    let what = "must be a count from 1, or a name of at most 64 letters and digits";
    assert_eq!(attempt, error("invalid", "attempt", what));
}

#[tokio::test]
async fn contact_events_answer_and_end_a_call_once() {
    let world = World::new().await;
    call(&world).await;
    tell(&world, "selected", FLOW_SELECTED, json!({"occurred_at": "2026-11-23T17:00:05Z"})).await;
    let taken = json!({"status": "taken", "call_id": world.named("call")});

    for _ in 0..2 {
        assert_eq!(tell(&world, "answered", CONNECTED, json!({})).await, taken);
    }
    tell(&world, "answered", FLOW_ANSWERED, json!({})).await;
    for _ in 0..2 {
        assert_eq!(tell(&world, "ended", DISCONNECTED, json!({})).await, taken);
    }

    let agent = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
    let answered = world.targets_at("/answered");
    assert_eq!(answered, [format!("/answered?buyer=acme&agent={agent}")]);
    let shown = world.call("call").await;
    assert_eq!(shown["connected_seconds"], 120, "{shown:#}");
    assert_eq!(shown["hung_up_by"], "caller");
    assert!(text(&shown["recording_url"]).starts_with("s3://connect-3f1a/"), "{shown:#}");
}

#[tokio::test]
async fn an_answer_that_comes_after_the_end_still_counts() {
    let world = World::new().await;
    call(&world).await;
    let taken = json!({"status": "taken", "call_id": world.named("call")});

    assert_eq!(tell(&world, "ended", DISCONNECTED, json!({})).await, taken);
    assert_eq!(tell(&world, "answered", CONNECTED, json!({})).await, taken);

    let queue = "3c7d1f52-91aa-4f0b-8f7e-6a5d4c3b2a19";
    let answered = world.targets_at("/answered");
    assert!(answered[0].starts_with(&format!("/answered?buyer={queue}&")), "{answered:?}");
    assert_eq!(world.call("call").await["connected_seconds"], 120);
}

#[tokio::test]
async fn a_transferred_call_ends_with_its_last_contact() {
    let world = World::new().await;
    call(&world).await;
    let by_agent = |contact: &str, at: &str| {
        json!({"contactId": world.named(contact), "disconnectReason": "AGENT_DISCONNECT",
               "disconnectTimestamp": at, "initiationMethod": if contact == "call" { "INBOUND" } else { "TRANSFER" }})
    };
    let goes_on = |reason: &str| json!({"status": "noted", "reason": reason});
    let taken = json!({"status": "taken", "call_id": world.named("call")});
    tell(&world, "answered", CONNECTED, json!({})).await;

    let transferred = tell(&world, "ended", TRANSFERRED, json!({})).await;
    assert_eq!(transferred, goes_on("the caller goes on in it"));
    let mut first = by_agent("call", "2026-11-23T17:01:05.500Z");
    first["recordings"] = json!([]);
    let left = tell(&world, "ended", DISCONNECTED, first).await;
    assert_eq!(left, goes_on("the caller goes on in another contact"));
    assert_eq!(world.call("call").await["ended_at"], Value::Null);

    let second = json!({
        "contactId": world.named("second"), "initiationMethod": "TRANSFER",
        "agentInfo": {"agentArn": "arn:aws:connect:::instance/i/agent/second",
                      "connectedToAgentTimestamp": "2026-11-23T17:01:20.500Z"},
    });
    assert_eq!(tell(&world, "answered", CONNECTED, second).await, taken);
    let last = by_agent("second", "2026-11-23T17:03:20.500Z");
    assert_eq!(tell(&world, "ended", DISCONNECTED, last).await, taken);

    let shown = world.call("call").await;
    assert_eq!(shown["connected_seconds"], 180, "{shown:#}");
    assert_eq!(shown["hung_up_by"], "agent");
    assert_eq!(world.targets_at("/answered").len(), 2);
}

#[tokio::test]
async fn contacts_that_are_no_call_of_ours_are_let_be() {
    let world = World::new().await;
    world.save([]).await;
    let let_be = |reason: &str| json!({"status": "ignored", "reason": reason});

    let chat = tell(&world, "ended", DISCONNECTED, json!({"channel": "CHAT"})).await;
    assert_eq!(chat, let_be("it is no voice contact"));
    for (function, text) in
        [("answered", CONNECTED), ("ended", TRANSFERRED), ("ended", DISCONNECTED)]
    {
        let answer = tell(&world, function, text, json!({})).await;
        assert_eq!(answer, let_be("no call is known of it"), "{function}");
    }
    let elsewhere = tell(&world, "start", DISCONNECTED, json!({})).await;
    assert_eq!(elsewhere, let_be("it is for another function"));
    let shown = world.get(&format!("/calls/{}", world.named("call"))).await;
    assert_eq!(shown.status, 404, "{}", shown.text);
}
