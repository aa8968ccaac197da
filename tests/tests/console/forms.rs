//! Saves of campaigns and webhooks that somebody else changed in between, and forms at fault.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::visitor::{Seen, Visitor};

const SETTINGS: &str = "/console/campaigns/solar";
const WEBHOOK: &str = "/console/campaigns/solar/webhooks/crm";
const MASK: &str = "********";

fn solar() -> Value {
    json!({"id": "solar", "name": "Solar", "version": 0, "secrets": {"partner": "hush"},
        "webhooks": [
            {"id": "crm", "trigger": "start", "url": "https://old.example/",
             "signing_secret": "the first secret"},
            {"id": "other", "trigger": "always", "url": "https://other.example/"}]})
}

fn webhook(signing_secret: &str) -> [(&str, &str); 7] {
    [
        ("id", "crm"),
        ("name", "CRM"),
        ("trigger", "start"),
        ("url", "https://mine.example/"),
        ("method", "GET"),
        ("signing_secret", signing_secret),
        ("action", "save"),
    ]
}

/// Somebody changes a webhook of the campaign's first version.
async fn changed(visitor: &Visitor, webhook: &str, change: Value) {
    let place = format!("/campaigns/solar/webhooks/{webhook}");
    let stored = visitor.api("GET", &place, &Value::Null).await;
    let mut document = stored["webhook"].clone();
    for (name, value) in change.as_object().unwrap() {
        document[name] = value.clone();
    }
    visitor.api("PUT", &format!("{place}?version=1"), &document).await;
}

fn shows(page: &Seen, status: StatusCode, texts: &[&str]) {
    assert_eq!(page.status, status, "{}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
}

#[tokio::test]
async fn a_webhook_is_saved_though_another_was_in_between() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(WEBHOOK).await;
    changed(&visitor, "other", json!({"url": "https://theirs.example/"})).await;

    let saved = visitor.send(&page, WEBHOOK, &webhook(MASK)).await;

    assert_eq!(saved.location, format!("{WEBHOOK}?done=webhook-saved"), "{}", saved.text);
    let stored = visitor.api("GET", "/campaigns/solar", &Value::Null).await;
    assert_eq!(stored["webhooks"][0]["url"], "https://mine.example/");
    assert_eq!(stored["webhooks"][1]["url"], "https://theirs.example/");
    visitor.leave().await;
}

#[tokio::test]
async fn a_signing_secret_that_was_rotated_in_between_is_not_saved_over_unseen() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(WEBHOOK).await;
    changed(&visitor, "crm", json!({"signing_secret": "their new secret"})).await;

    let refused = visitor.send(&page, WEBHOOK, &webhook("my own new secret")).await;

    shows(&refused, StatusCode::CONFLICT, &["Somebody saved", "changed", "as stored"]);
    for secret in ["my own new secret", "their new secret", "the first secret"] {
        assert!(!refused.text.contains(secret));
    }
    visitor.leave().await;
}

#[tokio::test]
async fn of_two_headers_of_one_name_neither_is_lost() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(WEBHOOK).await;
    let header = |value| [("header_name", "x-source"), ("header_value", value)];
    let form = [&webhook(MASK)[..], &header("first"), &header("second")].concat();

    let refused = visitor.send(&page, WEBHOOK, &form).await;

    let shown = ["1 thing needs another look", "is there twice", "first", "second"];
    shows(&refused, StatusCode::UNPROCESSABLE_ENTITY, &shown);
    visitor.leave().await;
}

#[tokio::test]
async fn settings_are_saved_though_a_webhook_was_in_between() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(SETTINGS).await;
    changed(&visitor, "other", json!({"url": "https://theirs.example/"})).await;
    let mine = [
        ("name", "Roofs"),
        ("remember", "off"),
        ("secret_name", "partner"),
        ("secret_value", MASK),
        ("action", "save"),
    ];

    let saved = visitor.send(&page, SETTINGS, &mine).await;

    assert_eq!(saved.location, format!("{SETTINGS}?done=settings-saved"), "{}", saved.text);
    let stored = visitor.api("GET", "/campaigns/solar", &Value::Null).await;
    assert_eq!(stored["name"], "Roofs");
    assert_eq!(stored["webhooks"][1]["url"], "https://theirs.example/");
    visitor.leave().await;
}

#[tokio::test]
async fn settings_that_somebody_else_saved_stand_beside_ones_own() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(SETTINGS).await;
    let theirs = [("name", "Theirs"), ("remember", "off"), ("action", "save")];
    assert!(visitor.send(&page, SETTINGS, &theirs).await.status.is_redirection());
    let mine = [
        ("name", "Mine"),
        ("remember", "off"),
        ("secret_name", "partner"),
        ("secret_value", "loud"),
        ("action", "save"),
    ];

    let refused = visitor.send(&page, SETTINGS, &mine).await;

    let shown = ["Somebody saved", "Mine", "Theirs", "partner: changed", "type it once more"];
    shows(&refused, StatusCode::CONFLICT, &shown);
    assert!(!refused.text.contains("loud"));
    let over = visitor.send(&refused, SETTINGS, &mine).await;
    assert_eq!(over.location, format!("{SETTINGS}?done=settings-saved"));
    visitor.leave().await;
}

#[tokio::test]
async fn what_was_typed_outlasts_the_sign_in() {
    let mut visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get(WEBHOOK).await;
    visitor.forget();
    let out = visitor.send(&page, WEBHOOK, &webhook("my own new secret")).await;
    shows(&out, StatusCode::UNAUTHORIZED, &["You are signed out", "https://mine.example/"]);
    assert!(!out.text.contains("my own new secret"));

    // Signed in again, the form is shown once more and then saved.
    visitor.sign_in().await;
    let again = visitor.send(&out, WEBHOOK, &webhook(MASK)).await;
    shows(&again, StatusCode::OK, &["Nothing is saved yet", "https://mine.example/"]);
    let stored = visitor.api("GET", "/campaigns/solar", &Value::Null).await;
    assert_eq!(stored["webhooks"][0]["url"], "https://old.example/");
    let saved = visitor.send(&again, WEBHOOK, &webhook(MASK)).await;
    assert_eq!(saved.location, format!("{WEBHOOK}?done=webhook-saved"), "{}", saved.text);
    visitor.leave().await;
}

#[tokio::test]
async fn a_form_of_no_sign_in_or_of_an_earlier_one_changes_nothing() {
    let mut visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get("/console/keys").await;
    let key = [("name", "switch"), ("scope", "calls")];
    visitor.forget();
    let out = visitor.send(&page, "/console/keys", &key).await;
    shows(&out, StatusCode::UNAUTHORIZED, &["You are signed out"]);
    visitor.sign_in().await;
    let old = visitor.send(&page, "/console/keys", &key).await;
    shows(&old, StatusCode::FORBIDDEN, &["This form was not taken"]);
    visitor.leave().await;
}

#[tokio::test]
async fn a_webhook_may_be_called_new() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get("/console/campaigns/solar/new-webhook?trigger=start").await;
    let new =
        [("id", "new"), ("trigger", "start"), ("url", "https://a.example/"), ("action", "save")];
    let place = "/console/campaigns/solar/webhooks/new";

    let saved = visitor.send(&page, "/console/campaigns/solar/new-webhook", &new).await;

    assert_eq!(saved.location, format!("{place}?done=webhook-saved"), "{}", saved.text);
    shows(
        &visitor.get(place).await,
        StatusCode::OK,
        &["https://a.example/", "webhooks/new/delete"],
    );
    visitor.leave().await;
}

#[tokio::test]
async fn a_campaign_is_deleted_once_that_is_asked_for_twice_and_the_list_says_so() {
    let visitor = Visitor::signed_in(&solar()).await;
    let page = visitor.get("/console/campaigns/solar/delete").await;
    shows(&page, StatusCode::OK, &["Delete the campaign Solar?"]);

    let deleted = visitor.send(&page, "/console/campaigns/solar/delete", &[]).await;

    let list = visitor.get(&deleted.location).await;
    shows(&list, StatusCode::OK, &["The campaign is deleted.", "Make your first campaign"]);
    visitor.leave().await;
}
