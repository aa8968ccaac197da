//! Calls that Twilio reports, through the binaries that take them.

use hookline_tests::partner::Reply;
use hookline_tests::runtime_api::LambdaFunction;
use hookline_tests::twilio::signature;
use serde_json::{Value, json};

use super::request::{Request, Send as _};
use super::world::{ANSWERED, ENDED, NUMBER, START, World, logs};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The host of [`Request`].
const ORIGIN: &str = "https://hooks.example";

async fn world() -> World {
    let world = World::new().await;
    let hook = |trigger: &str| {
        let url = world.partner.url(&format!("/{trigger}?b=[buyer_id]"));
        json!({"id": trigger, "trigger": trigger, "url": url})
    };
    let twiml = "<Response><Say>Hello [first_name]</Say></Response>";
    let twilio = json!({"twilio": {"auth_token": TOKEN, "twiml": twiml}});
    world.campaign_with(&["start", "selected", "answered"].map(hook).into(), &twilio).await;
    world.partner.on("/start", Reply::json(&json!({"first_name": "Jason"})));
    for path in ["/selected", "/answered"] {
        world.partner.on(path, Reply::status(204));
    }
    world
}

fn start(call: &str) -> String {
    format!("CallSid={call}&From=%2B{}&To=%2B18005550199&CallStatus=ringing", &NUMBER[1..])
}

fn request(place: &str, query: &str, form: &str, signature: &str) -> Request {
    Request::new("POST", &format!("/twilio/solar/{place}"))
        .of("campaign_id", "solar")
        .query(query)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(form)
        .encoded()
}

/// Posts a form as Twilio does to a function behind that origin; the answer as API Gateway takes it.
async fn post(
    function: &LambdaFunction,
    origin: &str,
    place: &str,
    query: &str,
    form: &str,
) -> Value {
    let question = if query.is_empty() { "" } else { "?" };
    let url = format!("{origin}/twilio/solar/{place}{question}{query}");
    let request = request(place, query, form, &signature(TOKEN, &url, form));
    function.invoke(request.payload()).await.unwrap()
}

#[tokio::test]
async fn a_call_goes_through_the_functions() {
    let world = world().await;
    let start_function = world.function(START).await;
    let (answered, ended) = (world.function(ANSWERED).await, world.function(ENDED).await);
    let leg = "ParentCallSid=CA1&CallSid=CA2&To=%2B12125550107&CallStatus";

    let answer = post(&start_function, ORIGIN, "start", "sub_id=x%20y", &start("CA1")).await;
    for status in ["initiated", "in-progress"] {
        let form = format!("{leg}={status}");
        let told = post(&answered, ORIGIN, "leg", "buyer_id=b7", &form).await;
        assert_eq!((&told["statusCode"], &told["body"]), (&json!(204), &json!("")));
    }
    let form = "CallSid=CA1&CallStatus=completed&RecordingUrl=https://rec.example/1";
    let told = post(&ended, ORIGIN, "status", "", form).await;

    assert_eq!(told["statusCode"], json!(204));
    let wanted = json!({
        "statusCode": 200,
        "headers": {"cache-control": "no-store", "content-type": "text/xml; charset=utf-8"},
        "body": "<Response><Say>Hello Jason</Say></Response>",
        "isBase64Encoded": false,
    });
    assert_eq!(answer, wanted);
    let targets = world.partner.requests().into_iter().map(|came| came.target);
    assert_eq!(targets.collect::<Vec<_>>(), ["/start?b=", "/selected?b=b7", "/answered?b=b7"]);
}

#[tokio::test]
async fn what_twilio_has_not_signed_is_one_line_that_tells_nothing_of_it() {
    let world = world().await;
    let function = world.function(START).await;
    let before = world.items().await;

    let query = "secret_query=x";
    let refused = request("start", query, &start("CA1"), "c29tZXRoaW5n").send(&function).await;

    assert_eq!(refused.status, 403);
    let printed = logs(&function, "a request for Twilio was refused", 1).await;
    let refusals = printed.lines().filter(|line| line.contains("\"message\""));
    let lines: Vec<Value> = refusals.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{printed}");
    let line = &lines[0];
    assert_eq!(line["level"], json!("WARN"));
    assert_eq!(line["campaign_id"], json!("solar"));
    assert_eq!(line["reason"], json!("X-Twilio-Signature is not that of this request"));
    for hidden in [&NUMBER[1..], "CA1", "secret_query", TOKEN, "c29tZXRoaW5n"] {
        assert!(!printed.contains(hidden), "{hidden} is in {printed}");
    }
    assert_eq!(world.items().await, before);
    assert_eq!(world.partner.requests(), []);
}

#[tokio::test]
async fn a_shared_key_is_named_as_the_reason() {
    let world = world().await;
    let function = world.function(START).await;

    let signed = request("start", "", &start("CA1"), "c29tZXRoaW5n")
        .header("x-twilio-webhooks-signature-settings", "key=K1,algorithm=HMAC_SHA256");
    let refused = signed.send(&function).await;

    assert_eq!(refused.status, 403);
    let printed = logs(&function, "a request for Twilio was refused", 1).await;
    assert!(
        printed.contains("X-Twilio-Webhooks-Signature-Settings names a shared key"),
        "{printed}"
    );
    assert!(!printed.contains("key=K1"), "{printed}");
}

#[tokio::test]
async fn twilio_may_ask_another_address_than_the_functions_see() {
    let world = world().await;
    let variables = world.environment().into_iter();
    let public = ("PUBLIC_URL".to_owned(), "https://front.example/".to_owned());
    let function = LambdaFunction::spawn(START.as_ref(), variables.chain([public])).await.unwrap();

    // Numbers may still have the API's own address.
    for (origin, status) in
        [("https://front.example", 200), (ORIGIN, 200), ("https://other.example", 403)]
    {
        let answer = post(&function, origin, "start", "sub_id=a%20b", &start("CA1")).await;
        assert_eq!(answer["statusCode"], json!(status), "{origin}");
    }
}

#[tokio::test]
async fn twilio_is_sent_to_its_fallback_once_the_store_is_gone() {
    let world = world().await;
    let function = world.function(START).await;
    let first = post(&function, ORIGIN, "start", "", &start("CA1")).await;
    assert_eq!(first["statusCode"], json!(200));

    world.database.stop().await;

    let answer = post(&function, ORIGIN, "start", "", &start("CA2")).await;
    assert_eq!(answer["statusCode"], json!(503));
}
