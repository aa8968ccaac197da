//! Keys: made, paused, resumed, deleted.
//!
//! Hookline goes by what it knows of a key for 30 seconds, so each address is used here only once what
//! it meets has been decided.

use hookline_tests::browser::BrowserError;
use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene};

/// The address that the page shows once, with the values that a partner puts in.
async fn make_postback_key(scene: &Scene, name: &str) -> Result<String, BrowserError> {
    scene.browser.fill("#name", name).await?;
    scene.browser.click(".stack button").await?;
    scene.browser.until_text("#made", name).await?;
    let address = scene.browser.text("#key-text").await?;
    let path = address.strip_prefix(&scene.url()).unwrap().split('?').next().unwrap();
    Ok(format!("{path}?caller_number=2125550123&income=5"))
}

#[tokio::test]
async fn a_paused_postback_key_is_refused_and_a_resumed_one_is_not() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    scene.campaign(&[]).await;
    scene.goto("/console/campaigns/solar/keys").await?;
    browser.until_text("main", "No partner writes here yet").await?;

    let address = make_postback_key(&scene, "CRM").await?;
    browser.click("tbody form button").await?;
    browser.until_text("tbody .badge", "paused").await?;
    browser.click("tbody form button").await?;
    browser.until_text("tbody .badge", "works").await?;
    let (status, answer) = scene.visit(&address).await;
    assert_eq!(status, 202, "{answer}");

    // And one that is paused, and then goes for good.
    browser.click("tbody a[href$='/delete']").await?;
    browser.click("button.danger").await?;
    browser.until_text("main", "No partner writes here yet").await?;
    let address = make_postback_key(&scene, "Old CRM").await?;
    browser.click("tbody form button").await?;
    browser.until_text("tbody .badge", "paused").await?;
    let (status, answer) = scene.visit(&address).await;
    assert_eq!(status, 403, "{answer}");
    scene.close().await
}

#[tokio::test]
async fn a_key_is_deleted_only_when_that_is_asked_for_twice() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };
    let browser = &scene.browser;
    let key =
        scene.send(Method::POST, "/api-keys", &json!({"scope": "calls", "name": "old"})).await;
    let row = format!("tr:has(a[href$='{}/delete'])", key["id"].as_str().unwrap());
    scene.goto("/console/keys").await?;

    browser.click(&format!("{row} a")).await?;
    browser.until_text("h1", "Delete the key “old”?").await?;
    browser.click("main a[href='/console/keys']").await?;
    browser.until_text("h1", "API keys").await?;
    assert_eq!(browser.count(&row).await?, 1);
    browser.click(&format!("{row} a")).await?;
    browser.click("button.danger").await?;

    browser.until_text(".notice.good", "").await?;
    assert_eq!(browser.count(&row).await?, 0);
    let own = browser.text("tbody").await?;
    assert!(own.contains("signed in with it"), "{own}");
    scene.close().await
}
