//! The sweep: hints again what is past due, whatever became of the first hint.

use std::time::Duration;

use futures_util::future::try_join_all;

use crate::ports::StoreError;
use crate::ports::clock::Clock;
use crate::ports::deliveries::PastDue;
use crate::ports::hints::{Hint, Hints};

/// How long past due something has to be: most hints are on their way.
pub const GRACE: Duration = Duration::from_secs(10);
/// The most that one sweep hints of each part, so that it ends in time; the next goes on.
const MAX_HINTS_A_SHARD: usize = 1000;

/// Hints everything that is past due; says how many hints that were.
///
/// # Errors
/// When our own store failed; the next sweep does it all again.
pub async fn sweep<S: PastDue>(
    store: &S,
    hints: &impl Hints,
    clock: &impl Clock,
) -> Result<usize, StoreError> {
    let before = clock.now().minus(GRACE);
    let shards = (0..S::SHARDS).map(|shard| store.past_due(shard, before, MAX_HINTS_A_SHARD));
    let due: Vec<Hint> = try_join_all(shards).await?.into_iter().flatten().collect();
    let count = due.len();
    hints.send(due.into_iter().map(Hint::now).collect()).await;
    Ok(count)
}
