//! Takes `selected` events.

use hookline::call::EventKind;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(EventHandler::new(environment.store(), environment.sender()?)),
        async |handler, payload| handler.take(EventKind::Selected, payload).await,
    )
    .await
}
