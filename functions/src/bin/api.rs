//! Answers the management API and the console.

use hookline_functions::management::Management;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| {
            let (store, policy) = (environment.store(), environment.policy());
            Ok(Management::new(store, environment.sender()?, environment.hints(), policy))
        },
        async |management, invocation| management.take(invocation.payload).await,
    )
    .await
}
