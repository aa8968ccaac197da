//! What failed, and sending it again.

use hookline_tests::partner::Reply;
use serde_json::json;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn a_failed_delivery_is_found_looked_at_and_sent_again() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    let url = scene.partner.url("/sync");
    scene
        .campaign(&[json!({"id": "sync", "trigger": "always", "url": url, "retry": "none"})])
        .await;
    scene.partner.on_each("/sync", [Reply::status(500), Reply::status(204)]);
    scene.whole_call("one").await;

    scene.until_failed().await;
    scene.goto("/console/campaigns/solar").await?;
    browser.click(".tabs a[href$='/deliveries']").await?;
    let failed = browser.until_text(".delivery", "sync").await?;
    assert!(failed.contains("answered 500"), "{failed}");
    browser.click(".delivery a.button").await?;
    browser.until_text(".attempt", "answered 500").await?;
    browser.script("history.back()").await?;
    browser.click(".delivery form button").await?;

    browser.until_text(".notice.good", "It is sent again now.").await?;
    browser.until_text("main", "Nothing failed on this day").await?;
    scene.goto("/console/calls/one").await?;
    browser.until_text(".story", "sync on always: delivered, 204").await?;
    assert_eq!(scene.partner.requests_to("/sync").len(), 2);
    scene.close().await
}

#[tokio::test]
async fn a_whole_day_is_sent_again_at_once() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    let url = scene.partner.url("/sync");
    scene
        .campaign(&[json!({"id": "sync", "trigger": "always", "url": url, "retry": "none"})])
        .await;
    scene.whole_call("one").await;
    scene.until_failed().await;
    scene.partner.on("/sync", Reply::status(204));

    scene.goto("/console/campaigns/solar/deliveries").await?;
    browser.select("#webhook", "sync").await?;
    browser.until_url("webhook=sync").await?;
    browser.click(".head button.primary").await?;

    browser.until_text(".notice.good", "It is sent again now.").await?;
    browser.until_text("main", "Nothing failed on this day").await?;
    scene.close().await
}
