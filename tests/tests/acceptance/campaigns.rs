//! Spec sections 2 and 13: campaigns are saved and read.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, faults, merged};

/// The campaign that section 13 of the spec shows.
fn solar() -> Value {
    json!({
        "name": "Solar leads", "enabled": true, "version": 0,
        "default_tags": {"vertical": ["solar"]},
        "webhooks": [
            {"id": "crm", "name": "CRM lookup", "trigger": "start", "order": 0,
             "url": "https://crm.example/lookup?phone=[caller_number]", "method": "GET",
             "headers": {"x-source": "[campaign_id]"},
             "matches": ["geo:us-ny", {"key": "sub_id", "op": "exists"}], "timeout_ms": 5000,
             "response_map": {"score": "lead.score"}, "tag_prefix": "crm_", "retry": "none",
             "enabled": true},
            {"id": "sale", "trigger": "conversion",
             "url": "https://net.example/p?id=[sub_id]&amount=[revenue]", "retry": "standard"},
            {"id": "t90", "trigger": "timer", "seconds": 90, "url": "https://net.example/t"},
            {"id": "sync", "trigger": "always", "method": "POST", "url": "https://crm.example/calls",
             "body": {"content_type": "application/json",
                      "template": "{\"call\":\"[call_id]\",\"name\":\"[first_name|default:unknown]\"}"}},
        ],
        "conversion": [
            {"matches": ["credit_offer:yes"], "seconds": 120, "revenue": "30.00", "payout": "15.00"},
            {"matches": [], "seconds": 90, "revenue": "20.00", "payout": "10.00",
             "dedupe_seconds": 86400},
        ],
        "return_callers": {"remember": "all", "days": 90},
        "settle_seconds": 5, "always_max_wait": 60,
    })
}

#[tokio::test]
async fn the_specs_example_is_saved_and_read_back_with_every_default() {
    let world = World::new().await;
    let id = world.campaign();

    let saved = world.save_as(&id, solar()).await.of_status(200);
    let read = world.get(&format!("/campaigns/{id}")).await.of_status(200);

    let hook = |fields: Value| {
        let defaults = json!({
            "enabled": true, "method": "GET", "headers": {}, "matches": [], "timeout_ms": 5000,
            "dedupe_seconds": 0, "response_map": {}, "retry": "standard",
        });
        merged(defaults, fields)
    };
    let mut wanted = merged(solar(), json!({"id": id, "version": 1, "secrets": {}}));
    let shown = solar()["webhooks"].clone();
    wanted["webhooks"] = json!([
        merged(hook(shown[0].clone()), json!({"matches": ["geo:us-ny", "sub_id:exists"]})),
        merged(hook(shown[1].clone()), json!({"name": "sale", "order": 1})),
        merged(hook(shown[2].clone()), json!({"name": "t90", "order": 2})),
        merged(hook(shown[3].clone()), json!({"name": "sync", "order": 3})),
    ]);
    wanted["conversion"][0]["dedupe_seconds"] = json!(0);
    assert_eq!(saved, wanted);
    assert_eq!(read, saved);
}

#[tokio::test]
async fn all_but_ids_names_triggers_and_urls_has_a_default() {
    let world = World::new().await;
    let hook = json!({"id": "p", "trigger": "selected", "url": "https://a.example"});

    let saved = world.save([hook]).await;

    assert_eq!(
        saved,
        json!({
            "id": world.campaign(), "name": "Solar leads", "enabled": true, "version": 1,
            "webhooks": [{
                "id": "p", "name": "p", "trigger": "selected", "enabled": true,
                "url": "https://a.example", "method": "GET", "headers": {}, "matches": [],
                "timeout_ms": 5000, "dedupe_seconds": 0, "response_map": {}, "retry": "none",
                "order": 0,
            }],
            "default_tags": {}, "conversion": [], "settle_seconds": 5, "always_max_wait": 60,
            "secrets": {},
        })
    );
}

#[tokio::test]
async fn what_is_read_may_be_saved_again() {
    let world = World::new().await;
    let id = world.campaign();
    let saved = world.save_as(&id, solar()).await.of_status(200);

    let again = world.put(&format!("/campaigns/{id}"), &saved).await.of_status(200);

    assert_eq!(again, merged(saved, json!({"version": 2})));
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_that_shows_the_current_one() {
    let world = World::new().await;
    let id = world.campaign();
    let _ = world.save_as(&id, json!({"name": "One"})).await.of_status(200);
    let two = world.save_as(&id, json!({"name": "Two", "version": 1})).await.of_status(200);

    for version in [0, 1, 3] {
        let stale = json!({"name": "Three", "version": version});
        let answer = world.save_as(&id, stale).await;
        assert_eq!(answer.content_type, "application/problem+json");
        let problem = answer.of_status(409);
        assert_eq!((&problem["code"], &problem["current"]), (&json!("stale_version"), &two));
        assert_eq!(faults(&problem), ["/version: is not the version that is stored"]);
    }
    let unborn = world.save_as(&world.named("unborn"), json!({"version": 1})).await.of_status(409);
    assert_eq!(unborn.get("current"), None);
    assert_eq!(world.get(&format!("/campaigns/{id}")).await.of_status(200), two);
    assert_eq!(world.get(&format!("/campaigns/{}", world.named("unborn"))).await.status, 404);
}

#[tokio::test]
async fn of_two_saves_at_once_one_is_stale() {
    let world = World::new().await;
    let id = world.campaign();

    let (one, two) = tokio::join!(
        world.save_as(&id, json!({"name": "A"})),
        world.save_as(&id, json!({"name": "B"}))
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let read = world.get(&format!("/campaigns/{id}")).await.of_status(200);
    let won = if one.status == 200 { one } else { two };
    assert_eq!(read, won.body);
}

#[tokio::test]
async fn secrets_are_masked_and_kept() {
    const MASK: &str = "********";
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let id = world.campaign();
    let path = "/p?s=[sub_id|hmac_sha256:partner]";
    let hook = world.webhook("p", path, json!({"signing_secret": "a s1gning secret of mine"}));
    let fields = json!({"webhooks": [hook], "secrets": {"partner": "Jefe", "old": "0ld"}});

    let saved = world.save_as(&id, fields).await;
    assert!(!saved.text.contains("s1gning") && !saved.text.contains("Jefe"), "{}", saved.text);
    let saved = saved.of_status(200);
    let edited = merged(saved.clone(), json!({"name": "Edited", "secrets": {"partner": MASK}}));
    let again = world.put(&format!("/campaigns/{id}"), &edited).await.of_status(200);
    let read = world.get(&format!("/campaigns/{id}")).await;

    assert_eq!(saved["secrets"], json!({"partner": MASK, "old": MASK}));
    assert_eq!(again["secrets"], json!({"partner": MASK}));
    for document in [&saved, &again] {
        assert_eq!(document["webhooks"][0]["signing_secret"], json!(MASK));
    }
    assert!(!read.text.contains("s1gning") && !read.text.contains("Jefe"), "{}", read.text);
    // RFC 4231, section 4.3: the secret behind the mask is still the one that was given.
    let tags = json!({"tags": {"sub_id": "what do ya want for nothing?"}});
    let _ = world.start("call", tags).await.of_status(200);
    let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(world.targets_at("/p"), [format!("/p?s={digest}")]);
}

#[tokio::test]
async fn a_mask_with_nothing_behind_it_is_refused() {
    let world = World::new().await;
    let hook = world.webhook("p", "/p", json!({"signing_secret": "********"}));
    let fields = json!({"webhooks": [hook], "secrets": {"partner": "********"}});

    let problem = world.save_as(&world.campaign(), fields).await.of_status(422);

    let detail = "is ********, but no secret is stored to keep";
    let wanted = ["/secrets/partner", "/webhooks/0/signing_secret"];
    assert_eq!(faults(&problem), wanted.map(|pointer| format!("{pointer}: {detail}")));
}

#[tokio::test]
async fn an_unknown_campaign_is_not_found() {
    let world = World::new().await;
    let answer = world.get(&format!("/campaigns/{}", world.named("nobody"))).await;
    assert_eq!(answer.content_type, "application/problem+json");
    assert_eq!(answer.of_status(404)["code"], json!("unknown_campaign"));
}

#[tokio::test]
async fn every_trigger_can_be_configured() {
    let world = World::new().await;
    let triggers = [
        "start",
        "selected",
        "answered",
        "connect",
        "conversion",
        "non_conversion",
        "timer",
        "postback",
        "always",
    ];
    let hook = |trigger: &str| {
        let more = if trigger == "timer" { json!({"seconds": 30}) } else { json!({}) };
        merged(json!({"id": trigger, "trigger": trigger, "url": "https://a.example/"}), more)
    };

    let saved = world.save(triggers.map(hook)).await;

    let hooks = saved["webhooks"].as_array().unwrap();
    let retries: Vec<&Value> = hooks.iter().map(|hook| &hook["retry"]).collect();
    let wanted: Vec<&str> = triggers
        .iter()
        .enumerate()
        .map(|(at, _)| if at < 3 { "none" } else { "standard" })
        .collect();
    assert_eq!(retries, wanted);
}
