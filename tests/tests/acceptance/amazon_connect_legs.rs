//! Calls of several contacts, and their ends as the queue brings them.

use serde_json::{Value, json};

use crate::amazon_connect::{
    CONNECTED, DISCONNECTED, FLOW_ANSWERED, FLOW_SELECTED, TRANSFERRED, call, sample, tell,
};
use crate::world::{World, merged, text};

/// The detail of a contact's end.
fn end(world: &World, contact: &str, at: &str, more: Value) -> Value {
    let method = if contact == "call" { "INBOUND" } else { "TRANSFER" };
    let detail = json!({"contactId": world.named(contact), "initiationMethod": method,
        "disconnectTimestamp": at, "disconnectReason": "AGENT_DISCONNECT", "recordings": []});
    merged(detail, more)
}

fn recording(contact: &str) -> Value {
    json!([{"storageType": "Amazon S3", "location": format!("b/{contact}.wav")}])
}

/// Hands messages of the queue to the function; the ids of those that have to come again.
async fn deliver(world: &World, bodies: &[String]) -> Value {
    let messages = bodies.iter().zip(0..).map(|(body, number)| {
        json!({"messageId": format!("m{number}"), "eventSource": "aws:sqs", "body": body})
    });
    let batch = json!({"Records": messages.collect::<Vec<_>>()});
    let answer = world.invoke("ended", batch).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    failures.map(|failure| failure["itemIdentifier"].clone()).collect()
}

/// Hands ends of contacts over one after another, each as a message of the queue.
async fn deliver_ends(world: &World, ends: &[Value]) {
    for end in ends {
        let message = sample(world, DISCONNECTED, end).to_string();
        assert_eq!(deliver(world, &[message]).await, json!([]), "{end}");
    }
}

async fn transfer(world: &World, contact: &str) {
    let more = json!({"contactId": world.named(contact)});
    let noted = tell(world, "ended", TRANSFERRED, more).await;
    assert_eq!(noted, json!({"status": "noted", "reason": "the caller goes on in it"}));
}

#[tokio::test]
async fn a_call_ends_with_its_latest_contact_whatever_order_ends_come_in() {
    for swapped in [false, true] {
        let world = World::new().await;
        call(&world).await;
        tell(&world, "answered", CONNECTED, json!({})).await;
        transfer(&world, "second").await;
        let by = |reason: &str| json!({"disconnectReason": reason});
        let mut ends = [
            end(&world, "call", "2026-11-23T17:01:05.500Z", by("AGENT_DISCONNECT")),
            end(&world, "second", "2026-11-23T17:03:20.500Z", by("CUSTOMER_DISCONNECT")),
        ];
        if swapped {
            ends.reverse();
        }

        deliver_ends(&world, &ends[..1]).await;
        assert_eq!(world.call("call").await["ended_at"], Value::Null, "swapped: {swapped}");
        deliver_ends(&world, &ends).await;

        let shown = world.call("call").await;
        let told = ["ended_at", "hung_up_by", "connected_seconds"].map(|name| &shown[name]);
        let wanted = [json!("2026-11-23T17:03:20.5Z"), json!("caller"), json!(180)];
        assert_eq!(told, [&wanted[0], &wanted[1], &wanted[2]], "swapped: {swapped}");
    }
}

#[tokio::test]
async fn ends_that_come_together_end_the_call_once_with_the_latest() {
    let world = World::new().await;
    call(&world).await;
    transfer(&world, "second").await;
    let ends = [
        end(&world, "second", "2026-11-23T17:03:20.500Z", json!({})),
        end(&world, "call", "2026-11-23T17:01:05.500Z", json!({})),
    ];
    let messages = ends.map(|end| sample(&world, DISCONNECTED, &end).to_string());

    assert_eq!(deliver(&world, &messages).await, json!([]));

    assert_eq!(world.call("call").await["ended_at"], "2026-11-23T17:03:20.5Z");
}

#[tokio::test]
async fn recordings_of_all_contacts_are_kept_once() {
    let world = World::new().await;
    call(&world).await;
    transfer(&world, "second").await;
    transfer(&world, "third").await;
    let recorded = |contact: &str, at: &str, reason: &str| {
        let more = json!({"recordings": recording(contact), "disconnectReason": reason});
        end(&world, contact, at, more)
    };
    let ends = [
        recorded("call", "2026-11-23T17:01:05.500Z", "AGENT_DISCONNECT"),
        recorded("second", "2026-11-23T17:02:05.500Z", "CUSTOMER_DISCONNECT"),
        recorded("third", "2026-11-23T17:02:04.500Z", "AGENT_DISCONNECT"),
    ];

    for _ in 0..2 {
        deliver_ends(&world, &ends).await;
    }

    let shown = world.call("call").await;
    assert_eq!(shown["recording_url"], "s3://b/second.wav");
    assert_eq!(shown["ended_at"], "2026-11-23T17:02:05.5Z");
    let events = shown["events"].as_array().unwrap().iter();
    let mut told: Vec<(String, String)> = events
        .filter(|event| ["ended", "recording"].iter().any(|name| event["event"] == *name))
        .map(|event| (text(&event["at"]), text(&event["event"])))
        .collect();
    told.sort();
    let wanted = [
        ("2026-11-23T17:01:05.5Z", "recording"),
        ("2026-11-23T17:02:04.5Z", "recording"),
        ("2026-11-23T17:02:05.5Z", "ended"),
    ];
    assert_eq!(told, wanted.map(|(at, event)| (at.to_owned(), event.to_owned())));
}

#[tokio::test]
async fn who_is_asked_while_the_caller_waits_does_not_end_the_call_by_hanging_up() {
    let world = World::new().await;
    call(&world).await;
    transfer(&world, "second").await;
    let hung_up = json!({"disconnectReason": "CUSTOMER_DISCONNECT"});

    deliver_ends(&world, &[end(&world, "second", "2026-11-23T17:01:20Z", hung_up.clone())]).await;
    assert_eq!(world.call("call").await["ended_at"], Value::Null);
    deliver_ends(&world, &[end(&world, "call", "2026-11-23T17:02:20Z", hung_up)]).await;

    let shown = world.call("call").await;
    let told = [&shown["ended_at"], &shown["hung_up_by"]];
    assert_eq!(told, [&json!("2026-11-23T17:02:20Z"), &json!("caller")]);
}

#[tokio::test]
async fn the_end_of_the_agents_work_ends_a_call_whose_end_was_lost() {
    let world = World::new().await;
    call(&world).await;
    let completed = json!({"eventType": "COMPLETED", "recordings": recording("call")});

    deliver_ends(&world, &[completed]).await;
    let shown = world.call("call").await;
    deliver_ends(&world, &[json!({"recordings": recording("call")})]).await;

    let told = [&shown["ended_at"], &shown["recording_url"]];
    assert_eq!(told, [&json!("2026-11-23T17:02:21.1Z"), &json!("s3://b/call.wav")]);
    assert_eq!(world.call("call").await["events"], shown["events"]);
}

#[tokio::test]
async fn a_buyer_who_is_tried_again_after_a_transfer_is_another_attempt() {
    let world = World::new().await;
    call(&world).await;
    tell(&world, "selected", FLOW_SELECTED, json!({"occurred_at": "2026-11-23T17:00:05Z"})).await;
    tell(&world, "answered", CONNECTED, json!({})).await;
    transfer(&world, "second").await;
    let in_second = |text: &str, at: &str| {
        let mut event = sample(&world, text, &json!({"occurred_at": at}));
        event["Details"]["ContactData"]["ContactId"] = json!(world.named("second"));
        event
    };
    let selected = in_second(FLOW_SELECTED, "2026-11-23T17:01:03Z");
    for _ in 0..2 {
        world.invoke("selected", selected.clone()).await.unwrap();
    }
    let connected = json!({
        "contactId": world.named("second"), "initiationMethod": "TRANSFER",
        "initiationTimestamp": "2026-11-23T17:01:00Z",
        "agentInfo": {"agentArn": "arn:aws:connect:::instance/i/agent/two",
                      "connectedToAgentTimestamp": "2026-11-23T17:01:20.500Z"},
    });
    tell(&world, "answered", CONNECTED, connected).await;
    let by_flow = in_second(FLOW_ANSWERED, "2026-11-23T17:01:21Z");
    world.invoke("answered", by_flow).await.unwrap();

    assert_eq!(world.targets_at("/selected").len(), 2);
    let agent = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
    let wanted = [agent, "two"].map(|agent| format!("/answered?buyer=acme&agent={agent}"));
    assert_eq!(world.targets_at("/answered"), wanted);
}

#[tokio::test]
async fn what_is_ours_and_cannot_be_taken_comes_again() {
    let world = World::new().await;
    call(&world).await;
    let nobody = json!({"queueInfo": null, "agentInfo": null});
    let refused = world.invoke("answered", sample(&world, CONNECTED, &nobody)).await;
    assert!(refused.is_err(), "{refused:?}");

    let of = |more: Value| sample(&world, DISCONNECTED, &more);
    let mut ahead = of(json!({"disconnectTimestamp": "2999-01-01T00:00:00Z"}));
    ahead["time"] = json!("2999-01-01T00:00:00Z");
    let unknown = json!({"contactId": "x", "initialContactId": "x"});
    let bodies = [
        ahead.to_string(),
        of(unknown).to_string(),
        of(json!({"channel": "CHAT"})).to_string(),
        json!({"call_id": world.named("call")}).to_string(),
        "no event".to_owned(),
    ];
    assert_eq!(deliver(&world, &bodies).await, json!(["m0", "m3", "m4"]));
    assert_eq!(world.call("call").await["ended_at"], Value::Null);
}
