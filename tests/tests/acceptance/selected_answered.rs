//! Spec sections 1, 11 and 13: buyers are chosen and answer, in whatever order that is reported.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, report, reports, text};

fn at(second: u32) -> String {
    format!("2026-11-23T17:00:{second:02}Z")
}

fn buyer(id: &str, attempt: u32, second: u32) -> Value {
    json!({"buyer": {"id": id}, "attempt": attempt, "occurred_at": at(second)})
}

/// A campaign with one webhook a trigger, which says who was chosen.
async fn world() -> World {
    let world = World::new().await;
    let hook = |trigger: &str| {
        world.partner.on(&format!("/{trigger}"), Reply::json(&json!({trigger: 1})));
        let path = format!("/{trigger}?buyer=[buyer_id]&key=[call_key]");
        world.webhook(trigger, &path, json!({"trigger": trigger}))
    };
    world.save([hook("start"), hook("selected"), hook("answered")]).await;
    world
}

/// The buyers that the webhooks of a trigger were told.
fn told(world: &World, path: &str) -> Vec<String> {
    let targets = world.targets_at(path);
    let of = |target: &String| {
        let query = target.split_once("buyer=").map(|(_, rest)| rest).unwrap_or_default();
        query.split('&').next().unwrap_or_default().to_owned()
    };
    targets.iter().map(of).collect()
}

#[tokio::test]
async fn a_choice_answers_with_the_tags_as_they_stand_and_no_key() {
    let world = world().await;
    let start = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let key = text(&start["call_key"]);

    for (event, tags) in [
        ("selected", json!({"selected": ["1"], "start": ["1"]})),
        ("answered", json!({"answered": ["1"], "selected": ["1"], "start": ["1"]})),
    ] {
        let answer = world.event("call", event, json!({"tags": {"more": event}})).await;

        assert!(!answer.text.contains(&key), "{}", answer.text);
        let mut answer = answer.of_status(200);
        answer["webhooks"] = reports(&answer);
        let more =
            if event == "selected" { json!(["selected"]) } else { json!(["answered", "selected"]) };
        let mut all = json!({"geo": ["614", "us", "us-oh"], "sub_id": ["x"], "more": more});
        for (name, value) in tags.as_object().unwrap() {
            all[name] = value.clone();
        }
        let report = json!({"id": event, "status": "ok", "http_status": 200, "tags": {event: ["1"]}, "notes": []});
        let call = world.named("call");
        assert_eq!(answer, json!({"call_id": call, "tags": all, "webhooks": [report]}));
    }
}

#[tokio::test]
async fn each_choice_fires_selected_once() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let first = world.event("call", "selected", buyer("b1", 1, 10)).await.of_status(200);
    let second = world.event("call", "selected", buyer("b2", 2, 20)).await.of_status(200);
    let third = world.event("call", "selected", buyer("b1", 3, 30)).await.of_status(200);
    let again = world.event("call", "selected", buyer("b1", 1, 10)).await.of_status(200);

    assert_eq!(told(&world, "/selected"), ["b1", "b2", "b1"]);
    assert_eq!(again["webhooks"], first["webhooks"]);
    assert_eq!(again["tags"], third["tags"]);
    assert_eq!(second["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(world.targets_at("/start").len(), 1);
}

#[tokio::test]
async fn each_answer_fires_answered_once() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let first = world.event("call", "answered", buyer("b1", 1, 10)).await.of_status(200);
    let again = world.event("call", "answered", buyer("b1", 1, 10)).await.of_status(200);
    let _ = world.event("call", "answered", buyer("b2", 2, 20)).await.of_status(200);

    assert_eq!(told(&world, "/answered"), ["b1", "b2"]);
    assert_eq!(again, first);
    assert_eq!(told(&world, "/selected"), [""; 0]);
}

#[tokio::test]
async fn without_a_count_choices_are_told_apart_by_time_and_buyer() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    for (id, second) in [("b1", 10), ("b1", 10), ("b1", 20), ("b2", 20), ("b1", 20)] {
        let choice = json!({"buyer": {"id": id}, "attempt": null, "occurred_at": at(second)});
        let _ = world.event("call", "selected", choice).await.of_status(200);
    }

    assert_eq!(told(&world, "/selected"), ["b1", "b1", "b2"]);
}

#[tokio::test]
async fn a_choice_before_the_start_opens_the_call_under_one_key() {
    let world = world().await;
    let mut early = buyer("b1", 1, 10);
    early["campaign_id"] = json!(world.campaign());

    let selected = world.event("call", "selected", early.clone()).await.of_status(200);
    let start = world.start("call", json!({})).await.of_status(200);
    let again = world.event("call", "selected", early).await.of_status(200);

    assert_eq!(selected.get("call_key"), None);
    assert_eq!(selected["tags"], json!({"selected": ["1"]}));
    let key = text(&start["call_key"]);
    let wanted = |trigger: &str| vec![format!("/{trigger}?buyer=b1&key={key}")];
    assert_eq!(world.targets_at("/selected"), wanted("selected"));
    assert_eq!(world.targets_at("/start"), wanted("start"));
    assert_eq!(again["webhooks"], selected["webhooks"]);
    let tags = json!({"geo": ["614", "us", "us-oh"], "selected": ["1"], "start": ["1"]});
    assert_eq!((&start["tags"], &again["tags"]), (&tags, &tags));
}

#[tokio::test]
async fn an_answer_before_start_and_choice_is_applied_once_and_so_are_they() {
    let world = world().await;
    let campaign = world.campaign();
    let early = |second| {
        let mut event = buyer("b1", 1, second);
        event["campaign_id"] = json!(campaign);
        event
    };

    for _ in 0..2 {
        let _ = world.event("call", "answered", early(20)).await.of_status(200);
        let _ = world.event("call", "selected", early(10)).await.of_status(200);
        let _ = world.start("call", json!({})).await.of_status(200);
    }

    for path in ["/answered", "/selected", "/start"] {
        assert_eq!(world.targets_at(path).len(), 1, "{path}");
    }
    let call = world.call("call").await;
    let times = [&call["started_at"], &call["selected_at"], &call["answered_at"]];
    assert_eq!(times, [&json!(at(0)), &json!(at(10)), &json!(at(20))]);
    assert_eq!(call["caller_number"], json!(world.caller()));
}

#[tokio::test]
async fn of_choices_out_of_order_the_latest_by_its_time_stands() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let _ = world.event("call", "selected", buyer("late", 2, 40)).await.of_status(200);
    let _ = world.event("call", "selected", buyer("early", 1, 10)).await.of_status(200);

    assert_eq!(world.call("call").await["buyer"], json!({"id": "late"}));
}

#[tokio::test]
async fn matches_and_tokens_see_the_buyer() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let path = "/p?b=[buyer_id]&n=[buyer_name]&c=[connected]&q=[quota]&t=[trigger]";
    let more = |trigger| json!({"trigger": trigger, "matches": ["quota:>5", "buyer_id:b 1"]});
    world
        .save([
            world.webhook("s", path, more("selected")),
            world.webhook("a", path, more("answered")),
        ])
        .await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let choice = |id: &str, second| {
        let buyer = json!({"id": id, "name": "Acme & Co", "tags": {"quota": 9}});
        json!({"buyer": buyer, "occurred_at": at(second)})
    };

    let _ = world.event("call", "selected", choice("b 1", 10)).await.of_status(200);
    let answer = world.event("call", "answered", choice("b 1", 20)).await.of_status(200);
    let other = world.event("call", "selected", choice("b2", 30)).await.of_status(200);

    assert_eq!(report(&answer, "a")["status"], "ok");
    assert_eq!(report(&other, "s")["status"], "skipped");
    assert_eq!(
        world.targets_at("/p"),
        [
            "/p?b=b%201&n=Acme%20%26%20Co&c=no&q=9&t=selected",
            "/p?b=b%201&n=Acme%20%26%20Co&c=yes&q=9&t=answered",
        ]
    );
}

#[tokio::test]
async fn the_webhooks_of_a_choice_see_its_buyer_also_when_it_is_reported_late() {
    let world = world().await;
    let _ = world.start("call", json!({})).await.of_status(200);

    let _ = world.event("call", "selected", buyer("second", 2, 30)).await.of_status(200);
    let _ = world.event("call", "selected", buyer("first", 1, 10)).await.of_status(200);
    let _ = world.event("call", "answered", buyer("first", 1, 20)).await.of_status(200);

    assert_eq!(told(&world, "/selected"), ["second", "first"]);
    assert_eq!(told(&world, "/answered"), ["first"]);
}

#[tokio::test]
async fn a_late_start_answers_with_what_stands_by_then() {
    let world = world().await;
    let start = world.start("call", json!({})).await.of_status(200);
    let chosen = world.event("call", "selected", json!({})).await.of_status(200);

    let again = world.start("call", json!({})).await.of_status(200);

    assert_eq!(again["tags"], chosen["tags"]);
    assert_eq!(again["webhooks"], start["webhooks"]);
    assert_eq!(again["call_key"], start["call_key"]);
}
