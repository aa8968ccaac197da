//! Keys stand under their hash, and only there.

use std::time::Duration;

use hookline::answer::TagPrefix;
use hookline::key::{BearerKey, Grant, Key, PostbackGrant, Scope};
use hookline::ports::keys::Keys;

use super::kind::{Kind, on_each_store};
use super::world::{World, at, campaign_id};

on_each_store! {
    #[tokio::test]
    a_key_reads_back_as_it_was_stored,
    a_key_that_nobody_stored_is_none,
    a_postback_key_for_no_campaign_is_not_stored,
    a_key_stored_again_is_replaced,
}

fn key(text: &str, grant: Grant) -> Key {
    let hash = BearerKey::given(text.to_owned()).hash();
    Key {
        hash,
        name: format!("the key {}", text.len()),
        paused: false,
        paused_at: None,
        created_at: at(5),
        grant,
    }
}

fn postback(prefix: Option<&str>, cutoff: Option<Duration>) -> Grant {
    Grant::Postback(PostbackGrant {
        campaign: campaign_id("solar"),
        tag_prefix: prefix.map(|prefix| TagPrefix::parse(prefix).unwrap()),
        storage: Duration::from_hours(48),
        cutoff,
    })
}

async fn a_key_reads_back_as_it_was_stored(kind: Kind) {
    let world = World::new(kind).await;
    let keys = [
        key("hlc_a", Grant::Api(Scope::Calls)),
        key("hla_ab", Grant::Api(Scope::Admin)),
        key("hlp_abc", postback(Some("crm_"), Some(Duration::ZERO))),
        Key { paused: true, paused_at: Some(at(6)), ..key("hlp_abcd", postback(None, None)) },
    ];

    for key in &keys {
        assert!(world.cold().store_key(key).await.unwrap());
    }

    for key in &keys {
        let read = world.cold().key(&key.hash).await.unwrap();
        assert_eq!(read.as_deref(), Some(key));
    }
}

async fn a_key_that_nobody_stored_is_none(kind: Kind) {
    let world = World::empty(kind).await;
    let hash = BearerKey::given("hlc_nobody".to_owned()).hash();
    let before = world.contents().await;

    assert_eq!(world.cold().key(&hash).await.unwrap(), None);
    assert_eq!(world.contents().await, before);
}

async fn a_postback_key_for_no_campaign_is_not_stored(kind: Kind) {
    let world = World::empty(kind).await;
    let before = world.contents().await;

    assert!(!world.cold().store_key(&key("hlp_a", postback(None, None))).await.unwrap());

    assert_eq!(world.contents().await, before);
}

async fn a_key_stored_again_is_replaced(kind: Kind) {
    let world = World::new(kind).await;
    let store = world.cold();
    let first = key("hlc_a", postback(Some("crm_"), Some(Duration::ZERO)));
    let second = key("hlc_a", Grant::Api(Scope::Calls));
    store.store_key(&first).await.unwrap();
    assert_eq!(store.key(&first.hash).await.unwrap().as_deref(), Some(&first));

    store.store_key(&second).await.unwrap();

    for store in [&store, &world.cold()] {
        assert_eq!(store.key(&first.hash).await.unwrap().as_deref(), Some(&second));
    }
}
