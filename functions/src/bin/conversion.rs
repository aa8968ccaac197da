//! Fires `conversion` webhooks.

use hookline_functions::hint_handlers::DeliveryHandler;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(DeliveryHandler::open, async |handler, invocation| handler.take(invocation).await).await
}
