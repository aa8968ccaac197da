//! Spec sections 2 and 13: every fault of a campaign is told at once, each with its pointer.

use serde_json::{Value, json};

use crate::world::{World, faults, merged, pointers};

#[tokio::test]
async fn every_fault_is_reported_at_once() {
    let world = World::new().await;
    let good = json!({"id": "good", "trigger": "start", "url": "https://a.example/"});
    let campaign = json!({
        "name": " ", "enabled": "yes", "version": -1, "typo": 1,
        "default_tags": {"call_id": 1, "b/d": "x", "ok": [1, {}]},
        "settle_seconds": 901, "always_max_wait": -1,
        "return_callers": {"remember": "some", "days": 0},
        "secrets": {"bad name": "x", "empty": ""},
        "conversion": [{"seconds": 1, "postback": true}, {"revenue": "-1"}, {"matches": ["x"], "seconds": 1}],
        "webhooks": [
            good,
            {"id": "no good", "trigger": "ring", "url": "ftp://a.example/", "method": "DELETE",
             "timeout_ms": 49, "dedupe_seconds": -2, "retry": "often", "order": "x", "typo": 1},
            good,
            {"id": "get", "trigger": "start", "url": "https://a.example/[x|nope]",
             "body": {"content_type": "nonsense", "template": "[x"}, "retry": "standard",
             "headers": {"host": "x", "bad header": "x", "x-ok": "a\nb"}, "seconds": 3,
             "response_map": {"x": "a..b"}, "tag_prefix": "a/b", "timeout_ms": 5001,
             "matches": ["nothing", "age:>x"], "parse_response": "no", "signing_secret": ""},
            {"trigger": "timer", "url": "https://[host]/"},
        ],
    });

    let answer = world.save_as(&world.campaign(), campaign).await;

    assert_eq!(answer.content_type, "application/problem+json");
    let problem = answer.of_status(422);
    assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("invalid")));
    let mut wanted = vec![
        "/always_max_wait",
        "/conversion/0/postback",
        "/conversion/1/revenue",
        "/conversion/1/seconds",
        "/conversion/2/matches/0",
        "/default_tags/b~1d",
        "/default_tags/call_id",
        "/default_tags/ok/1",
        "/enabled",
        "/name",
        "/return_callers/days",
        "/return_callers/remember",
        "/secrets/bad name",
        "/secrets/empty",
        "/settle_seconds",
        "/typo",
        "/version",
        "/webhooks/1/dedupe_seconds",
        "/webhooks/1/id",
        "/webhooks/1/method",
        "/webhooks/1/order",
        "/webhooks/1/retry",
        "/webhooks/1/timeout_ms",
        "/webhooks/1/trigger",
        "/webhooks/1/typo",
        "/webhooks/1/url",
        "/webhooks/2/id",
        "/webhooks/3/body",
        "/webhooks/3/body/content_type",
        "/webhooks/3/body/template",
        "/webhooks/3/headers/bad header",
        "/webhooks/3/headers/host",
        "/webhooks/3/headers/x-ok",
        "/webhooks/3/matches/0",
        "/webhooks/3/matches/1",
        "/webhooks/3/parse_response",
        "/webhooks/3/response_map/x",
        "/webhooks/3/retry",
        "/webhooks/3/seconds",
        "/webhooks/3/signing_secret",
        "/webhooks/3/tag_prefix",
        "/webhooks/3/timeout_ms",
        "/webhooks/3/url",
        "/webhooks/4/id",
        "/webhooks/4/seconds",
        "/webhooks/4/url",
    ];
    wanted.sort_unstable();
    let mut found = pointers(&problem);
    found.dedup();
    assert_eq!(found, wanted);
    assert_eq!(world.get(&format!("/campaigns/{}", world.campaign())).await.status, 404);
}

#[tokio::test]
async fn no_fault_hides_another() {
    let world = World::new().await;
    let hook = |id: &str, more: Value| {
        merged(json!({"id": id, "trigger": "start", "url": "https://a.example/"}), more)
    };
    let map = json!({"call_id": "a", "x": "a..b"});
    let hooks = [
        hook("body", json!({"body": {"content_type": "nonsense", "template": "x"}})),
        hook("map", json!({"response_map": map})),
    ];

    let problem = world.save_as(&world.campaign(), json!({"webhooks": hooks})).await.of_status(422);

    let wanted = [
        // A GET has no body, and this one has no media type either.
        "/webhooks/0/body",
        "/webhooks/0/body/content_type",
        "/webhooks/1/response_map/call_id",
        "/webhooks/1/response_map/x",
    ];
    assert_eq!(pointers(&problem), wanted);
}

#[tokio::test]
async fn faults_that_show_only_in_a_sound_campaign_come_with_the_others() {
    let world = World::new().await;
    let hook = |id: &str, url: &str| json!({"id": id, "trigger": "start", "url": url});
    let campaign = json!({
        "settle_seconds": 901,
        "webhooks": [
            hook("inside", "http://10.0.0.1/"),
            hook("secret", "https://a.example/[x|hmac_sha256:nobody]"),
        ],
    });

    let problem = world.save_as(&world.campaign(), campaign).await.of_status(422);

    let wanted = ["/settle_seconds", "/webhooks/0/url", "/webhooks/1/url"];
    assert_eq!(pointers(&problem), wanted);
}

#[tokio::test]
async fn addresses_inside_are_refused_at_save_in_any_spelling() {
    let world = World::new().await;
    let urls = [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "https://10.0.0.5/",
        "https://192.168.0.1:8443/",
        "https://[::ffff:10.0.0.1]/",
        "http://0.0.0.0/",
    ];
    let hook =
        |(at, url): (usize, &&str)| json!({"id": format!("w{at}"), "trigger": "start", "url": url});
    let hooks: Vec<Value> = urls.iter().enumerate().map(hook).collect();

    let problem = world.save_as(&world.campaign(), json!({"webhooks": hooks})).await.of_status(422);

    let detail = "the address is not public";
    let wanted: Vec<String> =
        (0..urls.len()).map(|at| format!("/webhooks/{at}/url: {detail}")).collect();
    assert_eq!(faults(&problem), wanted);
}

#[tokio::test]
async fn the_id_is_that_of_the_address() {
    let world = World::new().await;
    let id = world.campaign();
    let other = world.save_as(&id, json!({"id": "other"})).await.of_status(422);
    let none = world.put(&format!("/campaigns/{id}"), &json!({"name": "x"})).await.of_status(422);
    let bad = world.put("/campaigns/no%20spaces", &json!({"name": "x"})).await.of_status(422);

    assert_eq!(faults(&other), [format!("/id: must be {id}, as in the address")]);
    assert_eq!(faults(&none), ["/id: is required"]);
    assert_eq!(pointers(&bad), ["/id"]);
}

#[tokio::test]
async fn a_document_of_another_type_is_refused() {
    let world = World::new().await;
    let path = format!("/campaigns/{}", world.campaign());
    for document in [json!([]), json!("x"), Value::Null] {
        let problem = world.put(&path, &document).await.of_status(422);
        assert_eq!(faults(&problem), [": must be an object"]);
    }
    for (name, value) in
        [("webhooks", json!({})), ("default_tags", json!([])), ("conversion", json!(1))]
    {
        let problem = world.save_as(&world.campaign(), json!({name: value})).await.of_status(422);
        assert_eq!(pointers(&problem), [format!("/{name}")]);
    }
}
