//! Takes back the form of a campaign's settings: to save, or with rows to add.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hookline::campaign::{Campaign, SecretsShown};
use hookline::fault::Faults;
use hookline::use_cases::{SaveRefusal, save_campaign};
use http::StatusCode;
use serde_json::json;

use super::super::address::PagePath;
use super::super::done::Done;
use super::super::error_page::ErrorPage;
use super::super::field_faults::FieldFaults;
use super::super::form::EditorForm;
use super::super::lookup::campaign_of;
use super::super::page::{Layout, Notice, Section, page_with};
use super::campaign_form::CampaignForm;
use super::campaign_page::CampaignPage;
use super::difference::differences;
use super::form_action::FormAction;
use super::{fingerprint, version_of};
use crate::management::Backend;

/// `POST /console/campaigns/{id}`
pub(super) async fn save(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    EditorForm { signed, fields, may_act }: EditorForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let step = FormAction::of(&fields);
    let mut form = CampaignForm::of_typed(&fields);
    step.change_campaign(&mut form);
    let notice = (!may_act).then(Notice::look_again);
    let edit = SettingsEdit {
        layout: Layout::of(&signed, Section::Campaigns).with(notice),
        campaign,
        form,
        version: version_of(&fields)?,
        base: fields.text("base").to_owned(),
    };
    match step {
        FormAction::Save if may_act => edit.save(&backend).await,
        _ => Ok(edit.shown(StatusCode::OK, FieldFaults::default())),
    }
}

/// A form that came back.
struct SettingsEdit {
    layout: Layout,
    campaign: Arc<Campaign>,
    form: CampaignForm,
    version: u64,
    base: String,
}

impl SettingsEdit {
    async fn save(self, backend: &Backend) -> Result<Response, ErrorPage> {
        let repeats = self.form.placed(&Faults::default());
        if !repeats.is_empty() {
            return Ok(self.shown(StatusCode::UNPROCESSABLE_ENTITY, repeats));
        }
        let mut saved = self.store(backend, &self.campaign, self.version).await;
        if let Err(SaveRefusal::Stale(Some(current))) = &saved
            && fingerprint::of_settings(current, &self.layout.csrf) == self.base
        {
            // A webhook was saved, which the settings take nothing from.
            saved = self.store(backend, current, current.version).await;
        }
        match saved {
            Ok(campaign) => {
                let place = format!("/console/campaigns/{}", campaign.id);
                Ok(Done::SettingsSaved.told_at(&place))
            }
            Err(SaveRefusal::Invalid(faults)) => {
                let placed = self.form.placed(&faults);
                Ok(self.shown(StatusCode::UNPROCESSABLE_ENTITY, placed))
            }
            Err(SaveRefusal::Stale(Some(current))) => Ok(self.conflict(&current)),
            Err(SaveRefusal::Stale(None)) => {
                Err(ErrorPage::unknown("The campaign was deleted in the meantime."))
            }
            Err(SaveRefusal::Store(error)) => Err(error.into()),
        }
    }

    /// Saves the settings with the webhooks of `over`.
    async fn store(
        &self,
        backend: &Backend,
        over: &Campaign,
        version: u64,
    ) -> Result<Campaign, SaveRefusal> {
        let mut document = self.form.document(&over.document(SecretsShown::Masked));
        if let Some(document) = document.as_object_mut() {
            document.insert("version".to_owned(), json!(version));
        }
        save_campaign(&backend.store, &backend.policy, &over.id, document).await
    }

    /// Both versions side by side, mine in the form, to be saved over theirs.
    fn conflict(mut self, current: &Campaign) -> Response {
        let theirs = CampaignForm::of_document(&current.document(SecretsShown::Masked));
        let conflict = Some(differences(self.form.in_words(), theirs.in_words()));
        let mut placed = FieldFaults::default();
        self.form.hide_secrets(&mut placed);
        let page = CampaignPage::of(self.layout, current, self.form);
        page_with(StatusCode::CONFLICT, &CampaignPage { placed, conflict, ..page })
    }

    /// The page as it was sent, the version it was made from included.
    fn shown(mut self, status: StatusCode, mut placed: FieldFaults) -> Response {
        self.form.hide_secrets(&mut placed);
        let (version, base) = (self.version, self.base);
        let page = CampaignPage::of(self.layout, &self.campaign, self.form);
        page_with(status, &CampaignPage { placed, version, base, ..page })
    }
}
