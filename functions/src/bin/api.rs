//! Answers the management API and the console.

use hookline_functions::management::Management;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| {
            Ok(Management::new(
                environment.store(),
                environment.sender()?,
                environment.hints(),
                environment.policy(),
                environment.public_url.clone(),
            ))
        },
        async |management, invocation| management.take(invocation.payload).await,
    )
    .await
}
