//! The management API, through `api`.

use hookline::key::{BearerKey, Scope};
use hookline_tests::partner::Reply;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{API, NUMBER, START, World, start, take_call_key};

fn put(id: &str, campaign: &Value) -> Request {
    Request::new("PUT", &format!("/campaigns/{id}")).of("id", id).json(campaign)
}

fn get(path: &str) -> Request {
    Request::new("GET", path)
}

#[tokio::test]
async fn a_campaign_is_saved_under_the_version_that_was_read() {
    let world = World::new().await;
    let admin = world.key(Scope::Admin, false).await;
    let function = world.function(API).await;
    let hook =
        json!({"id": "crm", "trigger": "start", "url": "https://crm.example/?n=[caller_number]"});
    let new = json!({"id": "solar", "name": "Solar", "version": 0, "webhooks": [hook]});

    let saved = put("solar", &new).by(&admin).send(&function).await;
    let read = get("/campaigns/solar").by(&admin).send(&function).await;
    let stale = put("solar", &new).by(&admin).encoded().send(&function).await;
    let again = put("solar", &saved.body).by(&admin).encoded().send(&function).await;

    assert_eq!(saved, Answer::json(200, saved.body.clone()));
    assert_eq!((&saved.body["version"], &saved.body["name"]), (&json!(1), &json!("Solar")));
    assert_eq!(read, saved);
    let errors = json!([{"pointer": "/version", "detail": "is not the version that is stored"}]);
    let message = "the campaign was saved since you read it";
    let mut wanted = Answer::problem(409, "stale_version", message, &errors);
    wanted.body["current"] = saved.body.clone();
    assert_eq!(stale, wanted);
    let mut next = saved.body;
    next["version"] = json!(2);
    assert_eq!(again, Answer::json(200, next));
}

#[tokio::test]
async fn an_administrators_key_is_asked_for() {
    let world = World::new().await;
    let calls = world.key(Scope::Calls, false).await;
    let paused = world.key(Scope::Admin, true).await;
    let unknown = BearerKey::given("hla_nobody".to_owned());
    let function = world.function(API).await;
    let request = get("/campaigns/solar");

    for (key, status, code, message) in [
        (&calls, 403, "forbidden", "this key may not do that"),
        (&paused, 403, "key_paused", "this key is paused"),
        (&unknown, 401, "unauthorized", "this key is not known"),
    ] {
        let answer = request.clone().by(key).send(&function).await;
        assert_eq!(answer, Answer::problem(status, code, message, &json!([])));
    }
    assert_eq!(request.send(&function).await.status, 401);
}

#[tokio::test]
async fn a_call_is_shown_with_what_was_sent_and_without_its_key() {
    let world = World::new().await;
    let url = world.partner.url("/hook?key=[call_key]&n=[caller_number]");
    world.campaign(&json!([{"id": "crm", "trigger": "start", "url": url}])).await;
    world.partner.on("/hook", Reply::json(&json!({"age": 23})));
    let admin = world.key(Scope::Admin, false).await;
    let key = take_call_key(&mut world.function(START).await.invoke(start("c1")).await.unwrap());
    let function = world.function(API).await;

    let shown = get("/calls/c1").by(&admin).send(&function).await;
    let unknown = get("/calls/c2").by(&admin).send(&function).await;

    assert_eq!(shown.status, 200);
    let call = &shown.body;
    assert_eq!((&call["call_id"], &call["caller_number"]), (&json!("c1"), &json!(NUMBER)));
    assert_eq!(
        call["tags"],
        json!({"age": ["23"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]})
    );
    let delivery = &call["deliveries"][0];
    assert!(delivery.to_string().contains("crm"), "{delivery}");
    assert!(delivery.to_string().contains("key=hidden"), "{delivery}");
    assert!(!call.to_string().contains(&key), "{call}");
    let message = "nothing is known of this call";
    assert_eq!(unknown, Answer::problem(404, "unknown_call", message, &json!([])));
}

#[tokio::test]
async fn people_sign_in_through_a_front_with_another_host_name() {
    let world = World::new().await;
    let admin = world.key(Scope::Admin, false).await;
    let variables = world.environment().into_iter();
    let public = ("PUBLIC_URL".to_owned(), "https://front.example".to_owned());
    let function = LambdaFunction::spawn(API.as_ref(), variables.chain([public])).await.unwrap();
    let sign_in = async |origin: &str| {
        let request = Request::new("POST", "/console/sign-in")
            .header("host", "hooks.example")
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("key={}", admin.expose()));
        function.invoke(request.payload()).await.unwrap()
    };

    let ours = sign_in("https://front.example").await;
    let foreign = sign_in("https://evil.example").await;

    assert_eq!((&ours["statusCode"], &foreign["statusCode"]), (&json!(303), &json!(403)));
    let cookie = ours["cookies"][0].as_str().unwrap();
    assert!(cookie.starts_with("hookline_session=hls_") && cookie.ends_with("; Secure"));
    assert_eq!(foreign["cookies"], Value::Null);
}
