//! Spec section 12: deliveries that are not pings, their retries, and how they are shown.

use std::time::Duration;

use hookline_tests::partner::Reply;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{World, delivery, merged, statuses, text};

/// The webhook of a trigger under another id, at the path of that id.
fn named(world: &World, trigger: &str, id: &str, more: Value) -> Value {
    let fields = json!({"trigger": trigger, "name": format!("The {id}")});
    world.webhook(id, &format!("/{id}"), merged(fields, more))
}

fn time(value: &Value) -> Timestamp {
    text(value).parse().unwrap()
}

/// The wait between the last attempt of a delivery and the next, in milliseconds.
fn wait(delivery: &Value) -> i64 {
    let last = delivery["attempts"].as_array().unwrap().last().unwrap();
    let ended = time(&last["at"]).as_millisecond() + last["latency_ms"].as_i64().unwrap();
    time(&delivery["next_at"]).as_millisecond() - ended
}

#[tokio::test]
async fn one_that_fails_is_sent_again_as_the_same_delivery() {
    let world = World::new().await;
    let signed = json!({"signing_secret": "sixteen bytes or more", "retry": "standard"});
    let connect = merged(world.hook("connect", "?id=[delivery_id]&n=[attempt]"), signed);
    world.save_hasty([connect, world.hook("always", "")], json!({})).await;
    world.partner.on_each("/connect", [Reply::status(500), Reply::status(204)]);

    let _ = world.whole_call("call", json!({})).await;
    let before = world.over("call").await;
    let came = world.came("/connect", 2).await;
    let after = world.until("call", |call| delivery(call, "connect")["status"] == "ok").await;

    let retrying = delivery(&before, "connect");
    let told = ["status", "kind", "http_status"].map(|name| retrying["report"][name].clone());
    assert_eq!(told, [json!("failed"), json!("http"), json!(500)]);
    assert_eq!(retrying["status"], "retrying");
    // Up to a tenth more, and however long Hookline took after the exchange.
    assert!((5000..6500).contains(&wait(retrying)), "{retrying:#}");
    assert!(came[1].at - came[0].at >= Duration::from_secs(5));

    let id = text(&retrying["id"]);
    let targets = [1, 2].map(|attempt| format!("/connect?id={id}&n={attempt}"));
    assert_eq!([&came[0], &came[1]].map(|one| one.target.clone()), targets);
    let header = |name| [&came[0], &came[1]].map(|one| one.header(name).unwrap().to_owned());
    assert_eq!(header("webhook-id"), [id.clone(), id.clone()]);
    let [first, second] = header("webhook-timestamp").map(|at| at.parse::<u64>().unwrap());
    assert!(second >= first + 5, "{first} {second}");

    let ok = delivery(&after, "connect");
    assert_eq!((ok.get("next_at"), &ok["id"]), (None, &json!(id)));
    assert_eq!(ok["report"]["status"], "ok");
    let attempts = ok["attempts"].as_array().unwrap();
    let told = |name: &str| attempts.iter().map(|one| one[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("attempt"), [json!(1), json!(2)]);
    assert_eq!(told("status"), [json!("failed"), json!("ok")]);
    assert_eq!(told("http_status"), [json!(500), json!(204)]);
    assert_eq!(world.targets_at("/always").len(), 1);
}

#[tokio::test]
async fn what_another_attempt_cannot_change_is_not_tried_again() {
    let world = World::new().await;
    let of =
        |id: &str, more| named(&world, "connect", id, merged(json!({"retry": "extended"}), more));
    let hooks = [
        of("blocked", json!({})),
        of("invalid", json!({"headers": {"x-a": "[lines]"}})),
        of("large", json!({})),
        of("gone", json!({})),
        of("once", json!({"retry": "none"})),
        world.hook("always", ""),
    ];
    world.save_hasty(hooks, json!({})).await;
    world.partner.on("/blocked", Reply::redirect(302, "http://10.0.0.1/"));
    world.partner.on("/large", Reply::big(2 * 1024 * 1024));
    world.partner.on("/gone", Reply::status(410));
    world.partner.on("/once", Reply::status(500));

    let _ = world.whole_call("call", json!({"tags": {"lines": "a\nb"}})).await;
    let call = world.over("call").await;

    let large = delivery(&call, "large");
    assert_eq!(large["status"], "ok", "the partner took it, and nobody reads the answer");
    assert_eq!(large["report"]["notes"], json!(["the answer is over 64 KiB"]));
    let ids = ["blocked", "invalid", "gone", "once"];
    for id in ids {
        let delivery = delivery(&call, id);
        assert_eq!(
            (&delivery["status"], delivery.get("next_at")),
            (&json!("failed"), None),
            "{id}"
        );
    }
    let attempts = |id: &str| delivery(&call, id)["attempts"].as_array().unwrap().len();
    assert_eq!(ids.map(attempts), [1, 0, 1, 1]);
    let report = |id: &str| delivery(&call, id)["report"].clone();
    assert_eq!(report("blocked")["status"], "blocked");
    assert_eq!(report("blocked")["notes"], json!(["the address is not public"]));
    let kinds = ["invalid", "gone", "once"].map(|id| report(id)["kind"].clone());
    assert_eq!(kinds, ["invalid", "http", "http"].map(Value::from));
}

#[tokio::test]
async fn gone_disables_the_webhook_and_says_so() {
    let world = World::new().await;
    let hooks = [
        named(&world, "connect", "gone", json!({})),
        named(&world, "connect", "there", json!({})),
        world.hook("always", ""),
    ];
    world.save_hasty(hooks, json!({})).await;
    world.partner.on("/gone", Reply::status(410));
    world.partner.on("/there", Reply::status(204));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;
    let path = format!("/campaigns/{}", world.campaign());
    let campaign = world.until_shown(&path, |campaign| campaign["version"] == 2).await;

    let report = &delivery(&call, "gone")["report"];
    assert_eq!(report["http_status"], json!(410));
    assert_eq!(report["notes"], json!(["410 Gone: the webhook is disabled"]));
    let webhooks = campaign["webhooks"].as_array().unwrap().iter();
    let enabled: Vec<bool> = webhooks.map(|one| one["enabled"].as_bool().unwrap()).collect();
    assert_eq!(enabled, [false, true, true]);
}

#[tokio::test]
async fn a_partner_that_asks_for_time_gets_it() {
    let world = World::new().await;
    let ids = ["busy", "away", "hasty", "ever", "down"];
    let hooks = ids.map(|id| named(&world, "connect", id, json!({"retry": "standard"})));
    world.save_hasty(hooks.into_iter().chain([world.hook("always", "")]), json!({})).await;
    let after = |status, value| Reply::status(status).with_header("retry-after", value);
    world.partner.on("/busy", after(429, "60"));
    world.partner.on("/away", after(503, "120"));
    world.partner.on("/hasty", after(429, "1"));
    world.partner.on("/ever", after(503, "31536000"));
    world.partner.on("/down", after(500, "60"));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    let hours = 6 * 3_600_000;
    let wanted = [60_000, 120_000, 5000, hours, 5000];
    for (id, wanted) in ids.into_iter().zip(wanted) {
        let wait = wait(delivery(&call, id));
        assert!((wanted..wanted + wanted / 10 + 1000).contains(&wait), "{id}: {wait}");
    }
}

#[tokio::test]
async fn every_way_to_fail_is_tried_again() {
    let world = World::new().await;
    let ids = ["refused", "missing", "nothing", "nonsense", "silent", "lost"];
    let hooks = ids.map(|id| {
        // Standard is what a webhook has that says nothing.
        named(&world, "connect", id, json!({"timeout_ms": if id == "silent" { 100 } else { 5000 }}))
    });
    world.save_hasty(hooks.into_iter().chain([world.hook("always", "")]), json!({})).await;
    world.partner.on("/refused", Reply::status(403));
    world.partner.on("/missing", Reply::status(404));
    world.partner.on("/nothing", Reply::empty());
    world.partner.on("/nonsense", Reply::raw("nonsense\r\n\r\n"));
    world.partner.on("/silent", Reply::never());
    world.partner.on("/lost", Reply::redirect(302, "/lost"));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    let told = |id: &str| {
        let report = &delivery(&call, id)["report"];
        (report["status"].clone(), report.get("kind").cloned().unwrap_or_default())
    };
    let failed = |kind: &str| (json!("failed"), json!(kind));
    let (http, protocol) = (failed("http"), failed("protocol"));
    let wanted =
        [&http, &http, &protocol, &protocol, &(json!("timed_out"), Value::Null), &protocol];
    assert_eq!(ids.map(told).each_ref(), wanted);
    for id in ids {
        assert_eq!(delivery(&call, id)["status"], "retrying", "{id}");
    }
}

#[tokio::test]
async fn a_call_shows_what_is_still_to_come_and_what_has_been() {
    let world = World::new().await;
    let hooks = ["connect", "conversion", "always"].map(|trigger| world.hook(trigger, "?x=[none]"));
    world.save_hasty(hooks, json!({})).await;
    world.partner.on("/connect", Reply::status(204).after(Duration::from_secs(2)));

    let _ = world.whole_call("call", json!({})).await;
    let _ = world.came("/connect", 1).await;
    let during = world.call("call").await;
    let after = world.over("call").await;

    assert_eq!(statuses(&during), ["connect: pending", "conversion: pending", "always: pending"]);
    assert_eq!(statuses(&after), ["connect: ok", "conversion: ok", "always: ok"]);
    let waits = delivery(&during, "always");
    assert_eq!(waits["next_at"], waits["created_at"], "due, and not its turn yet");
    let mut connect = delivery(&after, "connect").clone();
    let attempt = connect["attempts"][0].as_object_mut().unwrap();
    assert!(time(&attempt.remove("at").unwrap()) >= time(&during["outcome"]["decided_at"]));
    assert!(attempt.remove("latency_ms").unwrap().as_u64().unwrap() >= 2000);
    let request = attempt.remove("request").unwrap();
    let header = |at: usize| request["headers"][at]["name"].clone();
    let names = ["webhook-id", "user-agent", "accept", "accept-language", "accept-encoding"];
    assert_eq!([0, 1, 2, 3, 4].map(header), names.map(Value::from));
    let url = world.partner.url("/connect?x=");
    let sent = json!({"attempt": 1, "method": "GET", "url": url, "status": "ok",
        "http_status": 204, "empty_tokens": ["none"],
        "answer": {"headers": [{"name": "connection", "value": "close"}]}});
    assert_eq!(connect["attempts"], json!([sent]));
    let told = ["trigger", "webhook", "occurrence", "status", "takeovers"];
    let wanted = [json!("connect"), json!("connect"), json!("1"), json!("ok"), json!(0)];
    assert_eq!(told.map(|name| connect[name].clone()), wanted);
    assert_eq!(connect["report"]["notes"], json!(["empty tokens: none"]));
}
