//! The sweep: hints again what is past due, whatever became of the first hint.

use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::try_join;

use crate::ports::StoreError;
use crate::ports::clock::Clock;
use crate::ports::deliveries::PastDue;
use crate::ports::hints::{Hint, Hints};

/// How long past due something has to be: most hints are on their way.
pub const GRACE: Duration = Duration::from_secs(10);
/// How long past due something is that an earlier sweep hinted in vain: there is one each minute, and
/// what it hints is taken up within moments.
pub const OVERDUE: Duration = Duration::from_mins(2);
/// The most that one sweep hints of each part, so that it ends in time; the next goes on.
const MAX_HINTS_A_SHARD: usize = 1000;

/// What a sweep found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// How many hints it sent.
    pub hinted: usize,
    /// How much of that was due for more than [`OVERDUE`].
    pub past_due: usize,
}

/// Hints everything that is past due.
///
/// # Errors
/// When our own store failed; the next sweep does it all again.
pub async fn sweep<S: PastDue>(
    store: &S,
    hints: &impl Hints,
    clock: &impl Clock,
) -> Result<Swept, StoreError> {
    let now = clock.now();
    let due_by = |by| {
        let shards = (0..S::SHARDS).map(move |shard| store.past_due(shard, by, MAX_HINTS_A_SHARD));
        async { Ok(try_join_all(shards).await?.into_iter().flatten().collect::<Vec<Hint>>()) }
    };
    let (due, overdue) = try_join!(due_by(now.minus(GRACE)), due_by(now.minus(OVERDUE)))?;
    let swept = Swept { hinted: due.len(), past_due: overdue.len() };
    hints.send(due.into_iter().map(Hint::now).collect()).await;
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::call::CallId;
    use crate::ports::hints::DelayedHint;
    use crate::time::Timestamp;

    const NOW: i64 = 1_795_000_000_000;

    /// Calls by how many milliseconds ago they were due; those of even numbers in the first part.
    struct Due(Vec<i64>);

    impl PastDue for Due {
        const SHARDS: u8 = 2;

        async fn past_due(
            &self,
            shard: u8,
            by: Timestamp,
            limit: usize,
        ) -> Result<Vec<Hint>, StoreError> {
            let of_shard = self.0.iter().filter(|ago| *ago % 2 == i64::from(shard));
            let due = of_shard.filter(|ago| NOW - **ago <= by.as_millis());
            Ok(due.map(|ago| hint(*ago)).take(limit).collect())
        }
    }

    struct Now;

    impl Clock for Now {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(NOW).unwrap()
        }
    }

    #[derive(Default)]
    struct Sent(Mutex<Vec<DelayedHint>>);

    impl Hints for Sent {
        async fn send(&self, hints: Vec<DelayedHint>) {
            self.0.lock().unwrap().extend(hints);
        }
    }

    fn hint(ago: i64) -> Hint {
        Hint::Call { call: CallId::parse(&format!("due-{ago}")).unwrap() }
    }

    #[test]
    fn what_is_past_due_is_hinted_and_what_an_earlier_sweep_hinted_is_told_apart() {
        let sent = Sent::default();
        let due = Due(vec![0, 9_999, 10_000, 119_999, 120_000, 500_001]);

        let swept = sweep(&due, &sent, &Now).now_or_never().unwrap().unwrap();

        assert_eq!(swept, Swept { hinted: 4, past_due: 2 });
        let hinted = [10_000, 120_000, 119_999, 500_001].map(|ago| hint(ago).now());
        assert_eq!(sent.0.into_inner().unwrap(), hinted);
    }
}
