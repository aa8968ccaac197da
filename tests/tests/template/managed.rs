//! What people do with the management function, once calls have been: lists, replays, keys, the
//! first one too, the console's door, and the end of a campaign.

use hookline_functions::management::Management;
use serde_json::{Value, json};

use crate::asks::Asks;
use crate::roles::ADMIN;

/// The day of the calls, and the most keys that a campaign is deleted with in one step.
const DAY: &str = "2026-11-23";
const KEYS_AT_ONCE: usize = 49;

/// Looks at everything, replays what was delivered, and deletes the campaign.
pub(crate) async fn manage(api: &Management, call: &Value) {
    for list in [
        "/campaigns".to_owned(),
        "/api-keys".to_owned(),
        "/campaigns/solar/postback-keys".to_owned(),
        format!("/campaigns/solar/calls?day={DAY}"),
        "/campaigns/solar/deliveries?status=failed".to_owned(),
    ] {
        api.ask("GET", &list, ADMIN, &Value::Null).await;
    }
    replay(api, call).await;

    let first = api.take(json!({"make": "admin_key"})).await.unwrap();
    assert!(first["key"].is_string(), "{first}");
    let made = api.ask("POST", "/api-keys", ADMIN, &json!({"scope": "calls"})).await;
    let made = format!("/api-keys/{}", made["id"].as_str().unwrap());
    api.ask("DELETE", &made, ADMIN, &Value::Null).await;
    sign_in_and_out(api).await;

    for _ in 0..=KEYS_AT_ONCE {
        api.ask("POST", "/campaigns/solar/postback-keys", ADMIN, &json!({})).await;
    }
    let campaign = api.ask("GET", "/campaigns/solar", ADMIN, &Value::Null).await;
    let last = format!("/campaigns/solar?version={}", campaign["version"]);
    api.ask("DELETE", &last, ADMIN, &Value::Null).await;
}

/// Replays every delivery of the call that was delivered and is no ping.
async fn replay(api: &Management, call: &Value) {
    let pings = ["start", "selected", "answered"];
    for delivery in call["deliveries"].as_array().unwrap() {
        if delivery["status"] == "ok" && !pings.iter().any(|ping| delivery["trigger"] == *ping) {
            let delivery = delivery["id"].as_str().unwrap();
            let replay = format!("/calls/call-1/deliveries/{delivery}/replay");
            let became = api.ask("POST", &replay, ADMIN, &Value::Null).await;
            assert_eq!(became["result"], "started", "{became}");
        }
    }
}

async fn sign_in_and_out(api: &Management) {
    let cookie = visit(api, "POST", "/console/sign-in", "", &format!("key={ADMIN}")).await;
    let cookie = cookie["cookies"][0].as_str().unwrap().split(';').next().unwrap().to_owned();
    let home = visit(api, "GET", "/console/", &cookie, "").await;
    let page = home["body"].as_str().unwrap();
    let (_, word) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let (word, _) = word.split_once('"').unwrap();
    visit(api, "POST", "/console/sign-out", &cookie, &format!("csrf={word}")).await;
    let away = visit(api, "GET", "/console/", &cookie, "").await;
    assert_eq!(away["statusCode"], 303, "{away}");
}

/// A request of a browser.
async fn visit(api: &Management, method: &str, path: &str, cookie: &str, form: &str) -> Value {
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "cookies": [cookie],
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": form,
        "isBase64Encoded": false,
    });
    let answer = api.take(event).await.unwrap();
    assert!(answer["statusCode"].as_u64().unwrap() < 400, "{answer}");
    answer
}
