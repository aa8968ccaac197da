//! Who is signed in. A browser holds a random token in a cookie that scripts do not see; the store
//! has the token's hash and the API key that was shown at the door. The key is asked again at every
//! request, so that pausing it signs everybody out who came in with it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::SystemClock;
use hookline::key::{BearerKey, Key, KeyHash, KeyRefusal, Scope};
use hookline::ports::StoreError;
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline::ports::sessions::{Session, Sessions};
use hookline::time::Timestamp;
use http::header::{COOKIE, HOST};
use http::request::Parts;
use http::{HeaderMap, Method};
use url::Url;

use super::csrf;
use super::error_page::ErrorPage;
use crate::management::Backend;

/// How long a sign-in lasts.
const LASTS: Duration = Duration::from_hours(12);
const NAME: &str = "hookline_session";
const HOME: &str = "/console/";

/// Whoever is signed in.
#[derive(Debug)]
pub(super) struct Signed {
    token: BearerKey,
    key: Arc<Key>,
}

impl Signed {
    /// What forms of this sign-in carry.
    pub(super) fn csrf(&self) -> String {
        csrf::token(&self.token)
    }

    /// Whether a form is of this sign-in.
    pub(super) fn has_word(&self, given: &str) -> bool {
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
impl FromRequestParts<Arc<Backend>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        backend: &Arc<Backend>,
    ) -> Result<Self, Response> {
        let now = SystemClock.now();
        let found = signed(&backend.store, &backend.store, &parts.headers, now).await;
        match found {
            Ok(Some(signed)) => Ok(signed),
            Ok(None) => Err(to_the_door(parts).into_response()),
            Err(error) => Err(ErrorPage::from(error).into_response()),
        }
    }
}

async fn signed(
    sessions: &impl Sessions,
    keys: &impl Keys,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<Signed>, StoreError> {
    let Some(token) = token_in(headers) else { return Ok(None) };
    let Some(session) = sessions.session(&token.hash(), now).await? else { return Ok(None) };
    let key = keys.key(&session.key).await?.filter(|key| key.admit(Scope::Admin).is_ok());
    Ok(key.map(|key| Signed { token, key }))
}

/// Signs the bearer of an admin key in, and gives what their browser is to hold.
///
/// # Errors
/// Why the key does not open this door, or that our own store failed.
pub(super) async fn sign_in(
    sessions: &impl Sessions,
    keys: &impl Keys,
    random: &impl Random,
    bearer: &BearerKey,
    now: Timestamp,
) -> Result<Result<BearerKey, KeyRefusal>, StoreError> {
    let Some(key) = keys.key(&bearer.hash()).await? else { return Ok(Err(KeyRefusal::Unknown)) };
    if let Err(refusal) = key.admit(Scope::Admin) {
        return Ok(Err(refusal));
    }
    let token = BearerKey::from_random("hls", random.key_bytes());
    let session = Session { key: key.hash.clone(), until: now.plus(LASTS) };
    sessions.start_session(&token.hash(), &session).await?;
    Ok(Ok(token))
}

fn token_in(headers: &HeaderMap) -> Option<BearerKey> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).map(str::trim);
    let token = pairs.find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='))?;
    Some(BearerKey::given(token.to_owned()))
}

/// The cookie that holds a sign-in, for the host that was asked.
pub(super) fn cookie(token: &BearerKey, headers: &HeaderMap) -> String {
    with_flags(token.expose(), LASTS.as_secs(), headers)
}

/// The cookie that makes a browser forget its sign-in.
pub(super) fn forgotten(headers: &HeaderMap) -> String {
    with_flags("", 0, headers)
}

fn with_flags(value: &str, seconds: u64, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // One machine has no TLS, and browsers would not send the cookie back.
    let secure = if is_this_machine(host) { "" } else { "; Secure" };
    format!("{NAME}={value}; HttpOnly; SameSite=Lax; Path=/console; Max-Age={seconds}{secure}")
}

fn is_this_machine(host: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn to_the_door(parts: &Parts) -> Redirect {
    // What a form was to change is not asked for again by going to its address.
    let next = match (&parts.method, parts.uri.path_and_query()) {
        (&Method::GET, Some(there)) => next_page(there.as_str()),
        _ => HOME.to_owned(),
    };
    let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("/console/sign-in?next={query}"))
}

/// Where to go after the door: where somebody was going, if that is a page of the console.
pub(super) fn next_page(asked: &str) -> String {
    const HERE: &str = "http://console.invalid";
    let there = Url::parse(HERE).and_then(|here| here.join(asked)).ok();
    let there = there.filter(|there| {
        there.origin().ascii_serialization() == HERE && there.path().starts_with(HOME)
    });
    let Some(there) = there else { return HOME.to_owned() };
    match there.query() {
        Some(query) => format!("{}?{query}", there.path()),
        None => there.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hookline::key::Grant;
    use http::{HeaderValue, Request};

    use super::*;

    fn cookie_for(host: &'static str) -> String {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
        cookie(&BearerKey::given("hls_1".to_owned()), &headers)
    }

    #[test]
    fn the_cookie_is_for_the_console_alone_and_travels_encrypted_but_on_one_machine() {
        let flags = "hookline_session=hls_1; HttpOnly; SameSite=Lax; Path=/console; Max-Age=43200";
        for host in ["hooks.example", "hooks.example:8443", "localhost.example", "10.0.0.1", ""] {
            assert_eq!(cookie_for(host), format!("{flags}; Secure"), "{host}");
        }
        for host in ["localhost", "localhost:8787", "127.0.0.1:8787", "[::1]:8787"] {
            assert_eq!(cookie_for(host), flags, "{host}");
        }
        let out = forgotten(&HeaderMap::new());
        assert!(out.starts_with("hookline_session=; ") && out.contains("Max-Age=0; Secure"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let token = |cookies: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookies))]);
            token_in(&headers).map(|token| token.expose().to_owned())
        };
        assert_eq!(token("a=1; hookline_session=hls_1; b=2").as_deref(), Some("hls_1"));
        assert_eq!(token("hookline_session_old=hls_1; x=hookline_session=1"), None);
    }

    #[test]
    fn the_door_leads_only_to_pages_of_the_console() {
        assert_eq!(next_page("/console/keys?made=1"), "/console/keys?made=1");
        assert_eq!(next_page("/console/calls/a%2Fb"), "/console/calls/a%2Fb");
        let elsewhere = [
            "",
            "/",
            "/campaigns/solar",
            "/consolex",
            "//evil.example/console/",
            "/\\evil.example/console/",
            "https://evil.example/console/",
            "javascript:alert(1)",
            "/console/../campaigns",
            "/console/%2e%2e/campaigns",
            "\t//evil.example/console/",
        ];
        for asked in elsewhere {
            assert_eq!(next_page(asked), "/console/", "{asked}");
        }
    }

    #[test]
    fn whoever_was_sending_a_form_comes_back_to_the_start() {
        let door = |method: &str| {
            let request = Request::builder().method(method).uri("/console/keys?a=1&b=2");
            let (parts, ()) = request.body(()).unwrap().into_parts();
            to_the_door(&parts).into_response().headers()["location"].clone()
        };
        assert_eq!(door("GET"), "/console/sign-in?next=%2Fconsole%2Fkeys%3Fa%3D1%26b%3D2");
        assert_eq!(door("POST"), "/console/sign-in?next=%2Fconsole%2F");
    }

    /// One key, and at most one session.
    struct Store(Key, std::sync::Mutex<Option<(KeyHash, Session)>>);

    impl Keys for Store {
        async fn key(&self, hash: &KeyHash) -> Result<Option<Arc<Key>>, StoreError> {
            Ok((self.0.hash == *hash).then(|| Arc::new(self.0.clone())))
        }

        async fn store_key(&self, _key: &Key) -> Result<(), StoreError> {
            Ok(())
        }

        async fn pause_key(&self, _hash: &KeyHash, _paused: bool) -> Result<bool, StoreError> {
            Ok(false)
        }
    }

    impl Sessions for Store {
        async fn start_session(&self, hash: &KeyHash, with: &Session) -> Result<(), StoreError> {
            *self.1.lock().unwrap() = Some((hash.clone(), with.clone()));
            Ok(())
        }

        async fn session(
            &self,
            hash: &KeyHash,
            now: Timestamp,
        ) -> Result<Option<Session>, StoreError> {
            let kept = self.1.lock().unwrap().clone();
            Ok(kept.filter(|(of, with)| of == hash && now < with.until).map(|(_, with)| with))
        }

        async fn end_session(&self, _session: &KeyHash) -> Result<(), StoreError> {
            Ok(())
        }
    }

    fn store(scope: Scope, paused: bool) -> (BearerKey, Store) {
        let bearer = BearerKey::given("hla_1".to_owned());
        let created_at = Timestamp::from_millis(0).unwrap();
        let (hash, grant, name) = (bearer.hash(), Grant::Api(scope), String::new());
        let key = Key { hash, name, paused, created_at, grant };
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
            let answer = sign_in(&store, &store, &SystemRandom, &bearer, now).await.unwrap();
            assert_eq!(answer, Err(refusal));
            assert_eq!(*store.1.lock().unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_sign_in_holds_for_its_time_and_as_long_as_its_key_works() {
        use hookline::adapters::system::SystemRandom;
        let now = Timestamp::from_millis(0).unwrap();
        let (bearer, mut store) = store(Scope::Admin, false);
        let token = sign_in(&store, &store, &SystemRandom, &bearer, now).await.unwrap().unwrap();
        let held = HeaderValue::try_from(format!("{NAME}={}", token.expose())).unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, held)]);

        let found = signed(&store, &store, &headers, now).await.unwrap().unwrap();
        assert_eq!(found.key().hash, bearer.hash());
        let later = now.plus(LASTS);
        assert!(signed(&store, &store, &headers, later).await.unwrap().is_none());
        store.0.paused = true;
        assert!(signed(&store, &store, &headers, now).await.unwrap().is_none());
    }
}
