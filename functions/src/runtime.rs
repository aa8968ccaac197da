//! Runs a function under the Lambda runtime.

use std::time::Duration;

use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::envelope::Answer;
use crate::environment::Environment;
use crate::log;

/// One invocation of a function.
#[derive(Debug)]
pub struct Invocation {
    /// What it was invoked with.
    pub payload: Value,
    /// How long it may run.
    pub remaining: Duration,
}

/// Reads the environment, lets `open` make the function's handler of it, connects to the store, and
/// then hands every invocation to `take` until the sandbox goes.
///
/// # Errors
/// When the environment does not read or the runtime breaks off.
pub async fn serve<D, T>(
    open: impl FnOnce(&Environment) -> Result<D, Error>,
    take: T,
) -> Result<(), Error>
where
    T: AsyncFn(&D, Invocation) -> Answer,
{
    let environment = Environment::read().map_err(|fault| fault.to_string())?;
    log::of_function(environment.function_name.clone(), environment.log_level);
    let handler = open(&environment)?;
    environment.connect().await;
    let (handler, take) = (&handler, &take);
    let invocation = async |event: LambdaEvent<Value>| {
        log::begin(&event.context.request_id, event.context.xray_trace_id.as_deref());
        let now = SystemClock.now();
        let deadline = i64::try_from(event.context.deadline).ok().and_then(Timestamp::from_millis);
        let remaining = deadline.map_or(Duration::ZERO, |deadline| now.until(deadline));
        take(handler, Invocation { payload: event.payload, remaining }).await
    };
    lambda_runtime::run(service_fn(invocation)).await
}
