//! Calls that Twilio reports, from its voice webhook to the recording.

use hookline_tests::client::Answer;
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, merged, pointers, statuses, text};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const TWIML: &str = "<?xml version=\"1.0\"?>\n<Response><Say>Hello [first_name|default:friend]</Say>\
                     <Dial><Number statusCallback=\"/leg?buyer_id=[queue|default:b1|urlencode]\">\
                     [target|default:+12125550107]</Number></Dial></Response>";

/// A request of `infra/events`, of this world's call and caller.
pub(crate) fn sample(world: &World, name: &str) -> String {
    let form = match name {
        "start" => include_str!("../../../infra/events/twilio-start.txt"),
        "leg-initiated" => include_str!("../../../infra/events/twilio-leg-initiated.txt"),
        "leg-answered" => include_str!("../../../infra/events/twilio-leg-answered.txt"),
        "leg-completed" => include_str!("../../../infra/events/twilio-leg-completed.txt"),
        "status" => include_str!("../../../infra/events/twilio-status.txt"),
        "dial-action" => include_str!("../../../infra/events/twilio-dial-action.txt"),
        _ => include_str!("../../../infra/events/twilio-recording.txt"),
    };
    form.trim_end()
        .replace("CA00000000000000000000000000000001", &world.named("call"))
        .replace("%2B16145550100", &world.caller().replace('+', "%2B"))
}

/// This world's campaign with these webhooks, in Twilio's hands.
pub(crate) async fn save(world: &World, webhooks: impl IntoIterator<Item = Value>, twiml: &str) {
    let twilio = json!({"twilio": {"auth_token": TOKEN, "twiml": twiml}});
    world.save_hasty(webhooks, twilio).await;
}

pub(crate) async fn tell(world: &World, place: &str, name: &str) -> Answer {
    world.twilio(TOKEN, place, &sample(world, name)).await
}

/// The body of an answer that is TwiML.
pub(crate) fn twiml(answer: &Answer) -> String {
    assert_eq!(answer.content_type, "text/xml; charset=utf-8", "{}", answer.text);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text.split_once('\n').unwrap().1.to_owned()
}

pub(crate) fn assert_nothing_more(answer: &Answer) {
    assert_eq!((answer.status, answer.text.ends_with('\n')), (204, true), "{}", answer.text);
}

#[tokio::test]
async fn a_call_goes_through_twilio_from_its_start_to_its_recording() {
    let world = World::new().await;
    let crm = json!({"first_name": "A & B", "queue": "b 7", "target": "+12125550108"});
    world.partner.on("/crm", Reply::json(&crm));
    let always = world.hook("always", "?s=[connected_seconds]&b=[buyer_id]&t=[tier]");
    let hooks = [world.webhook("crm", "/crm", json!({})), always];
    let hooks = hooks.into_iter().chain([world.hook("selected", ""), world.hook("answered", "")]);
    save(&world, hooks, TWIML).await;
    let leg = "leg?buyer_id=b7&buyer_name=Bright+Homes&tier=gold";

    let start = twiml(&tell(&world, "start?sub_id=x&empty=", "start").await);
    let again = twiml(&tell(&world, "start?sub_id=x&empty=", "start").await);
    for name in ["leg-initiated", "leg-initiated", "leg-answered", "leg-answered", "leg-completed"]
    {
        assert_nothing_more(&tell(&world, leg, name).await);
    }
    for (place, name) in [("status", "status"), ("recording", "recording"), ("status", "status")] {
        assert_nothing_more(&tell(&world, place, name).await);
    }
    let call = world.over("call").await;

    let wanted = "<?xml version=\"1.0\"?>\n<Response><Say>Hello A &amp; B</Say><Dial>\
                  <Number statusCallback=\"/leg?buyer_id=b%207\">+12125550108</Number></Dial></Response>";
    assert_eq!((start.as_str(), again.as_str()), (wanted, wanted));
    let paths: Vec<String> = world.partner.requests().into_iter().map(|came| came.target).collect();
    assert_eq!(paths, ["/crm", "/selected", "/answered", "/always?s=90&b=b7&t=gold"]);
    let names = ["call_id", "caller_number", "called_number", "answered_at", "ended_at"];
    let wanted = [
        json!(world.named("call")),
        json!(world.caller()),
        json!("+18005550199"),
        json!("2026-11-23T17:00:09Z"),
        json!("2026-11-23T17:01:39Z"),
    ];
    assert_eq!(names.map(|name| call[name].clone()), wanted);
    assert_eq!(call["buyer"]["name"], json!("Bright Homes"));
    assert_eq!(call["tags"]["sub_id"], json!(["x"]));
    assert_eq!(call["tags"].get("empty"), None);
    assert_eq!(call["connected_seconds"], json!(90));
    assert_eq!(call["outcome"]["converted"], json!(true));
    assert!(
        text(&call["recording_url"]).ends_with("/Recordings/RE00000000000000000000000000000001")
    );
    let recorded = call["events"].as_array().unwrap().iter();
    let recorded: Vec<&Value> = recorded.filter(|event| event["event"] == "recording").collect();
    assert_eq!((recorded.len(), &recorded[0]["at"]), (1, &json!("2026-11-23T17:01:39Z")));
}

#[tokio::test]
async fn callbacks_may_overtake_the_start_and_each_other() {
    let world = World::new().await;
    save(&world, [], TWIML).await;

    for (place, name) in [
        ("recording", "recording"),
        ("leg", "leg-answered"),
        ("status", "status"),
        ("leg", "leg-initiated"),
    ] {
        assert_nothing_more(&tell(&world, place, name).await);
    }
    let call = world.call("call").await;
    let numbers = (&call["caller_number"], &call["called_number"]);
    assert_eq!(numbers, (&json!(world.caller()), &json!("+18005550199")), "as the end has them");
    let _ = twiml(&tell(&world, "start", "start").await);

    let call = world.call("call").await;
    assert_eq!(call["buyer"]["id"], json!("+12125550107"), "the number that was dialled");
    assert_eq!(call["buyer_events"].as_array().unwrap().len(), 2);
    assert_eq!(call["connected_seconds"], json!(90));
    assert_eq!(call["caller_number"], json!(world.caller()));
    assert!(call["recording_url"].is_string(), "{call}");
}

#[tokio::test]
async fn a_leg_counts_whatever_partners_made_of_its_address() {
    let world = World::new().await;
    save(&world, [world.hook("answered", "?b=[buyer_id]&t=[tier]")], TWIML).await;
    let long = "b".repeat(200);
    let leg = format!(
        "leg?buyer_id={long}&buyer_name={long}{long}&tier=gold&tier={}&geo=us",
        "t".repeat(1025)
    );

    assert_nothing_more(&tell(&world, &leg, "leg-answered").await);
    assert_nothing_more(&tell(&world, "status", "status").await);

    let call = world.call("call").await;
    let id = text(&call["buyer"]["id"]);
    assert_eq!((id.len(), &id[..112]), (128, format!("{}-", "b".repeat(111)).as_str()));
    assert_eq!(call["buyer"]["name"], json!("b".repeat(200)));
    assert_eq!(call["buyer"]["tags"], json!({"tier": ["gold"]}));
    assert_eq!(call["connected_seconds"], json!(90));
    assert_eq!(world.targets_at("/answered"), [format!("/answered?b={id}&t=gold")]);
}

#[tokio::test]
async fn what_is_dialled_again_is_another_attempt() {
    let world = World::new().await;
    save(&world, [world.hook("selected", "?b=[buyer_id]")], TWIML).await;
    let second = sample(&world, "leg-initiated")
        .replace("CA00000000000000000000000000000002", "CA00000000000000000000000000000003");

    assert_nothing_more(&tell(&world, "leg?buyer_id=b7", "leg-initiated").await);
    assert_nothing_more(&world.twilio(TOKEN, "leg?buyer_id=b7", &second).await);

    assert_eq!(world.targets_at("/selected"), ["/selected?b=b7", "/selected?b=b7"]);
}

#[tokio::test]
async fn whoever_has_no_number_calls_without_one() {
    let world = World::new().await;
    save(&world, [], TWIML).await;
    for (index, from) in
        ["anonymous", "client%3Aalice", "sip%3Abob%40example.com", "", "Restricted"]
            .into_iter()
            .enumerate()
    {
        let sid = world.named(&format!("call{index}"));
        let form = format!(
            "CallSid={sid}&From={from}&To=sip%3Asupport%40example.com&tags=x&CallStatus=ringing"
        );

        let answer = twiml(&world.twilio(TOKEN, "start", &form).await);

        assert!(answer.contains("Hello friend"), "{answer}");
        let call = world.call(&format!("call{index}")).await;
        assert_eq!((call.get("caller_number"), call.get("called_number")), (None, None), "{from}");
        assert_eq!(call["tags"], json!({}));
    }
}

#[tokio::test]
async fn the_caller_is_answered_whatever_partners_do() {
    let world = World::new().await;
    world.partner.on("/gone", Reply::raw("garbage"));
    world.partner.on("/slow", Reply::never());
    let long: Vec<String> = (0..30).map(|n| format!("{n:02}{}", "<".repeat(600))).collect();
    world
        .partner
        .on("/long", Reply::json(&json!({"first_name": long, "other": long, "queue": "b7"})));
    let hooks = [
        world.webhook("gone", "/gone", json!({})),
        world.webhook("slow", "/slow", json!({"timeout_ms": 100})),
        world.webhook("long", "/long", json!({})),
    ];
    let template = "<Response><Say>Hi [first_name|default:friend][other], [sub_id]</Say>\
                    <Dial callerId=\"[caller_number]\">[queue]</Dial></Response>";
    save(&world, hooks, template).await;

    let answer = twiml(&tell(&world, "start?sub_id=x", "start").await);

    let wanted = format!(
        "<Response><Say>Hi friend, x</Say><Dial callerId=\"{}\">b7</Dial></Response>",
        world.caller()
    );
    assert_eq!(answer, wanted);
    let call = world.call("call").await;
    assert_eq!(statuses(&call), ["gone: failed", "slow: failed", "long: ok"]);
}

#[tokio::test]
async fn an_account_may_change_its_token() {
    let world = World::new().await;
    save(&world, [], TWIML).await;
    let path = format!("/campaigns/{}", world.campaign());
    let mut document = world.get(&path).await.of_status(200);
    let masked = json!({"auth_token": "********", "twiml": TWIML});
    assert_eq!(document["twilio"], masked);
    document["twilio"]["secondary_auth_token"] = json!("the next one");

    let saved = world.put(&path, &document).await.of_status(200);

    let wanted = merged(masked, json!({"secondary_auth_token": "********"}));
    assert_eq!(saved["twilio"], wanted);
    let next = world.twilio("the next one", "start", &sample(&world, "start")).await;
    assert_eq!(next.status, 200, "{}", next.text);
    assert_eq!(tell(&world, "start", "start").await.status, 200);
}

#[tokio::test]
async fn faults_of_what_a_campaign_has_for_twilio_are_told_at_once() {
    let world = World::new().await;
    let twilio = json!({"twiml": "<Response><Say>[x|nothing]</Say></Response>", "secondary_auth_token": "********"});

    let refused = world.save_as(&world.campaign(), json!({"twilio": twilio})).await.of_status(422);

    let wanted = ["/twilio/auth_token", "/twilio/secondary_auth_token", "/twilio/twiml"];
    assert_eq!(pointers(&refused), wanted);
}
