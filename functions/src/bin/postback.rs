//! Takes call handler postbacks: what partners post to a call with its key.

use hookline_functions::postback_handler::{PostbackHandler, PostbackKind};
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(PostbackHandler::open(environment)),
        async |handler, invocation| {
            handler.take(PostbackKind::CallHandler, invocation.payload).await
        },
    )
    .await
}
