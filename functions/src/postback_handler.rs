//! Takes what partners post: the functions `postback` (to a call, with its key) and `data` (about a
//! caller or a call, with a postback key).

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::sqs::SqsHints;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::BearerKey;
use hookline::ports::StoreError;
use hookline::use_cases::{Parameters, PostbackAnswer, take_postback, write_data};
use serde_json::Value;

use crate::envelope::{Answer, Envelope, HttpAnswer, HttpRequest, direct};
use crate::environment::Environment;
use crate::problem::Problem;

/// Takes postbacks over HTTP.
#[derive(Debug)]
pub struct PostbackHandler {
    store: DynamoDb,
    hints: SqsHints,
}

/// What a partner posts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostbackKind {
    /// To a call, with its key: `/postback/{call_id}`.
    CallHandler,
    /// About a caller or a call, with a postback key: `/data/{postback_key}`.
    SourceData,
}

impl PostbackHandler {
    /// A handler in the function's environment.
    #[must_use]
    pub fn open(environment: &Environment) -> Self {
        Self::new(environment.store(), environment.hints())
    }

    /// A handler before a store and queues.
    #[must_use]
    pub fn new(store: DynamoDb, hints: SqsHints) -> Self {
        Self { store, hints }
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When the payload has the looks of an HTTP event and does not read.
    pub async fn take(&self, kind: PostbackKind, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => Ok(self.answer(kind, &request).await.into_payload()),
            Envelope::Direct(_) => {
                let message = "this function takes postbacks over HTTP only";
                direct(Err(Problem::new(422, "invalid", message)))
            }
        }
    }

    async fn answer(&self, kind: PostbackKind, request: &HttpRequest) -> HttpAnswer {
        if let Err(problem) = request.check_size() {
            return HttpAnswer::problem(&problem);
        }
        let mut query = Parameters::of_form(request.query.as_deref());
        let lenient = query.take_lenient();
        let answer = match query.with_body(request.content_type(), &request.body) {
            // Boxed: with the SDK's futures inside, it is too large to be moved about.
            Ok(parameters) => Box::pin(self.take_parameters(kind, request, parameters)).await,
            Err(refused) => Ok(PostbackAnswer::unreadable(&refused)),
        };
        match answer {
            Ok(answer) => {
                crate::log::postback_taken(kind, &answer);
                let status = if lenient { 200 } else { answer.result.status() };
                HttpAnswer::json(status, &serde_json::to_value(&answer).unwrap_or_default())
            }
            Err(error) => HttpAnswer::problem(&Problem::store(&error)),
        }
    }

    async fn take_parameters(
        &self,
        kind: PostbackKind,
        request: &HttpRequest,
        parameters: Parameters,
    ) -> Result<PostbackAnswer, StoreError> {
        let (store, hints, clock, random) = (&self.store, &self.hints, &SystemClock, &SystemRandom);
        match kind {
            PostbackKind::CallHandler => {
                let call = request.parameter("call_id");
                take_postback(store, hints, clock, random, call, parameters).await
            }
            PostbackKind::SourceData => {
                let key = BearerKey::given(request.parameter("postback_key").to_owned());
                write_data(store, hints, clock, random, &key, parameters).await
            }
        }
    }
}
