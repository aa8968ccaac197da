//! The lists of keys as `DynamoDB` has them.

use hookline::key::{Grant, Key, Scope};
use hookline::ports::keys::{KeyRing, Keys};

use super::campaign_list_dynamodb::{key, postback_key};
use super::kind::Kind;
use super::world::{World, campaign_id};

fn api_key(text: &str, seconds: i64) -> Key {
    key(text, Grant::Api(Scope::Calls), seconds)
}

#[tokio::test]
async fn keys_are_listed_where_they_belong_oldest_first_and_as_they_stand() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let [solar, roofs] = ["solar", "roofs"].map(campaign_id);
    let paused = Key { paused: true, ..api_key("hlc_b", 1) };
    let api = [key("hla_a", Grant::Api(Scope::Admin), 0), paused.clone(), api_key("hlc_c", 2)];
    let of_solar = [postback_key("hlp_d", &solar, 1), postback_key("hlp_e", &solar, 2)];
    let of_roofs = [postback_key("hlp_f", &roofs, 0)];

    for stored in api.iter().chain(&of_solar).chain(&of_roofs).rev() {
        store.store_key(&Key { paused: false, ..stored.clone() }).await.unwrap();
    }
    assert!(store.pause_key(&paused.hash, true).await.unwrap());

    assert_eq!(store.api_keys().await.unwrap(), api);
    assert_eq!(store.postback_keys(&solar).await.unwrap(), of_solar);
    assert_eq!(store.postback_keys(&roofs).await.unwrap(), of_roofs);
    assert_eq!(store.postback_keys(&campaign_id("never")).await.unwrap(), []);
}

#[tokio::test]
async fn a_deleted_key_is_gone_and_the_others_stay() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let solar = campaign_id("solar");
    let keys = [
        api_key("hlc_a", 0),
        api_key("hlc_b", 1),
        postback_key("hlp_c", &solar, 0),
        postback_key("hlp_d", &solar, 1),
    ];
    let [a, b, c, d] = &keys;
    for stored in [b, d] {
        store.store_key(stored).await.unwrap();
    }
    let before = world.contents().await;
    for stored in [a, c] {
        store.store_key(stored).await.unwrap();
        assert!(store.key(&stored.hash).await.unwrap().is_some());
    }

    // Told twice is once.
    for stored in [a, c, a, c] {
        store.delete_key(stored).await.unwrap();
        assert_eq!(store.key(&stored.hash).await.unwrap(), None);
    }

    assert_eq!(world.contents().await, before);
    assert_eq!(store.api_keys().await.unwrap(), std::slice::from_ref(b));
    assert_eq!(store.postback_keys(&solar).await.unwrap(), std::slice::from_ref(d));
}

#[tokio::test]
async fn a_key_that_was_replaced_is_listed_as_what_it_is_now() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let [solar, roofs] = ["solar", "roofs"].map(campaign_id);
    store.store_key(&api_key("hlx_a", 0)).await.unwrap();
    store.store_key(&postback_key("hlx_a", &solar, 0)).await.unwrap();
    let now = postback_key("hlx_a", &roofs, 0);

    store.store_key(&now).await.unwrap();

    assert_eq!(store.api_keys().await.unwrap(), []);
    assert_eq!(store.postback_keys(&solar).await.unwrap(), []);
    assert_eq!(store.postback_keys(&roofs).await.unwrap(), [now]);
}

#[tokio::test]
async fn more_keys_than_one_read_brings_are_listed() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    let keys: Vec<Key> = (0..205).map(|n| api_key(&format!("hlc_{n}"), n)).collect();
    for stored in &keys {
        store.store_key(stored).await.unwrap();
    }

    assert_eq!(store.api_keys().await.unwrap(), keys);
}
