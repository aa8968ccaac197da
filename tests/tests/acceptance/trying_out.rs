//! Webhooks rendered and fired as a test before they are saved.

use hookline_tests::client::Answer;
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, faults, merged, pointers, text};

impl World {
    async fn render(&self, trial: Value) -> Answer {
        self.post(&format!("/campaigns/{}/render", self.campaign()), &trial).await
    }

    async fn test_fire(&self, trial: Value) -> Answer {
        self.post(&format!("/campaigns/{}/test", self.campaign()), &trial).await
    }
}

#[tokio::test]
async fn a_draft_is_rendered_for_a_made_up_call_and_nothing_is_sent() {
    let world = World::new().await;
    world.save([]).await;
    let draft = json!({
        "trigger": "start", "method": "POST",
        "url": world.partner.url("/p?n=[caller_number|digits]&key=[call_key]"),
        "headers": {"x-zip": "[caller_zip]"},
        "body": {"content_type": "application/json", "template": "{\"a\":\"[nothing]\"}"},
    });
    let call = json!({"caller_number": "+16145550100", "tags": {"caller_zip": "43215"}});

    let rendered = world.render(json!({"webhook": draft, "call": call})).await.of_status(200);

    let request = &rendered["request"];
    let url = world.partner.url("/p?n=16145550100&key=hidden");
    assert_eq!((&request["method"], &request["url"]), (&json!("POST"), &json!(url)));
    assert_eq!(request["body"], "{\"a\":\"\"}");
    let headers = request["headers"].as_array().unwrap();
    assert!(headers.contains(&json!({"name": "x-zip", "value": "43215"})), "{headers:#?}");
    let token = |token: &str, name: &str, value: &str| json!({"token": token, "name": name, "value": value});
    let tokens = json!([
        token("[caller_number|digits]", "caller_number", "16145550100"),
        token("[call_key]", "call_key", "hidden"),
        token("[caller_zip]", "caller_zip", "43215"),
        token("[nothing]", "nothing", ""),
    ]);
    assert_eq!(rendered["tokens"], tokens);
    assert_eq!(rendered["empty_tokens"], json!(["nothing"]));
    assert_eq!((rendered.get("fault"), rendered.get("not_fired")), (None, None));
    assert!(world.partner.requests().is_empty());
}

#[tokio::test]
async fn a_stored_webhook_is_rendered_for_a_call_that_there_is() {
    let world = World::new().await;
    let fields = json!({"matches": ["geo:us-ca"]});
    world.save([merged(world.hook("start", "?s=[sub_id]"), fields)]).await;
    let _ = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);

    let trial = json!({"webhook_id": "start", "call_id": world.named("call")});
    let rendered = world.render(trial).await.of_status(200);

    assert_eq!(rendered["request"]["url"], json!(world.partner.url("/start?s=x")));
    assert_eq!(rendered["not_fired"], "matches: geo:us-ca");
    assert!(world.partner.requests().is_empty());
}

#[tokio::test]
async fn a_test_is_fired_once_and_no_call_comes_of_it() {
    let world = World::new().await;
    world.save([]).await;
    world.partner.on("/crm", Reply::json(&json!({"score": 7})));
    let draft = world.webhook("crm", "/crm?c=[call_id]", json!({"matches": ["geo:us-ca"]}));

    let fired = world.test_fire(json!({"webhook": draft})).await.of_status(200);

    let came = world.came("/crm", 1).await;
    let call = came[0].target.strip_prefix("/crm?c=").unwrap();
    assert_eq!(fired["report"]["status"], "ok");
    assert_eq!(fired["report"]["tags"], json!({"score": ["7"]}));
    assert_eq!(fired["not_fired"], "matches: geo:us-ca", "it is fired all the same");
    let attempt = &fired["attempt"];
    assert_eq!((&attempt["attempt"], &attempt["http_status"]), (&json!(1), &json!(200)));
    assert_eq!(attempt["answer"]["body"]["text"], "{\"score\":7}");
    assert_eq!(world.get(&format!("/calls/{call}")).await.status, 404);
    let page = format!("/campaigns/{}/calls", world.campaign());
    assert_eq!(world.get(&page).await.of_status(200)["calls"], json!([]));
}

#[tokio::test]
async fn a_test_on_a_call_leaves_the_call_as_it_is() {
    let world = World::new().await;
    world.save([world.hook("always", "?s=[sub_id]")]).await;
    let _ = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let before = world.call("call").await;

    let trial = json!({"webhook_id": "always", "call_id": world.named("call")});
    let fired = world.test_fire(trial).await.of_status(200);

    assert_eq!(fired["report"]["status"], "ok");
    assert_eq!(world.targets_at("/always"), ["/always?s=x"]);
    assert_eq!(world.call("call").await, before);
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_with_every_fault() {
    let world = World::new().await;
    world.save([world.hook("start", "")]).await;
    let _ = world.save_as(&world.named("other"), json!({})).await.of_status(200);
    let start = json!({"campaign_id": world.named("other")});
    let _ = world.start("foreign", start).await.of_status(200);
    let wrong = json!({"trigger": "timer", "url": "http://10.0.0.1/"});

    let neither = world.render(json!({})).await.of_status(422);
    let both = json!({"webhook": {}, "webhook_id": "start", "call_id": "c", "call": {}});
    let both = world.render(both).await.of_status(422);
    let draft = world.test_fire(json!({"webhook": wrong})).await.of_status(422);
    let unknown = world.test_fire(json!({"webhook_id": "lost"})).await.of_status(422);
    let foreign = json!({"webhook_id": "start", "call_id": world.named("foreign")});
    let foreign = world.test_fire(foreign).await.of_status(422);
    let call = json!({"webhook_id": "start", "call": {"caller_number": "x", "age": 1}});
    let call = world.test_fire(call).await.of_status(422);

    assert_eq!(faults(&neither), ["/webhook: is required, unless webhook_id is there"]);
    assert_eq!(pointers(&both), ["/call", "/webhook"]);
    assert_eq!(pointers(&draft), ["/webhook/seconds", "/webhook/url"]);
    assert_eq!(faults(&unknown), ["/webhook_id: is no webhook of this campaign"]);
    assert_eq!(faults(&foreign), ["/call_id: is no call of this campaign"]);
    assert!(pointers(&call).iter().all(|pointer| pointer.starts_with("/call/")), "{call:#}");
    assert!(world.partner.requests().is_empty());
}

#[tokio::test]
async fn samples_are_webhooks_to_begin_with() {
    let world = World::new().await;
    world.save([]).await;

    let listed = world.get("/samples").await.of_status(200);

    let samples = listed["samples"].as_array().unwrap();
    assert!(!samples.is_empty());
    for sample in samples {
        let rendered = world.render(json!({"webhook": sample["webhook"]})).await;
        assert_eq!(rendered.status, 200, "{}: {}", sample["id"], rendered.text);
    }
}

#[tokio::test]
async fn secrets_of_the_campaign_are_used_and_not_shown() {
    let world = World::new().await;
    let signed = json!({"signing_secret": "a s1gning secret of mine"});
    world.save([merged(world.hook("start", ""), signed)]).await;
    let saved = world.get(&format!("/campaigns/{}", world.campaign())).await.of_status(200);
    let draft = saved["webhooks"][0].clone();

    let fired = world.test_fire(json!({"webhook": draft})).await;

    assert!(!fired.text.contains("s1gning"), "{}", fired.text);
    let fired = fired.of_status(200);
    let came = world.came("/start", 1).await;
    assert!(text(&json!(came[0].header("webhook-signature"))).starts_with("v1,"));
    assert_eq!(fired["report"]["status"], "ok");
}
