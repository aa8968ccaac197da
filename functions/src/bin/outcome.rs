//! Sees to what calls owe: decides about conversion and creates what follows.

use hookline_functions::hint_handlers::OutcomeHandler;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(OutcomeHandler::open(environment)),
        async |handler, invocation| handler.take(invocation).await,
    )
    .await
}
