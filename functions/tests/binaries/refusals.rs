//! What a platform did wrong is said in the shape that it asked in, and stores nothing.

use hookline::key::{BearerKey, Scope};
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use super::request::{Answer, Request};
use super::world::{ANSWERED, NUMBER, SELECTED, START, World, buyer, start};

/// An event with some fields changed; null takes one away.
fn with(event: &Value, changes: &Value) -> Value {
    let mut changed = event.clone();
    let fields = changed.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    changed
}

/// The campaign `solar` with one webhook of each kind, and a call of it.
async fn world() -> World {
    let world = World::new().await;
    let hook = |trigger: &str| json!({"id": trigger, "trigger": trigger, "url": world.partner.url("/hook")});
    world.campaign(&json!([hook("start"), hook("selected"), hook("answered")])).await;
    world.partner.on("/hook", Reply::json(&json!({"seen": "yes"})));
    world
}

/// What is wrong with a field, and the sentences about it.
const NO_CAMPAIGN: &str = "there is no campaign nowhere";
const NO_CALL: &str = "nothing is known of this call; report its start first, or name its campaign";
const AT_FAULT: &str = "the request has fields at fault";

/// Events at fault with the function that takes them, and what is answered: status, code, message
/// and pointers to what is wrong.
fn at_fault()
-> Vec<(&'static str, &'static str, Value, u64, &'static str, &'static str, Vec<&'static str>)> {
    let (start, buyer) = (start("new"), buyer("new"));
    vec![
        (
            START,
            "start",
            with(&start, &json!({"campaign_id": "nowhere"})),
            404,
            "unknown_campaign",
            NO_CAMPAIGN,
            vec!["/campaign_id"],
        ),
        (
            START,
            "start",
            with(&start, &json!({"campaign_id": null, "occurred_at": "soon"})),
            422,
            "invalid",
            AT_FAULT,
            vec!["/campaign_id", "/occurred_at"],
        ),
        (
            START,
            "start",
            with(&start, &json!({"caller_number": "12", "tags": {"call_id": "x"}})),
            422,
            "invalid",
            AT_FAULT,
            vec!["/caller_number", "/tags/call_id"],
        ),
        (
            START,
            "start",
            with(&start, &json!({"number_name": "x".repeat(201)})),
            422,
            "invalid",
            AT_FAULT,
            vec!["/number_name"],
        ),
        (SELECTED, "selected", buyer.clone(), 404, "unknown_call", NO_CALL, vec![]),
        (
            SELECTED,
            "selected",
            with(&buyer, &json!({"campaign_id": "nowhere"})),
            404,
            "unknown_campaign",
            NO_CAMPAIGN,
            vec!["/campaign_id"],
        ),
        (
            SELECTED,
            "selected",
            with(&buyer, &json!({"buyer": {"name": "b"}})),
            422,
            "invalid",
            AT_FAULT,
            vec!["/buyer/id"],
        ),
        (ANSWERED, "answered", buyer.clone(), 404, "unknown_call", NO_CALL, vec![]),
        (
            ANSWERED,
            "answered",
            with(&buyer, &json!({"buyer": null, "attempt": 0})),
            422,
            "invalid",
            AT_FAULT,
            vec!["/attempt", "/buyer"],
        ),
    ]
}

fn pointers(errors: &Value) -> Vec<&str> {
    let errors = errors.as_array().unwrap();
    let mut pointers: Vec<&str> =
        errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    pointers
}

#[tokio::test]
async fn an_event_at_fault_is_refused_in_the_answer() {
    let world = world().await;
    let before = world.items().await;

    for (binary, _, event, _, code, message, wrong) in at_fault() {
        let answer = world.function(binary).await.invoke(event).await.unwrap();

        let errors = &answer["error"]["errors"];
        assert_eq!(pointers(errors), wrong, "{answer}");
        let wanted = json!({"error": {"code": code, "message": message, "errors": errors}});
        assert_eq!(answer, wanted);
    }

    assert_eq!(world.items().await, before);
    assert_eq!(world.partner.requests(), []);
}

#[tokio::test]
async fn an_event_at_fault_is_a_problem_over_http() {
    let world = world().await;
    let key = world.key(Scope::Calls, false).await;
    let before = world.items().await;

    for (binary, kind, event, status, code, message, wrong) in at_fault() {
        let request = Request::event(kind, &event).by(&key);
        let answer = request.send(&world.function(binary).await).await;

        let errors = &answer.body["errors"];
        assert_eq!(pointers(errors), wrong, "{answer:?}");
        assert_eq!(answer, Answer::problem(status, code, message, errors));
    }

    assert_eq!(world.items().await, before);
    assert_eq!(world.partner.requests(), []);
}

#[tokio::test]
async fn a_direct_invoke_without_a_call_is_refused() {
    let world = world().await;
    let function = world.function(START).await;

    for event in [with(&start("c1"), &json!({"call_id": null})), json!({}), json!([1]), json!("x")]
    {
        let answer = function.invoke(event).await.unwrap();
        let errors = json!([{"pointer": "/call_id", "detail": "is required"}]);
        assert_eq!(
            answer,
            json!({"error": {"code": "invalid", "message": AT_FAULT, "errors": errors}})
        );
    }
    let answer = function.invoke(with(&start("c1"), &json!({"call_id": "a b"}))).await.unwrap();
    assert_eq!(answer["error"]["code"], "invalid");
    assert_eq!(pointers(&answer["error"]["errors"]), ["/call_id"]);
}

#[tokio::test]
async fn a_body_that_is_no_event_is_a_problem() {
    let world = world().await;
    let key = world.key(Scope::Calls, false).await;
    let function = world.function(START).await;
    let request = Request::event("start", &start("c1")).by(&key);

    for request in [
        request.clone().body("{\"campaign_id\":"),
        request.clone().body("campaign_id=solar"),
        request.clone().body(""),
        request.clone().body([0xff, 0xfe]).encoded(),
    ] {
        let answer = request.send(&function).await;
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.starts_with("the body is not JSON: "), "{detail}");
        assert_eq!(answer, Answer::problem(400, "not_json", detail, &json!([])));
    }

    let answer = request.clone().body(" ".repeat(1024 * 1024 + 1)).send(&function).await;
    let detail = "a body has at most 1048576 bytes";
    assert_eq!(answer, Answer::problem(413, "too_large", detail, &json!([])));

    let other = with(&start("c1"), &json!({"call_id": "c2"}));
    let answer = request.json(&other).send(&function).await;
    let errors = json!([{"pointer": "/call_id", "detail": "is not the call of the address"}]);
    assert_eq!(answer, Answer::problem(422, "invalid", AT_FAULT, &errors));
}

#[tokio::test]
async fn a_key_that_is_not_good_opens_nothing_and_stores_nothing() {
    let world = world().await;
    let paused = world.key(Scope::Calls, true).await;
    let unknown = BearerKey::given("hlc_nobody".to_owned());
    let before = world.items().await;
    let needed = "an API key is needed: send it as \"authorization: Bearer …\"";
    let nowhere = with(&start("c1"), &json!({"campaign_id": "nowhere"}));

    // Each in a sandbox that has read nothing yet, and again in it.
    for event in [start("c1"), nowhere] {
        let request = Request::event("start", &event);
        let none = Answer::problem(401, "unauthorized", needed, &json!([]));
        for (request, wanted) in [
            (request.clone(), none.clone()),
            (request.clone().header("authorization", "Basic YTpi"), none),
            (
                request.clone().by(&unknown),
                Answer::problem(401, "unauthorized", "this key is not known", &json!([])),
            ),
            (
                request.by(&paused),
                Answer::problem(403, "key_paused", "this key is paused", &json!([])),
            ),
        ] {
            let function = world.function(START).await;
            assert_eq!(request.send(&function).await, wanted);
            assert_eq!(request.send(&function).await, wanted);
        }
    }

    assert_eq!(world.items().await, before);
    assert_eq!(world.partner.requests(), []);
}

#[tokio::test]
async fn a_call_of_another_campaign_is_a_conflict() {
    let world = world().await;
    let function = world.function(START).await;
    function.invoke(start("c1")).await.unwrap();
    let key = world.key(Scope::Calls, false).await;
    let selected = with(&buyer("c1"), &json!({"campaign_id": "roofs", "caller_number": NUMBER}));
    let roofs = json!({"id": "roofs", "name": "Roofs", "version": 1});
    let roofs = hookline::campaign::Campaign::from_document(&roofs).unwrap();
    hookline::ports::campaigns::Campaigns::save(&world.store(), &roofs).await.unwrap();

    let function = world.function(SELECTED).await;
    let direct = function.invoke(selected.clone()).await.unwrap();
    let answer = Request::event("selected", &selected).by(&key).send(&function).await;

    let message = "this call belongs to another campaign";
    let errors = json!([{"pointer": "/campaign_id", "detail": message}]);
    let wanted = json!({"code": "other_campaign", "message": message, "errors": errors});
    assert_eq!(direct, json!({"error": wanted}));
    assert_eq!(answer, Answer::problem(409, "other_campaign", message, &errors));
}
