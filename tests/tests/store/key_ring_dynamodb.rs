//! The lists of keys as `DynamoDB` has them.

use hookline::key::{Grant, Key, KeyHash, KeyRefusal, Scope};
use hookline::ports::keys::{KeyChanged, KeyRing, Keys};

use super::campaign_list_dynamodb::{key, postback_key};
use super::kind::Kind;
use super::race::at_once;
use super::world::{World, at, campaign_id};

/// The key of whoever changes others.
async fn admin(world: &World) -> KeyHash {
    world.key("hla_admin", false, Grant::Api(Scope::Admin)).await.hash()
}

fn api_key(text: &str, seconds: i64) -> Key {
    key(text, Grant::Api(Scope::Calls), seconds)
}

#[tokio::test]
async fn keys_are_listed_where_they_belong_oldest_first_and_as_they_stand() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let [solar, roofs] = ["solar", "roofs"].map(campaign_id);
    let paused = Key { paused: true, paused_at: Some(at(9)), ..api_key("hlc_b", 1) };
    let api = [key("hla_a", Grant::Api(Scope::Admin), 0), paused.clone(), api_key("hlc_c", 2)];
    let of_solar = [postback_key("hlp_d", &solar, 1), postback_key("hlp_e", &solar, 2)];
    let of_roofs = [postback_key("hlp_f", &roofs, 0)];

    for stored in api.iter().chain(&of_solar).chain(&of_roofs).rev() {
        store.store_key(&Key { paused: false, paused_at: None, ..stored.clone() }).await.unwrap();
    }
    let changed = store.pause_key(&paused.hash, &api[0].hash, at(9)).await.unwrap();
    assert_eq!(changed, KeyChanged::Made);

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
    let admin = admin(&world).await;
    let before = world.contents().await;
    for stored in [a, c] {
        store.store_key(stored).await.unwrap();
        assert!(store.key(&stored.hash).await.unwrap().is_some());
    }

    // Told twice is once.
    for stored in [a, c, a, c] {
        assert_eq!(store.delete_key(stored, &admin).await.unwrap(), KeyChanged::Made);
        assert_eq!(store.key(&stored.hash).await.unwrap(), None);
    }

    assert_eq!(world.contents().await, before);
    let left: Vec<_> = store.api_keys().await.unwrap().into_iter().map(|key| key.hash).collect();
    assert_eq!(left, [admin, b.hash.clone()]);
    assert_eq!(store.postback_keys(&solar).await.unwrap(), std::slice::from_ref(d));
}

#[tokio::test]
async fn a_key_is_paused_and_works_again() {
    let world = World::empty(Kind::Cold).await;
    let (store, admin) = (world.table().adapter(), admin(&world).await);
    let key = api_key("hlc_a", 0);
    store.store_key(&key).await.unwrap();
    assert_eq!(store.key(&key.hash).await.unwrap().as_deref(), Some(&key));

    for (paused, second, paused_at) in [(true, 10, 10), (true, 11, 11), (false, 12, 11)] {
        let changed = if paused {
            store.pause_key(&key.hash, &admin, at(second)).await.unwrap()
        } else {
            store.resume_key(&key.hash, &admin).await.unwrap()
        };
        assert_eq!(changed, KeyChanged::Made);
        let wanted = Key { paused, paused_at: Some(at(paused_at)), ..key.clone() };
        for store in [&store, &world.table().adapter()] {
            assert_eq!(store.key(&key.hash).await.unwrap().as_deref(), Some(&wanted));
        }
    }
    // Whose key works may say so of it too.
    assert_eq!(store.resume_key(&admin, &admin).await.unwrap(), KeyChanged::Made);
}

#[tokio::test]
async fn a_key_that_nobody_stored_is_not_changed() {
    let world = World::empty(Kind::Cold).await;
    let (store, admin) = (world.table().adapter(), admin(&world).await);
    let nobody = api_key("hlc_nobody", 0).hash;
    let before = world.contents().await;

    assert_eq!(store.pause_key(&nobody, &admin, at(9)).await.unwrap(), KeyChanged::Unknown);
    assert_eq!(store.resume_key(&nobody, &admin).await.unwrap(), KeyChanged::Unknown);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn whose_key_does_not_admit_them_any_more_changes_none() {
    let world = World::empty(Kind::Cold).await;
    let other = api_key("hlc_other", 0);
    let [scope, paused, gone] = ["hlc_b", "hla_c", "hla_d"].map(|text| {
        let scope = if text.starts_with("hla") { Scope::Admin } else { Scope::Calls };
        key(text, Grant::Api(scope), 1)
    });
    let paused = Key { paused: true, ..paused };
    for stored in [&other, &scope, &paused, &gone] {
        world.table().adapter().store_key(stored).await.unwrap();
    }
    let store = world.table().adapter();
    // It is at hand here, and deleted elsewhere.
    store.key(&gone.hash).await.unwrap().unwrap();
    world.table().delete(&format!("KEY#{}", gone.hash.as_str()), "KEY").await;
    let before = world.contents().await;

    for (by, refusal) in
        [(&scope, KeyRefusal::Scope), (&paused, KeyRefusal::Paused), (&gone, KeyRefusal::Unknown)]
    {
        let refused = KeyChanged::Refused(refusal);
        for stored in [&other, by] {
            assert_eq!(store.pause_key(&stored.hash, &by.hash, at(9)).await.unwrap(), refused);
            assert_eq!(store.resume_key(&stored.hash, &by.hash).await.unwrap(), refused);
            assert_eq!(store.delete_key(stored, &by.hash).await.unwrap(), refused);
        }
        assert_eq!(world.contents().await, before);
    }
    assert_eq!(store.key(&gone.hash).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_delete_or_pause_each_others_keys_one_stays() {
    for round in 0..20 {
        let world = World::empty(Kind::Cold).await;
        let [a, b] = ["hla_a", "hla_b"].map(|text| key(text, Grant::Api(Scope::Admin), 0));
        let stores = [world.table().adapter(), world.table().adapter()];
        for stored in [&a, &b] {
            stores[0].store_key(stored).await.unwrap();
        }

        let each = [(&stores[0], &a, &b), (&stores[1], &b, &a)].map(async |(store, key, by)| {
            match round % 2 {
                0 => store.delete_key(key, &by.hash).await.unwrap(),
                _ => store.pause_key(&key.hash, &by.hash, at(9)).await.unwrap(),
            }
        });
        let made = at_once(each.into());

        let made = made.iter().filter(|changed| **changed == KeyChanged::Made).count();
        assert_eq!(made, 1, "round {round}");
        let mut left = world.table().adapter().api_keys().await.unwrap();
        left.retain(|key| !key.paused);
        assert_eq!(left.len(), 1, "round {round}");
    }
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
