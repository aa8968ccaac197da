//! Shows a webhook for editing, and takes what comes back: to save, to try, or with rows to add.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hookline::campaign::{Campaign, SecretsShown, WebhookId};
use hookline::fault::Faults;
use hookline::use_cases::{ChangeRefusal, SaveRefusal, save_webhook};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::super::address::{PagePath, PageQuery};
use super::super::done::{Done, DoneQuery};
use super::super::error_page::ErrorPage;
use super::super::field_faults::FieldFaults;
use super::super::form::{EditorForm, Filled, SessionForm};
use super::super::lookup::{campaign_of, unknown_webhook, webhook_of};
use super::super::page::{Layout, Notice, Section, asks_fragment, fragment, page, page_with};
use super::super::session::SignedIn;
use super::call_form::CallForm;
use super::difference::differences;
use super::form_action::FormAction;
use super::webhook_form::WebhookForm;
use super::webhook_page::WebhookPage;
use super::{fingerprint, try_webhook, version_of};
use crate::management::Backend;

/// `GET /console/campaigns/{id}/webhooks/{webhook}`
pub(super) async fn show(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath((id, webhook)): PagePath<(String, String)>,
    PageQuery(done): PageQuery<DoneQuery>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let webhook = webhook_of(&campaign, &webhook)?;
    let document = campaign.webhook_document(&webhook, SecretsShown::Masked).unwrap_or_default();
    let form = WebhookForm::of_document(&document);
    let layout = Layout::of(&signed, Section::Campaigns).with(done.notice());
    let (pane, _) = try_webhook::preview(&backend, &campaign, &form, &CallForm::default()).await?;
    let editor = WebhookPage::of(layout, &campaign, Some(&webhook), form);
    Ok(page(&WebhookPage { pane, ..editor }))
}

/// The webhook that a form is sent to; none for a new one.
#[derive(Debug, Deserialize)]
pub(super) struct WebhookPath {
    id: String,
    webhook: Option<String>,
}

/// `POST /console/campaigns/{id}/webhooks/{webhook}`, `POST /console/campaigns/{id}/new-webhook`
pub(super) async fn save(
    State(backend): State<Arc<Backend>>,
    PagePath(path): PagePath<WebhookPath>,
    EditorForm { signed, fields, may_act }: EditorForm,
) -> Result<Response, ErrorPage> {
    Editing::of(&backend, &path, &signed, &fields).await?.save(&backend, may_act).await
}

/// `POST …/preview`
pub(super) async fn preview(
    State(backend): State<Arc<Backend>>,
    PagePath(path): PagePath<WebhookPath>,
    headers: HeaderMap,
    SessionForm { signed, fields }: SessionForm,
) -> Result<Response, ErrorPage> {
    Editing::of(&backend, &path, &signed, &fields).await?.preview(&backend, &headers).await
}

/// `POST …/test`
pub(super) async fn test(
    State(backend): State<Arc<Backend>>,
    PagePath(path): PagePath<WebhookPath>,
    headers: HeaderMap,
    SessionForm { signed, fields }: SessionForm,
) -> Result<Response, ErrorPage> {
    Editing::of(&backend, &path, &signed, &fields).await?.test(&backend, &headers).await
}

/// A form that came back.
struct Editing {
    layout: Layout,
    campaign: Arc<Campaign>,
    /// The webhook that it is for; none for a new one.
    webhook: Option<WebhookId>,
    form: WebhookForm,
    call: CallForm,
    step: FormAction,
    version: u64,
    base: String,
}

impl Editing {
    async fn of(
        backend: &Backend,
        path: &WebhookPath,
        signed: &SignedIn,
        fields: &Filled,
    ) -> Result<Self, ErrorPage> {
        let campaign = campaign_of(backend, &path.id).await?;
        let webhook = match &path.webhook {
            Some(id) => Some(WebhookId::parse(id).map_err(|_| unknown_webhook())?),
            None => None,
        };
        let step = FormAction::of(fields);
        let mut form = WebhookForm::of_typed(fields);
        step.change_webhook(&mut form);
        if let Some(webhook) = &webhook {
            form.id = webhook.to_string();
        }
        Ok(Self {
            layout: Layout::of(signed, Section::Campaigns),
            campaign,
            webhook,
            form,
            call: CallForm::of_typed(fields),
            step,
            version: version_of(fields)?,
            base: fields.text("base").to_owned(),
        })
    }

    async fn save(mut self, backend: &Backend, may_act: bool) -> Result<Response, ErrorPage> {
        if !may_act {
            self.layout.notice = Some(Notice::look_again());
        }
        if self.step != FormAction::Save || !may_act {
            return Ok(self.shown(StatusCode::OK, FieldFaults::default()));
        }
        let own = self.id_faults();
        let repeats = self.form.placed(&Faults::default());
        let id = match WebhookId::parse(&self.form.id) {
            Ok(id) if own.is_empty() && repeats.is_empty() => id,
            _ => {
                // Everything else that is wrong is told with it.
                let call = CallForm::default();
                let (_, mut placed) =
                    try_webhook::preview(backend, &self.campaign, &self.form, &call).await?;
                placed.extend(own);
                return Ok(self.shown(StatusCode::UNPROCESSABLE_ENTITY, placed));
            }
        };
        let mut saved = self.store(backend, &id, self.version).await;
        if let Err(ChangeRefusal::Save(SaveRefusal::Stale(Some(current)))) = &saved
            && fingerprint::of_webhook(current, &id, &self.layout.csrf) == self.base
        {
            // Something else of the campaign was saved, which this webhook takes nothing from.
            saved = self.store(backend, &id, current.version).await;
        }
        match saved {
            Ok(campaign) => {
                let place = format!("/console/campaigns/{}/webhooks/{id}", campaign.id);
                Ok(Done::WebhookSaved.told_at(&place))
            }
            Err(refusal) => self.refused(&id, refusal),
        }
    }

    async fn store(
        &self,
        backend: &Backend,
        id: &WebhookId,
        version: u64,
    ) -> Result<Campaign, ChangeRefusal> {
        let (store, policy, campaign) = (&backend.store, &backend.policy, &self.campaign.id);
        save_webhook(store, policy, campaign, version, id, self.form.document()).await
    }

    /// What is wrong with the id of a new webhook.
    fn id_faults(&self) -> FieldFaults {
        let mut placed = FieldFaults::default();
        if self.form.id.is_empty() {
            placed.add("id", "is required");
        }
        let id = WebhookId::parse(&self.form.id).ok().filter(|_| self.webhook.is_none());
        if id.is_some_and(|id| self.campaign.webhook(&id).is_some()) {
            placed.add("id", "is the id of another webhook of this campaign");
        }
        placed
    }

    fn refused(self, id: &WebhookId, refusal: ChangeRefusal) -> Result<Response, ErrorPage> {
        match refusal {
            ChangeRefusal::Save(SaveRefusal::Invalid(faults)) => {
                let placed = self.form.placed(&faults);
                Ok(self.shown(StatusCode::UNPROCESSABLE_ENTITY, placed))
            }
            ChangeRefusal::Save(SaveRefusal::Stale(Some(current))) => {
                Ok(self.conflict(id, &current))
            }
            ChangeRefusal::Save(SaveRefusal::Store(error)) => Err(error.into()),
            ChangeRefusal::Save(SaveRefusal::Stale(None))
            | ChangeRefusal::UnknownCampaign(_)
            | ChangeRefusal::UnknownWebhook(_) => {
                Err(ErrorPage::unknown("The campaign was deleted in the meantime."))
            }
        }
    }

    /// Both versions side by side, mine in the form, to be saved over theirs.
    fn conflict(mut self, id: &WebhookId, current: &Campaign) -> Response {
        let theirs = current.webhook_document(id, SecretsShown::Masked).unwrap_or(json!({}));
        let rows = differences(self.form.in_words(), WebhookForm::of_document(&theirs).in_words());
        let mut placed = FieldFaults::default();
        self.form.hide_secret(&mut placed);
        let webhook = self.webhook.as_ref();
        let editor = WebhookPage::of(self.layout, current, webhook, self.form);
        let conflict = Some(rows);
        page_with(
            StatusCode::CONFLICT,
            &WebhookPage { placed, call: self.call, conflict, ..editor },
        )
    }

    async fn preview(self, backend: &Backend, headers: &HeaderMap) -> Result<Response, ErrorPage> {
        let (pane, placed) =
            try_webhook::preview(backend, &self.campaign, &self.form, &self.call).await?;
        if asks_fragment(headers) {
            return Ok(fragment(&pane));
        }
        Ok(page(&WebhookPage { pane, ..self.page(placed) }))
    }

    async fn test(self, backend: &Backend, headers: &HeaderMap) -> Result<Response, ErrorPage> {
        let (tested, placed) =
            try_webhook::test(backend, &self.campaign, &self.form, &self.call).await?;
        if asks_fragment(headers) {
            return Ok(fragment(&tested));
        }
        Ok(page(&WebhookPage { tested, ..self.page(placed) }))
    }

    fn shown(self, status: StatusCode, placed: FieldFaults) -> Response {
        page_with(status, &self.page(placed))
    }

    /// The editor as it was sent, the version it was made from included.
    fn page(mut self, mut placed: FieldFaults) -> WebhookPage {
        self.form.hide_secret(&mut placed);
        let (version, base, call) = (self.version, self.base, self.call);
        let webhook = self.webhook.as_ref();
        let editor = WebhookPage::of(self.layout, &self.campaign, webhook, self.form);
        WebhookPage { placed, call, version, base, ..editor }
    }
}
