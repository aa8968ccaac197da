//! From no campaign to a webhook that has been tried and saved.

use hookline_tests::partner::Reply;
use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn a_campaign_is_made_and_what_was_typed_wrongly_is_kept() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.campaign(&[]).await;
    scene.goto("/console/").await?;

    browser.fill("#id", "solar").await?;
    browser.fill("#name", "Solar <b>& wind</b>").await?;
    browser.click(".stack button").await?;
    browser.until_text(".fault", "It is the id of another campaign.").await?;
    assert_eq!(browser.property("#id", "value").await?, "solar");
    assert_eq!(browser.property("#name", "value").await?, "Solar <b>& wind</b>");
    browser.fill("#id", "wind").await?;
    browser.click(".stack button").await?;

    browser.until_text("h1", "Solar <b>& wind</b>").await?;
    let made = scene.send(Method::GET, "/campaigns/wind", &json!(null)).await;
    assert_eq!(made["name"], "Solar <b>& wind</b>");
    scene.close().await
}

#[tokio::test]
async fn a_webhook_is_picked_previewed_tried_and_saved() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.campaign(&[]).await;
    scene.partner.on("/crm", Reply::json(&json!({"score": 71})));
    let address = scene.partner.url("/crm?phone=");

    // The picker explains, and leads to the editor.
    scene.goto("/console/campaigns/solar").await?;
    browser.click(".head a.primary").await?;
    browser.until_text(".triggers .caution", "calls that they may not take").await?;
    browser.click(".triggers a[href$='trigger=start']").await?;

    // Address and token: the preview follows without a click.
    browser.fill("#name", "CRM").await?;
    browser.fill("#url", &address).await?;
    browser.until_text("#pane .wire", &format!("GET {address}\n")).await?;
    browser.click(".tokens summary").await?;
    browser.click(".tokens [data-insert='[caller_number]']").await?;
    assert_eq!(browser.property("#url", "value").await?, format!("{address}[caller_number]"));
    browser.until_text("#pane .wire", "/crm?phone=%2B1212555").await?;
    browser.until_text("#pane .values", "[caller_number] +1212555").await?;

    // A condition that the made-up call does not meet, and one that it does.
    browser.click("details:has(#matches) > summary").await?;
    browser.click("[data-add=matches]").await?;
    browser.fill("[data-row] [name=match_key]", "geo").await?;
    browser.select("[data-row] [name=match_op]", "==").await?;
    browser.fill("[data-row] [name=match_values]", "us-tx").await?;
    browser.until_text("#pane", "Would not be fired for this call").await?;
    browser.fill("[data-row] [name=match_values]", "us-ny").await?;
    browser.until_text("#pane", "would be fired").await?;

    // A fault stands beside its field, and what was typed is still there.
    browser.click("details:has(#timeout_ms) > summary").await?;
    browser.fill("#timeout_ms", "9").await?;
    browser.click("[name=action][value=save]").await?;
    browser.until_text("[role=alert]", "Not saved yet: 1 thing needs another look.").await?;
    browser.until_text("#timeout_ms-more .fault", "50").await?;
    assert_eq!(browser.property("#timeout_ms", "value").await?, "9");
    assert_eq!(browser.property("#url", "value").await?, format!("{address}[caller_number]"));
    assert_eq!(browser.property("[name=match_values]", "value").await?, "us-ny");
    browser.fill("#timeout_ms", "900").await?;

    // For real: request, answer and tags.
    browser.click("[data-show=tested]").await?;
    let tested = browser.until_text("#tested", "score: 71").await?;
    assert!(tested.contains("GET ") && tested.contains("/crm?phone=%2B1212555"), "{tested}");
    assert!(tested.contains("HTTP 200") && tested.contains(r#"{"score":71}"#), "{tested}");
    assert_eq!(scene.partner.requests_to("/crm").len(), 1);

    browser.click("[name=action][value=save]").await?;
    browser.until_text(".notice.good", "Saved.").await?;
    let saved = scene.send(Method::GET, "/campaigns/solar/webhooks/start", &json!(null)).await;
    assert_eq!(saved["webhook"]["url"], format!("{address}[caller_number]"));
    assert_eq!(saved["webhook"]["matches"], json!(["geo:us-ny"]));
    assert_eq!(
        (&saved["webhook"]["name"], &saved["webhook"]["timeout_ms"]),
        (&json!("CRM"), &json!(900))
    );
    let complaints = browser.complaints().await?;
    assert!(complaints.iter().all(|one| one.contains("status of 422")), "{complaints:?}");
    scene.close().await
}

#[tokio::test]
async fn a_stale_save_shows_both_versions_and_loses_neither() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    let webhook = |url: &str| json!({"id": "crm", "trigger": "start", "url": url});
    scene.campaign(&[webhook("https://old.example/")]).await;
    scene.goto("/console/campaigns/solar/webhooks/crm").await?;

    let theirs = webhook("https://theirs.example/");
    let _ = scene.send(Method::PUT, "/campaigns/solar/webhooks/crm?version=1", &theirs).await;
    browser.fill("#url", "https://mine.example/").await?;
    browser.click("[name=action][value=save]").await?;

    browser.until_text(".conflict h3", "Somebody saved this campaign").await?;
    let differs = browser.text(".conflict .differs").await?;
    assert!(differs.contains("https://mine.example/"), "{differs}");
    assert!(differs.contains("https://theirs.example/"), "{differs}");
    assert_eq!(browser.property("#url", "value").await?, "https://mine.example/");
    browser.click(".conflict button").await?;
    browser.until_text(".notice.good", "Saved.").await?;
    let saved = scene.send(Method::GET, "/campaigns/solar/webhooks/crm", &json!(null)).await;
    assert_eq!(saved["webhook"]["url"], "https://mine.example/");
    scene.close().await
}
