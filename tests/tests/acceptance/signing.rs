//! Spec section 12: signatures, checked as a partner would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hookline_tests::partner::{Received, Reply};
use serde_json::json;
use sha2::Sha256;

use crate::world::{World, delivery, merged, text};

const KEY: &[u8] = b"a key of twenty-four byte";

/// What a partner who has the key makes of these parts.
fn signature(parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(&parts.join(&b'.'));
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Checks both signatures of a request, which went to that URL.
fn assert_signed(came: &Received, url: &str, id: &str) {
    let header = |name| came.header(name).unwrap();
    let (sent, at) = (header("webhook-id"), header("webhook-timestamp"));
    assert_eq!(sent, id);
    assert!(at.parse::<u64>().unwrap() > 1_700_000_000, "{at}");
    let standard = signature(&[sent.as_bytes(), at.as_bytes(), &came.body]);
    assert_eq!(header("webhook-signature"), standard);
    let parts =
        [sent.as_bytes(), at.as_bytes(), came.method.as_bytes(), url.as_bytes(), &came.body];
    assert_eq!(header("hookline-signature"), signature(&parts));
}

#[tokio::test]
async fn a_partner_can_check_every_request_of_a_webhook_with_a_secret() {
    let world = World::new().await;
    let encoded = format!("whsec_{}", STANDARD.encode(KEY));
    let plain = String::from_utf8(KEY.to_vec()).unwrap();
    let body = json!({"content_type": "application/json", "template": "{\"name\":\"[name]\"}"});
    let posts = json!({"method": "POST", "body": body, "signing_secret": plain});
    let gets = json!({"signing_secret": encoded});
    let query = "?name=[name]&call=[call_id]";
    let hooks = [
        merged(world.hook("start", query), gets.clone()),
        merged(world.hook("answered", query), posts.clone()),
        merged(world.hook("connect", query), gets),
        merged(world.hook("conversion", query), posts),
        world.hook("always", ""),
    ];
    world.save_hasty(hooks, json!({})).await;

    let _ = world.whole_call("call", json!({"tags": {"name": "Jo & Co é"}})).await;
    let call = world.over("call").await;

    for trigger in ["start", "answered", "connect", "conversion"] {
        let came = world.came(&format!("/{trigger}"), 1).await;
        let url = world.partner.url(&came[0].target);
        assert_signed(&came[0], &url, &text(&delivery(&call, trigger)["id"]));
        assert_eq!(came[0].body.is_empty(), ["start", "connect"].contains(&trigger));
    }
    let unsigned = &world.came("/always", 1).await[0];
    let id = text(&delivery(&call, "always")["id"]);
    assert_eq!(
        unsigned.header("webhook-id"),
        Some(id.as_str()),
        "a repeat can be told all the same"
    );
    for name in ["webhook-timestamp", "webhook-signature", "hookline-signature"] {
        assert_eq!(unsigned.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_signature_is_of_the_request_that_the_webhook_made_and_not_taken_elsewhere() {
    let world = World::new().await;
    let elsewhere = hookline_tests::partner::Partner::start().await.unwrap();
    let secret = json!({"signing_secret": String::from_utf8(KEY.to_vec()).unwrap()});
    let hooks = [merged(world.hook("connect", ""), secret), world.hook("always", "")];
    world.save_hasty(hooks, json!({})).await;
    world.partner.on("/connect", Reply::redirect(302, &elsewhere.url("/landed")));
    elsewhere.on("/landed", Reply::status(204));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    let id = text(&delivery(&call, "connect")["id"]);
    let came = world.came("/connect", 1).await;
    assert_signed(&came[0], &world.partner.url("/connect"), &id);
    let landed = &elsewhere.requests()[0];
    assert_eq!(landed.header("webhook-signature"), None);
    assert_eq!(landed.header("hookline-signature"), None);
}
