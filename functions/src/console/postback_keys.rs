//! The postback keys of a campaign: what its partners write data with.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::campaign::{Campaign, CampaignId};
use hookline::key::{Key, KeyHash};
use hookline::ports::keys::KeyRing;
use hookline::use_cases::{PostbackKeyRequest, make_postback_key};
use http::{HeaderMap, StatusCode};

use super::address::{PagePath, PageQuery};
use super::campaign_head::{CampaignHead, Tab};
use super::done::{Done, DoneQuery};
use super::error_page::ErrorPage;
use super::form::SessionForm;
use super::key_forms::PostbackKeyForm;
use super::key_row::{KeyRow, NewKey};
use super::keys::{changed, deletion, paused, unknown};
use super::lookup::{campaign_of, unknown_campaign};
use super::page::{Layout, Section, page, page_with};
use super::session::SignedIn;
use crate::management::Backend;

#[derive(Template)]
#[template(path = "console/postback_keys.html")]
struct PostbackKeysPage {
    layout: Layout,
    head: CampaignHead,
    keys: Vec<KeyRow>,
    made: Option<NewKey>,
    form: PostbackKeyForm,
    here: String,
    origin: String,
}

pub(super) async fn list(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    headers: HeaderMap,
    PageQuery(done): PageQuery<DoneQuery>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let layout = Layout::of(&signed, Section::Campaigns).with(done.notice());
    let keys = rows(&backend, &campaign.id, &signed).await?;
    Ok(page(&PostbackKeysPage::of(
        &campaign,
        layout,
        keys,
        backend.public_url.for_headers(&headers),
    )))
}

pub(super) async fn make(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    headers: HeaderMap,
    SessionForm { signed, fields }: SessionForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let layout = Layout::of(&signed, Section::Campaigns);
    let form = PostbackKeyForm::of_typed(&fields);
    let asked = PostbackKeyRequest::from_json(campaign.id.clone(), &form.document());
    let (status, made, form) = match asked {
        Ok(request) if form.faults.is_empty() => {
            let (store, clock, random) = (&backend.store, &SystemClock, &SystemRandom);
            let made = make_postback_key(store, clock, random, request).await?;
            // Deleted while the form was on its way.
            let (bearer, key) = made.ok_or_else(unknown_campaign)?;
            (StatusCode::CREATED, Some(NewKey::of(&bearer, &key)), PostbackKeyForm::default())
        }
        Ok(_) => (StatusCode::UNPROCESSABLE_ENTITY, None, form),
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, None, form.refused(&faults)),
    };
    let keys = rows(&backend, &campaign.id, &signed).await?;
    let page =
        PostbackKeysPage::of(&campaign, layout, keys, backend.public_url.for_headers(&headers));
    Ok(page_with(status, &PostbackKeysPage { made, form, ..page }))
}

pub(super) async fn pause(
    State(backend): State<Arc<Backend>>,
    PagePath((id, key)): PagePath<(String, String)>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    paused(&backend, &key, &form, &list_of(&campaign)).await
}

pub(super) async fn ask_delete(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath((id, key)): PagePath<(String, String)>,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    let layout = Layout::of(&signed, Section::Campaigns);
    let whose = "What the partner sends with it is refused";
    let key = KeyRow::of(&key, signed.key());
    Ok(page(&deletion(layout, &key, &list_of(&campaign), whose)))
}

pub(super) async fn delete(
    State(backend): State<Arc<Backend>>,
    PagePath((id, key)): PagePath<(String, String)>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    changed(backend.store.delete_key(&key, &form.signed.key().hash).await?)?;
    Ok(Done::KeyDeleted.told_at(&list_of(&campaign)))
}

fn list_of(campaign: &CampaignId) -> String {
    format!("/console/campaigns/{campaign}/keys")
}

async fn rows(
    backend: &Backend,
    campaign: &CampaignId,
    signed: &SignedIn,
) -> Result<Vec<KeyRow>, ErrorPage> {
    let keys = backend.store.postback_keys(campaign).await?;
    Ok(keys.iter().map(|key| KeyRow::of(key, signed.key())).collect())
}

/// A postback key of the campaign that the address names.
async fn postback_key(
    backend: &Backend,
    campaign: &str,
    id: &str,
) -> Result<(CampaignId, Arc<Key>), ErrorPage> {
    let campaign = CampaignId::parse(campaign).map_err(|_| unknown())?;
    let hash = KeyHash::parse(id).ok_or_else(unknown)?;
    let key = backend.postback_key(&campaign, &hash).await?.ok_or_else(unknown)?;
    Ok((campaign, key))
}

impl PostbackKeysPage {
    fn of(campaign: &Campaign, layout: Layout, keys: Vec<KeyRow>, origin: String) -> Self {
        let (head, here) = (CampaignHead::of(campaign, Tab::Keys), list_of(&campaign.id));
        let form = PostbackKeyForm::default();
        Self { layout, head, keys, made: None, form, here, origin }
    }

    /// Where data is written with a key.
    fn address(&self, key: &str) -> String {
        format!("{}/data/{key}?caller_number=…&your_tag=…", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn a_key_that_was_made_comes_with_a_ready_address() {
        let campaign = fixtures::campaign();
        let made = NewKey {
            name: "<b>CRM</b>".to_owned(),
            key: "hlp_made".to_owned(),
            is_for_calls: false,
        };
        let origin = "https://hooks.example".to_owned();
        let page = PostbackKeysPage::of(&campaign, Layout::default(), Vec::new(), origin);
        let page = PostbackKeysPage { made: Some(made), ..page };
        let text = page.render().unwrap();
        assert!(text.contains("https://hooks.example/data/hlp_made?caller_number="), "{text}");
        assert!(!text.contains("<b>CRM"));
    }
}
