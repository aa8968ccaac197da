//! Hints again what is past due, every minute.

use hookline_functions::hint_handlers::SweepHandler;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(SweepHandler::open(environment)),
        async |handler, _| handler.take().await,
    )
    .await
}
