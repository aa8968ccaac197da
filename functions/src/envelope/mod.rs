//! The shapes in which Lambda hands invocations over.
//!
//! - *HTTP*: API Gateway v2 events; whatever goes wrong is an answer with a status.
//! - *SQS*: batches of messages; those that have to come again are named in the answer.
//! - *Direct*: plain JSON; what the caller did wrong is an `error` in the answer, and a Lambda error
//!   is only what we could not do.

mod http;
mod sqs;

use serde_json::Value;

use crate::problem::Problem;

pub use self::http::{HttpAnswer, HttpRequest};
pub(crate) use self::http::{bearer_of, payload_bytes};
pub(crate) use self::sqs::{NotTaken, is_batch, take_each};

/// What a function answers an invocation with; the error is for Lambda to count and retry.
pub type Answer = Result<Value, FunctionError>;

/// The function could not do its work.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FunctionError(pub String);

impl From<FunctionError> for lambda_runtime::Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self { error_type: "Hookline.Unavailable".to_owned(), error_message: error.0 }
    }
}

/// An invocation, by its shape.
#[derive(Debug)]
pub enum Envelope {
    /// A request that came through API Gateway.
    Http(Box<HttpRequest>),
    /// A payload of the caller's own.
    Direct(Value),
}

impl Envelope {
    /// Opens an invocation's payload.
    ///
    /// # Errors
    /// When it has the looks of an API Gateway event but does not read as one.
    pub fn open(payload: Value) -> Result<Self, FunctionError> {
        let http = payload.pointer("/requestContext/http").is_some();
        if http {
            HttpRequest::from_event(payload).map(Box::new).map(Self::Http)
        } else {
            Ok(Self::Direct(payload))
        }
    }
}

/// The answer to a direct invoke.
///
/// # Errors
/// When the problem is ours.
pub fn direct(answer: Result<Value, Problem>) -> Answer {
    match answer {
        Ok(answer) => Ok(answer),
        Err(problem) if problem.is_ours() => Err(FunctionError(problem.message)),
        Err(problem) => Ok(problem.direct()),
    }
}
