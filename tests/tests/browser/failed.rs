//! What failed, and sending it again.

use hookline_tests::partner::Reply;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn a_failed_delivery_is_found_looked_at_and_sent_again() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.partner.on_each("/sync", [Reply::status(500), Reply::status(204)]);

    scene.failed_delivery().await;
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
    scene.failed_delivery().await;
    scene.partner.on("/sync", Reply::status(204));

    scene.goto("/console/campaigns/solar/deliveries").await?;
    browser.select("#webhook", "sync").await?;
    browser.until_url("webhook=sync").await?;
    browser.click(".head button.primary").await?;

    browser.until_text(".notice.good", "It is sent again now.").await?;
    browser.until_text("main", "Nothing failed on this day").await?;
    scene.close().await
}
