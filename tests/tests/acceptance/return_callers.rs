//! Spec section 9: return callers.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, report, text};

/// A campaign that remembers so. A ping with the tag `first` learns something; one without tells
/// what is known by then, if it is known that the caller is a vip.
async fn world(remember: Value) -> World {
    let world = World::new().await;
    let learned = json!({"tier": ["gold", "new"], "vip": "yes", "geo": "us-10101"});
    world.partner.on("/learn", Reply::json(&learned));
    world.partner.on("/tell", Reply::status(204));
    let learn = world.webhook("learn", "/learn", json!({"matches": ["first:exists"]}));
    let path = "/tell?t=[tier]&v=[vip]&p=[posted]&g=[geo]&f=[first]";
    let tell = world.webhook("tell", path, json!({"matches": ["first:missing", "vip:yes"]}));
    let mut fields = json!({"webhooks": [learn, tell]});
    if !remember.is_null() {
        fields["return_callers"] = json!({"remember": remember, "days": 90});
    }
    world.save_with(fields).await;
    world
}

/// The first call: its ping learns, and a partner posts back. Gives the call's key.
async fn first_call(world: &World) -> String {
    let tags = json!({"first": 1, "sub_id": "x"});
    let start = world.start("one", json!({"tags": tags})).await.of_status(200);
    let key = text(&start["call_key"]);
    let path = format!("/postback/{}?key={key}&posted=p", world.named("one"));
    let _ = world.visit(&path).await.of_status(200);
    key
}

async fn next_call(world: &World, call: &str, more: Value) -> Value {
    let mut fields = json!({"occurred_at": "2026-11-24T09:00:00Z"});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    world.start(call, fields).await.of_status(200)
}

#[tokio::test]
async fn all_that_webhooks_and_postbacks_said_is_there_before_matches_and_tokens() {
    let world = world(json!("all")).await;
    let key = first_call(&world).await;

    let next = next_call(&world, "two", json!({})).await;

    let geo = json!(["614", "us", "us-10101", "us-ny"]);
    let known = json!({"geo": geo, "posted": ["p"], "tier": ["gold", "new"], "vip": ["yes"]});
    assert_eq!(next["tags"], known);
    assert_eq!(world.call("two").await["tags"], known);
    let told = "/tell?t=gold%2Cnew&v=yes&p=p&g=614%2Cus%2Cus-10101%2Cus-ny&f=";
    assert_eq!(world.targets_at("/tell"), [told]);
    assert_ne!(next["call_key"], json!(key));
}

#[tokio::test]
async fn of_some_keys_only_those_are_remembered() {
    let world = world(json!(["vip", "posted"])).await;
    let _ = first_call(&world).await;

    let next = next_call(&world, "two", json!({})).await;

    let known = json!({"geo": ["614", "us", "us-oh"], "posted": ["p"], "vip": ["yes"]});
    assert_eq!(next["tags"], known);
    assert_eq!(world.targets_at("/tell"), ["/tell?t=&v=yes&p=p&g=614%2Cus%2Cus-oh&f="]);
}

#[tokio::test]
async fn a_campaign_that_does_not_ask_remembers_nothing() {
    let world = world(Value::Null).await;
    let _ = first_call(&world).await;

    let next = next_call(&world, "two", json!({})).await;

    assert_eq!(next["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(report(&next, "tell")["status"], "skipped");
}

#[tokio::test]
async fn other_callers_and_other_campaigns_know_nothing() {
    let world = world(json!("all")).await;
    let other = world.named("other");
    let fields = json!({"return_callers": {"remember": "all", "days": 90}});
    let _ = world.save_as(&other, fields).await.of_status(200);
    let _ = first_call(&world).await;

    let somebody = next_call(&world, "two", json!({"caller_number": "+16145550000"})).await;
    let withheld = next_call(&world, "three", json!({"caller_number": null})).await;
    let elsewhere = next_call(&world, "four", json!({"campaign_id": other})).await;

    assert_eq!(somebody["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(withheld["tags"], json!({}));
    assert_eq!(elsewhere["tags"], json!({"geo": ["614", "us", "us-oh"]}));
}

#[tokio::test]
async fn what_later_triggers_learn_is_remembered_too_and_adds_up() {
    let world = World::new().await;
    let hook = |trigger: &str, body: Value| {
        world.partner.on(&format!("/{trigger}"), Reply::json(&body));
        world.webhook(trigger, &format!("/{trigger}"), json!({"trigger": trigger}))
    };
    let hooks = [
        hook("selected", json!({"x": "selected"})),
        hook("answered", json!({"x": "answered", "y": 1})),
    ];
    let rule = json!({"remember": "all", "days": 1});
    world.save_with(json!({"webhooks": hooks, "return_callers": rule})).await;
    let _ = world.start("one", json!({})).await.of_status(200);
    let _ = world.event("one", "selected", json!({})).await.of_status(200);
    let _ = world.event("one", "answered", json!({})).await.of_status(200);

    let next = next_call(&world, "two", json!({})).await;

    let geo = json!(["614", "us", "us-oh"]);
    assert_eq!(next["tags"], json!({"geo": geo, "x": ["answered", "selected"], "y": ["1"]}));
}

#[tokio::test]
async fn source_data_is_remembered_whether_it_waited_or_not() {
    let world = World::new().await;
    let rule = json!({"remember": "all", "days": 90});
    world.save_with(json!({"return_callers": rule})).await;
    let key = text(&world.postback_key(json!({})).await["key"]);
    let path = format!("/data/{key}?caller_number=%2B{}", &world.caller()[1..]);
    let _ = world.visit(&format!("{path}&waited=1")).await.of_status(202);
    let _ = world.start("one", json!({})).await.of_status(200);
    let _ = world.visit(&format!("{path}&at_once=1")).await.of_status(200);

    let next = next_call(&world, "two", json!({})).await;

    let geo = json!(["614", "us", "us-oh"]);
    assert_eq!(next["tags"], json!({"geo": geo, "waited": ["1"], "at_once": ["1"]}));
}
