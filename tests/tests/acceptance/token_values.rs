//! Spec section 4: filters and system tokens.

use hookline_tests::partner::Reply;
use serde_json::json;

use crate::world::{World, faults, json_text, report, text};

/// What each template comes to in a plain text body, at the start of a call with these tags.
async fn rendered(templates: &[&str], fields: serde_json::Value) -> Vec<String> {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let body = json!({"content_type": "text/plain", "template": templates.join("\n")});
    let hook = world.webhook("p", "/p", json!({"method": "POST", "body": body}));
    let secrets = json!({"partner": "Jefe"});
    world.save_with(json!({"webhooks": [hook], "secrets": secrets})).await;
    let answer = world.start("call", fields).await.of_status(200);
    assert_eq!(report(&answer, "p")["status"], "ok");
    let body = world.partner.requests()[0].body.clone();
    String::from_utf8(body).unwrap().split('\n').map(str::to_owned).collect()
}

#[tokio::test]
async fn every_filter_does_as_its_name_says() {
    let cases = [
        ("[none|default:some thing]", "some thing"),
        ("[abc|default:x]", "abc"),
        ("[jo|upper]", "JO ÉÉ"),
        ("[jo|lower]", "jo éé"),
        ("[none|default: x |trim]", "x"),
        ("[phone|digits]", "6145550100"),
        ("[phone|e164]", "+16145550100"),
        ("[phone|nanp]", "6145550100"),
        ("[abc|left:2]", "ab"),
        ("[abc|right:2]", "bc"),
        ("[abc|mid:1,1]", "b"),
        // RFC 1321, appendix A.5; FIPS 180-2, appendix B.1; RFC 4231, section 4.3.
        ("[abc|md5]", "900150983cd24fb0d6963f7d28e17f72"),
        ("[abc|sha256]", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "[what|hmac_sha256:partner]",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        ("[abc|base64]", "YWJj"),
        ("[when|date:%Y-%m-%d %H:%M,America/New_York]", "2023-11-14 17:13"),
        ("[when|date:%H:%M]", "22:13"),
        ("[vip|map:yes=1,no=0]", "1"),
        ("[abc|map:yes=1,no=0]", "abc"),
        ("[many|join:;]", "a;b;c"),
        ("[many|first]", "a"),
        ("[many|last]", "c"),
        ("[jo|urlencode]", "Jo%20%C3%A9%C3%89"),
        ("[jo|json]", "\"Jo éÉ\""),
        ("[many|json]", "[\"a\",\"b\",\"c\"]"),
        ("[phone|digits|right:4|default:x|md5|upper|left:3]", "DB2"),
        ("[none|upper|default:d|upper]", "D"),
    ];
    let tags = json!({
        "abc": "abc", "jo": "Jo éÉ", "phone": "(614) 555-0100", "when": "1700000000", "vip": "yes",
        "many": ["c", "a", "b"], "what": "what do ya want for nothing?",
    });

    let templates = cases.map(|(template, _)| template);
    let rendered = rendered(&templates, json!({"tags": tags})).await;

    for ((template, wanted), text) in cases.iter().zip(&rendered) {
        assert_eq!(text, wanted, "{template}");
    }
    assert_eq!(rendered.len(), cases.len());
}

#[tokio::test]
async fn system_tokens_of_a_starting_call() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let names = [
        "call_id",
        "call_key",
        "campaign_id",
        "campaign_name",
        "caller_number",
        "caller_id",
        "nanp_caller_number",
        "caller_zip",
        "caller_state",
        "caller_country",
        "called_number",
        "number_name",
        "call_start_time",
        "connected_seconds",
        "connected",
        "converted",
        "buyer_id",
        "buyer_name",
        "publisher_id",
        "sub_id",
        "revenue",
        "payout",
        "recording_url",
        "hung_up_by",
        "trigger",
        "attempt",
        "webhook_id",
        "webhook_name",
    ];
    let body = |names: &[&str]| {
        let lines: Vec<String> = names.iter().map(|name| format!("[{name}]")).collect();
        json!({"content_type": "text/plain", "template": lines.join("\n")})
    };
    let free = ["call_uuid", "delivery_id", "call_duration", "timestamp"];
    let more = |names: &[&str]| json!({"method": "POST", "body": body(names), "name": "The hook"});
    world
        .save([world.webhook("p", "/p", more(&names)), world.webhook("q", "/q", more(&free))])
        .await;
    let fields = json!({"number_name": "TV spot", "tags": {"publisher_id": 77, "sub_id": "x"}});

    let answer = world.start("call", fields).await.of_status(200);

    let sent = |path: &str| {
        let body = world.partner.requests_to(path)[0].body.clone();
        let text = String::from_utf8(body).unwrap();
        text.split('\n').map(str::to_owned).collect::<Vec<_>>()
    };
    let (caller, key) = (world.caller(), text(&answer["call_key"]));
    let (call, campaign) = (world.named("call"), world.campaign());
    let wanted = [
        &call,
        &key,
        &campaign,
        "Solar leads",
        &caller,
        &caller[1..],
        &caller[2..],
        "",
        "oh",
        "us",
        "+18005550199",
        "TV spot",
        "1795453200",
        "0",
        "no",
        "no",
        "",
        "",
        "77",
        "x",
        "",
        "",
        "",
        "",
        "start",
        "1",
        "p",
        "The hook",
    ];
    for ((name, wanted), text) in names.iter().zip(wanted).zip(sent("/p")) {
        assert_eq!(text, wanted, "{name}");
    }
    let [uuid, delivery, duration, timestamp] = <[String; 4]>::try_from(sent("/q")).unwrap();
    assert!(uuid.len() >= 32 && uuid != call && uuid != key, "{uuid}");
    let deliveries = world.call("call").await["deliveries"].clone();
    assert_eq!(deliveries[1]["id"], json!(delivery));
    assert!(duration.parse::<i64>().unwrap() >= 0, "{duration}");
    assert!(timestamp.parse::<i64>().unwrap() > 1_700_000_000, "{timestamp}");
}

#[tokio::test]
async fn system_tokens_of_a_call_that_is_answered_and_posted_to() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let path = "/p?b=[buyer_id]&n=[buyer_name]&c=[connected]&r=[revenue]&p=[payout]\
                &v=[converted]&t=[trigger]&z=[caller_zip]&s=[caller_state]";
    world.save([world.webhook("p", path, json!({"trigger": "answered"}))]).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let path = format!(
        "/postback/{}?key={}&converted=1&revenue=0.00&payout=12.50&caller_zip=10101",
        world.named("call"),
        text(&start["call_key"])
    );
    let _ = world.visit(&path).await.of_status(200);

    let _ = world.event("call", "answered", json!({})).await.of_status(200);

    let wanted = "/p?b=b1&n=Acme&c=yes&r=0.00&p=12.50&v=yes&t=answered&z=10101&s=ny";
    assert_eq!(world.targets_at("/p"), [wanted]);
}

#[tokio::test]
async fn tags_may_not_take_the_names_of_system_tokens() {
    let world = World::new().await;
    let answer = r#"{"call_id":"x","Buyer ID":"x","system_x":"x","revenue":1,"ok":1}"#;
    world.partner.on("/p", json_text(answer));
    world.save([world.webhook("p", "/p", json!({}))]).await;

    let tags = json!({"call_id": "x", "System_y": "x", "trigger": "x", "fine": "x"});
    let refused = world.start("call", json!({"tags": tags})).await.of_status(422);
    let defaults = json!({"default_tags": {"timestamp": "x"}});
    let campaign = world.save_as(&world.named("other"), defaults).await.of_status(422);
    let answer = world.start("call", json!({})).await.of_status(200);

    let fault = |at: &str| format!("{at}: is a name that Hookline answers itself");
    let wanted = ["/tags/System_y", "/tags/call_id", "/tags/trigger"].map(fault);
    assert_eq!(faults(&refused), wanted);
    assert_eq!(faults(&campaign), [fault("/default_tags/timestamp")]);
    assert_eq!(answer["tags"], json!({"geo": ["614", "us", "us-oh"], "ok": ["1"]}));
    let named = "call_id, Buyer ID, system_x and 1 more";
    let note = format!("Refused names that Hookline answers itself: {named}.");
    assert_eq!(report(&answer, "p")["notes"], json!([note]));
}
