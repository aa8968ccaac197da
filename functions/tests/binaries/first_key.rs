//! The first admin key, through `api`.

use hookline::key::BearerKey;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{API, World, logs};

/// The key in an answer that has to show one under that name.
fn shown(answer: &Value, name: &str) -> BearerKey {
    let key = answer["key"].as_str().unwrap();
    let random = key.strip_prefix("hla_").unwrap();
    assert!(random.len() == 48 && random.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    let bearer = BearerKey::given(key.to_owned());
    assert_eq!(*answer, json!({"key": key, "id": bearer.hash(), "name": name}));
    bearer
}

async fn listed(function: &LambdaFunction, key: &BearerKey) -> Vec<Value> {
    let mut answer = Request::new("GET", "/api-keys").by(key).send(function).await;
    assert_eq!(answer.status, 200);
    answer.body["keys"].as_array_mut().unwrap().drain(..).collect()
}

#[tokio::test]
async fn it_is_shown_once_and_lets_its_bearer_in() {
    let world = World::new().await;
    let function = world.function(API).await;

    let first = function.invoke(json!({"make": "admin_key", "name": "ops"})).await.unwrap();
    let second = function.invoke(json!({"make": "admin_key"})).await.unwrap();

    let key = shown(&first, "ops");
    let keys = listed(&function, &key).await;
    assert_eq!(keys.len(), 1);
    let wanted = json!({"id": key.hash(), "name": "ops", "paused": false, "scope": "admin",
        "created_at": keys[0]["created_at"]});
    assert_eq!(keys[0], wanted);
    let message = "the first admin key was made before and is not shown again; if it is lost, \
        infra/RUNBOOK.md says under \"Recovering the admin key\" how another is made";
    let wanted = json!({"code": "admin_key_made", "message": message, "errors": []});
    assert_eq!(second, json!({"error": wanted}));
    for (_, item) in world.items().await {
        assert!(!item.contains(key.expose()), "{item}");
    }
    let printed = logs(&function, "the first admin key was made", 1).await;
    assert!(printed.contains(key.hash().as_str()) && !printed.contains(key.expose()), "{printed}");
}

#[tokio::test]
async fn it_is_made_once_even_when_its_key_was_deleted_until_its_marker_is() {
    let world = World::new().await;
    let function = world.function(API).await;
    let payload = json!({"make": "admin_key"});
    let lost = shown(&function.invoke(payload.clone()).await.unwrap(), "first");
    let request = Request::new("POST", "/api-keys").json(&json!({"scope": "admin"}));
    let other = request.by(&lost).send(&function).await;
    let other = BearerKey::given(other.body["key"].as_str().unwrap().to_owned());
    let path = format!("/api-keys/{}", lost.hash().as_str());
    let deleted = function.invoke(Request::new("DELETE", &path).by(&other).payload()).await;
    assert_eq!(deleted.unwrap()["statusCode"], 204);

    let refused = function.invoke(payload.clone()).await.unwrap();
    world.delete("KEYS", "FIRST").await;
    let made = function.invoke(payload).await.unwrap();

    assert_eq!(refused["error"]["code"], "admin_key_made");
    assert_eq!(listed(&function, &shown(&made, "first")).await.len(), 2);
}

#[tokio::test]
async fn any_other_direct_invoke_is_told_what_was_expected() {
    let world = World::new().await;
    let function = world.function(API).await;
    let before = world.items().await;

    let message = "this function takes requests over HTTP, and by direct invoke only \
        {\"make\": \"admin_key\"}, with a \"name\" for the key if you like";
    for (payload, faults) in [
        (
            json!({"id": "solar"}),
            vec![("/make", "is required"), ("/id", "is not a field of this object")],
        ),
        (json!({"make": "calls_key"}), vec![("/make", "must be admin_key")]),
        (
            json!({"make": 1, "name": ""}),
            vec![("/make", "must be a string"), ("/name", "must not be empty")],
        ),
        (json!("admin_key"), vec![("", "must be an object")]),
        (Value::Null, vec![("", "must be an object")]),
    ] {
        let answer = function.invoke(payload).await.unwrap();
        let errors: Vec<Value> = faults
            .into_iter()
            .map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail}))
            .collect();
        let wanted = json!({"code": "invalid", "message": message, "errors": errors});
        assert_eq!(answer, json!({"error": wanted}));
    }

    assert_eq!(world.items().await, before);
    let nobody = BearerKey::given("hla_nobody".to_owned());
    let answer = Request::new("GET", "/api-keys").by(&nobody).send(&function).await;
    let message = "this key is not known";
    assert_eq!(answer, Answer::problem(401, "unauthorized", message, &json!([])));
}
