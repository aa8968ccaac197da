//! A call: what is known of it, what happened over time, its tags and its deliveries. While more is
//! to come the page renews itself.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hookline::adapters::system::SystemClock;
use hookline::allowance::Allowance;
use hookline::call::{Buyer, Call, CallId, RawEvent};
use hookline::delivery::{Delivery, DeliveryStatus};
use hookline::ports::calls::Calls;
use hookline::ports::clock::Clock;
use hookline::ports::intake::Intake;
use hookline::time::{Day, Timestamp};
use http::HeaderMap;

use super::address::{PagePath, PageQuery};
use super::call_story::{StoryLine, story};
use super::chart::Chart;
use super::delivery_row::DeliveryRow;
use super::error_page::ErrorPage;
use super::page::{Layout, Section, asks_fragment, fragment, page};
use super::replays::ReplayOutcome;
use super::session::SignedIn;
use super::tag_row::{TagRow, tags};
use super::wording::{clock, span};
use crate::management::Backend;

/// The most deliveries that are listed; a call with more has a partner who posts without end.
const MAX_DELIVERIES: usize = 100;
/// The most tags that are listed.
const MAX_TAGS: usize = 500;
/// How much of attempts stands on the page, in bytes; what is over is a link away. The page renews
/// itself, and an answer holds 6 MB once every character of it is escaped.
const MAX_ATTEMPT_BYTES: usize = 256 * 1024;
/// How soon a retry has to be due for the page to wait for it.
const SOON: Duration = Duration::from_mins(2);

#[derive(Template)]
#[template(path = "console/call.html")]
struct CallPage {
    layout: Layout,
    id: String,
    campaign: String,
    view: CallView,
}

/// The part of the page that renews itself.
#[derive(Debug, Template)]
#[template(path = "console/call_view.html")]
struct CallView {
    csrf: String,
    back: String,
    facts: Vec<Fact>,
    is_up: bool,
    converted: Option<bool>,
    recording: Option<String>,
    chart: Option<Chart>,
    story: Vec<StoryLine>,
    tags: Vec<TagRow>,
    more_tags: usize,
    deliveries: Vec<DeliveryRow>,
    left_out: usize,
    live: bool,
}

/// Something known of a call.
#[derive(Debug, PartialEq, Eq)]
struct Fact {
    name: &'static str,
    value: String,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "console/delivery_page.html")]
struct DeliveryPage {
    layout: Layout,
    csrf: String,
    back: String,
    row: DeliveryRow,
}

pub(super) async fn show(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    PageQuery(told): PageQuery<ReplayOutcome>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let (call, deliveries) = history(&backend, &id).await?;
    let said = backend.store.raw_events(&call.id).await?;
    let view = CallView::of(&call, &deliveries, &said, signed.csrf(), SystemClock.now());
    if asks_fragment(&headers) {
        return Ok(fragment(&view));
    }
    let layout = Layout::of(&signed, Section::Campaigns).with(told.notice());
    let (id, campaign) = (call.id.as_str().to_owned(), call.campaign.to_string());
    Ok(page(&CallPage { layout, id, campaign, view }))
}

pub(super) async fn show_delivery(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath((call, id)): PagePath<(String, String)>,
    PageQuery(told): PageQuery<ReplayOutcome>,
) -> Result<Response, ErrorPage> {
    let (_, deliveries) = history(&backend, &call).await?;
    let found = deliveries.iter().find(|delivery| delivery.key.id().as_str() == id);
    let found = found.ok_or_else(|| ErrorPage::unknown("This call has no such delivery."))?;
    let row = DeliveryRow::whole(found, SystemClock.now());
    let layout = Layout::of(&signed, Section::Campaigns).with(told.notice());
    let back = format!("/console/calls/{call}/deliveries/{id}");
    Ok(page(&DeliveryPage { csrf: layout.csrf.clone(), layout, back, row }))
}

async fn history(backend: &Backend, id: &str) -> Result<(Call, Vec<Delivery>), ErrorPage> {
    let unknown = || ErrorPage::unknown("Nothing is known of a call of this id, or no longer.");
    let id = CallId::parse(id).map_err(|_| unknown())?;
    backend.store.history(&id).await?.ok_or_else(unknown)
}

impl CallView {
    fn of(
        call: &Call,
        deliveries: &[Delivery],
        said: &[RawEvent],
        csrf: String,
        now: Timestamp,
    ) -> Self {
        let listed = deliveries.get(..MAX_DELIVERIES).unwrap_or(deliveries);
        let tags = tags(call, deliveries);
        let recording = call.recording_url().map(str::to_owned);
        Self {
            csrf,
            back: format!("/console/calls/{}", call.id.as_str()),
            facts: facts(call, now),
            is_up: call.end.is_none(),
            converted: call.course.decision.map(|_| call.is_converted()),
            recording: recording.filter(|address| is_of_the_web(address)),
            chart: Chart::of(call, listed, now),
            story: story(call, listed, said, now),
            more_tags: tags.len().saturating_sub(MAX_TAGS),
            tags: tags.into_iter().take(MAX_TAGS).collect(),
            deliveries: rows(listed, now),
            left_out: deliveries.len() - listed.len(),
            live: more_is_to_come(call, deliveries, now),
        }
    }
}

/// Deliveries with their last attempts, as many as there is room for.
fn rows(deliveries: &[Delivery], now: Timestamp) -> Vec<DeliveryRow> {
    let mut room = Allowance::of(MAX_ATTEMPT_BYTES);
    let row = |delivery: &Delivery| {
        let row = DeliveryRow::with_last_attempt(delivery, now);
        if room.spend(row.weight()) { row } else { DeliveryRow::in_brief(delivery, now) }
    };
    deliveries.iter().map(row).collect()
}

fn more_is_to_come(call: &Call, deliveries: &[Delivery], now: Timestamp) -> bool {
    let soon = |delivery: &Delivery| match delivery.status() {
        DeliveryStatus::Pending => true,
        DeliveryStatus::Retrying => delivery.due_at().is_some_and(|at| at < now.plus(SOON)),
        _ => false,
    };
    call.end.is_none() || call.course.due_at.is_some() || deliveries.iter().any(soon)
}

fn facts(call: &Call, now: Timestamp) -> Vec<Fact> {
    let fact = |name, value: String, more: Option<String>| Fact { name, value, more };
    let number = |number: Option<&hookline::phone::E164>| {
        number.map_or_else(|| "withheld".to_owned(), ToString::to_string)
    };
    let seconds = u64::try_from(call.connected_seconds(now)).unwrap_or_default();
    let connected = match seconds {
        0 => "not connected".to_owned(),
        seconds => span(Duration::from_secs(seconds)),
    };
    let hung_up = call.end.as_ref().and_then(|end| end.hung_up_by.as_ref());
    let buyer = call.reached_buyer();
    let none = || "–".to_owned();
    let started = call.started_at;
    let named = |buyer: &Buyer| buyer.name.clone().unwrap_or_else(|| buyer.id.clone());
    let payout = call.amounts.payout.map(|amount| format!("payout {amount}"));
    let revenue = call.amounts.revenue.map_or_else(none, |amount| amount.to_string());
    vec![
        fact("Caller", number(call.caller.as_ref()), None),
        fact(
            "Called",
            call.called.as_ref().map_or_else(none, ToString::to_string),
            call.number_name.clone(),
        ),
        fact(
            "Start (UTC)",
            started.map_or_else(|| "not reported".to_owned(), clock),
            started.map(|at| Day::of(at).to_string()),
        ),
        fact("Connected", connected, hung_up.map(|by| format!("hung up by {by}"))),
        fact("Buyer", buyer.map_or_else(none, named), buyer.map(|buyer| buyer.id.clone())),
        fact("Revenue", revenue, payout),
    ]
}

/// Whether an address may be a link: a platform may say anything.
fn is_of_the_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    fn view(call: &Call, deliveries: &[Delivery]) -> CallView {
        CallView::of(call, deliveries, &fixtures::said(call), "word".to_owned(), fixtures::now())
    }

    #[test]
    fn a_page_of_a_call_shows_everything_and_lets_nothing_act() {
        let mut call = fixtures::call();
        let url = "javascript:alert(4)".to_owned();
        call.recordings.insert(hookline::call::Recording { at: fixtures::now(), url });
        let view = view(&call, &fixtures::deliveries());
        let (id, campaign) = ("call-1".to_owned(), "solar".to_owned());
        let text = CallPage { layout: Layout::default(), id, campaign, view }.render().unwrap();
        assert!(fixtures::is_harmless(&text), "{text}");
        for shown in [
            "+16145550100",
            "Bright Homes",
            "20.00",
            "spring-ad",
            "credit_offer: yes",
            "What else the platform said",
            "a.example",
            "no whole answer in time",
            "matches: geo:us-tx",
            "The beginning of 5000 bytes.",
            "/console/calls/call-1/deliveries/dl_",
        ] {
            assert!(text.contains(shown), "{shown}");
        }
        assert!(!text.contains(call.key.expose()));
    }

    #[test]
    fn a_page_waits_for_what_comes_soon_and_for_nothing_else() {
        let now = fixtures::now();
        let call = Call { course: hookline::call::Course::default(), ..fixtures::call() };
        let mut deliveries = fixtures::deliveries();
        assert!(more_is_to_come(&call, &deliveries, now));
        deliveries[3].progress =
            hookline::delivery::Progress::Due { at: now.plus(Duration::from_hours(2)) };
        assert!(!more_is_to_come(&call, &deliveries, now));
        let up = Call { end: None, ..call };
        assert!(more_is_to_come(&up, &[], now));
    }

    #[test]
    fn more_deliveries_than_are_listed_are_counted() {
        let many: Vec<Delivery> = fixtures::deliveries().into_iter().cycle().take(105).collect();
        let view = view(&fixtures::call(), &many);
        assert_eq!((view.deliveries.len(), view.left_out), (100, 5));
    }

    #[test]
    fn attempts_that_the_page_has_no_room_for_are_a_link_away() {
        let mut large = fixtures::deliveries().swap_remove(0);
        for sent in large.attempts.iter_mut().flat_map(|attempt| &mut attempt.request) {
            if let Some(body) = &mut sent.body {
                body.text = "&".repeat(4096);
            }
        }
        let view = view(&fixtures::call(), &vec![large; 100]);
        let inline = view.deliveries.iter().filter(|row| !row.attempts.is_empty()).count();
        assert!((40..100).contains(&inline), "{inline}");
        let text = view.render().unwrap();
        assert!(text.contains(">1 attempt</a>") && !text.contains("Nothing was sent."));
        assert!(text.len() < 3_000_000, "{}", text.len());
    }

    #[test]
    fn all_attempts_are_on_the_deliverys_own_page() {
        let row = DeliveryRow::whole(&fixtures::deliveries()[2], fixtures::now());
        let (layout, csrf, back) = (Layout::default(), "word".to_owned(), String::new());
        let text = DeliveryPage { layout, csrf, back, row }.render().unwrap();
        assert_eq!(text.matches("class=\"attempt\"").count(), 3);
        assert!(fixtures::is_harmless(&text));
    }
}
