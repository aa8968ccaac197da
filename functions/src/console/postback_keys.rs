//! The postback keys of a campaign: what its partners write data with.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::campaign::{Campaign, CampaignId};
use hookline::key::{Key, KeyHash};
use hookline::ports::keys::KeyRing;
use hookline::use_cases::{PostbackKeyRequest, make_postback_key};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::calls::campaign_of;
use super::campaign_head::{CampaignHead, Tab};
use super::error_page::ErrorPage;
use super::form::{Filled, SignedForm};
use super::key_row::{KeyRow, Made};
use super::keys::{DeletePage, Done, paused, told, unknown};
use super::origin::origin_of;
use super::page::{Layout, Section, page, page_with};
use super::session::Signed;
use crate::management::Backend;

#[derive(Template)]
#[template(path = "console/postback_keys.html")]
struct PostbackKeysPage {
    layout: Layout,
    head: CampaignHead,
    keys: Vec<KeyRow>,
    made: Option<Made>,
    here: String,
    origin: String,
}

pub(super) async fn list(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let layout = Layout::of(&signed, Section::Campaigns).with(done.notice());
    let keys = rows(&backend, &campaign.id, &signed).await?;
    Ok(page(&PostbackKeysPage::of(&campaign, layout, keys, None, origin_of(&headers))))
}

pub(super) async fn make(
    State(backend): State<Arc<Backend>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let mut layout = Layout::of(&form.signed, Section::Campaigns);
    let (status, made) =
        match PostbackKeyRequest::from_json(campaign.id.clone(), &asked(&form.fields)) {
            Ok(request) => {
                let (store, clock, random) = (&backend.store, &SystemClock, &SystemRandom);
                let made = make_postback_key(store, clock, random, request).await?;
                let (bearer, key) =
                    made.ok_or_else(|| ErrorPage::unknown("There is no campaign of this id."))?;
                (StatusCode::CREATED, Some(Made::of(&bearer, &key)))
            }
            Err(faults) => {
                layout.notice = Some(told(&faults));
                (StatusCode::UNPROCESSABLE_ENTITY, None)
            }
        };
    let keys = rows(&backend, &campaign.id, &form.signed).await?;
    let page = PostbackKeysPage::of(&campaign, layout, keys, made, origin_of(&headers));
    Ok(page_with(status, &page))
}

pub(super) async fn pause(
    State(backend): State<Arc<Backend>>,
    Path((id, key)): Path<(String, String)>,
    form: SignedForm,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    paused(&backend, &key, &form.fields, &list_of(&campaign)).await
}

pub(super) async fn ask_delete(
    State(backend): State<Arc<Backend>>,
    Path((id, key)): Path<(String, String)>,
    signed: Signed,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    let layout = Layout::of(&signed, Section::Campaigns);
    let key = KeyRow::of(&key, signed.key());
    let whose = "What the partner sends with it is refused";
    Ok(page(&DeletePage { layout, key, here: list_of(&campaign), whose }))
}

pub(super) async fn delete(
    State(backend): State<Arc<Backend>>,
    Path((id, key)): Path<(String, String)>,
    _form: SignedForm,
) -> Result<Response, ErrorPage> {
    let (campaign, key) = postback_key(&backend, &id, &key).await?;
    backend.store.delete_key(&key).await?;
    Ok(Redirect::to(&format!("{}?done=deleted", list_of(&campaign))).into_response())
}

fn list_of(campaign: &CampaignId) -> String {
    format!("/console/campaigns/{campaign}/keys")
}

async fn rows(
    backend: &Backend,
    campaign: &CampaignId,
    signed: &Signed,
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

/// A form as the document that the API takes: what is left empty is left out, and hours and minutes
/// are seconds there.
fn asked(fields: &Filled) -> Value {
    let mut document = Map::new();
    for name in ["name", "tag_prefix"] {
        let text = fields.text(name);
        if !text.is_empty() {
            document.insert(name.to_owned(), json!(text));
        }
    }
    for (name, field, unit) in
        [("storage_seconds", "storage_hours", 3600), ("cutoff_seconds", "cutoff_minutes", 60)]
    {
        let text = fields.text(field);
        if !text.is_empty() {
            let seconds = text.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
            document.insert(name.to_owned(), seconds.map_or_else(|| json!(text), Value::from));
        }
    }
    Value::Object(document)
}

impl PostbackKeysPage {
    fn of(
        campaign: &Campaign,
        layout: Layout,
        keys: Vec<KeyRow>,
        made: Option<Made>,
        origin: String,
    ) -> Self {
        let (head, here) = (CampaignHead::of(campaign, Tab::Keys), list_of(&campaign.id));
        Self { layout, head, keys, made, here, origin }
    }

    /// Where data is written with a key.
    fn address(&self, key: &str) -> String {
        format!("{}/data/{key}?caller_number=…&your_tag=…", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;

    #[test]
    fn hours_and_minutes_become_seconds_and_what_is_empty_is_left_out() {
        let asked = |form: &[u8]| asked(&Filled::parse(form));
        assert_eq!(asked(b"name=&tag_prefix=&storage_hours=&cutoff_minutes="), json!({}));
        assert_eq!(
            asked(b"name=CRM&tag_prefix=crm_&storage_hours=2&cutoff_minutes=0"),
            json!({"name": "CRM", "tag_prefix": "crm_", "storage_seconds": 7200, "cutoff_seconds": 0})
        );
        assert_eq!(asked(b"storage_hours=many"), json!({"storage_seconds": "many"}));
    }

    #[test]
    fn a_key_that_was_made_comes_with_a_ready_address() {
        let campaign = made_up::campaign();
        let made =
            Made { name: "<b>CRM</b>".to_owned(), key: "hlp_made".to_owned(), is_for_calls: false };
        let origin = "https://hooks.example".to_owned();
        let page =
            PostbackKeysPage::of(&campaign, Layout::default(), Vec::new(), Some(made), origin);
        let text = page.render().unwrap();
        assert!(text.contains("https://hooks.example/data/hlp_made?caller_number="), "{text}");
        assert!(!text.contains("<b>CRM"));
    }
}
