//! Sends deliveries again: one, or all that failed on a day. Whoever asked is led back to the page
//! they asked on, which says what came of it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hookline::adapters::system::SystemClock;
use hookline::call::CallId;
use hookline::campaign::WebhookId;
use hookline::ports::call_log::Cursor;
use hookline::time::Day;
use hookline::use_cases::{
    ReplayRange, ReplayRefusal, Replayed, ReplayedRange, replay_delivery, replay_failed,
};
use http::StatusCode;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::address::PagePath;
use super::error_page::ErrorPage;
use super::form::{Filled, SessionForm};
use super::lookup::campaign_of;
use super::page::Notice;
use super::sign_in_redirect::return_path;
use super::wording::count;
use crate::management::Backend;

const DAY_SECONDS: i64 = 86_400;

/// What came of the last wish to send again, in the address of the page that tells it.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ReplayOutcome {
    /// How many are sent again.
    again: Option<usize>,
    /// How many were left alone.
    #[serde(default)]
    left: usize,
    /// Where to go on, when not all of the day was looked at.
    #[serde(default)]
    pub(super) rest: String,
}

pub(super) async fn one(
    State(backend): State<Arc<Backend>>,
    PagePath((call, delivery)): PagePath<(String, String)>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let call = CallId::parse(&call).map_err(|_| ReplayRefusal::UnknownCall)?;
    let (store, hints, clock) = (&backend.store, &backend.hints, &SystemClock);
    // Boxed: with the SDK's futures inside, it is too large to be moved about.
    let replayed = Box::pin(replay_delivery(store, hints, clock, &call, &delivery)).await?;
    let told = match replayed {
        Replayed::Started => ReplayOutcome { again: Some(1), ..ReplayOutcome::default() },
        Replayed::InProgress => {
            ReplayOutcome { again: Some(0), left: 1, ..ReplayOutcome::default() }
        }
    };
    let back = told.added_to(return_path(form.fields.text("back")));
    Ok(Redirect::to(&format!("{back}#{delivery}")).into_response())
}

pub(super) async fn day(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    form: SessionForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let range = range(&form.fields)
        .ok_or_else(|| ErrorPage::unknown("There is no such day or no such webhook."))?;
    let after = Some(form.fields.text("rest")).filter(|rest| !rest.is_empty());
    let after = after.map(|rest| Cursor::given(rest.to_owned()));
    let (store, hints, clock) = (&backend.store, &backend.hints, &SystemClock);
    let replaying = replay_failed(store, hints, clock, &campaign.id, &range, after.as_ref());
    let told = ReplayOutcome::of(Box::pin(replaying).await?);
    let back = told.added_to(return_path(form.fields.text("back")));
    Ok(Redirect::to(&back).into_response())
}

/// The day and the webhook of a form.
fn range(fields: &Filled) -> Option<ReplayRange> {
    let day = Day::parse(fields.text("day"))?;
    let from = day.start()?;
    let webhook = match fields.text("webhook") {
        "" => None,
        id => Some(WebhookId::parse(id).ok()?),
    };
    Some(ReplayRange { from, to: from.plus_seconds(DAY_SECONDS), webhook })
}

impl From<ReplayRefusal> for ErrorPage {
    fn from(refusal: ReplayRefusal) -> Self {
        let message = format!("It is not sent again: {refusal}.");
        match refusal {
            ReplayRefusal::Store(error) => error.into(),
            ReplayRefusal::UnknownCall | ReplayRefusal::UnknownDelivery => Self::unknown(message),
            _ => Self::of(StatusCode::CONFLICT, "Not sent again", message),
        }
    }
}

impl ReplayOutcome {
    fn of(replayed: ReplayedRange) -> Self {
        Self {
            again: Some(replayed.replayed),
            left: replayed.left_alone,
            rest: replayed.next.map(|next| next.as_str().to_owned()).unwrap_or_default(),
        }
    }

    /// What came of it, as a sentence.
    pub(super) fn notice(&self) -> Option<Notice> {
        let again = self.again?;
        let mut said = match again {
            0 => "Nothing is sent again.".to_owned(),
            1 => "It is sent again now.".to_owned(),
            _ => format!("{again} deliveries are sent again now."),
        };
        if self.left > 0 {
            let left = count(self.left, "delivery was", "deliveries were");
            said = format!(
                "{said} {left} left alone: pings, what is being sent already, and what belongs to \
                 webhooks that are deleted or switched off."
            );
        }
        if !self.rest.is_empty() {
            said.push_str(" There may be more: send again to go on.");
        }
        Some(if again > 0 { Notice::good(said) } else { Notice::bad(said) })
    }

    /// An address that tells this.
    fn added_to(&self, mut address: String) -> String {
        let query = address.find('?').map(|at| at + 1);
        let begin = query.unwrap_or_else(|| {
            address.push('?');
            address.len()
        });
        let mut query = Serializer::for_suffix(address, begin);
        query.append_pair("again", &self.again.unwrap_or_default().to_string());
        if self.left > 0 {
            query.append_pair("left", &self.left.to_string());
        }
        if !self.rest.is_empty() {
            query.append_pair("rest", &self.rest);
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(again: usize, left: usize, rest: &str) -> ReplayOutcome {
        ReplayOutcome { again: Some(again), left, rest: rest.to_owned() }
    }

    #[test]
    fn what_came_of_it_goes_into_the_address() {
        let address = |told: ReplayOutcome, back: &str| told.added_to(back.to_owned());
        assert_eq!(address(told(1, 0, ""), "/console/calls/c"), "/console/calls/c?again=1");
        assert_eq!(
            address(told(2, 3, "a&b"), "/console/x?day=2026-11-23"),
            "/console/x?day=2026-11-23&again=2&left=3&rest=a%26b"
        );
    }

    #[test]
    fn what_came_of_it_is_said() {
        let said = |told: ReplayOutcome| told.notice().map(|notice| (notice.text, notice.bad));
        assert_eq!(said(ReplayOutcome::default()), None);
        assert_eq!(said(told(1, 0, "")), Some(("It is sent again now.".to_owned(), false)));
        let (text, bad) = said(told(0, 1, "x")).unwrap();
        assert!(bad && text.contains("1 delivery was left alone") && text.ends_with("to go on."));
    }

    #[test]
    fn a_day_is_replayed_from_midnight_to_midnight() {
        let range = |form: &[u8]| range(&Filled::parse(form));
        let day = range(b"day=2026-11-23&webhook=sale").unwrap();
        assert_eq!(day.from.to_string(), "2026-11-23T00:00:00Z");
        assert_eq!(day.to.to_string(), "2026-11-24T00:00:00Z");
        assert_eq!(day.webhook, WebhookId::parse("sale").ok());
        assert_eq!(range(b"day=today"), None);
        assert_eq!(range(b"day=2026-11-23&webhook=a/b"), None);
    }
}
