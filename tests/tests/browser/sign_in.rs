//! The door.

use reqwest::Method;
use serde_json::json;

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn only_an_admin_key_opens_the_door_and_leads_on() -> Outcome {
    let Some(scene) = Scene::open().await? else { return Ok(()) };
    let browser = &scene.browser;
    let calls_key = scene.send(Method::POST, "/api-keys", &json!({"scope": "calls"})).await;

    scene.goto("/console/keys?from=afar").await?;
    browser.until_url("/console/sign-in?next=").await?;
    let refusals = [
        ("hla_wrong", "This key is not known. Is it whole?"),
        (calls_key["key"].as_str().unwrap(), "This key may not manage anything."),
    ];
    for (key, words) in refusals {
        browser.fill("#key", key).await?;
        browser.click("main button").await?;
        browser.until_text("[role=alert]", words).await?;
        assert_eq!(browser.property("#key", "value").await?, "");
    }
    browser.fill("#key", scene.admin_key()).await?;
    browser.click("main button").await?;

    browser.until_text("h1", "API keys").await?;
    assert_eq!(browser.url().await?, format!("{}/console/keys?from=afar", scene.url()));
    let hidden = browser.script("return document.cookie").await?;
    assert_eq!(hidden, "", "scripts see the session");
    scene.close().await
}

#[tokio::test]
async fn whoever_signs_out_is_out() -> Outcome {
    let Some(scene) = Scene::signed_in().await? else { return Ok(()) };

    scene.browser.click(".out button").await?;
    scene.browser.until_text("h1", "Sign in").await?;
    scene.goto("/console/keys").await?;

    assert_eq!(scene.browser.text("h1").await?, "Sign in");
    scene.close().await
}
