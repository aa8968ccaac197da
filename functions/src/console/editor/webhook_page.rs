//! The page on which a webhook is edited.

use askama::Template;
use hookline::campaign::{Campaign, WebhookId};
use hookline::trigger::Trigger;

use super::super::campaign_head::{CampaignHead, Tab};
use super::super::field_faults::FieldFaults;
use super::super::page::Layout;
use super::call_form::CallForm;
use super::difference::Difference;
use super::preview::{Preview, TestResult};
use super::select_option::{SelectOption, select_options};
use super::token_words::{TokenOffer, campaign_tags, system_tokens};
use super::webhook_form::WebhookForm;
use super::{fingerprint, trigger_words};
use crate::samples::Sample;

/// The editor of one webhook.
#[derive(Debug, Template)]
#[template(path = "console/editor/webhook.html")]
pub(super) struct WebhookPage {
    pub(super) layout: Layout,
    pub(super) head: CampaignHead,
    pub(super) heading: String,
    pub(super) campaign: String,
    /// The address of this page, which the others of this webhook stand under.
    pub(super) place: String,
    pub(super) is_new: bool,
    pub(super) form: WebhookForm,
    pub(super) placed: FieldFaults,
    pub(super) call: CallForm,
    /// The version of the campaign that the form was made from.
    pub(super) version: u64,
    /// What the webhook was then: see [`fingerprint`].
    pub(super) base: String,
    pub(super) sample: Option<Sample>,
    /// Both versions, when somebody else saved in between.
    pub(super) conflict: Option<Vec<Difference>>,
    /// Where theirs is.
    pub(super) theirs: String,
    pub(super) pane: Preview,
    pub(super) tested: TestResult,
    pub(super) tags: Vec<TokenOffer>,
    pub(super) system: Vec<TokenOffer>,
}

impl WebhookPage {
    /// The editor with a form in it; `stored` is the webhook that it is for, none for a new one.
    pub(super) fn of(
        layout: Layout,
        campaign: &Campaign,
        stored: Option<&WebhookId>,
        form: WebhookForm,
    ) -> Self {
        let there = format!("/console/campaigns/{}", campaign.id);
        let place = match stored {
            Some(id) => format!("{there}/webhooks/{id}"),
            None => format!("{there}/new-webhook"),
        };
        let heading = match stored.and_then(|id| campaign.webhook(id)) {
            Some(webhook) => webhook.name.clone(),
            None => "New webhook".to_owned(),
        };
        let theirs = match stored {
            Some(id) if campaign.webhook(id).is_none() => there,
            _ => place.clone(),
        };
        let base = stored.map(|id| fingerprint::of_webhook(campaign, id, &layout.csrf));
        let base = base.unwrap_or_default();
        Self {
            layout,
            head: CampaignHead::of(campaign, Tab::Webhooks),
            heading,
            campaign: campaign.id.to_string(),
            place,
            is_new: stored.is_none(),
            form,
            placed: FieldFaults::default(),
            call: CallForm::default(),
            version: campaign.version,
            base,
            sample: None,
            conflict: None,
            theirs,
            pane: Preview::default(),
            tested: TestResult::default(),
            tags: campaign_tags(campaign),
            system: system_tokens(),
        }
    }

    /// Every trigger with what it is for.
    fn triggers(&self) -> Vec<(SelectOption, &'static str)> {
        let option = |trigger: Trigger| (trigger.as_str(), trigger_words::title(trigger));
        let options = select_options(Trigger::ALL.map(option), &self.form.trigger);
        options.into_iter().zip(Trigger::ALL.map(trigger_words::about)).collect()
    }

    fn trigger(&self) -> Trigger {
        Trigger::from_name(&self.form.trigger).unwrap_or(Trigger::Start)
    }

    fn about_trigger(&self) -> &'static str {
        trigger_words::about(self.trigger())
    }

    /// What to know before picking the trigger that leaks, wherever it can be picked.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn warning(&self) -> &'static str {
        trigger_words::LEAK
    }

    fn methods(&self) -> [SelectOption; 5] {
        select_options(
            ["GET", "HEAD", "POST", "PUT", "PATCH"].map(|it| (it, it)),
            &self.form.method,
        )
    }

    fn parsing(&self) -> [SelectOption; 3] {
        let options =
            [("", "For start, selected, answered"), ("true", "Always"), ("false", "Never")];
        select_options(options, &self.form.parse_response)
    }

    fn retries(&self) -> [SelectOption; 4] {
        let options = [
            ("", "As the trigger has it"),
            ("none", "None: one attempt"),
            ("standard", "Standard: 8 attempts in 9 hours"),
            ("extended", "Extended: 11 attempts in 3 days"),
        ];
        select_options(options, &self.form.retry)
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn operators(&self, standing: &str) -> [SelectOption; 9] {
        let options = [
            ("==", "is"),
            ("!=", "is not"),
            (">", "is more than"),
            (">=", "is at least"),
            ("<", "is less than"),
            ("<=", "is at most"),
            ("=~", "matches (regex)"),
            ("exists", "is there"),
            ("missing", "is missing"),
        ];
        select_options(options, standing)
    }

    fn opens_body(&self) -> bool {
        !self.form.body.is_empty()
            || !self.form.content_type.is_empty()
            || self.placed.any(&["body", "content_type"])
    }

    fn body_summary(&self) -> &str {
        if self.form.content_type.is_empty() { "none" } else { &self.form.content_type }
    }

    fn opens_answer(&self) -> bool {
        let form = &self.form;
        !form.parse_response.is_empty()
            || !form.response_map.is_empty()
            || !form.tag_prefix.is_empty()
            || self.placed.any(&["parse_response", "response_map", "tag_prefix"])
    }

    fn opens_call(&self) -> bool {
        self.call != CallForm::default()
    }
}

#[cfg(test)]
mod tests {
    use hookline::campaign::SecretsShown;
    use serde_json::json;

    use super::*;

    fn campaign() -> Campaign {
        let document = json!({"id": "c", "name": "c", "version": 7, "webhooks": [{"id": "w",
            "name": "<script>w</script>", "trigger": "selected", "method": "POST",
            "url": "https://a.example/?q=\"<b>[sub_id]",
            "headers": {"x-a": "\"><script>alert(1)</script>"},
            "body": {"content_type": "text/plain", "template": "\n</textarea><script>"},
            "signing_secret": "0123456789abcdef",
            "matches": [{"key": "geo", "op": "==", "values": ["us-ny", "</textarea>"]}]}]});
        Campaign::from_document(&document).unwrap()
    }

    fn editor(campaign: &Campaign) -> WebhookPage {
        let id = WebhookId::parse("w").unwrap();
        let document = campaign.document(SecretsShown::Masked)["webhooks"][0].clone();
        let form = WebhookForm::of_document(&document);
        WebhookPage::of(Layout::default(), campaign, Some(&id), form)
    }

    #[test]
    fn whatever_was_typed_is_text_and_secrets_stay_masked() {
        let text = editor(&campaign()).render().unwrap();
        let ours = text.matches("<script").count();
        assert_eq!(ours, text.matches("<script src=\"/console/assets/").count());
        assert!(!text.contains("0123456789abcdef") && text.contains("value=\"********\""));
        assert!(!text.contains("<b>[sub_id]"));
        // A first line break would be dropped, so the page sets one before it.
        assert!(text.contains(">\n\n&#60;/textarea&#62;"));
    }

    #[test]
    fn a_page_has_no_script_or_style_of_its_own() {
        let text = editor(&campaign()).render().unwrap();
        assert!(!text.contains(" style=") && !text.contains("<style"));
        assert!(!text.contains(" onclick") && !text.contains(" onchange"));
    }

    #[test]
    fn every_field_of_the_form_is_on_the_page() {
        let text = editor(&campaign()).render().unwrap();
        let names = [
            "csrf",
            "version",
            "base",
            "id",
            "name",
            "trigger",
            "enabled",
            "url",
            "method",
            "content_type",
            "body",
            "seconds",
            "timeout_ms",
            "dedupe_seconds",
            "parse_response",
            "tag_prefix",
            "retry",
            "signing_secret",
            "order",
            "header_name",
            "header_value",
            "match_key",
            "match_op",
            "match_values",
            "map_tag",
            "map_path",
            "call_id",
            "call_caller_number",
            "call_called_number",
            "call_tags",
            "call_buyer_id",
            "call_buyer_name",
        ];
        for name in names {
            assert!(text.contains(&format!(" name=\"{name}\"")), "{name}");
        }
        assert!(text.contains("name=\"version\" value=\"7\""));
    }

    #[test]
    fn wherever_the_trigger_that_leaks_can_be_picked_the_page_says_so() {
        assert!(editor(&campaign()).render().unwrap().contains("calls that they may not take"));
    }

    #[test]
    fn a_fault_stands_beside_its_field_and_opens_its_part() {
        let campaign = campaign();
        let mut page = editor(&campaign);
        page.placed.add("timeout_ms", "must be <small>");
        page.placed.add("matches.0.values", "must be other");
        let text = page.render().unwrap();
        assert!(text.contains("2 things need another look"));
        let deadline = text.split("id=\"timeout_ms\"").nth(1).unwrap();
        assert!(deadline.split("</div>").next().unwrap().contains("must be &#60;small&#62;"));
        assert!(text.contains("<details class=\"card part\" open>\n  <summary>Retries"));
        let row = text.split("us-ny").nth(1).unwrap();
        assert!(row.split("</div>").next().unwrap().contains("must be other"));
    }
}
