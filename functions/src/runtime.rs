//! Runs a function under the Lambda runtime.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::envelope::Answer;
use crate::environment::Environment;
use crate::log;

/// Reads the environment, lets `open` make the function's handler of it, and then hands every
/// invocation's payload to `take` until the sandbox goes.
///
/// # Errors
/// When the environment does not read or the runtime breaks off.
pub async fn serve<D, T>(
    open: impl FnOnce(&Environment) -> Result<D, Error>,
    take: T,
) -> Result<(), Error>
where
    T: AsyncFn(&D, Value) -> Answer,
{
    let environment = Environment::read().map_err(|fault| fault.to_string())?;
    log::to_stdout(environment.log_level);
    let handler = open(&environment)?;
    let (handler, take) = (&handler, &take);
    let invocation = async |event: LambdaEvent<Value>| {
        log::begin(&event.context.request_id, event.context.xray_trace_id.as_deref());
        take(handler, event.payload).await
    };
    lambda_runtime::run(service_fn(invocation)).await
}
