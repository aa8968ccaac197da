//! Batches of SQS messages, answered with those that have to come again.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::{BoxFuture, join_all, ready};
use hookline::ports::StoreError;
use hookline::ports::hints::Hint;
use serde_json::Value;

use super::{Answer, FunctionError};

/// Takes every message of a batch at the same time; those whose `take` failed come again, and after
/// some times go to the dead letters, as do messages that are no hints.
///
/// # Errors
/// When the payload is no batch.
pub(crate) async fn take_each<'a>(
    payload: Value,
    take: impl Fn(Hint) -> BoxFuture<'a, Result<(), StoreError>>,
) -> Answer {
    let batch: SqsEvent = serde_json::from_value(payload)
        .map_err(|error| FunctionError(format!("the batch does not read: {error}")))?;
    let each = batch.records.into_iter().map(|message| {
        let taking = match serde_json::from_str(&message.body.unwrap_or_default()) {
            Ok(hint) => take(hint),
            Err(_) => Box::pin(ready(Err(unreadable()))),
        };
        taken(message.message_id.unwrap_or_default(), taking)
    });
    let failures = join_all(each).await.into_iter().flatten().collect();
    let mut answer = SqsBatchResponse::default();
    answer.batch_item_failures = failures;
    serde_json::to_value(answer).map_err(|error| FunctionError(error.to_string()))
}

fn unreadable() -> StoreError {
    StoreError { action: "read a message", cause: "it is no hint".to_owned() }
}

/// Waits for a message to be taken; when it was not, says so and that it has to come again.
async fn taken(
    id: String,
    taking: BoxFuture<'_, Result<(), StoreError>>,
) -> Option<BatchItemFailure> {
    let StoreError { action, cause } = taking.await.err()?;
    tracing::error!(message_id = id, action, cause, "a message has to come again");
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    Some(failure)
}
