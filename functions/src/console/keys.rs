//! The API keys: listed, made, paused and deleted. Nobody takes away the key they are signed in with.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::{Key, KeyHash};
use hookline::ports::clock::Clock;
use hookline::ports::keys::{KeyChanged, KeyRing};
use hookline::use_cases::{KeyRequest, make_api_key};
use http::StatusCode;

use super::address::{PagePath, PageQuery};
use super::delete_page::DeletePage;
use super::done::{Done, DoneQuery};
use super::error_page::ErrorPage;
use super::form::SessionForm;
use super::key_forms::KeyForm;
use super::key_row::{KeyRow, NewKey};
use super::page::{Layout, Section, page, page_with};
use super::session::SignedIn;
use crate::management::Backend;
use crate::problem::Problem;

const HERE: &str = "/console/keys";

#[derive(Template)]
#[template(path = "console/keys.html")]
struct KeysPage {
    layout: Layout,
    keys: Vec<KeyRow>,
    made: Option<NewKey>,
    form: KeyForm,
    here: &'static str,
}

pub(super) async fn list(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PageQuery(done): PageQuery<DoneQuery>,
) -> Result<Response, ErrorPage> {
    let layout = Layout::of(&signed, Section::Keys).with(done.notice());
    Ok(page(&listed(&backend, &signed, layout, None, KeyForm::default()).await?))
}

/// The page with a key that was made just now, or with a form that was refused.
async fn listed(
    backend: &Backend,
    signed: &SignedIn,
    layout: Layout,
    made: Option<NewKey>,
    form: KeyForm,
) -> Result<KeysPage, ErrorPage> {
    let keys = backend.store.api_keys().await?;
    let keys = keys.iter().map(|key| KeyRow::of(key, signed.key())).collect();
    Ok(KeysPage { layout, keys, made, form, here: HERE })
}

pub(super) async fn make(
    State(backend): State<Arc<Backend>>,
    SessionForm { signed, fields }: SessionForm,
) -> Result<Response, ErrorPage> {
    let layout = Layout::of(&signed, Section::Keys);
    let form = KeyForm::of_typed(&fields);
    let (status, made, form) = match KeyRequest::from_json(&form.document()) {
        Ok(request) => {
            let made = make_api_key(&backend.store, &SystemClock, &SystemRandom, request).await;
            let (bearer, key) = made?;
            (StatusCode::CREATED, Some(NewKey::of(&bearer, &key)), KeyForm::default())
        }
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, None, form.refused(&faults)),
    };
    Ok(page_with(status, &listed(&backend, &signed, layout, made, form).await?))
}

pub(super) async fn pause(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &form.signed).await?;
    paused(&backend, &key, &form, HERE).await
}

/// Pauses a key or lets it work again, as the form says, and leads back to its list.
pub(super) async fn paused(
    backend: &Backend,
    key: &Key,
    form: &SessionForm,
    list: &str,
) -> Result<Response, ErrorPage> {
    let (pause, by) = (form.fields.text("paused") == "yes", &form.signed.key().hash);
    let became = if pause {
        backend.store.pause_key(&key.hash, by, SystemClock.now()).await?
    } else {
        backend.store.resume_key(&key.hash, by).await?
    };
    changed(became)?;
    let done = if pause { Done::KeyPaused } else { Done::KeyResumed };
    Ok(done.told_at(list))
}

/// Asks that a change of a key was made.
pub(super) fn changed(changed: KeyChanged) -> Result<(), ErrorPage> {
    match changed {
        KeyChanged::Made => Ok(()),
        KeyChanged::Unknown => Err(unknown()),
        KeyChanged::Refused(refusal) => Err(Problem::from(refusal).into()),
    }
}

pub(super) async fn ask_delete(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &signed).await?;
    let layout = Layout::of(&signed, Section::Keys);
    let whose = "Whoever uses it gets in no more";
    Ok(page(&deletion(layout, &KeyRow::of(&key, signed.key()), HERE, whose)))
}

/// The question before a key of a list is deleted.
pub(super) fn deletion(layout: Layout, key: &KeyRow, list: &str, whose: &str) -> DeletePage {
    let mut facts = key.grant.clone();
    facts.extend([("Made (UTC)", key.made.clone()), ("Id", key.id.clone())]);
    DeletePage {
        layout,
        question: format!("Delete the key “{}”?", key.name),
        consequence: format!(
            "{whose}, within 30 seconds and for good. To try first what stops working, pause it."
        ),
        facts,
        action: format!("{list}/{}/delete", key.id),
        back: list.to_owned(),
        version: None,
    }
}

pub(super) async fn delete(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &form.signed).await?;
    changed(backend.store.delete_key(&key, &form.signed.key().hash).await?)?;
    Ok(Done::KeyDeleted.told_at(HERE))
}

/// An API key that may be changed by whoever is signed in.
async fn api_key(backend: &Backend, id: &str, signed: &SignedIn) -> Result<Arc<Key>, ErrorPage> {
    let hash = KeyHash::parse(id).ok_or_else(unknown)?;
    let key = backend.api_key(&hash).await?.ok_or_else(unknown)?;
    if key.hash == signed.key().hash {
        let message = "You are signed in with this key. Sign in with another to change it.";
        return Err(ErrorPage::of(StatusCode::CONFLICT, "This is your own key", message));
    }
    Ok(key)
}

/// There is no such key.
pub(super) fn unknown() -> ErrorPage {
    ErrorPage::unknown("There is no key of this id.")
}

#[cfg(test)]
mod tests {
    use hookline::key::{BearerKey, Grant, Scope};
    use hookline::time::Timestamp;

    use super::*;

    fn key(text: &str) -> Key {
        let (hash, name) = (BearerKey::given(text.to_owned()).hash(), "<b>switch</b>".to_owned());
        let (created_at, grant) = (Timestamp::from_millis(0).unwrap(), Grant::Api(Scope::Calls));
        Key { hash, name, paused: false, paused_at: None, created_at, grant }
    }

    #[test]
    fn a_key_is_shown_once_and_ones_own_cannot_be_taken_away() {
        let (own, other) = (key("hlc_own"), key("hlc_other"));
        let bearer = BearerKey::given("hlc_made".to_owned());
        let page = KeysPage {
            layout: Layout::default(),
            keys: [&own, &other].map(|key| KeyRow::of(key, &own)).into(),
            made: Some(NewKey::of(&bearer, &other)),
            form: KeyForm { name: "<b>switch</b>".to_owned(), ..KeyForm::default() },
            here: HERE,
        };
        let text = page.render().unwrap();
        assert_eq!(text.matches("hlc_made").count(), 1);
        assert!(!text.contains("<b>switch"));
        let action = |key: &Key| format!("/console/keys/{}/pause", key.hash.as_str());
        assert!(text.contains(&action(&other)) && !text.contains(&action(&own)));
    }
}
