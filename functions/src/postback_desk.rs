//! Takes what partners post: the functions `postback` (to a call, with its key) and `data` (about a
//! caller or a call, with a postback key).

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::system::{SystemChance, SystemClock};
use hookline::key::BearerKey;
use hookline::ports::StoreError;
use hookline::use_cases::{Parameters, PostbackAnswer, take_postback, write_data};
use serde_json::Value;

use crate::envelope::{Answer, Envelope, HttpAnswer, HttpRequest, direct};
use crate::problem::Problem;

/// Takes postbacks over HTTP.
#[derive(Debug)]
pub struct PostbackDesk {
    store: DynamoDb,
}

/// What a partner posts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/postback/{call_id}`: the call handler.
    Call,
    /// `/data/{postback_key}`: call source data.
    Data,
}

impl PostbackDesk {
    /// A desk before a store.
    #[must_use]
    pub fn new(store: DynamoDb) -> Self {
        Self { store }
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When the payload has the looks of an HTTP event and does not read.
    pub async fn take(&self, door: Door, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => Ok(self.answer(door, &request).await.into_payload()),
            Envelope::Direct(_) => {
                let message = "this function takes postbacks over HTTP only";
                direct(Err(Problem::new(422, "invalid", message)))
            }
        }
    }

    async fn answer(&self, door: Door, request: &HttpRequest) -> HttpAnswer {
        if let Err(problem) = request.check_size() {
            return HttpAnswer::problem(&problem);
        }
        let mut query = Parameters::of_form(request.query.as_deref());
        let lenient = query.take_lenient();
        let answer = match query.with_body(request.content_type(), &request.body) {
            // Boxed: with the SDK's futures inside, it is too large to be moved about.
            Ok(parameters) => Box::pin(self.take_parameters(door, request, parameters)).await,
            Err(refused) => Ok(PostbackAnswer::unreadable(&refused)),
        };
        match answer {
            Ok(answer) => {
                crate::log::postback_taken(door, &answer);
                let status = if lenient { 200 } else { answer.result.status() };
                HttpAnswer::json(status, &serde_json::to_value(&answer).unwrap_or_default())
            }
            Err(error) => HttpAnswer::problem(&Problem::store(&error)),
        }
    }

    async fn take_parameters(
        &self,
        door: Door,
        request: &HttpRequest,
        parameters: Parameters,
    ) -> Result<PostbackAnswer, StoreError> {
        match door {
            Door::Call => {
                let call = request.parameter("call_id");
                take_postback(&self.store, &SystemClock, call, parameters).await
            }
            Door::Data => {
                let key = BearerKey::given(request.parameter("postback_key").to_owned());
                write_data(&self.store, &SystemClock, &SystemChance, &key, parameters).await
            }
        }
    }
}
