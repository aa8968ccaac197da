//! The first admin key as `DynamoDB` keeps it.

use hookline::key::{Grant, Key, Scope};
use hookline::ports::keys::{FirstKey, KeyRing, Keys};

use super::campaign_list_dynamodb::key;
use super::kind::Kind;
use super::race::at_once;
use super::world::World;

fn admin(text: &str, seconds: i64) -> Key {
    key(text, Grant::Api(Scope::Admin), seconds)
}

#[tokio::test]
async fn it_is_stored_once_and_listed_among_the_others() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    let [other, first, second] =
        [("hla_other", 0), ("hla_first", 1), ("hla_second", 2)].map(|(text, at)| admin(text, at));
    // A key made otherwise is not the first.
    store.store_key(&other).await.unwrap();

    assert!(store.store_first_key(&first).await.unwrap());
    let before = world.contents().await;
    assert!(!store.store_first_key(&second).await.unwrap());

    assert_eq!(world.contents().await, before);
    assert_eq!(store.api_keys().await.unwrap(), [other, first.clone()]);
    assert_eq!(store.key(&first.hash).await.unwrap().as_deref(), Some(&first));
    assert_eq!(store.key(&second.hash).await.unwrap(), None);
}

#[tokio::test]
async fn whoever_lost_it_deletes_the_marker_and_makes_another() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    let [first, second] = [("hla_first", 1), ("hla_second", 2)].map(|(text, at)| admin(text, at));
    assert!(store.store_first_key(&first).await.unwrap());
    // That the key is gone does not let another be the first.
    store.delete_key(&first, &first.hash).await.unwrap();
    assert!(!store.store_first_key(&second).await.unwrap());

    world.table().delete("KEYS", "FIRST").await;

    assert!(store.store_first_key(&second).await.unwrap());
    assert_eq!(store.api_keys().await.unwrap(), [second]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_made_at_once_one_is_kept() {
    for round in 0..20 {
        let world = World::empty(Kind::Cold).await;
        let keys = ["hla_a", "hla_b"].map(|text| admin(text, 0));
        let stores = [world.table().adapter(), world.table().adapter()];

        let each = stores.iter().zip(&keys);
        let each = each.map(async |(store, key)| store.store_first_key(key).await.unwrap());
        let answers = at_once(each.collect());

        let kept = keys.into_iter().zip(&answers).filter(|(_, stored)| **stored);
        let kept: Vec<Key> = kept.map(|(key, _)| key).collect();
        assert_eq!(kept.len(), 1, "round {round}");
        assert_eq!(stores[0].api_keys().await.unwrap(), kept, "round {round}");
    }
}
