//! The deliveries of a campaign that failed on a day, and the way to send them again.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hookline::adapters::system::SystemClock;
use hookline::campaign::WebhookId;
use hookline::delivery::DeliveryStatus;
use hookline::ports::call_log::Cursor;
use hookline::ports::clock::Clock;
use hookline::use_cases::{DeliverySearch, find_deliveries};
use serde::Deserialize;

use super::address::{PagePath, PageQuery};
use super::campaign_head::{CampaignHead, Tab};
use super::day_picker::DayPicker;
use super::delivery_row::DeliveryRow;
use super::error_page::ErrorPage;
use super::lookup::campaign_of;
use super::page::{Layout, Section, page};
use super::replays::ReplayOutcome;
use super::session::SignedIn;
use crate::management::Backend;

/// How many deliveries a page lists.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "console/failed.html")]
struct FailedPage {
    layout: Layout,
    head: CampaignHead,
    days: DayPicker,
    campaign: String,
    webhooks: Vec<String>,
    webhook: String,
    csrf: String,
    back: String,
    rows: Vec<DeliveryRow>,
    next: Option<String>,
    /// Where the last wish to send all again stopped.
    rest: String,
}

/// Which deliveries are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    day: String,
    /// Only those of this webhook.
    #[serde(default)]
    webhook: String,
    #[serde(default)]
    cursor: String,
}

pub(super) async fn list(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    PageQuery(asked): PageQuery<ListQuery>,
    PageQuery(told): PageQuery<ReplayOutcome>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let now = SystemClock.now();
    let days = DayPicker::asked(&asked.day, now).keeping("webhook", &asked.webhook);
    let after = Some(asked.cursor).filter(|cursor| !cursor.is_empty()).map(Cursor::given);
    let search = DeliverySearch {
        day: days.day(),
        status: DeliveryStatus::Failed,
        webhook: WebhookId::parse(&asked.webhook).ok(),
        limit: PAGE,
        after,
    };
    let found = find_deliveries(&backend.store, &campaign.id, &search).await?;
    let rows = found.deliveries.iter().map(|it| DeliveryRow::in_brief(it, now)).collect();
    let layout = Layout::of(&signed, Section::Campaigns).with(told.notice());
    Ok(page(&FailedPage {
        head: CampaignHead::of(&campaign, Tab::Failed),
        campaign: campaign.id.to_string(),
        webhooks: campaign.webhooks.iter().map(|webhook| webhook.id.to_string()).collect(),
        csrf: layout.csrf.clone(),
        back: format!("/console/campaigns/{}/deliveries{}", campaign.id, days.here()),
        next: found.next.map(|next| next.as_str().to_owned()),
        webhook: asked.webhook,
        rest: told.rest,
        layout,
        days,
        rows,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn each_failed_delivery_is_shown_with_its_reason_and_its_call() {
        let now = fixtures::now();
        let campaign = fixtures::campaign();
        let page = FailedPage {
            layout: Layout::default(),
            head: CampaignHead::of(&campaign, Tab::Failed),
            days: DayPicker::asked("", now).keeping("webhook", "sale"),
            campaign: "solar".to_owned(),
            webhooks: vec!["crm".to_owned(), "sale".to_owned()],
            webhook: "sale".to_owned(),
            csrf: "word".to_owned(),
            back: "/console/".to_owned(),
            rows: fixtures::deliveries().iter().map(|it| DeliveryRow::in_brief(it, now)).collect(),
            next: Some("n&x".to_owned()),
            rest: String::new(),
        };
        let text = page.render().unwrap();
        assert!(fixtures::is_harmless(&text));
        for shown in [
            "no whole answer in time",
            "/console/calls/call-1",
            "cursor=n%26x",
            "<option value=\"sale\" selected>",
        ] {
            assert!(text.contains(shown), "{shown}");
        }
    }
}
