//! The API keys: listed, made, paused and deleted. Nobody takes away the key they are signed in with.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::fault::Faults;
use hookline::key::{Grant, Key, KeyHash};
use hookline::ports::clock::Clock;
use hookline::ports::keys::{KeyChanged, KeyRing, Keys};
use hookline::use_cases::{KeyRequest, make_api_key};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error_page::ErrorPage;
use super::form::{Filled, SignedForm};
use super::key_row::{KeyRow, Made};
use super::page::{Layout, Notice, Section, page, page_with};
use super::session::Signed;
use crate::management::Backend;
use crate::problem::Problem;

const HERE: &str = "/console/keys";

#[derive(Template)]
#[template(path = "console/keys.html")]
struct KeysPage {
    layout: Layout,
    keys: Vec<KeyRow>,
    made: Option<Made>,
    here: &'static str,
}

/// The question before a key is deleted.
#[derive(Template)]
#[template(path = "console/key_delete.html")]
pub(super) struct DeletePage {
    pub(super) layout: Layout,
    pub(super) key: KeyRow,
    /// The list that the key is on.
    pub(super) here: String,
    /// Who stops getting in.
    pub(super) whose: &'static str,
}

/// What was done before a list was asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    /// What was done, as a sentence.
    pub(super) fn notice(&self) -> Option<Notice> {
        let sentence = match self.done.as_str() {
            "paused" => "The key is paused. It may go on working for up to 30 seconds.",
            "resumed" => "The key works again, within 30 seconds at most.",
            "deleted" => "The key is deleted. It may go on working for up to 30 seconds.",
            _ => return None,
        };
        Some(Notice::good(sentence))
    }
}

pub(super) async fn list(
    State(backend): State<Arc<Backend>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, ErrorPage> {
    let layout = Layout::of(&signed, Section::Keys).with(done.notice());
    listed(&backend, &signed, layout, None, StatusCode::OK).await
}

async fn listed(
    backend: &Backend,
    signed: &Signed,
    layout: Layout,
    made: Option<Made>,
    status: StatusCode,
) -> Result<Response, ErrorPage> {
    let keys = backend.store.api_keys().await?;
    let keys = keys.iter().map(|key| KeyRow::of(key, signed.key())).collect();
    Ok(page_with(status, &KeysPage { layout, keys, made, here: HERE }))
}

pub(super) async fn make(
    State(backend): State<Arc<Backend>>,
    form: SignedForm,
) -> Result<Response, ErrorPage> {
    let layout = Layout::of(&form.signed, Section::Keys);
    match KeyRequest::from_json(&asked(&form.fields)) {
        Ok(request) => {
            let made = make_api_key(&backend.store, &SystemClock, &SystemRandom, request).await;
            let (bearer, key) = made?;
            let made = Some(Made::of(&bearer, &key));
            listed(&backend, &form.signed, layout, made, StatusCode::CREATED).await
        }
        Err(faults) => {
            let layout = layout.with(Some(told(&faults)));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            listed(&backend, &form.signed, layout, None, status).await
        }
    }
}

/// A form as the document that the API takes: what is left empty is left out.
fn asked(fields: &Filled) -> Value {
    let text = |name| Some(fields.text(name)).filter(|text| !text.is_empty());
    json!({"name": text("name"), "scope": text("scope")})
}

/// Faults as one sentence over the page.
pub(super) fn told(faults: &Faults) -> Notice {
    let fault = |fault: &hookline::fault::Fault| {
        let field = fault.pointer.trim_start_matches('/').replace('_', " ");
        format!("{field} {}", fault.detail)
    };
    let faults: Vec<String> = faults.iter().map(fault).collect();
    Notice::bad(format!("No key was made: {}.", faults.join("; ")))
}

pub(super) async fn pause(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &form.signed).await?;
    paused(&backend, &key, &form, HERE).await
}

/// Pauses a key or lets it work again, as the form says, and leads back to its list.
pub(super) async fn paused(
    backend: &Backend,
    key: &Key,
    form: &SignedForm,
    list: &str,
) -> Result<Response, ErrorPage> {
    let (pause, by) = (form.fields.text("paused") == "yes", &form.signed.key().hash);
    changed(if pause {
        backend.store.pause_key(&key.hash, by, SystemClock.now()).await?
    } else {
        backend.store.resume_key(&key.hash, by).await?
    })?;
    let done = if pause { "paused" } else { "resumed" };
    Ok(Redirect::to(&format!("{list}?done={done}")).into_response())
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
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    signed: Signed,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &signed).await?;
    let layout = Layout::of(&signed, Section::Keys);
    let key = KeyRow::of(&key, signed.key());
    let whose = "Whoever uses it gets in no more";
    Ok(page(&DeletePage { layout, key, here: HERE.to_owned(), whose }))
}

pub(super) async fn delete(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, ErrorPage> {
    let key = api_key(&backend, &id, &form.signed).await?;
    changed(backend.store.delete_key(&key, &form.signed.key().hash).await?)?;
    Ok(Redirect::to(&format!("{HERE}?done=deleted")).into_response())
}

/// An API key that may be changed by whoever is signed in.
async fn api_key(backend: &Backend, id: &str, signed: &Signed) -> Result<Arc<Key>, ErrorPage> {
    let hash = KeyHash::parse(id).ok_or_else(unknown)?;
    let key = backend.store.key(&hash).await?.ok_or_else(unknown)?;
    if !matches!(key.grant, Grant::Api(_)) {
        return Err(unknown());
    }
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
    use hookline::key::{BearerKey, Scope};
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
            made: Some(Made::of(&bearer, &other)),
            here: HERE,
        };
        let text = page.render().unwrap();
        assert_eq!(text.matches("hlc_made").count(), 1);
        assert!(!text.contains("<b>switch"));
        let action = |key: &Key| format!("/console/keys/{}/pause", key.hash.as_str());
        assert!(text.contains(&action(&other)) && !text.contains(&action(&own)));
    }

    #[test]
    fn faults_are_one_sentence() {
        let asked = asked(&Filled::parse(b"name=&scope=all"));
        let faults = KeyRequest::from_json(&asked).unwrap_err();
        assert_eq!(told(&faults).text, "No key was made: scope must be calls or admin.");
    }
}
