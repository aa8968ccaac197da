//! The console for whoever runs no scripts.

use hookline_tests::partner::Reply;
use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn a_webhook_is_made_tried_and_saved_without_a_script() -> Outcome {
    let Some(scene) = Scene::without_scripts().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.partner.on("/crm", Reply::json(&json!({"score": 71})));
    let address = scene.partner.url("/crm?phone=[caller_number]");

    browser.fill("#id", "solar").await?;
    browser.click(".stack button").await?;
    browser.click(".head a.primary").await?;
    browser.click(".triggers a[href$='trigger=start']").await?;
    browser.fill("#url", &address).await?;
    browser.click("details:has(#matches) > summary").await?;
    for (row, (key, value)) in [("geo", "us-ny"), ("gone", "x")].into_iter().enumerate() {
        browser.click("[name=action][value='add.matches']").await?;
        let cell = |name| format!("[data-row]:nth-of-type({}) [name={name}]", row + 1);
        browser.fill(&cell("match_key"), key).await?;
        browser.fill(&cell("match_values"), value).await?;
    }
    browser.click("[name=action][value='drop.matches.1']").await?;
    browser.click("[formaction$='/preview#pane']").await?;
    browser.until_text("#pane", "would be fired").await?;
    browser.until_text("#pane .wire", "/crm?phone=%2B1212555").await?;
    browser.click("[formaction$='/test#tested']").await?;
    browser.until_text("#tested", "score: 71").await?;
    browser.click("[name=action][value=save]").await?;

    browser.until_text(".notice.good", "Saved.").await?;
    let saved = scene.send(Method::GET, "/campaigns/solar/webhooks/start", &json!(null)).await;
    assert_eq!(saved["webhook"]["url"], address);
    assert_eq!(saved["webhook"]["matches"], json!(["geo:us-ny"]));
    scene.close().await
}

#[tokio::test]
async fn a_failed_delivery_is_sent_again_without_a_script() -> Outcome {
    let Some(scene) = Scene::without_scripts().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.failed_delivery().await;
    scene.partner.on("/sync", Reply::status(204));

    scene.goto("/console/campaigns/solar/deliveries").await?;
    browser.select("#webhook", "sync").await?;
    browser.click("form:has(#webhook) button").await?;
    browser.until_url("webhook=sync").await?;
    browser.click(".delivery form button").await?;

    browser.until_text(".notice.good", "It is sent again now.").await?;
    scene.close().await
}
