//! The sweep: hints again what is past due, whatever became of the first hint.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;

use crate::call::CallId;
use crate::ports::StoreError;
use crate::ports::clock::Clock;
use crate::ports::deliveries::PastDue;
use crate::ports::hints::{DueHint, Hints};

/// How long past due something has to be: most hints are on their way.
pub const GRACE: Duration = Duration::from_secs(10);
/// How long past due something is that an earlier sweep hinted in vain: there is one each minute, and
/// what it hints is taken up within moments.
pub const OVERDUE: Duration = Duration::from_mins(2);
/// The most that one sweep hints of each part, so that it ends in time; the next goes on.
const MAX_HINTS_A_SHARD: usize = 40;
/// How many parts are asked side by side, each over a connection of its own.
const PARTS_AT_A_TIME: u16 = 32;

/// What a sweep found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// How many hints it sent.
    pub hinted: usize,
    /// Of how many calls something was due for more than [`OVERDUE`]. What merely stands behind it in
    /// the call's line counts no more than once with it.
    pub past_due: usize,
}

/// Hints everything that is past due, what one round of parts brings before the next is asked. A part
/// that cannot be read does not keep the others waiting.
///
/// # Errors
/// When our own store failed for some part: the first fault, once all the others are hinted. The next
/// sweep does it all again.
pub async fn sweep<S: PastDue>(
    store: &S,
    hints: &impl Hints,
    clock: &impl Clock,
) -> Result<Swept, StoreError> {
    let now = clock.now();
    let mut overdue: HashSet<CallId> = HashSet::new();
    let (mut hinted, mut fault) = (0, None);
    for first in (0..S::SHARDS).step_by(usize::from(PARTS_AT_A_TIME)) {
        let parts = first..first.saturating_add(PARTS_AT_A_TIME).min(S::SHARDS);
        let asked = parts.map(|part| store.past_due(part, now.minus(GRACE), MAX_HINTS_A_SHARD));
        let mut due: Vec<DueHint> = Vec::new();
        for found in join_all(asked).await {
            match found {
                Ok(found) => due.extend(found),
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        if due.is_empty() {
            continue;
        }
        let long = due.iter().filter(|due| due.due_at <= now.minus(OVERDUE));
        overdue.extend(long.map(|due| due.hint.call().clone()));
        hinted += due.len();
        hints.send(due.into_iter().map(|due| due.hint.now()).collect()).await;
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(Swept { hinted, past_due: overdue.len() }),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::campaign::WebhookId;
    use crate::delivery::{DeliveryKey, ONCE};
    use crate::ports::hints::{DelayedHint, Hint};
    use crate::time::Timestamp;
    use crate::trigger::Trigger;

    const NOW: i64 = 1_795_000_000_000;

    const LAST_PART: u16 = PARTS_AT_A_TIME;

    /// What is due by how many milliseconds ago it was: even numbers in the first part, odd ones in
    /// the last, which is asked in the second round.
    #[derive(Default)]
    struct Due {
        items: Vec<(i64, Hint)>,
        failing: Vec<u16>,
        silent: Vec<u16>,
    }

    impl PastDue for Due {
        const SHARDS: u16 = LAST_PART + 1;

        async fn past_due(
            &self,
            shard: u16,
            by: Timestamp,
            limit: usize,
        ) -> Result<Vec<DueHint>, StoreError> {
            if self.silent.contains(&shard) {
                pending::<()>().await;
            }
            if self.failing.contains(&shard) {
                return Err(StoreError { action: "read a part", cause: shard.to_string() });
            }
            let part = |ago: i64| if ago % 2 == 0 { 0 } else { LAST_PART };
            let of_shard = self.items.iter().filter(|(ago, _)| part(*ago) == shard);
            let all = of_shard.map(|(ago, hint)| DueHint {
                due_at: Timestamp::from_millis(NOW - ago).unwrap(),
                hint: hint.clone(),
            });
            Ok(all.filter(|due| due.due_at <= by).take(limit).collect())
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

    fn call(id: &str) -> CallId {
        CallId::parse(id).unwrap()
    }

    fn of_call(id: &str) -> Hint {
        Hint::Call { call: call(id) }
    }

    /// A delivery in the line of a call.
    fn of_line(id: &str, webhook: &str) -> Hint {
        let webhook = WebhookId::parse(webhook).unwrap();
        let occurrence = ONCE.to_owned();
        Hint::Delivery(DeliveryKey {
            call: call(id),
            trigger: Trigger::Always,
            webhook,
            occurrence,
        })
    }

    /// How a sweep ends, if it does, and what it has sent.
    fn swept_of(due: &Due) -> (Option<Result<Swept, StoreError>>, Vec<DelayedHint>) {
        let sent = Sent::default();
        let swept = sweep(due, &sent, &Now).now_or_never();
        (swept, sent.0.into_inner().unwrap())
    }

    fn swept(due: Vec<(i64, Hint)>) -> (Swept, Vec<DelayedHint>) {
        let (swept, sent) = swept_of(&Due { items: due, ..Due::default() });
        (swept.unwrap().unwrap(), sent)
    }

    #[test]
    fn what_is_past_due_is_hinted_and_what_an_earlier_sweep_hinted_is_told_apart() {
        let due = [0, 9_999, 10_000, 119_999, 120_000, 500_001];
        let hint = |ago: i64| of_call(&format!("due-{ago}"));

        let (swept, sent) = swept(due.map(|ago| (ago, hint(ago))).into());

        assert_eq!(swept, Swept { hinted: 4, past_due: 2 });
        let hinted = [10_000, 120_000, 119_999, 500_001].map(|ago| hint(ago).now());
        assert_eq!(sent, hinted);
    }

    #[test]
    fn a_call_with_a_long_line_counts_once() {
        let line = ["a", "b", "c"].map(|webhook| (200_000, of_line("long", webhook)));
        let short = [(120_000, of_call("short")), (20_000, of_line("fresh", "a"))];

        let (swept, _) = swept(line.into_iter().chain(short).collect());

        assert_eq!(swept, Swept { hinted: 5, past_due: 2 });
    }

    #[test]
    fn a_part_that_cannot_be_read_costs_no_other_its_hints() {
        let due = vec![(20_000, of_call("unread")), (20_001, of_call("read"))];

        let (swept, sent) = swept_of(&Due { items: due, failing: vec![0, 1], ..Due::default() });

        let fault = swept.unwrap().unwrap_err();
        assert_eq!((fault.action, fault.cause.as_str()), ("read a part", "0"));
        assert_eq!(sent, [of_call("read").now()]);
    }

    #[test]
    fn what_a_round_found_is_hinted_before_the_next_is_asked() {
        let due = vec![(20_000, of_call("first")), (20_001, of_call("last"))];

        let (swept, sent) =
            swept_of(&Due { items: due, silent: vec![LAST_PART], ..Due::default() });

        assert!(swept.is_none());
        assert_eq!(sent, [of_call("first").now()]);
    }
}
