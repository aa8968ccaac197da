//! What stands over every page of a campaign: its name, and the ways to its other pages.

use askama::Template;
use hookline::campaign::Campaign;

/// The head of a campaign's pages; a page shows it with `{{ head|safe }}`.
#[derive(Debug, Template)]
#[template(path = "console/campaign_head.html")]
pub(super) struct CampaignHead {
    id: String,
    name: String,
    enabled: bool,
    tab: Tab,
}

/// The pages of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// What it sends.
    Webhooks,
    /// Its calls.
    Calls,
    /// What was not delivered.
    Failed,
    /// What its partners write with.
    Keys,
}

impl CampaignHead {
    /// The head of one of the campaign's pages.
    pub(super) fn of(campaign: &Campaign, tab: Tab) -> Self {
        let (id, name) = (campaign.id.to_string(), campaign.name.clone());
        Self { id, name, enabled: campaign.enabled, tab }
    }

    fn tabs(&self) -> [(&'static str, String, &'static str); 4] {
        let tab = |tab, name, rest| {
            let current = if self.tab == tab { "page" } else { "false" };
            (name, format!("/console/campaigns/{}{rest}", self.id), current)
        };
        [
            tab(Tab::Webhooks, "Webhooks", ""),
            tab(Tab::Calls, "Calls", "/calls"),
            tab(Tab::Failed, "Failed", "/deliveries"),
            tab(Tab::Keys, "Postback keys", "/keys"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_text_and_one_tab_is_current() {
        let document = json!({"id": "solar", "name": "<b>Solar</b>", "enabled": false});
        let campaign = Campaign::from_document(&document).unwrap();
        let head = CampaignHead::of(&campaign, Tab::Calls).render().unwrap();
        assert!(head.contains("&#60;b&#62;Solar&#60;/b&#62;") && !head.contains("<b>"), "{head}");
        let current = r#"href="/console/campaigns/solar/calls" aria-current="page""#;
        assert!(head.contains(current) && head.matches("=\"page\"").count() == 1, "{head}");
        assert!(head.contains("switched off"));
    }
}
