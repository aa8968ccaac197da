//! Spec sections 1, 5 and 9: answers to webhooks that are not pings, and what is kept of them.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, delivery, merged, report};

/// A campaign that remembers its callers, whose `connect` webhook has more or other fields and is
/// answered with data, and whose others tell what is known by then.
async fn world(more: Value) -> World {
    let world = World::new().await;
    let query = "?s=[score]&z=[caller_zip]";
    let connect = merged(world.hook("connect", ""), more);
    let hooks = [world.hook("start", query), connect, world.hook("always", query)];
    let rule = json!({"remember": "all", "days": 90});
    world.save_hasty(hooks, json!({"return_callers": rule})).await;
    world.partner.on("/connect", Reply::json(&json!({"score": [7, "high"], "geo": "us-10101"})));
    world
}

async fn next_call(world: &World) -> Value {
    let later = json!({"occurred_at": "2026-11-24T03:00:00Z"});
    world.start("next", later).await.of_status(200)["tags"].clone()
}

#[tokio::test]
async fn they_become_tags_where_the_webhook_says_so_and_are_remembered() {
    let world = world(json!({"parse_response": true})).await;

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;
    let next = next_call(&world).await;

    let geo = json!(["614", "us", "us-10101", "us-ny"]);
    let tags = json!({"geo": geo, "score": ["7", "high"]});
    assert_eq!((&call["tags"], &next), (&tags, &tags));
    let told = json!({"geo": ["us", "us-10101", "us-ny"], "score": ["7", "high"]});
    assert_eq!(delivery(&call, "connect")["report"]["tags"], told);
    assert_eq!(world.targets_at("/always"), ["/always?s=7%2Chigh&z=10101"]);
    assert_eq!(world.targets_at("/start"), ["/start?s=&z=", "/start?s=7%2Chigh&z=10101"]);
}

#[tokio::test]
async fn they_are_let_be_where_it_does_not() {
    for more in [json!({}), json!({"parse_response": false})] {
        let world = world(more).await;

        let _ = world.whole_call("call", json!({})).await;
        let call = world.over("call").await;
        let next = next_call(&world).await;

        let geo = json!({"geo": ["614", "us", "us-oh"]});
        assert_eq!((&call["tags"], &next), (&geo, &geo));
        let report = &delivery(&call, "connect")["report"];
        assert_eq!((&report["tags"], &report["notes"]), (&json!({}), &json!([])));
    }
}

#[tokio::test]
async fn maps_and_prefixes_hold_for_them_too() {
    let more = json!({
        "parse_response": true, "tag_prefix": "crm_", "response_map": {"grade": "score[1]"},
    });
    let world = world(more).await;

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(call["tags"], json!({"crm_grade": ["high"], "geo": ["614", "us", "us-oh"]}));
}

#[tokio::test]
async fn an_answer_after_a_redirect_is_the_last_ones() {
    let world = world(json!({"parse_response": true})).await;
    world.partner.on("/connect", Reply::redirect(302, "/landed"));
    world.partner.on("/landed", Reply::json(&json!({"score": 9})));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(call["tags"]["score"], json!(["9"]));
}

#[tokio::test]
async fn bad_ones_add_nothing_and_say_so() {
    let no_json = "The body is HTML or XML, not a JSON object.";
    let refused = "Refused names that Hookline answers itself: call_id.";
    let cases = [
        ("page", Reply::html("<p>thanks</p>"), "ok", json!([no_json])),
        ("empty", Reply::status(204), "ok", json!([])),
        ("name", Reply::json(&json!({"call_id": "x"})), "ok", json!([refused])),
        ("down", Reply::status(500), "failed", json!([])),
    ];
    let world = World::new().await;
    let hooks = cases.clone().map(|(id, reply, ..)| {
        world.partner.on(&format!("/{id}"), reply);
        let more = json!({"trigger": "connect", "parse_response": true, "retry": "none"});
        world.webhook(id, &format!("/{id}"), more)
    });
    world.save_hasty(hooks.into_iter().chain([world.hook("always", "")]), json!({})).await;

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    for (id, _, status, notes) in cases {
        let report = &delivery(&call, id)["report"];
        assert_eq!((&report["status"], &report["notes"]), (&json!(status), &notes), "{id}");
    }
    assert_eq!(call["tags"], json!({"geo": ["614", "us", "us-oh"]}));
}

#[tokio::test]
async fn a_ping_may_be_told_to_let_its_answer_be() {
    let world = World::new().await;
    let start = merged(world.hook("start", ""), json!({"parse_response": false}));
    world.save([start]).await;
    world.partner.on("/start", Reply::json(&json!({"score": 7})));

    let answer = world.start("call", json!({})).await.of_status(200);

    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(report(&answer, "start")["status"], "ok");
}

#[tokio::test]
async fn what_a_late_postback_says_is_remembered_too() {
    let world = world(json!({})).await;
    let start = world.whole_call("call", json!({})).await;
    let _ = world.over("call").await;

    let _ = world.post_back("call", &start, "score=3&geo=us-ny").await;
    let next = next_call(&world).await;

    assert_eq!(next, json!({"geo": ["614", "us", "us-ny"], "score": ["3"]}));
}
