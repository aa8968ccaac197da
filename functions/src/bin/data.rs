//! Takes what partners post through the data door.

use hookline_functions::postback_desk::{Door, PostbackDesk};
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(PostbackDesk::new(environment.store())),
        async |desk, payload| desk.take(Door::Data, payload).await,
    )
    .await
}
