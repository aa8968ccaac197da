//! Takes call events: the functions `start`, `selected`, `answered` and `ended`.

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::HttpSender;
use hookline::adapters::sqs::SqsHints;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::call::{CallEvent, EventKind};
use hookline::ports::clock::Clock;
use hookline::use_cases::{Arrival, EventAnswer, TakenEvent, take_event};
use serde_json::Value;

use crate::envelope::{Answer, Envelope, HttpAnswer, HttpRequest, direct, is_batch};
use crate::environment::Environment;
use crate::platforms::cloud_events::CloudEvent;
use crate::platforms::{Reported, amazon_connect, cloud_events, plain, twilio};
use crate::problem::Problem;
use crate::public_url::PublicUrl;

/// Takes the events of one kind or another, over HTTP with a key or a platform's signature, or by
/// direct invoke, where IAM has let the caller in.
#[derive(Debug)]
pub struct EventHandler {
    store: DynamoDb,
    sender: HttpSender,
    hints: SqsHints,
    public_url: PublicUrl,
}

impl EventHandler {
    /// A handler in the function's environment.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn open(environment: &Environment) -> Result<Self, lambda_runtime::Error> {
        let handler = Self::new(environment.store(), environment.sender()?, environment.hints());
        Ok(Self { public_url: environment.public_url.clone(), ..handler })
    }

    /// A handler before a store, a sender and queues.
    #[must_use]
    pub fn new(store: DynamoDb, sender: HttpSender, hints: SqsHints) -> Self {
        Self { store, sender, hints, public_url: PublicUrl::default() }
    }

    /// The addresses that whoever sent the request may have asked: the public one, and that of the
    /// API itself, which goes on answering. Its path came percent-decoded, which changes nothing of
    /// what stands in the routes of platforms that sign.
    pub(crate) fn urls_of(&self, request: &HttpRequest) -> Vec<String> {
        let mut urls = self.public_url.all_for_host(&request.host);
        for url in &mut urls {
            url.push_str(&request.path);
            if let Some(query) = &request.query {
                url.push('?');
                url.push_str(query);
            }
        }
        urls
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When a direct invoke could not be done; it may be made again.
    pub async fn take(&self, kind: EventKind, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => {
                if let Some(answer) = Box::pin(twilio::take(self, &request)).await {
                    return Ok(answer.into_payload());
                }
                let answer = self.take_request(kind, &request).await.map(document);
                Ok(HttpAnswer::from(answer).into_payload())
            }
            Envelope::Direct(body) => self.take_invoke(kind, body).await,
        }
    }

    async fn take_request(
        &self,
        kind: EventKind,
        request: &HttpRequest,
    ) -> Result<EventAnswer, Problem> {
        let bearer = request.bearer()?;
        let arrival = Arrival { bearer: Some(&bearer), ..Arrival::default() };
        if let Some(event) = cloud_events::of_request(kind, request)? {
            return self.take_cloud_event(event, arrival).await;
        }
        let reported = plain::of_request(kind, request)?;
        self.take_reported(reported, arrival).await
    }

    /// Takes a direct invoke, whose shape its looks tell. Each shape's way is boxed: the compiler
    /// gives up on futures that lie so deep in one another.
    async fn take_invoke(&self, kind: EventKind, body: Value) -> Answer {
        if amazon_connect::is_flow_event(&body) {
            return Box::pin(amazon_connect::take_flow_event(self, kind, &body)).await;
        }
        if amazon_connect::is_contact_event(&body) {
            return Box::pin(amazon_connect::take_contact_event(self, kind, &body)).await;
        }
        if kind == EventKind::Ended && is_batch(&body) {
            return Box::pin(amazon_connect::take_contact_events(self, kind, body)).await;
        }
        direct(self.take_document(kind, body).await.map(document))
    }

    async fn take_document(&self, kind: EventKind, body: Value) -> Result<EventAnswer, Problem> {
        let arrival = Arrival::default();
        if cloud_events::is_one(&body) {
            return self.take_cloud_event(cloud_events::of_invoke(kind, body)?, arrival).await;
        }
        self.take_reported(plain::of_invoke(kind, body)?, arrival).await
    }

    /// Where calls and campaigns are kept.
    pub(crate) fn store(&self) -> &DynamoDb {
        &self.store
    }

    async fn take_cloud_event(
        &self,
        event: CloudEvent,
        arrival: Arrival<'_>,
    ) -> Result<EventAnswer, Problem> {
        let CloudEvent { reported, places } = event;
        self.take_reported(reported, arrival).await.map_err(|problem| places.name(problem))
    }

    /// Takes what a platform reported.
    pub(crate) async fn take_reported(
        &self,
        reported: Reported,
        arrival: Arrival<'_>,
    ) -> Result<EventAnswer, Problem> {
        self.take_whole(reported, arrival).await.map(|taken| taken.answer)
    }

    /// The same for platforms that are answered with more of the call.
    pub(crate) async fn take_whole(
        &self,
        reported: Reported,
        arrival: Arrival<'_>,
    ) -> Result<TakenEvent, Problem> {
        let Reported { kind, call, body } = reported;
        let event =
            CallEvent::from_json(kind, call, &body, SystemClock.now()).map_err(Problem::invalid)?;
        let (clock, random) = (&SystemClock, &SystemRandom);
        // Boxed: with the SDK's futures inside, it is too large to be moved about.
        let taking =
            take_event(&self.store, &self.sender, &self.hints, clock, random, &event, arrival);
        let taken = Box::pin(taking).await?;
        crate::log::event_taken(&event, &taken.answer);
        Ok(taken)
    }
}

/// An answer as the plain shape has it.
fn document(answer: EventAnswer) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}
