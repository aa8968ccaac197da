//! The calls of a campaign that started on a day, newest first. Today's first page renews itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::SystemClock;
use hookline::call::{Call, CallId};
use hookline::campaign::{Campaign, CampaignId};
use hookline::ports::call_log::{CallLog, Cursor, Page, PageRequest};
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use http::HeaderMap;
use serde::Deserialize;

use super::address::{PagePath, PageQuery};
use super::campaign_head::{CampaignHead, Tab};
use super::day_picker::DayPicker;
use super::error_page::ErrorPage;
use super::lookup::campaign_of;
use super::page::{Layout, Section, asks_fragment, fragment, page};
use super::session::SignedIn;
use super::wording::{clock, count, span};
use crate::management::Backend;

/// How many calls a page has.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "console/calls.html")]
struct CallsPage {
    layout: Layout,
    head: CampaignHead,
    days: DayPicker,
    list: CallsList,
}

/// The part of the page that renews itself.
#[derive(Debug, Template)]
#[template(path = "console/calls_list.html")]
struct CallsList {
    rows: Vec<CallRow>,
    campaign: CampaignId,
    day: String,
    is_first: bool,
    next: Option<String>,
    live: bool,
    origin: String,
}

#[derive(Debug)]
struct CallRow {
    id: String,
    at: String,
    caller: String,
    buyer: String,
    connected: String,
    is_up: bool,
    converted: bool,
    tags: String,
}

/// Which calls are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    day: String,
    #[serde(default)]
    cursor: String,
}

pub(super) async fn list(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    PageQuery(asked): PageQuery<ListQuery>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let now = SystemClock.now();
    let days = DayPicker::asked(&asked.day, now);
    let is_first = asked.cursor.is_empty();
    let after = (!is_first).then(|| Cursor::given(asked.cursor));
    let wanted = PageRequest { limit: PAGE, after };
    let found = backend.store.calls_of(&campaign.id, days.day(), &wanted).await?;
    let list = CallsList::of(
        &campaign,
        &days,
        is_first,
        found,
        now,
        backend.public_url.for_headers(&headers),
    );
    if asks_fragment(&headers) {
        return Ok(fragment(&list));
    }
    let head = CampaignHead::of(&campaign, Tab::Calls);
    let layout = Layout::of(&signed, Section::Campaigns);
    Ok(page(&CallsPage { layout, head, days, list }))
}

/// What is in the search box.
#[derive(Debug, Default, Deserialize)]
pub(super) struct CallSearch {
    #[serde(default)]
    id: String,
}

/// `GET /console/calls?id=…`: leads to the call of that id.
pub(super) async fn find(_signed: SignedIn, PageQuery(sought): PageQuery<CallSearch>) -> Response {
    match CallId::parse(sought.id.trim()) {
        Ok(id) => Redirect::to(&format!("/console/calls/{}", id.as_str())).into_response(),
        Err(fault) => ErrorPage::unknown(format!("A call id {fault}.")).into_response(),
    }
}

impl CallsList {
    fn of(
        campaign: &Campaign,
        days: &DayPicker,
        is_first: bool,
        found: Page<Call>,
        now: Timestamp,
        origin: String,
    ) -> Self {
        Self {
            rows: found.items.iter().map(|call| CallRow::of(call, now)).collect(),
            campaign: campaign.id.clone(),
            day: days.day().to_string(),
            is_first,
            next: found.next.map(|next| next.as_str().to_owned()),
            live: is_first && days.is_today(),
            origin,
        }
    }
}

impl CallRow {
    fn of(call: &Call, now: Timestamp) -> Self {
        let seconds = u64::try_from(call.connected_seconds(now)).unwrap_or_default();
        let none = || "–".to_owned();
        let buyer = call.reached_buyer();
        Self {
            id: call.id.as_str().to_owned(),
            at: call.started_at.map_or_else(none, clock),
            caller: call.caller.as_ref().map_or_else(|| "withheld".to_owned(), ToString::to_string),
            buyer: buyer
                .map_or_else(none, |buyer| buyer.name.clone().unwrap_or_else(|| buyer.id.clone())),
            connected: match seconds {
                0 => none(),
                seconds => span(std::time::Duration::from_secs(seconds)),
            },
            is_up: call.end.is_none(),
            converted: call.is_converted(),
            tags: count(call.shown_tags().len(), "tag", "tags"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    fn list(day: &str, cursor: bool, items: Vec<Call>) -> CallsList {
        let now = fixtures::now();
        let days = DayPicker::asked(day, now);
        let next = Some(Cursor::given("n&x".to_owned()));
        let origin = "https://hooks.example".to_owned();
        CallsList::of(&fixtures::campaign(), &days, !cursor, Page { items, next }, now, origin)
    }

    #[test]
    fn a_call_is_a_row_with_what_people_look_for() {
        let list = list("", false, vec![fixtures::call()]);
        let row = &list.rows[0];
        assert_eq!((row.at.as_str(), row.caller.as_str()), ("17:00:00", "+16145550100"));
        assert_eq!((row.buyer.as_str(), row.connected.as_str()), ("Bright Homes", "1 min 30 s"));
        assert!(!row.is_up && row.converted);
        let text = list.render().unwrap();
        assert!(text.contains("cursor=n%26x") && text.contains("data-live=\"on\""), "{text}");
    }

    #[test]
    fn only_the_first_page_of_today_renews_itself() {
        assert!(list("", false, Vec::new()).live);
        assert!(!list("", true, Vec::new()).live);
        assert!(!list("2026-11-20", false, Vec::new()).live);
    }

    #[test]
    fn an_empty_day_shows_how_to_report_a_call() {
        let text = list("", false, Vec::new()).render().unwrap();
        assert!(text.contains("https://hooks.example/calls/test-"), "{text}");
    }
}
