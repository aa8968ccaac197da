//! The use cases as a call and a partner meet them in these tests: a clock that stands, a sender
//! that answers at once, a partner with a key.

use std::time::Duration;

use hookline::adapters::system::SystemRandom;
use hookline::call::CallEvent;
use hookline::key::{BearerKey, DEFAULT_STORAGE, Grant, PostbackGrant};
use hookline::ports::StoreError;
use hookline::ports::callers::Callers;
use hookline::ports::calls::Calls;
use hookline::ports::campaigns::Campaigns;
use hookline::ports::clock::Clock;
use hookline::ports::deliveries::Deliveries;
use hookline::ports::hints::{DelayedHint, Hints};
use hookline::ports::intake::{ClaimError, Intake};
use hookline::ports::keys::Keys;
use hookline::ports::sender::{Answer, Exchange, Outcome, Request, Sender};
use hookline::time::Timestamp;
use hookline::use_cases::{
    Arrival, EventAnswer, Parameters, PostbackAnswer, take_event, write_data,
};
use reqwest::header::HeaderMap;

use super::world::{World, at, campaign_id};

/// A clock that stands.
pub(crate) struct At(pub(crate) Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Lets every hint be lost.
pub(crate) struct Deaf;

impl Hints for Deaf {
    async fn send(&self, _: Vec<DelayedHint>) {}
}

/// Answers every ping at once with the tag `pinged:yes`.
pub(crate) struct AtOnce;

impl Sender for AtOnce {
    async fn send(&self, _: Request) -> Exchange {
        let body = r#"{"pinged":"yes"}"#.into();
        let answer = Answer { status: 200, headers: HeaderMap::new(), body };
        Exchange { outcome: Outcome::Answered(answer), latency: Duration::ZERO }
    }
}

/// Takes an event in at the moment it happens.
pub(crate) async fn take(
    store: &(impl Intake + Calls + Callers + Deliveries),
    event: &CallEvent,
) -> EventAnswer {
    take_with(store, &AtOnce, event).await
}

/// The same with another sender.
pub(crate) async fn take_with(
    store: &(impl Intake + Calls + Callers + Deliveries),
    sender: &impl Sender,
    event: &CallEvent,
) -> EventAnswer {
    let clock = At(event.occurred_at);
    let taking = take_event(store, sender, &Deaf, &clock, &SystemRandom, event, Arrival::default());
    Box::pin(taking).await.unwrap().answer
}

/// Somebody who writes call source data to `solar`.
pub(crate) struct Partner(BearerKey);

impl Partner {
    /// A partner whose data may wait for two days.
    pub(crate) async fn of(world: &World) -> Self {
        let grant = PostbackGrant {
            campaign: campaign_id("solar"),
            tag_prefix: None,
            storage: DEFAULT_STORAGE,
            cutoff: None,
        };
        Self(world.key("hlp_partner", false, Grant::Postback(grant)).await)
    }

    /// Posts a form about a number, so many seconds after the beginning.
    pub(crate) async fn post(
        &self,
        store: &(impl Calls + Callers + Campaigns + Keys),
        number: &str,
        form: &str,
        seconds: i64,
    ) -> PostbackAnswer {
        self.try_post(store, number, form, seconds).await.unwrap()
    }

    /// The same, where the store may fail.
    pub(crate) async fn try_post(
        &self,
        store: &(impl Calls + Callers + Campaigns + Keys),
        number: &str,
        form: &str,
        seconds: i64,
    ) -> Result<PostbackAnswer, StoreError> {
        let form = format!("caller_number={}&{form}", number.replace('+', "%2B"));
        let (clock, parameters) = (At(at(seconds)), Parameters::of_form(Some(&form)));
        write_data(store, &Deaf, &clock, &SystemRandom, &self.0, parameters).await
    }
}

/// Takes an event in where the store may fail.
pub(crate) async fn try_take(
    store: &(impl Intake + Calls + Callers + Deliveries),
    event: &CallEvent,
) -> Result<EventAnswer, ClaimError> {
    let clock = At(event.occurred_at);
    let taking =
        take_event(store, &AtOnce, &Deaf, &clock, &SystemRandom, event, Arrival::default());
    Box::pin(taking).await.map(|taken| taken.answer)
}
