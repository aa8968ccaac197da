//! Points in time, to the millisecond.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::fault::Faults;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. On the wire: RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// From milliseconds since the epoch; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// From the machine's clock.
    #[must_use]
    pub fn from_system(time: std::time::SystemTime) -> Option<Self> {
        let time = jiff::Timestamp::try_from(time).ok()?;
        Self::from_millis(time.as_millisecond())
    }

    /// Reads what a platform sends: an RFC 3339 string, or unix seconds as a number.
    ///
    /// # Errors
    /// Says which forms are taken.
    pub fn from_json(value: &Value) -> Result<Self, Faults> {
        let time = match value {
            Value::String(text) => text.trim().parse::<jiff::Timestamp>().ok(),
            Value::Number(number) => number
                .as_f64()
                .filter(|seconds| (0.0..1e11).contains(seconds))
                .and_then(|seconds| {
                    jiff::Timestamp::UNIX_EPOCH
                        .checked_add(std::time::Duration::from_secs_f64(seconds))
                        .ok()
                }),
            _ => None,
        };
        time.and_then(|time| Self::from_millis(time.as_millisecond())).ok_or_else(|| {
            Faults::here("must be a time such as \"2026-11-23T17:00:00Z\" or unix seconds")
        })
    }

    /// Reads a date as HTTP headers have it, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    #[must_use]
    pub fn from_http_date(text: &str) -> Option<Self> {
        let time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Self::from_millis(time.as_millisecond())
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub fn as_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// This time moved on by whole seconds; the furthest time there is when that is out of range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.0.saturating_add(jiff::SignedDuration::from_secs(seconds));
        Self(moved.unwrap_or(self.0))
    }

    /// This time moved on; the furthest time there is when that is out of range.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span = jiff::SignedDuration::try_from(span).unwrap_or(jiff::SignedDuration::MAX);
        let moved = self.0.saturating_add(span).unwrap_or(self.0);
        Self::from_millis(moved.as_millisecond()).unwrap_or(self)
    }

    /// This time moved back; the furthest time there is when that is out of range.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span = jiff::SignedDuration::try_from(span).unwrap_or(jiff::SignedDuration::MAX);
        let moved = self.0.saturating_sub(span).unwrap_or(self.0);
        Self::from_millis(moved.as_millisecond()).unwrap_or(self)
    }

    /// How long it is from this to `later`; zero when that has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        let millis = later.as_millis().saturating_sub(self.as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// Whole seconds from `earlier` to this, 0 when it is not earlier.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.as_millis() - earlier.as_millis()).max(0) / 1000
    }
}

/// A day in UTC. On the wire: `2026-11-23`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The day of a point in time.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(jiff::tz::TimeZone::UTC.to_datetime(time.0).date())
    }

    /// The day of that name; `None` unless it reads `2026-11-23`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day = text.parse::<jiff::civil::Date>().ok().map(Self)?;
        (day.to_string() == text).then_some(day)
    }

    /// Its first moment; the last day there is may have none.
    #[must_use]
    pub fn start(self) -> Option<Timestamp> {
        let midnight = jiff::tz::TimeZone::UTC.to_timestamp(self.0.at(0, 0, 0, 0)).ok()?;
        Some(Timestamp(midnight))
    }

    /// The day before; the first day there is has none.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        self.0.yesterday().ok().map(Self)
    }

    /// The day after; the last day there is has none.
    #[must_use]
    pub fn after(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Self::from_millis(time.as_millisecond())
            .ok_or_else(|| serde::de::Error::custom("a time out of range"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spans_lead_from_one_time_to_another() {
        let time = |millis| Timestamp::from_millis(millis).unwrap();
        assert_eq!(time(1_000).plus(Duration::from_millis(250)), time(1_250));
        assert_eq!(time(1_000).until(time(1_250)), Duration::from_millis(250));
        assert_eq!(time(1_250).until(time(1_000)), Duration::ZERO);
    }

    #[test]
    fn text_and_unix_seconds_name_the_same_time() {
        let text = Timestamp::from_json(&json!("2026-11-23T17:00:00.25Z")).unwrap();
        let number = Timestamp::from_json(&json!(1_795_453_200.25)).unwrap();
        assert_eq!(text, number);
        assert_eq!(text.to_string(), "2026-11-23T17:00:00.25Z");
        assert!(Timestamp::from_json(&json!("yesterday")).is_err());
        assert!(Timestamp::from_json(&json!(-5)).is_err());
    }
}
