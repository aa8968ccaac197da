//! The document of the management API.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn the_document_is_served_and_says_what_is_there() {
    let world = World::new().await;

    let answer = world.get("/openapi.json").await;

    assert_eq!(answer.content_type, "application/json");
    let document = answer.of_status(200);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Hookline");
    let operations: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    for wanted in ["GET /campaigns", "PUT /campaigns/{id}", "GET /calls/{call_id}"] {
        assert!(operations.iter().any(|operation| operation == wanted), "{operations:#?}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_and_a_method_that_is_not_taken_are_told_apart() {
    let world = World::new().await;

    let nothing = world.get("/nothing/here").await;
    let method = world.post("/campaigns", &json!({})).await;
    let unreadable = world.get("/campaigns/%ff").await;
    let encoded = world.get("/calls/no%25such%20call%3Fat=all").await;

    let code = |answer: hookline_tests::client::Answer, status: u16| -> Value {
        assert_eq!(answer.content_type, "application/problem+json", "{}", answer.text);
        answer.of_status(status)["code"].clone()
    };
    assert_eq!(code(nothing, 404), "unknown_address");
    assert_eq!(code(method, 405), "method_not_allowed");
    assert_eq!(code(unreadable, 422), "invalid");
    assert_eq!(code(encoded, 404), "unknown_call");
}
