//! What is kept of an exchange, from a webhook's document to the attempt.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Findings, findings_of, prepare};
use crate::call::{Call, CallFacts, CallId, CallKey, Firing};
use crate::campaign::Campaign;
use crate::delivery::{Attempt, DeliveryKey, KeptBody, KeptMessage, ONCE};
use crate::phone::E164;
use crate::ports::sender::{Answer, Exchange, Outcome, Request};
use crate::tag::{TagKey, TagValue};
use crate::time::Timestamp;

/// Hexadecimal, so that upper case is another text.
const KEY: &str = "abababababababababababababababababababababababab";

/// Fires the webhook of a document once and lets the partner answer what `partner` makes of the
/// request.
fn attempt(webhook: &Value, partner: impl Fn(&Request) -> Answer) -> Attempt {
    findings(webhook, partner).attempt.unwrap()
}

/// All that comes of it.
fn findings(webhook: &Value, partner: impl Fn(&Request) -> Answer) -> Findings {
    let document = json!({"id": "solar", "name": "Solar", "webhooks": [webhook],
        "secrets": {"partner": "a partner's own secret"}});
    let campaign = Campaign::from_document(&document).unwrap();
    let id = CallId::parse("c1").unwrap();
    let key = CallKey::from_random([0xab; 24]);
    let mut call = Call::new(id.clone(), campaign.id.clone(), "u".to_owned(), key);
    call.caller = Some(E164::parse("+16145550100").unwrap());
    call.tags.insert(TagKey::parse("echoed").unwrap(), TagValue::parse(KEY).unwrap());
    let webhook = &campaign.webhooks[0];
    let key = DeliveryKey {
        call: id,
        trigger: webhook.trigger,
        webhook: webhook.id.clone(),
        occurrence: ONCE.to_owned(),
    };
    let now = Timestamp::from_millis(1_000_000).unwrap();
    let facts = CallFacts::of(&call, &campaign, now);
    let delivery = key.id();
    let firing = Firing { facts, webhook, delivery: &delivery, attempt: 1 };
    let Ok((request, outgoing)) = prepare(&firing, now) else { panic!("no request") };
    let outcome = Outcome::Answered(partner(&request));
    let exchange = Exchange { outcome, latency: Duration::from_millis(41) };
    findings_of(webhook, outgoing, exchange)
}

fn answer(headers: &[(&'static str, &'static str)], body: impl Into<Bytes>) -> Answer {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    Answer { status: 200, headers: headers.iter().map(pair).collect(), body: body.into() }
}

/// An answer that says all that it was sent, in a header and in the body.
fn echo(request: &Request) -> Answer {
    let headers = request.headers.values().map(|value| value.to_str().unwrap().to_owned());
    let told: Vec<String> = headers
        .chain([
            request.url.to_string(),
            String::from_utf8_lossy(&request.body).into_owned(),
            KEY.to_uppercase(),
        ])
        .collect();
    let told = told.join(" ");
    let mut answer = answer(&[], told.clone());
    answer.headers.insert("x-echo", HeaderValue::from_str(&told).unwrap());
    answer
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn body(text: &str) -> KeptBody {
    KeptBody { text: text.to_owned(), bytes: text.len(), cut: false }
}

#[test]
fn an_attempt_keeps_what_was_sent_and_answered() {
    let webhook = json!({"id": "crm", "trigger": "start", "method": "POST",
        "url": "https://u:s3cret@crm.example/calls?n=[caller_id]",
        "headers": {"X-Api-Key": "k1", "X-Call": "[call_id]"},
        "body": {"content_type": "application/json", "template": "{\"id\": \"[call_id]\"}"}});

    let kept = attempt(&webhook, |_| {
        let headers = [("content-type", "application/json"), ("set-cookie", "sid=1")];
        answer(&headers, r#"{"ok": true}"#)
    });

    assert_eq!(kept.method, "POST");
    assert_eq!(kept.url, "https://u:********@crm.example/calls?n=16145550100");
    let agent = concat!("Hookline/", env!("CARGO_PKG_VERSION"));
    let headers = pairs(&[
        ("content-type", "application/json"),
        ("x-api-key", "********"),
        ("x-call", "c1"),
        ("user-agent", agent),
        ("accept-encoding", "identity"),
    ]);
    assert_eq!(kept.request, Some(KeptMessage { headers, body: Some(body(r#"{"id": "c1"}"#)) }));
    let headers = pairs(&[("content-type", "application/json"), ("set-cookie", "********")]);
    assert_eq!(kept.answer, Some(KeptMessage { headers, body: Some(body(r#"{"ok": true}"#)) }));
}

#[test]
fn a_signed_browser_request_is_kept_with_all_that_went_out() {
    let webhook = json!({"id": "px", "trigger": "always", "url": "https://px.example/[call_key]",
        "signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    let kept = attempt(&webhook, |request| {
        let signed = request.headers["webhook-signature"].to_str().unwrap().to_owned();
        answer(&[], signed)
    });

    let sent = kept.request.unwrap();
    let names: Vec<&str> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "hookline-signature",
            "user-agent",
            "accept",
            "accept-language",
            "accept-encoding"
        ]
    );
    // The signature is the one that went out, not one of what is shown.
    assert_eq!(sent.headers[2].1, kept.answer.unwrap().body.unwrap().text);
    assert_eq!(kept.url, "https://px.example/hidden");
    assert_eq!(sent.body, None);
}

#[test]
fn no_dress_of_the_call_key_is_kept_of_a_request_or_of_an_answer_that_repeats_it() {
    let upper = KEY.to_uppercase();
    let encoded = "YWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFi";
    for token in [
        "[call_key]",
        "[call_key|upper]",
        "[call_key|base64]",
        "[call_key|base64|lower]",
        "[call_key|left:40]",
        "[call_key|hmac_sha256:partner]",
        "[echoed]",
    ] {
        let webhook = json!({"id": "crm", "trigger": "start", "method": "POST",
            "url": format!("https://crm.example/{token}?k={token}"),
            "headers": {"X-Call": token},
            "body": {"content_type": "text/plain", "template": format!("k={token}")}});

        let kept = serde_json::to_string(&attempt(&webhook, echo)).unwrap();

        let kept = kept.to_ascii_lowercase();
        for secret in [KEY, &upper, encoded, &KEY[..40]] {
            assert!(!kept.contains(&secret.to_ascii_lowercase()), "{token}: {kept}");
        }
    }
}

#[test]
fn a_credential_is_hidden_also_where_an_answer_repeats_it() {
    let webhook = json!({"id": "crm", "trigger": "start", "url": "https://crm.example/",
        "headers": {"Authorization": "Bearer t0psecret-t0ken"}});
    let kept = attempt(&webhook, |request| {
        let told = request.headers["authorization"].to_str().unwrap().to_owned();
        answer(&[], format!("you said {told}"))
    });
    assert_eq!(kept.answer.unwrap().body.unwrap().text, "you said Bearer ********");
}

#[test]
fn a_body_that_is_no_text_is_kept_as_far_as_it_is() {
    let webhook = json!({"id": "crm", "trigger": "start", "url": "https://crm.example/"});
    let kept = attempt(&webhook, |_| answer(&[], &b"a\xff\xfeb"[..]));
    let text = "a\u{fffd}\u{fffd}b".to_owned();
    assert_eq!(kept.answer.unwrap().body, Some(KeptBody { text, bytes: 4, cut: false }));
}

#[test]
fn what_repeats_a_key_becomes_no_tag() {
    let webhook = json!({"id": "crm", "trigger": "start",
        "url": "https://user:a-password@crm.example/?k=[call_key|base64]",
        "headers": {"authorization": "Bearer a-constant-key", "x-session": "[caller_number]"}});
    let repeats = |request: &Request| {
        let said = json!({
            "name": "Jason", "number": "+16145550100", "key": KEY.to_uppercase(),
            "url": request.url.as_str(), "bearer": "it was A-Constant-Key",
            "basic": "dXNlcjphLXBhc3N3b3Jk", "both": ["fine", KEY],
        });
        answer(&[], said.to_string())
    };

    let Findings { report, tags, .. } = findings(&webhook, repeats);

    let kept = json!({"name": ["Jason"], "number": ["+16145550100"], "both": ["fine"]});
    assert_eq!(json!(tags), kept);
    assert_eq!(json!(report.tags), kept);
    let left_out = |key: &str| format!("{key}: a value was left out, it repeats a key");
    assert_eq!(report.notes, ["basic", "bearer", "both", "key", "url"].map(left_out));
}
