//! Spec section 6: one deadline, and no fault of a partner's fails the call.

use std::time::Duration;

use hookline_tests::partner::{Reply, port};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::world::{World, report};

/// The report of a webhook with a deadline of 150 ms that is answered so; no tag came of it.
async fn cut_off(reply: Reply) -> Value {
    let world = World::new().await;
    world.partner.on("/p", reply);
    world.save([world.webhook("p", "/p", json!({"timeout_ms": 150}))]).await;
    let answer = world.start("call", json!({})).await.of_status(200);
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    let latency = answer["webhooks"][0]["latency_ms"].as_u64().unwrap();
    assert!((150..5000).contains(&latency), "{latency}");
    report(&answer, "p")
}

#[tokio::test]
async fn the_deadline_covers_head_and_body() {
    let wanted = json!({"id": "p", "status": "timed_out", "tags": {}, "notes": []});
    for stalled in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-ty",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":1}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n",
    ] {
        assert_eq!(cut_off(Reply::stalls_after(stalled)).await, wanted, "{stalled:?}");
    }
}

#[tokio::test]
async fn a_late_answer_is_never_applied() {
    let world = World::new().await;
    let late = Reply::json(&json!({"late": 1, "geo": "us-ny"})).after(Duration::from_millis(300));
    world.partner.on("/late", late);
    world.partner.on("/slow", Reply::json(&json!({"slow": 1})).after(Duration::from_millis(700)));
    let slow = json!({"trigger": "selected"});
    world
        .save([
            world.webhook("late", "/late", json!({"timeout_ms": 100})),
            world.webhook("slow", "/slow", slow),
        ])
        .await;

    let start = world.start("call", json!({})).await.of_status(200);
    // By the time this is answered the late answer has been given, to nobody.
    let selected = world.event("call", "selected", json!({})).await.of_status(200);

    let timed_out = json!({"id": "late", "status": "timed_out", "tags": {}, "notes": []});
    assert_eq!(report(&start, "late"), timed_out);
    assert_eq!(selected["tags"], json!({"geo": ["614", "us", "us-oh"], "slow": ["1"]}));
    let call = world.call("call").await;
    assert_eq!(call["tags"], selected["tags"]);
    assert_eq!(call["deliveries"][0]["report"]["status"], "timed_out");
    assert_eq!(world.targets_at("/late").len(), 1);
}

#[tokio::test]
async fn an_answer_just_before_the_deadline_counts() {
    let world = World::new().await;
    world.partner.on("/p", Reply::json(&json!({"a": 1})).after(Duration::from_millis(400)));
    world.save([world.webhook("p", "/p", json!({"timeout_ms": 5000}))]).await;

    let answer = world.start("call", json!({})).await.of_status(200);

    assert_eq!(answer["tags"]["a"], json!(["1"]));
    assert!(answer["webhooks"][0]["latency_ms"].as_u64().unwrap() >= 400, "{answer}");
}

#[tokio::test]
async fn a_partner_that_takes_six_seconds_is_cut_at_five() {
    let world = World::new().await;
    world.partner.on("/p", Reply::json(&json!({"a": 1})).after(Duration::from_secs(6)));
    world.save([world.webhook("p", "/p", json!({}))]).await;

    let answer = world.start("call", json!({})).await.of_status(200);

    let latency = answer["webhooks"][0]["latency_ms"].as_u64().unwrap();
    assert!((5000..6000).contains(&latency), "{latency}");
    let wanted = json!({"id": "p", "status": "timed_out", "tags": {}, "notes": []});
    assert_eq!(report(&answer, "p"), wanted);
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
}

#[tokio::test]
async fn a_deadline_is_five_seconds_unless_said_otherwise() {
    let world = World::new().await;
    let hooks = [
        world.webhook("plain", "/p", json!({})),
        world.webhook("short", "/p", json!({"timeout_ms": 50})),
        world.webhook("long", "/p", json!({"timeout_ms": 5000})),
    ];

    let saved = world.save(hooks).await;

    let timeouts = [0, 1, 2].map(|index| saved["webhooks"][index]["timeout_ms"].clone());
    assert_eq!(timeouts, [json!(5000), json!(50), json!(5000)]);
}

#[tokio::test]
async fn one_partner_that_stalls_costs_the_others_nothing() {
    let world = World::new().await;
    world.partner.on("/ok", Reply::json(&json!({"a": 1})));
    world.partner.on("/never", Reply::never());
    let never = json!({"timeout_ms": 200});
    world
        .save([world.webhook("never", "/never", never), world.webhook("ok", "/ok", json!({}))])
        .await;

    let answer = world.start("call", json!({})).await.of_status(200);

    assert_eq!(report(&answer, "never")["status"], "timed_out");
    assert_eq!(report(&answer, "ok")["tags"], json!({"a": ["1"]}));
    assert_eq!(answer["tags"]["a"], json!(["1"]));
}

#[tokio::test]
async fn a_partner_that_is_not_there_or_speaks_no_tls_fails_and_the_call_goes_on() {
    let world = World::new().await;
    let nobody = port::shut().await.unwrap();
    let listener = port::open().await.unwrap();
    let plain = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let closed = json!({"url": format!("http://{}/p", nobody.local_addr().unwrap())});
    let no_tls = json!({"url": format!("https://{plain}/p")});
    world.save([world.webhook("closed", "/", closed), world.webhook("no_tls", "/", no_tls)]).await;

    let answer = world.start("call", json!({})).await.of_status(200);
    server.abort();

    for (id, kind) in [("closed", "connect"), ("no_tls", "tls")] {
        let report = report(&answer, id);
        assert_eq!((&report["status"], &report["kind"]), (&json!("failed"), &json!(kind)));
        assert_eq!((&report["tags"], report.get("http_status")), (&json!({}), None));
    }
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
}
