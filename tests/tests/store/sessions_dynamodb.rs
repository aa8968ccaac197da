//! Sign-ins to the console as `DynamoDB` keeps them.

use hookline::key::{BearerKey, Grant, KeyHash, KeyRefusal, Scope};
use hookline::ports::sessions::{Session, Sessions};

use super::kind::Kind;
use super::world::{World, at, at_millis};

async fn admin(world: &World) -> KeyHash {
    world.key("hla_admin", false, Grant::Api(Scope::Admin)).await.hash()
}

fn hash(text: &str) -> KeyHash {
    BearerKey::given(text.to_owned()).hash()
}

#[tokio::test]
async fn a_session_lasts_until_its_time_and_not_a_moment_longer() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    let session = Session { key: admin(&world).await, started_at: at(0), until: at_millis(60_500) };
    assert_eq!(store.start_session(&hash("hls_one"), &session).await.unwrap(), Ok(()));
    let read = async |name, now| store.session(&hash(name), now).await.unwrap();

    assert_eq!(read("hls_one", at(0)).await, Some(session.clone()));
    assert_eq!(read("hls_one", at_millis(60_499)).await, Some(session));
    assert_eq!(read("hls_one", at_millis(60_500)).await, None);
    assert_eq!(read("hls_two", at(0)).await, None);
    let place = format!("SESSION#{}", hash("hls_one").as_str());
    let expires_at = world.table().number(&place, "SESSION", "expires_at").await;
    assert_eq!(expires_at, at(61).as_seconds());
}

#[tokio::test]
async fn no_session_starts_with_a_key_that_admits_no_administrator() {
    let world = World::empty(Kind::Cold).await;
    let paused = world.key("hla_paused", true, Grant::Api(Scope::Admin)).await.hash();
    let calls = world.calls_key().await.hash();
    let before = world.contents().await;

    for (key, refusal) in [
        (paused, KeyRefusal::Paused),
        (calls, KeyRefusal::Scope),
        (hash("hla_gone"), KeyRefusal::Unknown),
    ] {
        let session = Session { key, started_at: at(0), until: at(60) };
        let started = world.table().adapter().start_session(&hash("hls_one"), &session).await;
        assert_eq!(started.unwrap(), Err(refusal));
        assert_eq!(world.contents().await, before);
    }
}

#[tokio::test]
async fn a_session_that_was_ended_is_gone_and_another_of_the_same_key_goes_on() {
    let world = World::empty(Kind::Cold).await;
    let store = world.table().adapter();
    let session = Session { key: admin(&world).await, started_at: at(0), until: at(60) };
    for name in ["hls_one", "hls_two"] {
        assert_eq!(store.start_session(&hash(name), &session).await.unwrap(), Ok(()));
    }

    for _ in 0..2 {
        store.end_session(&hash("hls_one")).await.unwrap();
    }

    assert_eq!(store.session(&hash("hls_one"), at(0)).await.unwrap(), None);
    assert_eq!(store.session(&hash("hls_two"), at(0)).await.unwrap(), Some(session));
}

#[tokio::test]
async fn what_the_browser_holds_is_not_in_the_table() {
    let world = World::empty(Kind::Cold).await;
    let session = Session { key: admin(&world).await, started_at: at(0), until: at(60) };

    let store = world.table().adapter();
    assert_eq!(store.start_session(&hash("hls_0123456789"), &session).await.unwrap(), Ok(()));

    let items = format!("{:?}", world.table().items().await);
    assert!(!items.contains("hls_"), "{items}");
}
