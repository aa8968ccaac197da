//! Takes `start` events.

use hookline::call::EventKind;
use hookline_functions::event_desk::EventDesk;
use hookline_functions::runtime::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve(
        |environment| Ok(EventDesk::new(environment.store(), environment.sender()?)),
        async |desk, payload| desk.take(EventKind::Start, payload).await,
    )
    .await
}
