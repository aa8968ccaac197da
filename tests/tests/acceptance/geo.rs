//! Spec section 5, `geo`: where a caller is.

use std::time::Duration;

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, report, text};

/// The start of a call from that number, with these tags of the platform's.
async fn geo_of(caller: &str, tags: Value) -> Value {
    let world = World::new().await;
    world.save([]).await;
    let fields = json!({"caller_number": caller, "tags": tags});
    world.start("call", fields).await.of_status(200)["tags"]["geo"].clone()
}

/// What a starting call's one ping made of where the caller from Ohio is: `geo`, and then the
/// tokens `caller_zip`, `caller_state` and `caller_country` at the next trigger.
async fn moved_by(answer: Value) -> (Value, String) {
    let world = World::new().await;
    world.partner.on("/p", Reply::json(&answer));
    world.partner.on("/q", Reply::status(204));
    let path = "/q?[caller_zip]/[caller_state]/[caller_country]/[geo]";
    let next = world.webhook("next", path, json!({"trigger": "selected"}));
    world.save([world.webhook("p", "/p", json!({})), next]).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "selected", json!({})).await.of_status(200);
    (start["tags"]["geo"].clone(), world.targets_at("/q").concat())
}

#[tokio::test]
async fn a_call_starts_where_its_number_says() {
    let cases = [
        ("+16145550100", json!(["614", "us", "us-oh"])),
        ("(212) 555-0100", json!(["212", "us", "us-ny"])),
        ("+14165550100", json!(["416", "ca", "ca-on"])),
        ("+15145550100", json!(["514", "ca", "ca-qc"])),
        ("+18765550100", json!(["876", "jm"])),
        ("+12425550100", json!(["242", "bs"])),
        ("+18005550100", Value::Null),
        ("+18885550100", Value::Null),
        ("+442079460958", Value::Null),
    ];
    for (caller, geo) in cases {
        assert_eq!(geo_of(caller, json!({})).await, geo, "{caller}");
    }
}

#[tokio::test]
async fn an_answer_moves_the_caller_and_the_area_code_stays() {
    let cases = [
        (json!({"geo": "us-10101"}), json!(["614", "us", "us-10101", "us-ny"]), "10101/ny/us"),
        (json!({"geo": "us-ny"}), json!(["614", "us", "us-ny"]), "/ny/us"),
        (json!({"geo": "us"}), json!(["614", "us"]), "//us"),
        (json!({"caller_zip": 10101}), json!(["614", "us", "us-10101", "us-ny"]), "10101/ny/us"),
        (json!({"caller_zip": "10101"}), json!(["614", "us", "us-10101", "us-ny"]), "10101/ny/us"),
        (json!({"geo": "us-00000"}), json!(["614", "us", "us-00000"]), "00000//us"),
        (json!({"caller_zip": "00000"}), json!(["614", "us", "us-00000"]), "00000//us"),
        (json!({"geo": "ca-on"}), json!(["614", "ca", "ca-on"]), "/on/ca"),
    ];
    for (answer, geo, tokens) in cases {
        let (moved, told) = moved_by(answer.clone()).await;
        assert_eq!(moved, geo, "{answer}");
        let values: Vec<String> = geo.as_array().unwrap().iter().map(text).collect();
        assert_eq!(told, format!("/q?{tokens}/{}", values.join("%2C")), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_place_moves_nobody_and_is_named() {
    for place in ["nowhere", "us-zz", "us-1010", "10101"] {
        let world = World::new().await;
        world.partner.on("/p", Reply::json(&json!({"geo": place, "ok": 1})));
        world.save([world.webhook("p", "/p", json!({}))]).await;

        let answer = world.start("call", json!({})).await.of_status(200);

        assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"], "ok": ["1"]}));
        let note = text(&report(&answer, "p")["notes"][0]);
        assert!(note.contains(place), "{note}");
    }
}

#[tokio::test]
async fn of_several_places_the_later_webhook_by_order_wins_however_fast_it_is() {
    for slow in ["first", "second"] {
        let world = World::new().await;
        let hook = |id: &str, order: i64, place: &str| {
            let delay = Duration::from_millis(if id == slow { 200 } else { 0 });
            let reply = Reply::json(&json!({"geo": place, id: 1})).after(delay);
            world.partner.on(&format!("/{id}"), reply);
            world.webhook(id, &format!("/{id}"), json!({"order": order}))
        };
        world.save([hook("second", 2, "us-ca"), hook("first", 1, "us-10101")]).await;

        let answer = world.start("call", json!({})).await.of_status(200);

        let wanted = json!({"first": ["1"], "geo": ["614", "us", "us-ca"], "second": ["1"]});
        assert_eq!(answer["tags"], wanted, "slow {slow}");
    }
}

#[tokio::test]
async fn a_later_trigger_moves_the_caller_again_and_a_repeat_does_not_move_back() {
    let world = World::new().await;
    world.partner.on("/start", Reply::json(&json!({"geo": "us-10101"})));
    world.partner.on("/selected", Reply::json(&json!({"caller_zip": 90210})));
    world.partner.on("/answered", Reply::status(204));
    let hook = |trigger: &str, matches: &str| {
        let more = json!({"trigger": trigger, "matches": [matches]});
        world.webhook(trigger, &format!("/{trigger}"), more)
    };
    world
        .save([
            hook("start", "geo:us-oh"),
            hook("selected", "geo:us-ny"),
            hook("answered", "caller_state:ca"),
        ])
        .await;

    let start = world.start("call", json!({})).await.of_status(200);
    let selected = world.event("call", "selected", json!({})).await.of_status(200);
    let again = world.start("call", json!({})).await.of_status(200);
    let answered = world.event("call", "answered", json!({})).await.of_status(200);

    assert_eq!(start["tags"]["geo"], json!(["614", "us", "us-10101", "us-ny"]));
    for answer in [selected, again, answered] {
        assert_eq!(answer["tags"]["geo"], json!(["614", "us", "us-90210", "us-ca"]));
        assert_eq!(answer["webhooks"][0]["status"], "ok", "{answer}");
    }
}

#[tokio::test]
async fn the_platform_may_say_where_the_caller_is() {
    assert_eq!(
        geo_of("+16145550100", json!({"geo": "us-10101"})).await,
        json!(["614", "us", "us-10101", "us-ny"])
    );
    assert_eq!(
        geo_of("+16145550100", json!({"caller_zip": "90210"})).await,
        json!(["614", "us", "us-90210", "us-ca"])
    );
}
