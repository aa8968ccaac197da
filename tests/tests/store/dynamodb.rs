//! What is about `DynamoDB` alone: what its items hold, for how long the table keeps them, and what
//! a sandbox that remembers keys sees late.

use hookline::adapters::dynamodb::CALL_RETENTION_DAYS;
use hookline::call::EventKind;
use hookline::key::{BearerKey, Grant, Key, KeyRefusal, Scope};
use hookline::ports::callers::{Callers, Waiting};
use hookline::ports::intake::ClaimError;
use hookline::ports::keys::{KeyChanged, KeyRing, Keys};
use serde_json::json;

use super::claim::life;
use super::kind::Kind;
use super::remember::{heavy, remembering};
use super::use_cases::take;
use super::world::{
    NUMBER, World, at, at_millis, call_id, caller, claim, claimed, event, start, waiting,
};

/// The partition of the caller of [`start`].
fn of_the_caller() -> String {
    format!("CALLER#solar#{NUMBER}")
}

/// Whether a time to live keeps what counts until a time, and not a second longer.
fn keeps(expires_at: i64, until: hookline::time::Timestamp) -> bool {
    (1..=1000).contains(&(expires_at * 1000 - until.as_millis()))
}

#[tokio::test]
async fn a_claim_writes_the_call_and_nothing_else() {
    for kind in [Kind::Cold, Kind::Warm] {
        let world = World::new(kind).await;
        let (who, store) = (caller(), world.cold());
        store.wait(who.caller(), &waiting("a", 600), at(0)).await.unwrap();
        let remembering = remembering(&who, json!({"age": ["23"]}), 600);
        store.remember(&remembering, at(0)).await.unwrap();
        store.name_last_call(who.caller(), &call_id("c0"), at(-60), at(0)).await.unwrap();
        let before = world.table().items().await;

        for event in life("c1") {
            claimed(&world.store().await, &event).await;
        }

        let mut now = world.table().items().await;
        assert!(now.remove("CALL#c1 CALL").is_some(), "{kind:?}");
        assert_eq!(now, before, "{kind:?}");
    }
}

#[tokio::test]
async fn a_key_itself_is_not_in_the_table() {
    let world = World::empty(Kind::Cold).await;
    let bearer =
        BearerKey::given("hlc_0123456789abcdef0123456789abcdef0123456789abcdef".to_owned());
    let (name, grant) = ("a key".to_owned(), Grant::Api(Scope::Calls));
    let key =
        Key { hash: bearer.hash(), name, paused: false, paused_at: None, created_at: at(0), grant };

    world.cold().store_key(&key).await.unwrap();

    let items = format!("{:?}", world.table().items().await);
    assert!(!items.contains("0123456789abcdef0123"), "{items}");
}

#[tokio::test]
async fn a_key_paused_elsewhere_is_called_paused_when_the_table_is_asked() {
    let world = World::new(Kind::Cold).await;
    let key = world.calls_key().await;
    let store = world.cold();
    claim(&store, &start("c1", 0), Some(&key)).await.unwrap();
    let admin = world.key("hla_admin", false, Grant::Api(Scope::Admin)).await.hash();
    let paused = world.table().adapter().pause_key(&key.hash(), &admin, at(1)).await.unwrap();
    assert_eq!(paused, KeyChanged::Made);
    let before = world.contents().await;
    // The key is at hand as it was, the campaign is not.
    let more = json!({"campaign_id": "roofs", "caller_number": NUMBER});
    let cold_campaign = event(EventKind::Start, "c2", &more);

    let refused = claim(&store, &cold_campaign, Some(&key)).await;

    assert!(matches!(refused, Err(ClaimError::Key(KeyRefusal::Paused))), "{refused:?}");
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_latest_call_is_named_for_as_long_as_the_call_is_kept() {
    let world = World::new(Kind::Cold).await;
    take(&world.cold(), &start("c1", 0)).await;

    let named = world.table().number(&of_the_caller(), "CALL", "expires_at").await;
    let kept = world.table().number("CALL#c1", "CALL", "expires_at").await;

    assert_eq!(kept, at(CALL_RETENTION_DAYS * 86400).as_seconds());
    assert!(named >= kept, "named until {named}, kept until {kept}");
}

#[tokio::test]
async fn each_posting_is_kept_for_as_long_as_it_may_wait() {
    let world = World::new(Kind::Cold).await;
    // Half a second over is not cut off.
    let between = Waiting { expires_at: at_millis(60_500), ..waiting("between", 0) };
    let all = [waiting("short", 60), between, waiting("long", 30 * 86400)];

    for waiting in &all {
        assert!(world.cold().wait(caller().caller(), waiting, at(0)).await.unwrap());

        let sort = format!("DATA#{}", waiting.id);
        let expires_at = world.table().number(&of_the_caller(), &sort, "expires_at").await;
        assert!(keeps(expires_at, waiting.expires_at), "{}: {expires_at}", waiting.id);
    }
}

#[tokio::test]
async fn what_is_remembered_is_kept_for_its_time_and_the_newest_time_counts() {
    let world = World::new(Kind::Cold).await;
    let who = caller();
    // Put anew after expiry, and over something that is too heavy, as well as added.
    let brought = [
        (0, remembering(&who, json!({"age": ["23"]}), 600)),
        (1, remembering(&who, json!({"age": ["24"]}), 900)),
        (900, remembering(&who, json!({"age": ["25"]}), 5000)),
        (901, remembering(&who, heavy(0, 100, 60), 6000)),
        (902, remembering(&who, heavy(1, 100, 60), 7000)),
    ];

    for (now, remembering) in brought {
        world.cold().remember(&remembering, at(now)).await.unwrap();

        let expires_at = world.table().number(&of_the_caller(), "TAGS", "expires_at").await;
        assert!(keeps(expires_at, remembering.until), "remembered at {now}: {expires_at}");
    }
}
