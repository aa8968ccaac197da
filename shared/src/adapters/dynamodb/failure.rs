//! Faults of the store, told without keys or values.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::ports::StoreError;

/// What went wrong when `action` was tried.
pub(super) fn failed<E: ProvideErrorMetadata, R>(
    action: &'static str,
) -> impl FnOnce(SdkError<E, R>) -> StoreError {
    move |error| {
        let cause = match &error {
            SdkError::ServiceError(service) => {
                service.err().code().unwrap_or("an error without a name").to_owned()
            }
            SdkError::TimeoutError(_) => "it took too long".to_owned(),
            SdkError::DispatchFailure(_) => "it could not be reached".to_owned(),
            SdkError::ResponseError(_) => "its answer was cut off".to_owned(),
            _ => "the request could not be made".to_owned(),
        };
        StoreError { action, cause }
    }
}

/// A stored item that does not read back.
pub(super) fn unreadable(action: &'static str, what: &str) -> StoreError {
    StoreError { action, cause: format!("{what} does not read back") }
}
