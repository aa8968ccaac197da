//! How a call goes on in Twilio after a dial or a recording.

use serde_json::{Value, json};

use crate::twilio::{TOKEN, assert_nothing_more, sample, save, tell, twiml};
use crate::world::World;

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";
const AFTER_DIAL: &str = "<Response><Say>[dial_call_status|map:completed=Bye,busy=Busy|default:None] \
                          [sub_id]</Say><Dial callerId=\"[caller_number]\">[queue|default:b]</Dial></Response>";

/// This world's campaign, which says how its calls go on.
async fn save_going_on(world: &World) {
    let twilio = json!({"auth_token": TOKEN, "twiml": "<Response/>", "after_dial": AFTER_DIAL});
    world.save_hasty([], json!({"twilio": twilio})).await;
}

/// The action of a dial that ended so, without a recording.
fn dialed(world: &World, status: &str) -> String {
    let form = sample(world, "dial-action");
    let bare = &form[..form.find("&RecordingSid").unwrap()];
    bare.replace("DialCallStatus=completed", &format!("DialCallStatus={status}"))
}

fn recorded(call: &Value) -> usize {
    let events = call["events"].as_array().unwrap().iter();
    events.filter(|event| event["event"] == "recording").count()
}

#[tokio::test]
async fn a_call_goes_on_as_the_campaign_says_by_how_the_dial_ended() {
    let world = World::new().await;
    save_going_on(&world).await;
    let said = |what: &str, from: &str| {
        format!("<Response><Say>{what}</Say><Dial callerId=\"{from}\">b</Dial></Response>")
    };

    let unknown = twiml(&world.twilio(TOKEN, "dialed", &dialed(&world, "busy")).await);
    let _ = twiml(&tell(&world, "start?sub_id=x", "start").await);
    let busy = twiml(&world.twilio(TOKEN, "dialed", &dialed(&world, "busy")).await);
    let completed = twiml(&tell(&world, "dialed", "dial-action").await);
    let form = format!("CallSid={}&Digits=hangup", world.named("call"));
    let no_dial = twiml(&world.twilio(TOKEN, "dialed", &form).await);

    assert_eq!(unknown, said("Busy ", ""), "of a call that is not known");
    assert_eq!(busy, said("Busy x", &world.caller()));
    assert_eq!(completed, said("Bye x", &world.caller()));
    assert_eq!(no_dial, said("None x", &world.caller()), "a recording's action");
    let call = world.call("call").await;
    assert_eq!(call.get("ended_at"), None, "the call goes on after the dial");
}

#[tokio::test]
async fn without_more_twiml_the_answer_is_an_empty_document() {
    let world = World::new().await;
    save(&world, [], "<Response/>").await;

    let bare = twiml(&world.twilio(TOKEN, "dialed", &dialed(&world, "completed")).await);
    let before = world.get(&format!("/calls/{}", world.named("call"))).await.status;
    let with_recording = twiml(&tell(&world, "dialed", "dial-action").await);

    assert_eq!((bare.as_str(), with_recording.as_str()), (EMPTY, EMPTY));
    assert_eq!(before, 404, "a dial that is over tells nothing by itself");
    assert!(world.call("call").await["recording_url"].is_string());
}

#[tokio::test]
async fn a_recording_that_is_told_by_several_is_one() {
    let world = World::new().await;
    save(&world, [], "<Response/>").await;
    let record =
        "&RecordingSid=RE00000000000000000000000000000002&RecordingUrl=https://rec.example/2";

    for _ in 0..2 {
        let _ = twiml(&tell(&world, "dialed", "dial-action").await);
    }
    assert_nothing_more(&tell(&world, "recording", "recording").await);
    assert_eq!(recorded(&world.call("call").await), 1);

    let form = format!("CallSid={}{record}", world.named("call"));
    let _ = twiml(&world.twilio(TOKEN, "dialed", &form).await);
    assert_eq!(recorded(&world.call("call").await), 2, "another recording");
}

#[tokio::test]
async fn the_end_is_told_by_the_status_callback_with_its_time() {
    let world = World::new().await;
    save(&world, [], "<Response/>").await;
    let over =
        sample(&world, "dial-action").replace("CallStatus=in-progress", "CallStatus=completed");

    let _ = twiml(&world.twilio(TOKEN, "dialed", &over).await);
    // Whoever has the action of a dial at this address is answered with nothing.
    assert_nothing_more(&world.twilio(TOKEN, "status", &over).await);
    let call = world.call("call").await;
    assert_eq!((recorded(&call), call.get("ended_at")), (1, None));
    assert_nothing_more(&tell(&world, "status", "status").await);

    assert_eq!(world.call("call").await["ended_at"], json!("2026-11-23T17:01:39Z"));
}

#[tokio::test]
async fn a_call_goes_on_whatever_became_of_the_recording() {
    let world = World::new().await;
    save_going_on(&world).await;
    let good = sample(&world, "dial-action");
    let bad = good.replace("RecordingUrl=https", "RecordingUrl=nothing");
    let nameless = good.replace(&world.named("call"), "%20");
    let said = |what: &str, from: &str| {
        format!("<Response><Say>{what}</Say><Dial callerId=\"{from}\">b</Dial></Response>")
    };

    let fault_of_unknown = twiml(&world.twilio(TOKEN, "dialed", &bad).await);
    let without_call = twiml(&world.twilio(TOKEN, "dialed", &nameless).await);
    let before = world.get(&format!("/calls/{}", world.named("call"))).await.status;
    let unknown = twiml(&world.twilio(TOKEN, "dialed", &good).await);
    let _ = twiml(&tell(&world, "start?sub_id=x", "start").await);
    let fault = twiml(&world.twilio(TOKEN, "dialed", &bad).await);

    assert_eq!((fault_of_unknown, without_call), (said("Bye ", ""), said("Bye ", "")));
    assert_eq!(before, 404, "what could not be taken leaves nothing");
    assert_eq!(unknown, said("Bye ", ""), "of a call that only its recording is known of");
    assert_eq!(fault, said("Bye x", &world.caller()), "the call is that which stands");
    assert_eq!(recorded(&world.call("call").await), 1);
}

#[tokio::test]
async fn a_recording_of_a_call_of_another_campaign_is_refused_and_the_caller_goes_on() {
    let world = World::new().await;
    save_going_on(&world).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let _ = world.start("call", json!({"campaign_id": other})).await.of_status(200);

    let answer = twiml(&tell(&world, "dialed", "dial-action").await);

    let wanted = "<Response><Say>Bye </Say><Dial callerId=\"\">b</Dial></Response>";
    assert_eq!(answer, wanted, "nothing of what is another campaign's");
    assert_eq!(recorded(&world.call("call").await), 0);
}
