//! How times, spans and outcomes are put on pages. Times are UTC everywhere, and days are UTC days.

use std::time::Duration;

use hookline::delivery::{DeliveryStatus, FailureKind, Verdict};
use hookline::time::Timestamp;

/// A time of day to the second: `17:00:05`.
pub(super) fn clock(time: Timestamp) -> String {
    time.to_string().get(11..19).unwrap_or_default().to_owned()
}

/// A day and a time of day to the second: `2026-11-23 17:00:05`.
pub(super) fn date_and_clock(time: Timestamp) -> String {
    let text = time.to_string();
    format!("{} {}", text.get(..10).unwrap_or_default(), clock(time))
}

/// A span in its two largest units: `45 ms`, `5.2 s`, `1 min 39 s`, `2 h 5 min`, `3 d 4 h`.
pub(super) fn span(span: Duration) -> String {
    let (millis, seconds) = (span.as_millis(), span.as_secs());
    let two = |large: u64, unit, small: u64, smaller| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {smaller}"),
    };
    match seconds {
        0 => format!("{millis} ms"),
        1..10 if millis % 1000 >= 100 => format!("{seconds}.{} s", millis % 1000 / 100),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
    }
}

/// A text of at most so many characters, the last an ellipsis where it was longer.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A number of things: `1 tag`, `2 tags`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Where a delivery stands, in the word that is also its class in the style.
pub(super) fn status(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => "pending",
        DeliveryStatus::Retrying => "retrying",
        DeliveryStatus::Ok => "ok",
        DeliveryStatus::Failed => "failed",
        DeliveryStatus::Skipped => "skipped",
    }
}

/// The class in the style of how an attempt ended.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Skipped => "skipped",
        Verdict::Failed { .. } | Verdict::TimedOut | Verdict::Blocked => "failed",
    }
}

/// How an attempt ended, as a person would say it.
pub(super) fn outcome(verdict: Verdict, http_status: Option<u16>) -> String {
    let words = match (verdict, http_status) {
        (Verdict::Ok, Some(status)) => return format!("delivered, {status}"),
        (Verdict::Failed { kind: FailureKind::Http }, Some(status)) => {
            return format!("answered {status}");
        }
        (Verdict::Ok, None) => "delivered",
        (Verdict::TimedOut, _) => "no whole answer in time",
        (Verdict::Blocked, _) => "the address is not one that may be sent to",
        (Verdict::Skipped, _) => "not sent",
        (Verdict::Failed { kind }, _) => match kind {
            FailureKind::Dns => "the host's name did not resolve",
            FailureKind::Connect => "no connection",
            FailureKind::Tls => "no TLS session",
            FailureKind::Protocol => "the answer is not HTTP",
            FailureKind::TooLarge => "the answer is too large",
            FailureKind::Http => "no good answer",
            FailureKind::Invalid => "no request could be made",
        },
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_put_in_two_units_at_most() {
        let cases = [
            (0, "0 ms"),
            (45, "45 ms"),
            (1_000, "1 s"),
            (5_240, "5.2 s"),
            (12_900, "12 s"),
            (99_000, "1 min 39 s"),
            (120_000, "2 min"),
            (7_500_000, "2 h 5 min"),
            (273_600_000, "3 d 4 h"),
        ];
        for (millis, text) in cases {
            assert_eq!(span(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn times_are_put_in_utc_to_the_second() {
        let time = Timestamp::from_millis(1_795_453_205_250).unwrap();
        assert_eq!(date_and_clock(time), "2026-11-23 17:00:05");
        assert_eq!(clock(Timestamp::from_millis(0).unwrap()), "00:00:00");
    }

    #[test]
    fn a_status_is_said_where_one_came() {
        assert_eq!(outcome(Verdict::Ok, Some(204)), "delivered, 204");
        let http = Verdict::Failed { kind: FailureKind::Http };
        assert_eq!(outcome(http, Some(503)), "answered 503");
        assert_eq!(outcome(Verdict::TimedOut, None), "no whole answer in time");
    }
}
