//! The console for whoever has no mouse.

use hookline_tests::browser::Press;
use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn a_webhook_is_made_with_the_keyboard_alone() -> Outcome {
    let Some(scene) = Scene::open().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.campaign(&[]).await;
    scene.goto("/console/").await?;

    // The cursor stands in the field for the key already.
    browser.press(Press::Text(scene.admin_key())).await?;
    browser.press(Press::Enter).await?;
    browser.until_text("h1", "Campaigns").await?;
    browser.tab_to("a[href='/console/campaigns/solar']").await?;
    browser.press(Press::Enter).await?;
    browser.until_text("h1", "Solar leads").await?;
    browser.tab_to(".head a.primary").await?;
    browser.press(Press::Enter).await?;
    browser.until_text("h2", "When should it fire?").await?;
    browser.tab_to(".triggers a[href$='trigger=always']").await?;
    browser.press(Press::Enter).await?;
    browser.until_text(".head h2", "New webhook").await?;
    browser.tab_to("#url").await?;
    browser.press(Press::Text("https://crm.example/?n=")).await?;
    browser.tab_to(".tokens summary").await?;
    browser.press(Press::Enter).await?;
    browser.tab_to("[data-insert='[caller_number]']").await?;
    browser.press(Press::Space).await?;
    let url = "https://crm.example/?n=[caller_number]";
    assert_eq!(browser.property("#url", "value").await?, url);
    browser.tab_to("[name=action][value=save]").await?;
    browser.press(Press::Enter).await?;

    browser.until_text(".notice.good", "Saved.").await?;
    let saved = scene.send(Method::GET, "/campaigns/solar/webhooks/always", &json!(null)).await;
    assert_eq!(saved["webhook"]["url"], url);
    scene.close().await
}

#[tokio::test]
async fn the_first_tab_leads_past_the_head_of_the_page() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.goto("/console/keys").await?;

    browser.press(Press::Tab).await?;
    let skip = browser.script("return document.activeElement.className").await?;
    assert_eq!(skip, "skip");
    let seen = browser.script("return document.activeElement.getBoundingClientRect().left").await?;
    assert!(seen.as_f64().is_some_and(|left| left >= 0.0), "{seen}");
    browser.press(Press::Enter).await?;
    browser.until_url("#content").await?;
    browser.press(Press::Tab).await?;
    let is_inside = "return document.querySelector('main').contains(document.activeElement)";
    assert_eq!(browser.script(is_inside).await?, true);
    scene.close().await
}
