//! What there is, listed: campaigns, the calls of a day, deliveries by where they stand.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{START, World, delivery, faults, merged, pointers, text};

/// The day on which every call of the suite starts.
const DAY: &str = "2026-11-23";

/// That field of everything on a page.
fn each(page: &Value, list: &str, field: &str) -> Vec<Value> {
    page[list].as_array().unwrap().iter().map(|one| one[field].clone()).collect()
}

/// Every page of a list, from the first to the one without a next.
async fn pages(world: &World, path: &str) -> Vec<Value> {
    let mut pages = vec![world.get(path).await.of_status(200)];
    while let Some(next) = pages.last().unwrap().get("next") {
        let page = world.get(&format!("{path}&cursor={}", text(next))).await.of_status(200);
        pages.push(page);
        assert!(pages.len() < 20, "it never ends: {pages:#?}");
    }
    pages
}

#[tokio::test]
async fn campaigns_are_listed_as_they_are_saved() {
    let world = World::new().await;
    let id = world.campaign();
    let other = world.named("other");
    let _ = world.save_as(&other, json!({"name": "Another", "enabled": false})).await;
    world.save([world.hook("start", ""), world.hook("always", "")]).await;
    world.save_with(json!({"version": 1, "name": "Solar, renamed"})).await;

    let listed = world.get("/campaigns").await.of_status(200);

    let mut own = listed["campaigns"].as_array().unwrap().clone();
    own.retain(|campaign| campaign["id"] == json!(id) || campaign["id"] == json!(other));
    let wanted = json!([
        {"id": other, "name": "Another", "enabled": false, "version": 1, "webhooks": 0},
        {"id": id, "name": "Solar, renamed", "enabled": true, "version": 2, "webhooks": 0},
    ]);
    assert_eq!(json!(own), wanted);
}

#[tokio::test]
async fn the_calls_of_a_day_are_listed_newest_first_page_by_page() {
    let world = World::new().await;
    world.save([]).await;
    for at in 0..5 {
        let start = json!({"occurred_at": format!("{DAY}T17:00:0{at}Z")});
        let _ = world.start(&format!("call{at}"), start).await.of_status(200);
    }
    let before = json!({"occurred_at": "2026-11-22T23:59:59.999Z"});
    let _ = world.start("before", before).await.of_status(200);
    let path = format!("/campaigns/{}/calls?day={DAY}", world.campaign());

    let pages = pages(&world, &format!("{path}&limit=2")).await;
    let whole = world.get(&path).await.of_status(200);

    let sizes: Vec<usize> =
        pages.iter().map(|page| page["calls"].as_array().unwrap().len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 5, "{pages:#?}");
    assert!(sizes.iter().all(|size| *size <= 2), "{sizes:?}");
    let wanted: Vec<Value> =
        (0..5).rev().map(|at| json!(world.named(&format!("call{at}")))).collect();
    let told: Vec<Value> = pages.iter().flat_map(|page| each(page, "calls", "call_id")).collect();
    assert_eq!(told, wanted);
    assert_eq!(each(&whole, "calls", "call_id"), wanted);
    assert_eq!((&whole["day"], whole.get("next")), (&json!(DAY), None));
}

#[tokio::test]
async fn a_call_is_listed_with_what_became_of_it() {
    let world = World::new().await;
    world.save_hasty([world.hook("always", "")], json!({"conversion": [{"seconds": 0}]})).await;
    let _ = world.whole_call("call", json!({})).await;
    let _ = world.over("call").await;

    let path = format!("/campaigns/{}/calls?day={DAY}", world.campaign());
    let mut page = world.get(&path).await.of_status(200);

    let call = &mut page["calls"][0];
    assert!(call["outcome"].as_object_mut().unwrap().remove("decided_at").is_some());
    let wanted = json!({
        "call_id": world.named("call"),
        "caller_number": world.caller(),
        "called_number": "+18005550199",
        "started_at": START,
        "answered_at": "2026-11-23T17:00:10Z",
        "ended_at": "2026-11-23T17:01:10Z",
        "connected_seconds": 60,
        "buyer": {"id": "b1", "name": "Acme"},
        "outcome": {"converted": true},
    });
    assert_eq!(*call, wanted);
}

#[tokio::test]
async fn deliveries_are_listed_by_where_they_stand() {
    let world = World::new().await;
    let single = json!({"retry": "none"});
    let hooks = ["a", "b"].map(|id| {
        world.webhook(id, &format!("/{id}"), merged(json!({"trigger": "connect"}), single.clone()))
    });
    let [a, b] = hooks;
    world.save_hasty([a, b, world.hook("always", "")], json!({})).await;
    world.partner.on("/a", Reply::status(500));
    world.partner.on("/b", Reply::status(404));
    for call in ["one", "two"] {
        let _ = world.whole_call(call, json!({})).await;
        let _ = world.over(call).await;
    }
    let call = world.call("one").await;
    // Those that failed are listed by when they were created, by Hookline's own clock.
    let created = text(&delivery(&call, "a")["created_at"]);
    let (created, _) = created.split_once('T').unwrap();
    let path = format!("/campaigns/{}/deliveries", world.campaign());

    let failed = pages(&world, &format!("{path}?day={created}&limit=3")).await;
    let of_a = pages(&world, &format!("{path}?day={created}&webhook=a")).await;
    let ok = pages(&world, &format!("{path}?day={DAY}&status=ok&limit=1")).await;
    let pending = pages(&world, &format!("{path}?day={DAY}&status=pending")).await;

    let told = |pages: &[Value], field: &str| {
        let mut told: Vec<String> = pages
            .iter()
            .flat_map(|page| each(page, "deliveries", field))
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        told.sort();
        told
    };
    assert_eq!(told(&failed, "webhook"), ["a", "a", "b", "b"]);
    assert_eq!(told(&failed, "http_status"), ["404", "404", "500", "500"]);
    let calls = ["one", "two"].map(|call| world.named(call));
    assert_eq!(told(&of_a, "call_id"), calls);
    assert_eq!(told(&of_a, "status"), ["failed", "failed"]);
    assert_eq!(told(&ok, "webhook"), ["always", "always"]);
    assert_eq!(told(&ok, "call_id"), calls);
    assert!(told(&pending, "id").is_empty());
    let listed = of_a[0]["deliveries"].as_array().unwrap();
    let summary = listed.iter().find(|one| one["call_id"] == json!(calls[0])).unwrap();
    let whole = delivery(&call, "a");
    assert_eq!(
        *summary,
        json!({
            "call_id": calls[0], "id": whole["id"], "trigger": "connect", "webhook": "a",
            "status": "failed", "outcome": "failed", "kind": "http", "http_status": 500,
            "attempts": 1, "created_at": whole["created_at"],
        })
    );
}

#[tokio::test]
async fn a_delivery_is_read_alone() {
    let world = World::new().await;
    world.save([world.hook("start", "")]).await;
    let _ = world.start("call", json!({})).await.of_status(200);
    let shown = world.call("call").await;
    let whole = delivery(&shown, "start");
    let path = format!("/calls/{}/deliveries", world.named("call"));

    let read = world.get(&format!("{path}/{}", text(&whole["id"]))).await.of_status(200);
    let unknown = world.get(&format!("{path}/dl_{}", "0".repeat(32))).await.of_status(404);

    assert_eq!(read, *whole);
    assert_eq!(unknown["code"], "unknown_delivery");
}

#[tokio::test]
async fn what_cannot_be_listed_is_refused() {
    let world = World::new().await;
    world.save([]).await;
    let path = format!("/campaigns/{}", world.campaign());

    let calls = world.get(&format!("{path}/calls?day=today&limit=0&typo=1")).await.of_status(422);
    let deliveries =
        world.get(&format!("{path}/deliveries?status=lost&webhook=a/b")).await.of_status(422);

    assert_eq!(pointers(&calls), ["/day", "/limit", "/typo"]);
    assert_eq!(pointers(&deliveries), ["/status", "/webhook"]);
    for list in ["calls?", "deliveries?", "deliveries?status=ok&"] {
        let elsewhere = world.get(&format!("{path}/{list}cursor=elsewhere")).await.of_status(422);
        assert_eq!(
            faults(&elsewhere),
            ["/cursor: is not a cursor that this list was answered with"]
        );
    }
    for list in ["calls", "deliveries", "postback-keys"] {
        let nowhere = format!("/campaigns/{}/{list}", world.named("nobody"));
        assert_eq!(world.get(&nowhere).await.of_status(404)["code"], "unknown_campaign", "{list}");
    }
}
