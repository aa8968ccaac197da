//! Spec sections 1 and 4: what the end of a call fires, in which order, and what its tokens say.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, deliveries, delivery, merged, statuses, text};

/// A campaign with a webhook for each trigger, listed in the opposite of firing order. A call
/// converts by a minute.
async fn world() -> World {
    let world = World::new().await;
    let timer = |id: &str, seconds: u32| {
        let more = json!({"id": id, "seconds": seconds});
        merged(world.hook("timer", &format!("?s={seconds}")), more)
    };
    let mut hooks = vec![timer("t20", 20), timer("t60", 60), timer("t61", 61)];
    for trigger in
        ["always", "non_conversion", "conversion", "connect", "answered", "selected", "start"]
    {
        hooks.push(world.hook(trigger, ""));
    }
    world.save_hasty(hooks, json!({"conversion": [{"matches": [], "seconds": 60}]})).await;
    world
}

/// Paths and queries in the order in which they came.
fn targets(world: &World) -> Vec<String> {
    world.partner.requests().into_iter().map(|request| request.target).collect()
}

#[tokio::test]
async fn timers_still_owed_then_connect_then_conversion_then_always() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let _ = world.end("call", json!({"connected_seconds": 60})).await.of_status(200);
    let call = world.over("call").await;

    let fired = ["/start", "/timer?s=20", "/timer?s=60", "/connect", "/conversion", "/always"];
    assert_eq!(targets(&world), fired);
    let told = ["start: ok", "t20: ok", "t60: ok", "connect: ok", "conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), told);
}

#[tokio::test]
async fn a_call_that_did_not_convert_fires_non_conversion_instead() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let _ = world.end("call", json!({"connected_seconds": 59})).await.of_status(200);
    let _ = world.over("call").await;

    let fired = ["/start", "/timer?s=20", "/connect", "/non_conversion", "/always"];
    assert_eq!(targets(&world), fired);
}

#[tokio::test]
async fn a_call_nobody_answered_fires_start_selected_non_conversion_and_always() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "selected", json!({})).await.of_status(200);
    let _ = world.start("unsold", json!({})).await.of_status(200);

    let _ = world.end("call", json!({"connected_seconds": 0})).await.of_status(200);
    let _ = world.end("unsold", json!({})).await.of_status(200);
    let (call, unsold) = (world.over("call").await, world.over("unsold").await);

    let told = ["start: ok", "selected: ok", "non_conversion: ok", "always: ok"];
    assert_eq!(statuses(&call), told);
    assert_eq!(statuses(&unsold), ["start: ok", "non_conversion: ok", "always: ok"]);
}

#[tokio::test]
async fn webhooks_of_one_trigger_go_in_their_order_and_those_not_for_the_call_are_skipped() {
    let world = World::new().await;
    let connect = |id: &str, more: Value| {
        let more = merged(json!({"id": id}), more);
        merged(world.hook("connect", &format!("?id={id}")), more)
    };
    let hooks = [
        world.hook("always", ""),
        connect("last", json!({"order": 9})),
        connect("no", json!({"order": 1, "matches": ["hung_up_by:caller"]})),
        connect("off", json!({"order": 2, "enabled": false})),
        connect("first", json!({"order": -1, "matches": ["hung_up_by:buyer", "connected:yes"]})),
    ];
    world.save_hasty(hooks, json!({})).await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let end = json!({"connected_seconds": 5, "hung_up_by": "buyer"});
    let _ = world.end("call", end).await.of_status(200);
    let call = world.over("call").await;

    assert_eq!(targets(&world), ["/connect?id=first", "/connect?id=last", "/always"]);
    let told = ["first: ok", "no: skipped", "off: skipped", "last: ok", "always: ok"];
    assert_eq!(statuses(&call), told);
    let notes = |id: &str| delivery(&call, id)["report"]["notes"].clone();
    assert_eq!(notes("no"), json!(["matches: hung_up_by:caller"]));
    assert_eq!(notes("off"), json!(["the webhook is disabled"]));
}

#[tokio::test]
async fn tokens_say_what_is_known_at_the_end() {
    let world = World::new().await;
    let names = [
        "trigger",
        "connected",
        "connected_seconds",
        "call_duration",
        "hung_up_by",
        "recording_url",
        "converted",
        "revenue",
        "payout",
        "attempt",
        "webhook_id",
        "sub_id",
        "disposition",
        "caller_number",
    ];
    let lines: Vec<String> = names.iter().map(|name| format!("[{name}]")).collect();
    let body = json!({"content_type": "text/plain", "template": lines.join("\n")});
    let more = json!({"method": "POST", "body": body});
    let hooks = ["connect", "conversion", "non_conversion", "always"];
    let hooks = hooks.map(|trigger| merged(world.hook(trigger, "?id=[delivery_id]"), more.clone()));
    let entries = json!([{"matches": ["disposition:sold"], "seconds": 60, "revenue": "20.50"}]);
    world.save_hasty(hooks, json!({"conversion": entries})).await;
    let end = json!({
        "hung_up_by": "caller", "recording_url": "https://rec.example/1?a=b", "payout": "0.00",
        "tags": {"disposition": "sold"},
    });

    let _ = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let _ = world.event("call", "answered", json!({})).await.of_status(200);
    let _ = world.end("call", end).await.of_status(200);
    let call = world.over("call").await;

    for trigger in ["connect", "conversion", "always"] {
        let came = world.came(&format!("/{trigger}"), 1).await;
        let id = text(&delivery(&call, trigger)["id"]);
        assert_eq!(came[0].target, format!("/{trigger}?id={id}"));
        let caller = world.caller();
        let said = "yes\n60\n70\ncaller\nhttps://rec.example/1?a=b\nyes\n20.50\n0.00\n1";
        let wanted = format!("{trigger}\n{said}\n{trigger}\nx\nsold\n{caller}");
        assert_eq!(String::from_utf8_lossy(&came[0].body), wanted);
    }
}

#[tokio::test]
async fn tokens_of_a_call_that_nobody_answered_say_so() {
    let world = World::new().await;
    let query = "?c=[connected]&s=[connected_seconds]&d=[call_duration]&v=[converted]&r=[revenue]\
                 &b=[buyer_id]";
    let hooks = ["non_conversion", "always"].map(|trigger| world.hook(trigger, query));
    let entries = json!([{"matches": [], "seconds": 0, "revenue": "20.00"}]);
    world.save_hasty(hooks, json!({"conversion": entries})).await;

    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "selected", json!({})).await.of_status(200);
    let _ = world.end("call", json!({})).await.of_status(200);
    let call = world.over("call").await;

    let wanted = "c=no&s=0&d=70&v=no&r=&b=b1";
    let told = ["/non_conversion?", "/always?"].map(|path| format!("{path}{wanted}"));
    assert_eq!(targets(&world), told);
    assert_eq!(call["outcome"]["converted"], json!(false));
}

#[tokio::test]
async fn the_buyer_of_a_call_is_the_one_who_answered() {
    let world = World::new().await;
    let query = "?b=[buyer_id]&n=[buyer_name]&q=[quota]&s=[connected_seconds]";
    let mut connect = world.hook("connect", query);
    connect["matches"] = json!(["quota:9"]);
    world.save_hasty([connect, world.hook("always", query)], json!({})).await;
    let at = |id: &str, attempt: u32, time: &str, quota: u32| {
        let buyer = json!({"id": id, "name": format!("Buyer {id}"), "tags": {"quota": quota}});
        json!({"buyer": buyer, "attempt": attempt, "occurred_at": format!("2026-11-23T17:00:{time}Z")})
    };

    let _ = world.start("call", json!({})).await.of_status(200);
    let events = [
        ("selected", at("b1", 1, "10", 1)),
        ("selected", at("b2", 2, "20", 9)),
        ("answered", at("b2", 2, "30", 9)),
        // Whoever is dialled for a transfer and does not answer is not who the call reached.
        ("selected", at("b3", 3, "50", 2)),
    ];
    for (event, fields) in events {
        let _ = world.event("call", event, fields).await.of_status(200);
    }
    let _ = world.end("call", json!({})).await.of_status(200);
    let call = world.over("call").await;

    let told = "b=b2&n=Buyer%20b2&q=9&s=40";
    assert_eq!(targets(&world), [format!("/connect?{told}"), format!("/always?{told}")]);
    assert_eq!(deliveries(&call, "connect").len(), 1);
}

#[tokio::test]
async fn a_campaign_that_is_switched_off_sends_nothing_and_says_so() {
    let world = World::new().await;
    let hooks = ["start", "connect", "always"].map(|trigger| world.hook(trigger, ""));
    let hooks = json!({"webhooks": hooks, "settle_seconds": 0, "enabled": false});
    world.save_with(hooks).await;
    world.partner.on("/start", Reply::status(204));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    assert_eq!(statuses(&call), ["start: skipped", "connect: skipped", "always: skipped"]);
    let notes = &delivery(&call, "always")["report"]["notes"];
    assert_eq!(notes, &json!(["the campaign is disabled"]));
    assert_eq!(world.partner.requests(), []);
}
