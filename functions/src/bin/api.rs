//! Answers the management API.

use hookline_functions::api::Api;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(Api::new(environment.store(), environment.policy())),
        async |api, invocation| api.take(invocation.payload).await,
    )
    .await
}
