//! Requests that are not Twilio's, or that do not say what they have to.

use hookline_tests::client::Body;
use reqwest::Method;
use serde_json::json;

use crate::twilio::{TOKEN, sample, save, tell};
use crate::world::{World, faults};

const TWIML: &str = "<Response/>";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn what_twilio_has_not_signed_is_refused_and_stores_nothing() {
    let world = World::new().await;
    let other = World::new().await;
    other.save([]).await;
    let not_twilio = tell(&other, "start", "start").await;
    save(&world, [world.hook("start", "")], TWIML).await;
    let (form, path) = (sample(&world, "start"), format!("/twilio/{}/start", world.campaign()));
    let unsigned = Body::of_type(FORM, form.as_str());

    let other_token = world.twilio("another token", "start", &form).await;
    let missing = world.send_bare(None, Method::POST, &path, unsigned.clone()).await;
    let garbage = unsigned.with("x-twilio-signature", "garbage");
    let garbage = world.send_bare(None, Method::POST, &path, garbage).await;
    // A key of Hookline's own is no signature.
    let key = world.send(Method::POST, &path, Body::of_type(FORM, form.as_str())).await;
    let other_query = {
        let signed = world.twilio(TOKEN, "start", &form).await;
        assert_eq!(signed.status, 200, "{}", signed.text);
        let body = Body::of_type(FORM, form.replace(&world.named("call"), &world.named("other")));
        world.send_bare(None, Method::POST, &format!("{path}?sub_id=y"), body).await
    };

    for answer in [not_twilio, other_token, missing, garbage, key, other_query] {
        assert_eq!(answer.content_type, "application/problem+json");
        let told = answer.of_status(403);
        let wanted = "the request is not signed as Twilio would for this campaign";
        assert_eq!((&told["code"], &told["detail"]), (&json!("forbidden"), &json!(wanted)));
    }
    assert_eq!(world.get(&format!("/calls/{}", world.named("other"))).await.status, 404);
    assert_eq!(world.targets_at("/start"), ["/start"]);
}

#[tokio::test]
async fn a_campaign_has_to_be_there() {
    let world = World::new().await;

    let unknown = tell(&world, "start", "start").await.of_status(404);

    assert_eq!(unknown["code"], json!("unknown_campaign"));
    assert_eq!(world.get(&format!("/calls/{}", world.named("call"))).await.status, 404);
}

#[tokio::test]
async fn a_request_that_lacks_something_names_it_in_twilios_words() {
    let world = World::new().await;
    save(&world, [], TWIML).await;
    let call = world.named("call");
    let late = "Timestamp=Sat%2C+23+Nov+2126+17%3A00%3A05+%2B0000";
    for (place, form, wanted) in [
        ("start", "From=%2B16145550100".to_owned(), "/CallSid: is required"),
        (
            "start?call_key=x",
            format!("CallSid={call}"),
            "/call_key: is a name that Hookline answers itself",
        ),
        ("leg", format!("CallSid={call}"), "/CallStatus: is required"),
        ("leg", format!("CallSid={call}&CallStatus=initiated&To=x"), "/ParentCallSid: is required"),
        (
            "leg",
            format!("CallSid=x&ParentCallSid={call}&CallStatus=answered"),
            "/buyer_id: is required",
        ),
        (
            "leg?buyer_id=b",
            format!("CallSid=x+y&ParentCallSid={call}&CallStatus=answered"),
            "/CallSid: must be a count from 1, or a name of at most 64 letters and digits",
        ),
        (
            "status",
            format!("CallSid=x&ParentCallSid={call}&CallStatus=completed"),
            "/ParentCallSid: is that of a dialled leg, whose callbacks go to …/leg",
        ),
        (
            "status",
            format!("CallSid={call}&CallStatus=completed&{late}"),
            "/Timestamp: is more than a day ahead",
        ),
        (
            "recording",
            format!("CallSid={call}&RecordingStatus=completed"),
            "/RecordingUrl: is required",
        ),
        (
            "recording",
            format!("CallSid={call}&RecordingStatus=completed&RecordingUrl=x"),
            "/RecordingUrl: must be an http, https or s3 URL",
        ),
    ] {
        let refused = world.twilio(TOKEN, place, &form).await.of_status(422);
        let told = faults(&refused);
        assert!(told.len() == 1 && told[0].starts_with(wanted), "{place} {form}: {told:?}");
    }
    assert_eq!(world.get(&format!("/calls/{call}")).await.status, 404);
}

#[tokio::test]
async fn what_changes_nothing_is_taken_and_stores_nothing() {
    let world = World::new().await;
    save(&world, [], TWIML).await;
    let call = world.named("call");
    for (place, form) in [
        ("leg", format!("CallSid=x&ParentCallSid={call}&CallStatus=ringing")),
        ("leg", sample(&world, "leg-completed")),
        ("status", format!("CallSid={call}&CallStatus=in-progress")),
        ("recording", format!("CallSid={call}&RecordingStatus=in-progress")),
        ("recording", format!("CallSid={call}&RecordingStatus=absent")),
    ] {
        let taken = world.twilio(TOKEN, place, &form).await;
        assert_eq!(taken.status, 204, "{place} {form}: {}", taken.text);
    }
    assert_eq!(world.get(&format!("/calls/{call}")).await.status, 404);
}

#[tokio::test]
async fn one_campaigns_token_reaches_no_calls_of_another() {
    let world = World::new().await;
    save(&world, [], TWIML).await;
    let other = world.named("other");
    let _ = world.save_as(&other, json!({})).await.of_status(200);
    let start = json!({"campaign_id": other});
    let _ = world.start("call", start).await.of_status(200);

    let refused = tell(&world, "status", "status").await.of_status(409);

    assert_eq!(refused["code"], json!("other_campaign"));
    assert_eq!(world.call("call").await.get("ended_at"), None);
}
