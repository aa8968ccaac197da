//! Batches of SQS messages, answered with those that have to come again.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::{BoxFuture, join_all, ready};
use hookline::ports::StoreError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Answer, FunctionError};

/// Why a message has to come again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is none of what the function takes.
    #[error("the message does not read")]
    Unreadable,
    /// It is for another function.
    #[error("the message is for another function")]
    Misled,
    /// What it asks for could not be done.
    #[error(transparent)]
    Undone(#[from] FunctionError),
}

/// Whether an invocation is a batch of messages.
pub(crate) fn is_batch(payload: &Value) -> bool {
    payload.pointer("/Records/0/eventSource").is_some_and(|source| source == "aws:sqs")
}

/// Takes every message of a batch at the same time; those whose `take` failed come again, and after
/// some times go to the dead letters, as do messages that do not read.
///
/// # Errors
/// When the payload is no batch.
pub(crate) async fn take_each<'a, M: DeserializeOwned>(
    payload: Value,
    take: impl Fn(M) -> BoxFuture<'a, Result<(), NotTaken>>,
) -> Answer {
    let batch: SqsEvent = serde_json::from_value(payload)
        .map_err(|error| FunctionError(format!("the batch does not read: {error}")))?;
    let each = batch.records.into_iter().map(|message| {
        let taking = match serde_json::from_str(&message.body.unwrap_or_default()) {
            Ok(message) => take(message),
            Err(_) => Box::pin(ready(Err(NotTaken::Unreadable))),
        };
        taken(message.message_id.unwrap_or_default(), taking)
    });
    let failures = join_all(each).await.into_iter().flatten().collect();
    let mut answer = SqsBatchResponse::default();
    answer.batch_item_failures = failures;
    serde_json::to_value(answer).map_err(|error| FunctionError(error.to_string()))
}

/// Waits for a message to be taken; when it was not, says so and that it has to come again.
async fn taken(
    id: String,
    taking: BoxFuture<'_, Result<(), NotTaken>>,
) -> Option<BatchItemFailure> {
    let cause = taking.await.err()?;
    tracing::error!(message_id = id, %cause, "a message has to come again");
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    Some(failure)
}
