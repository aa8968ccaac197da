//! A campaign's first page: its webhooks along the life of a call, and its settings.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hookline::campaign::{Campaign, SecretsShown, Webhook};
use hookline::trigger::Trigger;
use serde_json::json;

use super::super::address::{PagePath, PageQuery};
use super::super::campaign_head::{CampaignHead, Tab};
use super::super::done::DoneQuery;
use super::super::error_page::ErrorPage;
use super::super::field_faults::FieldFaults;
use super::super::lookup::campaign_of;
use super::super::page::{Layout, Section, page};
use super::super::session::SignedIn;
use super::campaign_form::CampaignForm;
use super::conversion_row::ConversionRow;
use super::difference::Difference;
use super::select_option::{SelectOption, select_options};
use super::token_words::{TokenOffer, campaign_tags, system_tokens};
use super::{fingerprint, trigger_words};
use crate::management::Backend;

#[derive(Debug, Template)]
#[template(path = "console/editor/campaign.html")]
pub(super) struct CampaignPage {
    pub(super) layout: Layout,
    pub(super) head: CampaignHead,
    pub(super) place: String,
    pub(super) stages: Vec<Stage>,
    pub(super) form: CampaignForm,
    pub(super) placed: FieldFaults,
    /// The version of the campaign that the form was made from.
    pub(super) version: u64,
    /// What the settings were then: see [`fingerprint`].
    pub(super) base: String,
    /// Both versions, when somebody else saved in between.
    pub(super) conflict: Option<Vec<Difference>>,
    pub(super) blank: ConversionRow,
    /// The tokens that the TwiML may have.
    pub(super) tags: Vec<TokenOffer>,
    pub(super) system: Vec<TokenOffer>,
    /// Where Twilio asks, without the last part of the path.
    pub(super) twilio: String,
}

/// A moment of a call with the webhooks that it fires.
#[derive(Debug)]
pub(super) struct Stage {
    trigger: &'static str,
    title: &'static str,
    webhooks: Vec<ShownWebhook>,
}

#[derive(Debug)]
struct ShownWebhook {
    id: String,
    name: String,
    enabled: bool,
    method: String,
    url: String,
    seconds: Option<u32>,
    matches: Vec<String>,
}

impl CampaignPage {
    /// The page with a form in it.
    pub(super) fn of(layout: Layout, campaign: &Campaign, form: CampaignForm) -> Self {
        let stage = |trigger: Trigger| Stage {
            trigger: trigger.as_str(),
            title: trigger_words::title(trigger),
            webhooks: campaign.webhooks_of(trigger).map(ShownWebhook::of).collect(),
        };
        let base = fingerprint::of_settings(campaign, &layout.csrf);
        Self {
            layout,
            head: CampaignHead::of(campaign, Tab::Webhooks),
            place: format!("/console/campaigns/{}", campaign.id),
            stages: Trigger::ALL.into_iter().map(stage).collect(),
            form,
            placed: FieldFaults::default(),
            version: campaign.version,
            base,
            conflict: None,
            blank: ConversionRow::default(),
            tags: campaign_tags(campaign),
            system: system_tokens(),
            twilio: format!("/twilio/{}", campaign.id),
        }
    }

    fn remembering(&self) -> [SelectOption; 3] {
        let options = [("off", "nothing"), ("all", "every tag"), ("keys", "some tags")];
        select_options(options, &self.form.remember)
    }
}

impl ShownWebhook {
    fn of(webhook: &Webhook) -> Self {
        let condition = |condition| match json!(condition) {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Self {
            id: webhook.id.to_string(),
            name: webhook.name.clone(),
            enabled: webhook.enabled,
            method: webhook.method.to_string(),
            url: webhook.url.source().to_owned(),
            seconds: (webhook.trigger == Trigger::Timer).then_some(webhook.seconds),
            matches: webhook.matches.iter().map(condition).collect(),
        }
    }
}

/// `GET /console/campaigns/{id}`
pub(super) async fn show(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    PageQuery(done): PageQuery<DoneQuery>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let layout = Layout::of(&signed, Section::Campaigns).with(done.notice());
    let form = CampaignForm::of_document(&campaign.document(SecretsShown::Masked));
    Ok(page(&CampaignPage::of(layout, &campaign, form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_stand_along_the_life_of_a_call() {
        let document = json!({"id": "solar", "name": "Solar", "webhooks": [
            {"id": "sync", "trigger": "always", "url": "https://crm.example/sync"},
            {"id": "t", "trigger": "timer", "seconds": 90, "url": "https://a.example/?<x>=[sub_id]"},
            {"id": "crm", "trigger": "start", "url": "https://crm.example/", "enabled": false,
             "matches": ["geo:us-ny"]}]});
        let campaign = Campaign::from_document(&document).unwrap();
        let form = CampaignForm::of_document(&document);
        let text = CampaignPage::of(Layout::default(), &campaign, form).render().unwrap();

        let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
        assert!(place("/webhooks/crm\"") < place("/webhooks/t\""));
        assert!(place("/webhooks/t\"") < place("/webhooks/sync\""));
        assert!(text.contains("switched off") && text.contains("after 90 s"));
        assert!(text.contains("geo:us-ny") && !text.contains("<x>"));
    }
}
