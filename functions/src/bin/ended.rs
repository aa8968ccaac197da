//! Takes `ended` events, and `recording` events, which come around the same time.

use hookline::call::EventKind;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(EventHandler::open, async |handler, invocation| {
        handler.take(EventKind::Ended, invocation.payload).await
    })
    .await
}
