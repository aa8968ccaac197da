//! Tries again what another write got in the way of.

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// Lets the SDK retry writes that met a transaction, and transactions that met a write: of
/// themselves these are told as errors. For the configuration of the store's client.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConflictRetry;

impl ClassifyRetry for ConflictRetry {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error(),
            _ => None,
        };
        let Some(error) = error else { return RetryAction::NoActionIndicated };
        let update = error
            .downcast_ref::<UpdateItemError>()
            .is_some_and(|error| error.code() == Some("TransactionConflictException"));
        let transaction =
            error.downcast_ref::<TransactWriteItemsError>().is_some_and(met_another_write);
        if update || transaction {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "transaction conflicts"
    }
}

/// Whether a transaction was cancelled by a conflict and by nothing else.
fn met_another_write(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return false;
    };
    let mut codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let mut conflict = false;
    codes.all(|code| {
        conflict |= code == "TransactionConflict";
        matches!(code, "None" | "TransactionConflict")
    }) && conflict
}
