//! The first page: all campaigns, and a form that makes one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hookline::campaign::CampaignId;
use hookline::fault::Faults;
use hookline::ports::campaigns::{CampaignList, CampaignSummary};
use hookline::use_cases::{SaveRefusal, save_campaign};
use http::StatusCode;
use serde_json::json;

use super::address::PageQuery;
use super::done::DoneQuery;
use super::error_page::ErrorPage;
use super::form::{Filled, SessionForm};
use super::page::{Layout, Section, page, page_with};
use super::session::SignedIn;
use crate::management::Backend;

#[derive(Template)]
#[template(path = "console/campaigns.html")]
struct CampaignsPage {
    layout: Layout,
    campaigns: Vec<CampaignSummary>,
    making: NewCampaignForm,
}

/// The form for a new campaign, as it was filled in.
#[derive(Debug, Default)]
struct NewCampaignForm {
    id: String,
    name: String,
    /// What is wrong with the id.
    id_fault: Option<String>,
    /// What is wrong with the name.
    name_fault: Option<String>,
    /// What is wrong with the whole.
    fault: Option<String>,
}

pub(super) async fn list(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PageQuery(done): PageQuery<DoneQuery>,
) -> Result<Response, ErrorPage> {
    let campaigns = backend.store.campaigns().await?;
    let layout = Layout::of(&signed, Section::Campaigns).with(done.notice());
    Ok(page(&CampaignsPage { layout, campaigns, making: NewCampaignForm::default() }))
}

pub(super) async fn make(
    State(backend): State<Arc<Backend>>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let (id, name) = asked(&form.fields);
    let refusal = match CampaignId::parse(&id) {
        Err(fault) => SaveRefusal::Invalid(Faults::at("id", fault.to_string())),
        Ok(parsed) => {
            let document = json!({"id": id, "name": name, "version": 0});
            match save_campaign(&backend.store, &backend.policy, &parsed, document).await {
                Ok(made) => {
                    let there = format!("/console/campaigns/{}", made.id);
                    return Ok(Redirect::to(&there).into_response());
                }
                Err(refusal) => refusal,
            }
        }
    };
    let making = NewCampaignForm { id, name, ..NewCampaignForm::refused(refusal)? };
    let campaigns = backend.store.campaigns().await?;
    let layout = Layout::of(&form.signed, Section::Campaigns);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page_with(status, &CampaignsPage { layout, campaigns, making }))
}

/// The id and the name; the id stands for a name that is left out.
fn asked(fields: &Filled) -> (String, String) {
    let (id, name) = (fields.text("id"), fields.text("name"));
    (id.to_owned(), if name.is_empty() { id } else { name }.to_owned())
}

impl NewCampaignForm {
    fn refused(refusal: SaveRefusal) -> Result<Self, ErrorPage> {
        let mut making = Self::default();
        match refusal {
            SaveRefusal::Invalid(faults) => {
                for fault in faults.iter() {
                    let place = match fault.pointer.as_str() {
                        "/id" => &mut making.id_fault,
                        "/name" => &mut making.name_fault,
                        _ => &mut making.fault,
                    };
                    *place = Some(fault.detail.clone());
                }
            }
            SaveRefusal::Stale(_) => {
                making.id_fault = Some("is the id of another campaign".to_owned());
            }
            SaveRefusal::Store(error) => return Err(error.into()),
        }
        Ok(making)
    }
}

#[cfg(test)]
mod tests {
    use hookline::ports::StoreError;

    use super::*;

    #[test]
    fn each_fault_stands_at_its_field() {
        let mut faults = Faults::at("id", "is long");
        faults.extend(Faults::at("name", "is blank"));
        let making = NewCampaignForm::refused(SaveRefusal::Invalid(faults)).unwrap();
        assert_eq!(making.id_fault.as_deref(), Some("is long"));
        assert_eq!(making.name_fault.as_deref(), Some("is blank"));
        assert!(NewCampaignForm::refused(SaveRefusal::Stale(None)).unwrap().id_fault.is_some());
        let store = StoreError { action: "save", cause: String::new() };
        assert!(NewCampaignForm::refused(SaveRefusal::Store(store)).is_err());
    }

    #[test]
    fn the_first_visit_says_what_to_do_and_a_hostile_name_is_text() {
        let shown = |campaigns, name: &str| {
            let making = NewCampaignForm { name: name.to_owned(), ..NewCampaignForm::default() };
            CampaignsPage { layout: Layout::default(), campaigns, making }.render().unwrap()
        };
        assert!(shown(Vec::new(), "").contains("Make your first campaign"));
        let hostile = "\"><script>alert(1)</script>";
        let id = CampaignId::parse("solar").unwrap();
        let (enabled, version, webhooks) = (true, 1, 1);
        let summary = CampaignSummary { id, name: hostile.to_owned(), enabled, version, webhooks };
        let page = shown(vec![summary], hostile);
        assert!(!page.contains("<script>alert") && page.contains("1 webhook<"), "{page}");
    }
}
