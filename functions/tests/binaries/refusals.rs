//! What a platform did wrong is said in the shape that it asked in, and stores nothing.

use hookline::key::{BearerKey, Scope};
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{ANSWERED, NUMBER, SELECTED, START, World, buyer, start};

const AT_FAULT: &str = "the request has fields at fault";

/// An event with some fields changed; null takes one away.
fn with(event: &Value, changes: &Value) -> Value {
    let mut body = event.clone();
    let fields = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    body
}

/// The campaign `solar` with one webhook for each kind of event.
async fn world() -> World {
    let world = World::new().await;
    let url = world.partner.url("/hook");
    let hook = |trigger: &str| json!({"id": trigger, "trigger": trigger, "url": url});
    world.campaign(&json!([hook("start"), hook("selected"), hook("answered")])).await;
    world.partner.on("/hook", Reply::json(&json!({"seen": "yes"})));
    world
}

/// Why an event is refused.
enum Refusal {
    NoCampaign,
    NoCall,
    /// Fields at fault, by their pointers.
    Invalid(&'static [&'static str]),
}

impl Refusal {
    /// The status, the code, the message and the pointers that tell it.
    fn told(&self) -> (u64, &'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::NoCampaign => {
                (404, "unknown_campaign", "there is no campaign nowhere", &["/campaign_id"])
            }
            Self::NoCall => {
                let message = "nothing is known of this call; \
                               report its start first, or name its campaign";
                (404, "unknown_call", message, &[])
            }
            Self::Invalid(pointers) => (422, "invalid", AT_FAULT, pointers),
        }
    }
}

/// Events at fault, each with the function that takes it.
fn at_fault() -> Vec<(&'static str, &'static str, Value, Refusal)> {
    use Refusal::{Invalid, NoCall, NoCampaign};
    let start = |changes| with(&start("new"), &changes);
    let buyer = |changes| with(&buyer("new"), &changes);
    let two = json!({"campaign_id": null, "occurred_at": "soon"});
    let number = json!({"caller_number": "12", "tags": {"call_id": "x"}});
    let long = json!({"number_name": "x".repeat(201)});
    let nobody = json!({"buyer": {"name": "b"}});
    let nothing = json!({"buyer": null, "attempt": 0});
    let nowhere = || json!({"campaign_id": "nowhere"});
    vec![
        (START, "start", start(nowhere()), NoCampaign),
        (START, "start", start(two), Invalid(&["/campaign_id", "/occurred_at"])),
        (START, "start", start(number), Invalid(&["/caller_number", "/tags/call_id"])),
        (START, "start", start(long), Invalid(&["/number_name"])),
        (SELECTED, "selected", buyer(json!({})), NoCall),
        (SELECTED, "selected", buyer(nowhere()), NoCampaign),
        (SELECTED, "selected", buyer(nobody), Invalid(&["/buyer/id"])),
        (ANSWERED, "answered", buyer(json!({})), NoCall),
        (ANSWERED, "answered", buyer(nothing), Invalid(&["/attempt", "/buyer"])),
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

    for (binary, _, event, refusal) in at_fault() {
        let (_, code, message, wrong) = refusal.told();
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

    for (binary, kind, event, refusal) in at_fault() {
        let (status, code, message, wrong) = refusal.told();
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

    let without = with(&start("c1"), &json!({"call_id": null}));
    let answer = function.invoke(without).await.unwrap();
    let errors = json!([{"pointer": "/call_id", "detail": "is required"}]);
    assert_eq!(
        answer,
        json!({"error": {"code": "invalid", "message": AT_FAULT, "errors": errors}})
    );
    for event in [json!({}), json!([1]), json!("x")] {
        let answer = function.invoke(event).await.unwrap();
        assert_eq!(answer["error"]["code"], "unknown_event");
        assert_eq!(pointers(&answer["error"]["errors"]), [""]);
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
