//! Campaigns are saved one version after the other.

use hookline::campaign::{Campaign, SecretsShown};
use hookline::ports::campaigns::{Campaigns, Saved};
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::world::{World, campaign, campaign_id};

on_each_store! {
    #[tokio::test]
    a_campaign_reads_back_as_it_was_saved,
    a_campaign_that_nobody_saved_is_none,
    only_the_version_after_the_stored_one_is_saved,
    who_saved_reads_what_was_saved,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_saves_at_once_one_wins,
}

async fn name(world: &World, id: &str) -> Option<String> {
    let found = world.cold().campaign_now(&campaign_id(id)).await.unwrap();
    found.map(|campaign| campaign.name.clone())
}

fn named(name: &str, version: u64) -> Campaign {
    Campaign { name: name.to_owned(), ..campaign("solar", version) }
}

async fn a_campaign_reads_back_as_it_was_saved(kind: Kind) {
    let world = World::empty(kind).await;
    let campaign = Campaign::from_document(&json!({
        "id": "solar", "name": "Solar leads", "version": 1,
        "default_tags": {"vertical": ["solar"]},
        "webhooks": [
            {"id": "crm", "trigger": "start", "url": "https://crm.example/?phone=[caller_number]",
             "headers": {"x-source": "[campaign_id]"}, "signing_secret": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
             "matches": ["geo:us-ny", {"key": "sub_id", "op": "exists"}],
             "response_map": {"score": "lead.score"}, "tag_prefix": "crm_"},
            {"id": "sync", "trigger": "always", "method": "POST", "url": "https://crm.example/calls",
             "body": {"content_type": "application/json", "template": "{\"call\":\"[call_id]\"}"}}],
        "conversion": [{"matches": ["credit_offer:yes"], "seconds": 120, "revenue": "30.00"}],
        "return_callers": {"remember": ["age"], "days": 90},
        "secrets": {"partner": "s3cret"},
    }))
    .unwrap();

    assert_eq!(world.cold().save(&campaign).await.unwrap(), Saved::Stored);

    let read = world.cold().campaign(&campaign.id).await.unwrap().unwrap();
    let wanted = campaign.document(SecretsShown::Plain);
    assert_eq!(read.document(SecretsShown::Plain), wanted);
}

async fn a_campaign_that_nobody_saved_is_none(kind: Kind) {
    let world = World::empty(kind).await;
    assert!(world.cold().campaign(&campaign_id("solar")).await.unwrap().is_none());
    assert!(world.cold().campaign_now(&campaign_id("solar")).await.unwrap().is_none());
}

async fn only_the_version_after_the_stored_one_is_saved(kind: Kind) {
    let world = World::empty(kind).await;
    let store = world.cold();
    let save = async |name, version| store.save(&named(name, version)).await.unwrap();

    assert_eq!(save("too new", 2).await, Saved::Stale);
    assert_eq!(name(&world, "solar").await, None);
    assert_eq!(save("one", 1).await, Saved::Stored);
    assert_eq!(save("one again", 1).await, Saved::Stale);
    assert_eq!(save("too new", 3).await, Saved::Stale);
    assert_eq!(name(&world, "solar").await.as_deref(), Some("one"));
    assert_eq!(save("two", 2).await, Saved::Stored);
    assert_eq!(save("two again", 2).await, Saved::Stale);

    let read = world.cold().campaign_now(&campaign_id("solar")).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.version), ("two", 2));
}

async fn who_saved_reads_what_was_saved(kind: Kind) {
    let world = World::empty(kind).await;
    let store = world.cold();
    store.save(&named("one", 1)).await.unwrap();
    assert_eq!(store.campaign(&campaign_id("solar")).await.unwrap().unwrap().name, "one");

    store.save(&named("two", 2)).await.unwrap();

    assert_eq!(store.campaign(&campaign_id("solar")).await.unwrap().unwrap().name, "two");
}

async fn of_many_saves_at_once_one_wins(kind: Kind) {
    let world = World::empty(kind).await;
    for version in 1..=3 {
        let drafts: Vec<Campaign> =
            (0..12).map(|n| named(&format!("{version}-{n}"), version)).collect();
        let stores: Vec<_> = drafts.iter().map(|_| world.cold()).collect();

        let saves = stores.iter().zip(&drafts).map(|(store, campaign)| store.save(campaign));
        let outcomes = at_once(saves.collect());

        let won: Vec<&Campaign> = drafts
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| *outcome.as_ref().unwrap() == Saved::Stored)
            .map(|(campaign, _)| campaign)
            .collect();
        assert_eq!(won.len(), 1, "version {version}");
        assert_eq!(name(&world, "solar").await.as_ref(), Some(&won[0].name));
    }
}
