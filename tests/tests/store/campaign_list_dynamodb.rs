//! The list of campaigns, and campaigns deleted with their keys, as `DynamoDB` has them.

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::{AddressPolicy, Loopback, PrivateEndpoints};
use hookline::answer::TagPrefix;
use hookline::campaign::{Campaign, CampaignId};
use hookline::key::{BearerKey, Grant, Key, PostbackGrant, Scope};
use hookline::ports::campaigns::{CampaignList, CampaignSummary, Campaigns, Saved};
use hookline::ports::keys::{KeyRing, Keys};
use hookline::use_cases::{ChangeRefusal, SaveRefusal, delete_campaign, save_campaign};
use serde_json::json;

use super::kind::Kind;
use super::race::at_once;
use super::world::{World, at, campaign, campaign_id};

/// A campaign of a name with so many webhooks.
fn named(id: &str, name: &str, version: u64, webhooks: usize) -> Campaign {
    let hook =
        |n| json!({"id": format!("w{n}"), "trigger": "start", "url": "https://crm.example/"});
    let document = json!({
        "id": id, "name": name, "version": version, "enabled": version == 1,
        "webhooks": (0..webhooks).map(hook).collect::<Vec<_>>(),
    });
    Campaign::from_document(&document).unwrap()
}

fn summary(id: &str, name: &str, version: u64, webhooks: usize) -> CampaignSummary {
    let (id, name) = (campaign_id(id), name.to_owned());
    CampaignSummary { id, name, enabled: version == 1, version, webhooks }
}

/// A postback key for a campaign.
pub(crate) fn postback_key(text: &str, campaign: &CampaignId, seconds: i64) -> Key {
    let grant = Grant::Postback(PostbackGrant {
        campaign: campaign.clone(),
        tag_prefix: Some(TagPrefix::parse("crm_").unwrap()),
        storage: std::time::Duration::from_hours(48),
        cutoff: None,
    });
    key(text, grant, seconds)
}

/// A key that was made so many seconds after the beginning.
pub(crate) fn key(text: &str, grant: Grant, seconds: i64) -> Key {
    let hash = BearerKey::given(text.to_owned()).hash();
    Key {
        hash,
        name: text.to_owned(),
        paused: false,
        paused_at: None,
        created_at: at(seconds),
        grant,
    }
}

async fn store_all(store: &DynamoDb, keys: &[Key]) {
    for key in keys {
        assert!(store.store_key(key).await.unwrap());
    }
}

async fn delete(store: &DynamoDb, read: &Campaign) -> Saved {
    store.delete_campaign(&read.id, read.version).await.unwrap()
}

#[tokio::test]
async fn campaigns_are_listed_by_name_as_they_were_saved_last() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    assert_eq!(store.campaigns().await.unwrap(), []);
    let saves = [
        (named("a", "Windows", 1, 0), Saved::Stored),
        (named("c", "Solar", 1, 2), Saved::Stored),
        (named("b", "Solar", 1, 1), Saved::Stored),
        (named("a", "Roofs", 2, 3), Saved::Stored),
        (named("a", "Never", 2, 4), Saved::Stale),
        (named("d", "Never", 2, 4), Saved::Stale),
    ];

    for (campaign, wanted) in saves {
        assert_eq!(store.save(&campaign).await.unwrap(), wanted, "{}", campaign.name);
    }

    let wanted =
        [summary("a", "Roofs", 2, 3), summary("b", "Solar", 1, 1), summary("c", "Solar", 1, 2)];
    assert_eq!(store.campaigns().await.unwrap(), wanted);
}

#[tokio::test]
async fn a_deleted_campaign_is_gone_with_its_keys_and_may_be_made_anew() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let (solar, roofs) = (campaign_id("solar"), campaign_id("roofs"));
    let its_own = [postback_key("hlp_a", &solar, 0), postback_key("hlp_b", &solar, 1)];
    let others = [postback_key("hlp_c", &roofs, 0), key("hla_d", Grant::Api(Scope::Admin), 0)];
    store_all(&store, &its_own).await;
    store_all(&store, &others).await;
    for key in its_own.iter().chain(&others) {
        store.key(&key.hash).await.unwrap().unwrap();
    }
    let read = store.campaign(&solar).await.unwrap().unwrap();

    assert_eq!(delete(&store, &read).await, Saved::Stored);

    for store in [&store, &world.table().adapter()] {
        assert!(store.campaign(&solar).await.unwrap().is_none());
        for key in &its_own {
            assert_eq!(store.key(&key.hash).await.unwrap(), None);
        }
        for key in &others {
            assert_eq!(store.key(&key.hash).await.unwrap().as_deref(), Some(key));
        }
    }
    let listed: Vec<_> = store.campaigns().await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(listed, [roofs]);
    assert_eq!(store.save(&campaign("solar", 3)).await.unwrap(), Saved::Stored);
    assert_eq!(store.postback_keys(&solar).await.unwrap(), []);
}

#[tokio::test]
async fn a_campaign_that_was_saved_since_it_was_read_stays_whole() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let solar = campaign_id("solar");
    // More keys than go in one transaction.
    let keys: Vec<Key> = (0..60).map(|n| postback_key(&format!("hlp_{n}"), &solar, n)).collect();
    store_all(&store, &keys).await;
    assert_eq!(store.save(&campaign("solar", 2)).await.unwrap(), Saved::Stored);
    let before = world.contents().await;

    for read in [campaign("solar", 1), campaign("solar", 3), campaign("never", 1)] {
        assert_eq!(delete(&store, &read).await, Saved::Stale);
        assert_eq!(world.contents().await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_is_made_while_its_campaign_is_deleted_does_not_outlive_it() {
    for round in 0..20 {
        let world = World::new(Kind::Cold).await;
        let id = campaign_id("solar");
        let keys: Vec<Key> = (0..3).map(|n| postback_key(&format!("hlp_{n}"), &id, n)).collect();
        let stores: Vec<DynamoDb> = (0..4).map(|_| world.table().adapter()).collect();

        let each = stores.iter().enumerate().map(async |(n, store)| match keys.get(n) {
            Some(key) => store.store_key(key).await.unwrap(),
            None => delete(store, &campaign("solar", 1)).await == Saved::Stored,
        });
        let made = at_once(each.collect());

        assert!(made[3], "round {round}");
        for key in &keys {
            assert_eq!(stores[0].key(&key.hash).await.unwrap(), None, "round {round}");
        }
        assert_eq!(stores[0].postback_keys(&id).await.unwrap(), [], "round {round}");
    }
}

#[tokio::test]
async fn keys_that_a_campaign_left_go_when_it_is_deleted_again() {
    let world = World::new(Kind::Cold).await;
    let store = world.table().adapter();
    let id = campaign_id("solar");
    let keys: Vec<Key> = (0..60).map(|n| postback_key(&format!("hlp_{n}"), &id, n)).collect();
    store_all(&store, &keys).await;
    // Whoever deleted it died after the campaign itself.
    world.table().delete("CAMPAIGN#solar", "CAMPAIGN").await;

    for _ in 0..2 {
        let again = delete_campaign(&store, &id, 1).await;
        assert!(matches!(again, Err(ChangeRefusal::UnknownCampaign(_))), "{again:?}");
        assert_eq!(store.postback_keys(&id).await.unwrap(), []);
        assert_eq!(store.key(&keys[0].hash).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_campaign_goes_with_however_many_keys_it_has() {
    for count in [49, 50, 120] {
        let world = World::new(Kind::Cold).await;
        let store = world.table().adapter();
        let before = world.table().items().await;
        let id = campaign_id("gutters");
        assert_eq!(store.save(&campaign("gutters", 1)).await.unwrap(), Saved::Stored);
        let keys: Vec<Key> =
            (0..count).map(|n| postback_key(&format!("hlp_{n}"), &id, 0)).collect();
        store_all(&store, &keys).await;

        assert_eq!(delete(&store, &campaign("gutters", 1)).await, Saved::Stored);

        let mut left = world.table().items().await;
        let deleted = left.remove("CAMPAIGN#gutters CAMPAIGN").unwrap();
        assert!(!deleted.contains_key("document"), "{deleted:?}");
        assert_eq!(left, before, "{count} keys");
    }
}

#[tokio::test]
async fn a_copy_from_before_a_deletion_is_never_saved() {
    let world = World::new(Kind::Cold).await;
    let (store, solar) = (world.table().adapter(), campaign_id("solar"));
    let policy = AddressPolicy::new(Loopback::Refused, PrivateEndpoints::default(), None).unwrap();
    let save = async |name: &str, version: u64| {
        let document = json!({"id": "solar", "name": name, "version": version});
        save_campaign(&store, &policy, &solar, document).await.map(|saved| saved.version)
    };
    assert_eq!(save("second", 1).await.unwrap(), 2);
    assert_eq!(store.deleted_version(&solar).await.unwrap(), 0);
    delete_campaign(&store, &solar, 2).await.unwrap();
    assert_eq!(store.deleted_version(&solar).await.unwrap(), 3);

    for stale in 1..=3 {
        assert!(matches!(save("old", stale).await, Err(SaveRefusal::Stale(None))), "{stale}");
        // Not even when it was read before the deletion.
        let copy = campaign("solar", stale);
        assert_eq!(store.save(&copy).await.unwrap(), Saved::Stale, "{stale}");
    }
    assert_eq!(save("new", 0).await.unwrap(), 4);
    for stale in 0..=3 {
        assert!(matches!(save("old", stale).await, Err(SaveRefusal::Stale(Some(_)))), "{stale}");
    }
    delete_campaign(&store, &solar, 4).await.unwrap();
    assert_eq!(save("newest", 0).await.unwrap(), 6);
    assert_eq!(store.campaigns().await.unwrap()[1].version, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_save_and_a_deletion_that_meet_one_is_made() {
    for round in 0..20 {
        let world = World::new(Kind::Cold).await;
        let stores = [(true, world.table().adapter()), (false, world.table().adapter())];

        let both = stores.iter().map(async |(saves, store)| match saves {
            true => store.save(&campaign("solar", 2)).await.unwrap(),
            false => delete(store, &campaign("solar", 1)).await,
        });
        let outcomes = at_once(both.collect());

        let listed = world.table().adapter().campaigns().await.unwrap();
        let stands = listed.iter().find(|one| one.id == campaign_id("solar"));
        let wanted = match stands.map(|one| one.version) {
            Some(2) => [Saved::Stored, Saved::Stale],
            _ => [Saved::Stale, Saved::Stored],
        };
        assert_eq!(outcomes, wanted, "round {round}");
        let found = stores[0].1.campaign_now(&campaign_id("solar")).await.unwrap();
        assert_eq!(found.is_some(), stands.is_some(), "round {round}");
    }
}
