//! Takes call events: the functions `start`, `selected`, `answered` and `ended`.

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::HttpSender;
use hookline::adapters::sqs::SqsHints;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::call::{CallEvent, CallId, EventKind};
use hookline::fault::Faults;
use hookline::key::BearerKey;
use hookline::ports::clock::Clock;
use hookline::use_cases::take_event;
use serde_json::Value;

use crate::envelope::{Answer, Envelope, HttpAnswer, HttpRequest, direct};
use crate::environment::Environment;
use crate::problem::Problem;

/// Takes the events of one kind or another, over HTTP with a key or by direct invoke, where IAM has
/// let the caller in.
#[derive(Debug)]
pub struct EventHandler {
    store: DynamoDb,
    sender: HttpSender,
    hints: SqsHints,
}

impl EventHandler {
    /// A handler in the function's environment.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn open(environment: &Environment) -> Result<Self, lambda_runtime::Error> {
        Ok(Self::new(environment.store(), environment.sender()?, environment.hints()))
    }

    /// A handler before a store, a sender and queues.
    #[must_use]
    pub fn new(store: DynamoDb, sender: HttpSender, hints: SqsHints) -> Self {
        Self { store, sender, hints }
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When a direct invoke could not be done; it may be made again.
    pub async fn take(&self, kind: EventKind, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => {
                Ok(HttpAnswer::from(self.take_request(kind, &request).await).into_payload())
            }
            Envelope::Direct(body) => direct(self.take_direct(kind, &body).await),
        }
    }

    async fn take_request(&self, kind: EventKind, request: &HttpRequest) -> Result<Value, Problem> {
        let bearer = request.bearer()?;
        let body = request.json()?;
        let call = CallId::parse(request.parameter("call_id"))
            .map_err(|fault| Problem::invalid(Faults::at("call_id", fault.to_string())))?;
        if body.get("call_id").is_some_and(|named| named.as_str() != Some(call.as_str())) {
            let fault = Faults::at("call_id", "is not the call of the address");
            return Err(Problem::invalid(fault));
        }
        self.take_event(kind, call, &body, Some(&bearer)).await
    }

    async fn take_direct(&self, kind: EventKind, body: &Value) -> Result<Value, Problem> {
        let missing = || Problem::invalid(Faults::at("call_id", "is required"));
        let call = body.get("call_id").ok_or_else(missing)?;
        let call =
            CallId::from_json(call).map_err(|faults| Problem::invalid(faults.under("call_id")))?;
        self.take_event(kind, call, body, None).await
    }

    async fn take_event(
        &self,
        kind: EventKind,
        call: CallId,
        body: &Value,
        bearer: Option<&BearerKey>,
    ) -> Result<Value, Problem> {
        let event =
            CallEvent::from_json(kind, call, body, SystemClock.now()).map_err(Problem::invalid)?;
        let (clock, random) = (&SystemClock, &SystemRandom);
        // Boxed: with the SDK's futures inside, it is too large to be moved about.
        let taking =
            take_event(&self.store, &self.sender, &self.hints, clock, random, &event, bearer);
        let answer = Box::pin(taking).await?;
        crate::log::event_taken(&event, &answer);
        Ok(serde_json::to_value(answer).unwrap_or_default())
    }
}
