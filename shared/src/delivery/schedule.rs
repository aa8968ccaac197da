//! When a delivery that failed is tried again (spec section 12).

use std::time::Duration;

use super::{FailureKind, Verdict};
use crate::campaign::Retry;

/// Waits between attempts: `standard` is the first seven.
const STEPS: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(12),
    Duration::from_hours(24),
    Duration::from_hours(24),
];
const STANDARD_STEPS: usize = 7;

/// The longest that a partner's `Retry-After` is heeded.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(6);
/// The most that is added to a wait, so that retries of many calls do not come together: a tenth.
const JITTER: f64 = 0.1;

/// An attempt that did not deliver, as far as it decides about the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// How it ended.
    pub verdict: Verdict,
    /// The status of the answer, when one came.
    pub http_status: Option<u16>,
    /// What the answer's `Retry-After` asked for.
    pub retry_after: Option<Duration>,
    /// How many attempts were made, this one included.
    pub attempts: u32,
}

/// How long to wait for the next attempt; `None` when there is none. `jitter` is 0 to 1.
///
/// What another attempt cannot change is not tried again: an address that is refused, a request
/// that cannot be made, a webhook that is gone (410), and an answer that is too large, since the
/// partner has taken the request.
#[must_use]
pub fn next_attempt(retry: Retry, failed: Retried, jitter: f64) -> Option<Duration> {
    let pointless = match failed.verdict {
        Verdict::Ok | Verdict::Blocked | Verdict::Skipped => true,
        Verdict::Failed { kind } => {
            matches!(kind, FailureKind::Invalid | FailureKind::TooLarge)
                || failed.http_status == Some(410)
        }
        Verdict::TimedOut => false,
    };
    let steps = match retry {
        Retry::None => 0,
        Retry::Standard => STANDARD_STEPS,
        Retry::Extended => STEPS.len(),
    };
    let made = usize::try_from(failed.attempts).ok()?;
    if pointless || made > steps {
        return None;
    }
    let step = *STEPS.get(made.checked_sub(1)?)?;
    let asked = match failed.http_status {
        Some(429 | 503) => failed.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER),
        _ => Duration::ZERO,
    };
    Some(step.max(asked).mul_f64(1.0 + JITTER * jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answered(status: u16, attempts: u32) -> Retried {
        Retried {
            verdict: Verdict::Failed { kind: FailureKind::Http },
            http_status: Some(status),
            retry_after: None,
            attempts,
        }
    }

    fn waits(retry: Retry) -> Vec<u64> {
        let wait = |attempts| next_attempt(retry, answered(500, attempts), 0.0);
        (1..).map_while(wait).map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn the_schedules_are_the_specs() {
        assert_eq!(waits(Retry::None), Vec::<u64>::new());
        let standard = [5, 30, 120, 600, 1800, 7200, 21_600];
        assert_eq!(waits(Retry::Standard), standard);
        assert_eq!(waits(Retry::Extended), [&standard[..], &[43_200, 86_400, 86_400]].concat());
    }

    #[test]
    fn retry_after_lengthens_a_wait_up_to_six_hours() {
        let wait = |status, seconds, attempts| {
            let retry_after = Some(Duration::from_secs(seconds));
            let failed = Retried { retry_after, ..answered(status, attempts) };
            next_attempt(Retry::Standard, failed, 0.0).unwrap().as_secs()
        };
        assert_eq!(wait(429, 60, 1), 60);
        assert_eq!(wait(503, 60, 1), 60);
        assert_eq!(wait(503, 60, 4), 600);
        assert_eq!(wait(429, 1_000_000, 1), 21_600);
        assert_eq!(wait(500, 60, 1), 5);
    }

    #[test]
    fn what_cannot_change_is_not_tried_again() {
        let of = |verdict, http_status| {
            let failed = Retried { verdict, http_status, ..answered(500, 1) };
            next_attempt(Retry::Extended, failed, 0.0)
        };
        assert_eq!(of(Verdict::Blocked, None), None);
        assert_eq!(of(Verdict::Failed { kind: FailureKind::Invalid }, None), None);
        assert_eq!(of(Verdict::Failed { kind: FailureKind::TooLarge }, None), None);
        assert_eq!(of(Verdict::Failed { kind: FailureKind::Http }, Some(410)), None);
        assert!(of(Verdict::TimedOut, None).is_some());
        assert!(of(Verdict::Failed { kind: FailureKind::Dns }, None).is_some());
    }

    proptest! {
        #[test]
        fn jitter_only_adds_and_at_most_a_tenth(jitter in -1.0..2.0_f64, attempts in 1..8_u32) {
            let plain = next_attempt(Retry::Standard, answered(500, attempts), 0.0).unwrap();
            let wait = next_attempt(Retry::Standard, answered(500, attempts), jitter).unwrap();
            prop_assert!(wait >= plain && wait <= plain.mul_f64(1.1001));
        }
    }
}
