//! The way to a new webhook: which trigger, or which ready one to begin with.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookline::campaign::{Campaign, WebhookId};
use hookline::trigger::Trigger;

use super::super::address::PagePath;
use super::super::campaign_head::{CampaignHead, Tab};
use super::super::error_page::ErrorPage;
use super::super::form::Filled;
use super::super::lookup::campaign_of;
use super::super::page::{Layout, Section, page};
use super::super::session::SignedIn;
use super::call_form::CallForm;
use super::webhook_form::WebhookForm;
use super::webhook_page::WebhookPage;
use super::{trigger_words, try_webhook};
use crate::management::Backend;
use crate::samples::{self, Sample};

#[derive(Debug, Template)]
#[template(path = "console/editor/new_webhook.html")]
struct PickPage {
    layout: Layout,
    head: CampaignHead,
    place: String,
    triggers: Vec<TriggerOffer>,
    samples: Vec<SampleOffer>,
}

#[derive(Debug)]
struct TriggerOffer {
    trigger: &'static str,
    title: &'static str,
    about: &'static str,
    answer: &'static str,
    warning: Option<&'static str>,
}

#[derive(Debug)]
struct SampleOffer {
    id: String,
    title: String,
    /// The first sentence about it.
    first: String,
}

impl TriggerOffer {
    fn of(trigger: Trigger) -> Self {
        Self {
            trigger: trigger.as_str(),
            title: trigger_words::title(trigger),
            about: trigger_words::about(trigger),
            answer: trigger_words::answer(trigger),
            warning: trigger_words::warning(trigger),
        }
    }
}

impl SampleOffer {
    fn of(sample: Sample) -> Self {
        let first = sample.about.split_inclusive(". ").next().unwrap_or_default().trim();
        Self { first: first.to_owned(), id: sample.id, title: sample.title }
    }
}

/// `GET /console/campaigns/{id}/new-webhook`: without a query the picker, with `trigger=` or `sample=`
/// the editor.
pub(super) async fn show(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let asked = Filled::parse(query.unwrap_or_default().as_bytes());
    let layout = Layout::of(&signed, Section::Campaigns);
    if let Some(sample) = samples::sample(asked.text("sample")) {
        let form = begun_with(&campaign, WebhookForm::of_document(&sample.webhook));
        let call = CallForm::default();
        let (pane, _) = try_webhook::preview(&backend, &campaign, &form, &call).await?;
        let editor = WebhookPage::of(layout, &campaign, None, form);
        return Ok(page(&WebhookPage { sample: Some(sample), pane, ..editor }));
    }
    if let Some(trigger) = Trigger::from_name(asked.text("trigger")) {
        let form = begun(&campaign, trigger);
        return Ok(page(&WebhookPage::of(layout, &campaign, None, form)));
    }
    Ok(page(&PickPage {
        layout,
        head: CampaignHead::of(&campaign, Tab::Webhooks),
        place: format!("/console/campaigns/{id}/new-webhook"),
        triggers: Trigger::ALL.map(TriggerOffer::of).into(),
        samples: samples::all().into_iter().map(SampleOffer::of).collect(),
    }))
}

/// An empty form for a trigger.
fn begun(campaign: &Campaign, trigger: Trigger) -> WebhookForm {
    let method = "GET".to_owned();
    let form = WebhookForm {
        id: trigger.as_str().to_owned(),
        trigger: trigger.as_str().to_owned(),
        enabled: true,
        method,
        ..WebhookForm::default()
    };
    begun_with(campaign, form)
}

/// A form with an id that the campaign does not have yet.
fn begun_with(campaign: &Campaign, form: WebhookForm) -> WebhookForm {
    let wanted = form.id.clone();
    let numbered = (2..=100).map(|number| format!("{wanted}-{number}"));
    let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
    let free = |id: &String| WebhookId::parse(id).is_ok_and(|id| campaign.webhook(&id).is_none());
    let id = candidates.find(free).unwrap_or(wanted);
    WebhookForm { id, ..form }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn campaign() -> Campaign {
        let hook = |id: &str| json!({"id": id, "trigger": "start", "url": "https://a.example/"});
        let document =
            json!({"id": "c", "name": "c", "webhooks": [hook("start"), hook("start-2")]});
        Campaign::from_document(&document).unwrap()
    }

    #[test]
    fn a_new_webhook_begins_with_an_id_that_is_free() {
        assert_eq!(begun(&campaign(), Trigger::Start).id, "start-3");
        assert_eq!(begun(&campaign(), Trigger::Always).id, "always");
    }

    #[test]
    fn the_picker_explains_every_trigger_and_warns_of_one() {
        let page = PickPage {
            layout: Layout::default(),
            head: CampaignHead::of(&campaign(), Tab::Webhooks),
            place: "/new".to_owned(),
            triggers: Trigger::ALL.map(TriggerOffer::of).into(),
            samples: samples::all().into_iter().map(SampleOffer::of).collect(),
        };
        let text = page.render().unwrap();
        for trigger in Trigger::ALL {
            assert!(text.contains(&format!("/new?trigger={trigger}\"")), "{trigger}");
        }
        assert!(text.contains("calls that they may not take"));
        assert_eq!(text.matches("/new?sample=").count(), samples::all().len());
    }
}
