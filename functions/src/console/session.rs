//! Who is signed in. A browser holds a random token in a cookie that scripts do not see; the store
//! has the token's hash and the API key that was shown at the door. The key is asked again at every
//! request, so that pausing it signs everybody out who came in with it, for good.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use hookline::adapters::system::SystemClock;
use hookline::key::{BearerKey, Key, KeyHash, KeyRefusal, Scope};
use hookline::ports::StoreError;
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline::ports::sessions::{Session, Sessions};
use hookline::time::Timestamp;
use http::HeaderMap;
use http::request::Parts;

use super::cookie::token_in;
use super::csrf;
use super::error_page::ErrorPage;
use super::sign_in_redirect::to_sign_in;
use crate::management::Backend;

/// How long a sign-in lasts.
pub(super) const LASTS: Duration = Duration::from_hours(12);

/// Whoever is signed in.
#[derive(Debug)]
pub(super) struct SignedIn {
    token: BearerKey,
    key: Arc<Key>,
}

impl SignedIn {
    /// Whoever a request's headers say is signed in.
    pub(super) async fn by(
        headers: &HeaderMap,
        backend: &Backend,
    ) -> Result<Option<Self>, ErrorPage> {
        let store = &backend.store;
        Ok(signed(store, store, headers, SystemClock.now()).await?)
    }

    /// What forms of this sign-in carry.
    pub(super) fn csrf(&self) -> String {
        csrf::token(&self.token)
    }

    /// Whether a form is of this sign-in.
    pub(super) fn has_csrf_token(&self, given: &str) -> bool {
        csrf::is_of(&self.token, given)
    }

    /// The API key that was shown at the door.
    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// What the store knows the sign-in by.
    pub(super) fn hash(&self) -> KeyHash {
        self.token.hash()
    }
}

/// Whoever is not signed in is sent to the door, and from there on to where they were going.
impl FromRequestParts<Arc<Backend>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        backend: &Arc<Backend>,
    ) -> Result<Self, Response> {
        match Self::by(&parts.headers, backend).await {
            Ok(Some(signed)) => Ok(signed),
            Ok(None) => Err(to_sign_in(parts).into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

async fn signed(
    sessions: &impl Sessions,
    keys: &impl Keys,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    let Some(token) = token_in(headers) else { return Ok(None) };
    let Some(session) = sessions.session(&token.hash(), now).await? else { return Ok(None) };
    let is_good = |key: &Arc<Key>| {
        key.admit(Scope::Admin).is_ok()
            && key.paused_at.is_none_or(|paused_at| paused_at < session.started_at)
    };
    let key = keys.key(&session.key).await?.filter(is_good);
    Ok(key.map(|key| SignedIn { token, key }))
}

/// Signs the bearer of an admin key in, and gives what their browser is to hold instead of what it
/// held before.
///
/// # Errors
/// Why the key does not open this door, or that our own store failed.
pub(super) async fn sign_in(
    sessions: &impl Sessions,
    keys: &impl Keys,
    random: &impl Random,
    bearer: &BearerKey,
    held: Option<&BearerKey>,
    now: Timestamp,
) -> Result<Result<BearerKey, KeyRefusal>, StoreError> {
    let Some(key) = keys.key(&bearer.hash()).await? else { return Ok(Err(KeyRefusal::Unknown)) };
    if let Err(refusal) = key.admit(Scope::Admin) {
        return Ok(Err(refusal));
    }
    let token = BearerKey::from_random("hls", random.key_bytes());
    let session = Session { key: key.hash.clone(), started_at: now, until: now.plus(LASTS) };
    if let Err(refusal) = sessions.start_session(&token.hash(), &session).await? {
        return Ok(Err(refusal));
    }
    if let Some(held) = held {
        sessions.end_session(&held.hash()).await?;
    }
    Ok(Ok(token))
}

#[cfg(test)]
mod tests {
    use hookline::key::Grant;
    use http::HeaderValue;
    use http::header::COOKIE;

    use super::*;

    /// One key, and its sessions.
    struct Store(Key, std::sync::Mutex<Vec<(KeyHash, Session)>>);

    impl Keys for Store {
        async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
            Ok((self.0.hash == *hash).then(|| Arc::new(self.0.clone())))
        }

        async fn store_key(&self, _key: &Key) -> Result<bool, StoreError> {
            Ok(false)
        }
    }

    impl Sessions for Store {
        async fn start_session(
            &self,
            hash: &KeyHash,
            with: &Session,
        ) -> Result<Result<(), KeyRefusal>, StoreError> {
            self.1.lock().unwrap().push((hash.clone(), with.clone()));
            Ok(Ok(()))
        }

        async fn session(
            &self,
            hash: &KeyHash,
            now: Timestamp,
        ) -> Result<Option<Session>, StoreError> {
            let kept = self.1.lock().unwrap().clone();
            let mut kept = kept.into_iter().filter(|(of, with)| of == hash && now < with.until);
            Ok(kept.next().map(|(_, with)| with))
        }

        async fn end_session(&self, session: &KeyHash) -> Result<(), StoreError> {
            self.1.lock().unwrap().retain(|(hash, _)| hash != session);
            Ok(())
        }
    }

    /// What a browser sends that holds a token.
    fn holding(token: &BearerKey) -> HeaderMap {
        let held = HeaderValue::try_from(format!("hookline_session={}", token.expose())).unwrap();
        HeaderMap::from_iter([(COOKIE, held)])
    }

    fn store(scope: Scope, paused: bool) -> (BearerKey, Store) {
        let bearer = BearerKey::given("hla_1".to_owned());
        let created_at = Timestamp::from_millis(0).unwrap();
        let (hash, grant, name) = (bearer.hash(), Grant::Api(scope), String::new());
        let key = Key { hash, name, paused, paused_at: None, created_at, grant };
        (bearer, Store(key, std::sync::Mutex::default()))
    }

    #[tokio::test]
    async fn only_an_admin_key_that_works_opens_the_door() {
        use hookline::adapters::system::SystemRandom;
        let now = Timestamp::from_millis(0).unwrap();
        let refused =
            [(Scope::Calls, false, KeyRefusal::Scope), (Scope::Admin, true, KeyRefusal::Paused)];
        for (scope, paused, refusal) in refused {
            let (bearer, store) = store(scope, paused);
            let answer = sign_in(&store, &store, &SystemRandom, &bearer, None, now).await.unwrap();
            assert_eq!(answer, Err(refusal));
            assert_eq!(*store.1.lock().unwrap(), []);
        }
    }

    #[tokio::test]
    async fn a_sign_in_holds_for_its_time_and_as_long_as_its_key_works() {
        use hookline::adapters::system::SystemRandom;
        let now = Timestamp::from_millis(0).unwrap();
        let (bearer, mut store) = store(Scope::Admin, false);
        let token =
            sign_in(&store, &store, &SystemRandom, &bearer, None, now).await.unwrap().unwrap();
        let headers = holding(&token);

        let found = signed(&store, &store, &headers, now).await.unwrap().unwrap();
        assert_eq!(found.key().hash, bearer.hash());
        let later = now.plus(LASTS);
        assert!(signed(&store, &store, &headers, later).await.unwrap().is_none());
        store.0.paused = true;
        assert!(signed(&store, &store, &headers, now).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_pause_ends_the_sign_ins_of_its_time_for_good() {
        use hookline::adapters::system::SystemRandom;
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let (bearer, mut store) = store(Scope::Admin, false);
        let mut tokens = Vec::new();
        for second in [at(1), at(2), at(3)] {
            let signed_in = sign_in(&store, &store, &SystemRandom, &bearer, None, second).await;
            tokens.push(signed_in.unwrap().unwrap());
        }

        // It works again.
        store.0.paused_at = Some(at(2));

        for (token, holds) in tokens.iter().zip([false, false, true]) {
            let found = signed(&store, &store, &holding(token), at(4)).await.unwrap();
            assert_eq!(found.is_some(), holds);
        }
    }

    #[tokio::test]
    async fn who_signs_in_again_is_signed_in_once() {
        use hookline::adapters::system::SystemRandom;
        let now = Timestamp::from_millis(0).unwrap();
        let (bearer, store) = store(Scope::Admin, false);
        let sign_in = async |held: Option<&BearerKey>| {
            let signed_in = sign_in(&store, &store, &SystemRandom, &bearer, held, now).await;
            signed_in.unwrap().unwrap()
        };
        let (before, elsewhere) = (sign_in(None).await, sign_in(None).await);

        let after = sign_in(Some(&before)).await;

        for (token, holds) in [(&before, false), (&elsewhere, true), (&after, true)] {
            let found = signed(&store, &store, &holding(token), now).await.unwrap();
            assert_eq!(found.is_some(), holds);
        }
    }
}
