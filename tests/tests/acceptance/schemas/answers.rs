//! The samples of answers in `infra/events/answers` are what is really answered.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use super::{Schemas, documents, own, schema_of};
use crate::world::{World, merged, text};

/// What the samples have in place of what differs each time.
const CALL: &str = "switch-7.2026-11-23.000042";
const CALL_KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";
const LATENCY: u16 = 87;

/// An answer with the names of the samples in place of this world's.
fn stable(world: &World, call: &str, key: &str, answer: &Value) -> Value {
    let told = answer.to_string().replace(&world.named("call"), call);
    let told = told.replace(&world.campaign(), "solar").replace(key, CALL_KEY);
    let mut told: Value = serde_json::from_str(&told).unwrap();
    for report in told.get_mut("webhooks").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(latency) = report.get_mut("latency_ms") {
            *latency = json!(LATENCY);
        }
    }
    told
}

#[tokio::test]
async fn samples_of_answers_are_what_is_answered() {
    let world = World::new().await;
    let person = json!({"first_name": "Jason", "interests": ["solar", "roof"], "lead.score": 7});
    world.partner.on("/crm", Reply::json(&person));
    world.partner.on("/score", Reply::status(503));
    world.partner.on("/buyer", Reply::json(&json!({"agent_language": "en"})));
    world
        .save([
            world.webhook("crm", "/crm", json!({})),
            world.webhook("score", "/score", json!({})),
            world.webhook("spanish", "/crm", json!({"matches": ["language:fr"]})),
            world.webhook("tell-buyer", "/buyer", json!({"trigger": "selected"})),
        ])
        .await;
    let events = documents("events");
    let sample = |name: &str| own(&world, "call", events[name].clone());
    let path = |event: &str| format!("/calls/{}/{event}", world.named("call"));

    let start = world.post(&path("start"), &sample("start")).await.of_status(200);
    let key = text(&start["call_key"]);
    let selected = world.post(&path("selected"), &sample("selected")).await.of_status(200);
    let repeated = world.post(&path("start"), &sample("start")).await.of_status(200);
    let at_fault = json!({"campaign_id": null, "caller_number": "614"});
    let at_fault = merged(sample("start"), at_fault);
    let problem = world.post(&path("start"), &at_fault).await.of_status(422);
    let direct = world.invoke("start", at_fault).await.unwrap();
    let posted = "revenue=30.00&age=23&postback_id=1";
    let applied = world.post_back("call", &start, posted).await;
    let address = format!("/postback/{}?key={key}&revenue=lots", world.named("call"));
    let invalid = world.visit(&address).await.of_status(422);

    let flow_world = World::new().await;
    flow_world.partner.on("/crm", Reply::json(&person));
    flow_world.save([flow_world.webhook("crm", "/crm", json!({}))]).await;
    let mut flow = own(&flow_world, "call", events["amazon-connect-start"].clone());
    let taken = flow_world.invoke("start", flow.clone()).await.unwrap();
    flow["Details"]["Parameters"]["campaign_id"] = json!("");
    let refused = flow_world.invoke("start", flow).await.unwrap();
    let contact = text(&events["amazon-connect-start"]["Details"]["ContactData"]["ContactId"]);
    let flow_key = text(&taken["call_key"]);

    let schemas = Schemas::read();
    let mut kept = documents("events/answers");
    // There is no waiting for it here; the functions' own tests make it.
    schemas.hold("amazon-connect-answer", &kept.remove("amazon-connect-answer-late").unwrap());
    let told = [
        ("event-answer-start", start),
        ("event-answer-selected", selected),
        ("event-answer-repeated", repeated),
        ("error-problem", problem),
        ("error-direct", direct),
        ("postback-answer-applied", applied),
        ("postback-answer-invalid", invalid),
    ];
    let told = told.map(|(name, answer)| (name, stable(&world, CALL, &key, &answer)));
    let flows = [("amazon-connect-answer-ok", taken), ("amazon-connect-answer-error", refused)];
    let flows =
        flows.map(|(name, answer)| (name, stable(&flow_world, &contact, &flow_key, &answer)));
    for (name, answer) in told.into_iter().chain(flows) {
        schemas.hold(schema_of(name).unwrap(), &answer);
        assert_eq!(kept.remove(name).as_ref(), Some(&answer), "{name}");
    }
    assert!(kept.is_empty(), "nothing answers {:?}", kept.keys());
}

#[tokio::test]
async fn postbacks_are_answered_as_their_schema_says() {
    let world = World::new().await;
    world.save([]).await;
    let schemas = Schemas::read();
    let start = world.start("call", json!({})).await.of_status(200);
    let (call, key) = (world.named("call"), text(&start["call_key"]));
    for (path, status) in [
        (format!("/postback/{call}?key={key}&age=23&postback_id=1"), 200),
        (format!("/postback/{call}?key={key}&age=23&postback_id=1"), 200),
        (format!("/postback/{call}?key=wrong&age=23"), 403),
        (format!("/postback/{call}?key={key}&revenue=lots"), 422),
        (format!("/postback/{call}-2?key={key}&age=23"), 404),
    ] {
        let answer = world.visit(&path).await.of_status(status);
        schemas.hold("postback-answer", &answer);
    }
}
