//! What is not for us stores nothing, whatever is at hand.

use hookline::answer::TagPrefix;
use hookline::call::{CallEvent, EventKind};
use hookline::key::{BearerKey, Grant, KeyRefusal, PostbackGrant, Scope};
use hookline::ports::intake::ClaimError;
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store};
use super::store::Store;
use super::world::{
    NUMBER, World, call_id, campaign_id, claim, event, start, started, stored, whole,
};

cold_and_warm_on_each_store! {
    #[tokio::test]
    a_key_that_is_not_good_stores_nothing,
    keys_for_calls_and_for_everything_are_good,
    an_unknown_campaign_stores_nothing,
    an_event_of_an_unknown_call_stores_nothing,
    an_event_that_names_no_campaign_is_of_the_calls_own,
    a_call_of_another_campaign_is_left_alone,
}

/// A refusal in one word.
fn word(error: &ClaimError) -> &'static str {
    match error {
        ClaimError::Key(KeyRefusal::Missing) => "missing",
        ClaimError::Key(KeyRefusal::Unknown) => "unknown",
        ClaimError::Key(KeyRefusal::Paused) => "paused",
        ClaimError::Key(KeyRefusal::Scope) => "scope",
        ClaimError::UnknownCampaign(_) => "unknown campaign",
        ClaimError::UnknownCall => "unknown call",
        ClaimError::OtherCampaign => "other campaign",
        ClaimError::Full => "full",
        ClaimError::Store(_) => "store",
    }
}

async fn refusal(store: &Store, event: &CallEvent, bearer: Option<&BearerKey>) -> &'static str {
    claim(store, event, bearer).await.map_or_else(|error| word(&error), |_| "none")
}

/// A start that names a campaign which nobody saved.
fn for_no_campaign() -> CallEvent {
    let more = json!({"campaign_id": "nowhere", "caller_number": NUMBER});
    event(EventKind::Start, "c1", &more)
}

async fn a_key_that_is_not_good_stores_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let grant = PostbackGrant {
        campaign: campaign_id("solar"),
        tag_prefix: Some(TagPrefix::parse("crm_").unwrap()),
        storage: hookline::key::DEFAULT_STORAGE,
        cutoff: None,
    };
    let unknown = BearerKey::given("hlc_nobody".to_owned());
    let paused = world.key("hlc_paused", true, Grant::Api(Scope::Calls)).await;
    let postback = world.key("hlp_partner", false, Grant::Postback(grant)).await;
    let before = world.contents().await;

    for (key, wanted) in [(&unknown, "unknown"), (&paused, "paused"), (&postback, "scope")] {
        let store = world.store_that_knows(&[key]).await;
        assert_eq!(refusal(&store, &start("c1", 0), Some(key)).await, wanted);
        let store = world.store_that_knows(&[key]).await;
        assert_eq!(refusal(&store, &for_no_campaign(), Some(key)).await, wanted);
    }

    assert_eq!(world.contents().await, before);
}

async fn keys_for_calls_and_for_everything_are_good(kind: Kind) {
    let world = World::new(kind).await;
    let calls = world.calls_key().await;
    let admin = world.key("hla_all", false, Grant::Api(Scope::Admin)).await;

    for (call, key) in [("for-calls", &calls), ("for-all", &admin)] {
        let store = world.store_that_knows(&[key]).await;
        assert_eq!(refusal(&store, &start(call, 0), Some(key)).await, "none");
        assert_eq!(stored(&world, call).await.id, call_id(call));
    }
}

async fn an_unknown_campaign_stores_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    let before = world.contents().await;

    let store = world.store_that_knows(&[&key]).await;
    for bearer in [None, Some(&key)] {
        let found = refusal(&store, &for_no_campaign(), bearer).await;
        assert_eq!(found, "unknown campaign");
    }

    assert_eq!(world.contents().await, before);
}

async fn an_event_of_an_unknown_call_stores_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    let before = world.contents().await;
    let answered = event(EventKind::Answered, "c1", &json!({"buyer": {"id": "b"}}));

    let store = world.store_that_knows(&[&key]).await;
    for bearer in [None, Some(&key)] {
        assert_eq!(refusal(&store, &answered, bearer).await, "unknown call");
    }

    assert_eq!(world.contents().await, before);
}

async fn an_event_that_names_no_campaign_is_of_the_calls_own(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    started(&world, "c1").await;
    let store = world.store_that_knows(&[&key]).await;
    let answered = event(EventKind::Answered, "c1", &json!({"buyer": {"id": "b"}}));

    let claimed = claim(&store, &answered, Some(&key)).await.unwrap();

    assert_eq!(claimed.campaign.id, campaign_id("solar"));
    assert_eq!(whole(&claimed.call), whole(&stored(&world, "c1").await));
}

async fn a_call_of_another_campaign_is_left_alone(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    started(&world, "c1").await;
    let before = world.contents().await;
    let of_roofs = json!({"campaign_id": "roofs", "caller_number": NUMBER, "buyer": {"id": "b"}});

    for kind in [EventKind::Start, EventKind::Selected, EventKind::Answered] {
        let event = event(kind, "c1", &of_roofs);
        for bearer in [None, Some(&key)] {
            let store = world.store_that_knows(&[&key]).await;
            let found = refusal(&store, &event, bearer).await;
            assert_eq!(found, "other campaign", "{kind:?}");
        }
    }

    assert_eq!(world.contents().await, before);
}
