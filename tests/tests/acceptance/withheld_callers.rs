//! A caller who withholds the number calls all the same.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_number_that_is_withheld_in_any_words_makes_a_call_without_one() {
    let world = World::new().await;
    world.save([world.hook("start", "?n=[caller_number|default:nobody]")]).await;
    for (call, said) in [
        ("anonymous", json!("anonymous")),
        ("unknown", json!("UNKNOWN")),
        ("restricted", json!("Restricted")),
        ("private", json!("private")),
        ("unavailable", json!("unavailable")),
        ("withheld", json!("withheld")),
        ("empty", json!("")),
        ("sip", json!("sip:anonymous@anonymous.invalid")),
        ("spelled", json!("+266696687")),
        ("null", Value::Null),
    ] {
        let start = world.start(call, json!({"caller_number": said})).await.of_status(200);
        assert_eq!(start["tags"], json!({}), "{said}");
        assert_eq!(start["webhooks"][0]["status"], "ok", "{said}");
        let shown = world.call(call).await;
        assert_eq!(shown.get("caller_number"), None, "{said}");
        assert_eq!(shown["events"][0].get("raw"), None, "{said}");
    }
    let targets = world.targets_at("/start");
    assert_eq!(targets, vec!["/start?n=nobody"; 10]);
}

#[tokio::test]
async fn other_words_are_no_number() {
    let world = World::new().await;
    world.save([]).await;
    let refused = world.start("call", json!({"caller_number": "client:alice"})).await;
    assert_eq!(refused.of_status(422)["errors"][0]["pointer"], "/caller_number");
    let _ = world.get(&format!("/calls/{}", world.named("call"))).await.of_status(404);
}
