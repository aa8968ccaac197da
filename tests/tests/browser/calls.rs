//! A call that comes in while somebody looks.

use hookline_tests::partner::Reply;
use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene, now};

#[tokio::test]
async fn a_call_appears_by_itself_and_tells_its_story() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.partner.on("/crm", Reply::json(&json!({"first_name": "Jason"})));
    scene.partner.on("/sync", Reply::json(&json!({"kept": true})));
    let url = |path: &str| scene.partner.url(path);
    scene
        .campaign(&[
            json!({"id": "crm", "trigger": "start", "url": url("/crm?p=[caller_number]")}),
            json!({"id": "sync", "trigger": "always", "url": url("/sync?n=[first_name]")}),
        ])
        .await;

    // A key for the platform, copied from the page that shows it once.
    scene.goto("/console/keys").await?;
    browser.fill("#name", "our switch").await?;
    browser.click("[name=scope][value=calls]").await?;
    browser.click(".stack button").await?;
    let key = browser.until_text("#key-text", "hlc_").await?;
    let report = async |event: &str, body| {
        scene.send_as(key.trim(), Method::POST, &format!("/calls/one/{event}"), &body).await
    };

    // The day of the call, should the next begin meanwhile.
    let came_in = now();
    let day: String = came_in.as_str().unwrap().chars().take(10).collect();
    scene.goto(&format!("/console/campaigns/solar/calls?day={day}")).await?;
    browser.until_text("main", "No calls on this day").await?;
    browser.script("window.sameAsBefore = true").await?;
    let start = json!({"campaign_id": "solar", "occurred_at": came_in,
        "caller_number": "+16145550123", "tags": {"sub_id": "spring-ad"}});
    let _ = report("start", start).await;
    browser.until_text("[data-renew]", "up now").await?;
    let buyer = json!({"id": "b1", "name": "Acme"});
    let _ = report("answered", json!({"occurred_at": now(), "buyer": buyer, "attempt": 1})).await;
    let _ = report("ended", json!({"occurred_at": now(), "hung_up_by": "caller"})).await;
    let row = browser.until_text("[data-renew] tbody", "converted").await?;
    assert!(row.contains("Acme"), "{row}");
    assert_eq!(browser.script("return window.sameAsBefore").await?, true);

    browser.click("[data-renew] tbody a").await?;
    browser.until_text("h1", "one").await?;
    browser.until_text("section[aria-labelledby=deliveries]", "sync").await?;
    browser.until_text(".story", "sync on always: delivered, 200").await?;
    let story = browser.text(".story").await?;
    for part in ["The call came in", "first_name: Jason", "Acme answered", "hung up by caller"] {
        assert!(story.contains(part), "{part}: {story}");
    }
    let tags = browser.text("section[aria-labelledby=tags] tbody").await?;
    let row =
        |tag: &str| tags.lines().find(|row| row.starts_with(tag)).unwrap_or_default().to_owned();
    assert!(row("first_name").contains("crm"), "{tags}");
    assert!(row("sub_id").contains("start"), "{tags}");
    assert!(browser.count(".chart svg .bar").await? >= 2);

    // The attempt, opened from the story.
    browser.click(".story a").await?;
    let attempt = browser.until_text("details[open] .attempt", "Answered").await?;
    assert!(attempt.contains("/crm?p=%2B16145550123"), "{attempt}");
    assert!(attempt.contains(r#"{"first_name":"Jason"}"#), "{attempt}");
    assert_eq!(browser.complaints().await?, [] as [String; 0]);
    scene.close().await
}
