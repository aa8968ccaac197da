//! Issue 2, "Bad input", and spec section 1: partners that answer badly, and how pings behave.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, bytes, report};

/// The report of a webhook that is answered so; no tag came of it and the call went on.
async fn report_of(reply: Reply) -> Value {
    let world = World::new().await;
    world.partner.on("/p", reply);
    world.partner.on("/next", Reply::json(&json!({"next": 1})));
    let next = world.webhook("next", "/next", json!({"trigger": "selected"}));
    world.save([world.webhook("p", "/p", json!({"timeout_ms": 3000})), next]).await;

    let answer = world.start("call", json!({})).await.of_status(200);
    let after = world.event("call", "selected", json!({})).await.of_status(200);

    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    assert_eq!(after["tags"], json!({"geo": ["614", "us", "us-oh"], "next": ["1"]}));
    let stored = &world.call("call").await["deliveries"][0]["report"];
    assert_eq!(*stored, answer["webhooks"][0]);
    report(&answer, "p")
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_logged() {
    let ok = |note: &str| json!({"id": "p", "status": "ok", "http_status": 200, "tags": {}, "notes": [note]});
    let cases = [
        (Reply::html("<html>{\"a\":1}</html>"), "The body is HTML or XML, not a JSON object."),
        (Reply::json(&json!([{"a": 1}])), "The body is a JSON array, not a JSON object."),
        (Reply::json(&json!("a")), "The body is a JSON string, not a JSON object."),
        (Reply::json(&json!(7)), "The body is a JSON number, not a JSON object."),
        (Reply::json(&json!(null)), "The body is a JSON null, not a JSON object."),
        (bytes("", b"{\"a\":1"), "The body is not valid JSON."),
        (bytes("", b"a=1&b=2"), "The body is not valid JSON."),
        (bytes("", b"{\"a\":\"\xff\xfe\"}"), "The body is not UTF-8 text, so not a JSON object."),
        (bytes("", b"\x00\x01\x02\x03"), "The body is not valid JSON."),
    ];
    for (reply, note) in cases {
        assert_eq!(report_of(reply).await, ok(note));
    }
}

#[tokio::test]
async fn a_body_of_two_mebibytes_is_too_large() {
    let report = report_of(Reply::big(2 * 1024 * 1024)).await;
    assert_eq!((&report["status"], &report["kind"]), (&json!("failed"), &json!("too_large")));
}

#[tokio::test]
async fn an_answer_in_another_coding_is_not_undone_and_says_so() {
    let gzip = bytes("content-encoding: gzip\r\n", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    let mislabelled = bytes("content-encoding: gzip\r\n", b"{\"a\":1}");
    for reply in [gzip, mislabelled] {
        let report = report_of(reply).await;
        assert_eq!((&report["status"], &report["tags"]), (&json!("ok"), &json!({})));
        assert_ne!(report["notes"], json!([]), "a body that was not read has to be logged");
    }
}

#[tokio::test]
async fn an_empty_answer_is_fine() {
    for reply in [Reply::status(204), Reply::status(200)] {
        let report = report_of(reply).await;
        assert_eq!((&report["status"], &report["tags"]), (&json!("ok"), &json!({})));
    }
}

#[tokio::test]
async fn nothing_and_garbage_are_no_http() {
    let garbage: Vec<u8> = (0..=255).collect();
    for reply in [
        Reply::empty(),
        Reply::raw(garbage),
        Reply::raw("{\"a\":1}"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"a\":1}"),
        Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    ] {
        let report = report_of(reply.clone()).await;
        let told = (&report["status"], &report["kind"]);
        assert_eq!(told, (&json!("failed"), &json!("protocol")), "{reply:?}");
        assert_eq!(report.get("http_status"), None);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let world = World::new().await;
        world.partner.on("/p", Reply::redirect(status, &world.partner.url("/there")));
        world.partner.on("/there", Reply::json(&json!({"a": 1})));
        world.save([world.webhook("p", "/p", json!({}))]).await;

        let answer = world.start("call", json!({})).await.of_status(200);

        let wanted = json!({
            "id": "p", "status": "failed", "kind": "http", "http_status": status, "tags": {},
            "notes": [],
        });
        assert_eq!(report(&answer, "p"), wanted);
        assert_eq!(world.targets_at("/there"), [""; 0]);
        assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"]}));
    }
}

#[tokio::test]
async fn pings_keep_no_cookies() {
    let world = World::new().await;
    let cookie = Reply::status(204).with_header("set-cookie", "session=1; Path=/");
    world.partner.on("/p", cookie);
    let hook = |id: &str, trigger: &str| world.webhook(id, "/p", json!({"trigger": trigger}));
    world.save([hook("a", "start"), hook("b", "selected"), hook("c", "answered")]).await;

    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "selected", json!({})).await.of_status(200);
    let _ = world.event("call", "answered", json!({})).await.of_status(200);

    let came = world.partner.requests_to("/p");
    let cookies: Vec<_> = came.iter().map(|request| request.header("cookie")).collect();
    assert_eq!(cookies, [None, None, None]);
}

#[tokio::test]
async fn pings_are_plain_requests_of_the_method_and_headers_that_are_set() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let mut hooks = vec![world.webhook("GET", "/p", json!({"headers": {"X-One": "1"}}))];
    hooks.push(world.webhook("HEAD", "/p", json!({"method": "HEAD"})));
    for method in ["POST", "PUT", "PATCH"] {
        let body = json!({"content_type": "text/plain", "template": method});
        hooks.push(world.webhook(method, "/p", json!({"method": method, "body": body})));
    }
    world.save(hooks).await;

    let answer = world.start("call", json!({})).await.of_status(200);

    let mut came = world.partner.requests_to("/p");
    came.sort_by(|a, b| a.method.cmp(&b.method));
    let methods: Vec<_> = came.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["GET", "HEAD", "PATCH", "POST", "PUT"]);
    assert_eq!(came[0].header("x-one"), Some("1"));
    for request in &came {
        let agent = request.header("user-agent").unwrap_or_default();
        assert!(!agent.contains("Mozilla"), "{agent}");
        assert_eq!(request.header("accept-language"), None);
        assert_eq!(report(&answer, &request.method)["status"], "ok");
    }
    for request in &came[2..] {
        assert_eq!(String::from_utf8_lossy(&request.body), request.method);
    }
}
