//! What CloudWatch counts: lines in its embedded metric format, which Lambda's log delivery turns into
//! metrics of the namespace `Hookline`.
//!
//! One line an event and beside the log's own, whatever level is logged. A line holds numbers and the
//! function's name, and nothing of a partner's or a caller's. A count of nothing is left out, so that
//! no metric is paid for that says nothing; only the sweep counts it, for its silence means death.
//!
//! Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide, read in November
//! 2026: at most 100 metrics a line and 100 values a metric; what follows goes into further lines.

use std::collections::BTreeMap;
use std::time::Duration;

use hookline::delivery::{DeliveryKey, FailureKind, Report, Verdict};
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use hookline::use_cases::{Delivered, EventAnswer, Swept};
use serde_json::{Map, Value, json};

/// The namespace that every metric is in.
pub const NAMESPACE: &str = "Hookline";
/// The one dimension, with the name that Lambda knows the function by: it tells stack and trigger.
pub const DIMENSION: &str = "function_name";
/// Where lines of metrics are told from others among events of the log.
pub(crate) const TARGET: &str = "hookline_functions::metrics";
/// The most values that one line may hold of one metric.
const MAX_VALUES: usize = 100;

/// What is counted or timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Attempts of pings and deliveries that a 2xx answer came to.
    Delivered,
    /// Attempts without a usable answer.
    Failed,
    /// Attempts at an address that Hookline does not talk to.
    Blocked,
    /// Attempts without a whole answer in time.
    TimedOut,
    /// How long an attempt took, of those that came to a connection or tried for one.
    LatencyMs,
    /// Tag values that answers put on calls.
    TagsApplied,
    /// How long after it was due a timer's first attempt began.
    TimerLatenessMs,
    /// Functions that died over a delivery, which others took over.
    Takeovers,
    /// What had been due for so long that an earlier sweep hinted it in vain.
    PastDue,
    /// What a sweep hinted.
    SweepRescues,
    /// First invocations of a sandbox.
    ColdStart,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 11] = [
        Self::Delivered,
        Self::Failed,
        Self::Blocked,
        Self::TimedOut,
        Self::LatencyMs,
        Self::TagsApplied,
        Self::TimerLatenessMs,
        Self::Takeovers,
        Self::PastDue,
        Self::SweepRescues,
        Self::ColdStart,
    ];

    /// The name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::TimedOut => "timed_out",
            Self::LatencyMs => "latency_ms",
            Self::TagsApplied => "tags_applied",
            Self::TimerLatenessMs => "timer_lateness_ms",
            Self::Takeovers => "takeovers",
            Self::PastDue => "past_due",
            Self::SweepRescues => "sweep_rescues",
            Self::ColdStart => "cold_start",
        }
    }

    /// The unit in CloudWatch.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::LatencyMs | Self::TimerLatenessMs => "Milliseconds",
            _ => "Count",
        }
    }
}

/// What one event measured.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured(BTreeMap<Metric, Vec<u64>>);

impl Measured {
    /// The first invocation of a sandbox.
    pub(crate) fn cold_start() -> Self {
        Self::default().with(Metric::ColdStart, [1])
    }

    /// A call event, by its pings. One that came before measured them then.
    pub(crate) fn event(answer: &EventAnswer) -> Self {
        if answer.repeated {
            return Self::default();
        }
        Self::attempts(&answer.webhooks)
    }

    /// A delivery, by the attempt that was made, and by those who died over it. The report of one that
    /// ended without an attempt was measured with earlier attempts, or says that nothing was sent.
    pub(crate) fn delivery(key: &DeliveryKey, delivered: &Delivered) -> Self {
        match delivered {
            Delivered::Attempted { report, attempt, late, takeovers, .. } => {
                let measured = Self::attempts([report]).takeovers(*takeovers);
                if key.trigger == Trigger::Timer && *attempt == 1 {
                    return measured.with(Metric::TimerLatenessMs, [millis(*late)]);
                }
                measured
            }
            Delivered::Ended { takeovers, .. } => Self::default().takeovers(*takeovers),
            // Whoever took it over counts that.
            Delivered::Overtaken { report, .. } => Self::attempts([report]),
            Delivered::Left => Self::default(),
        }
    }

    fn takeovers(self, count: u32) -> Self {
        let counts = (count > 0).then_some(u64::from(count));
        self.with(Metric::Takeovers, counts)
    }

    /// A sweep, also one that found nothing.
    pub(crate) fn sweep(swept: &Swept) -> Self {
        let counts = [(Metric::PastDue, swept.past_due), (Metric::SweepRescues, swept.hinted)];
        counts.into_iter().fold(Self::default(), |measured, (metric, count)| {
            measured.with(metric, [u64::try_from(count).unwrap_or(u64::MAX)])
        })
    }

    fn attempts<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let (mut counts, mut latencies) = (BTreeMap::<Metric, u64>::new(), Vec::new());
        for report in reports {
            let came_to = match report.verdict {
                Verdict::Ok => Metric::Delivered,
                Verdict::Failed { .. } => Metric::Failed,
                Verdict::Blocked => Metric::Blocked,
                Verdict::TimedOut => Metric::TimedOut,
                Verdict::Skipped => continue,
            };
            *counts.entry(came_to).or_default() += 1;
            latencies.extend(report.latency_ms.filter(|_| is_sent(report.verdict)));
            let values = report.tags.iter().flat_map(|tags| tags.iter().map(|(_, all)| all.len()));
            let values = u64::try_from(values.sum::<usize>()).unwrap_or(u64::MAX);
            *counts.entry(Metric::TagsApplied).or_default() += values;
        }
        counts.into_iter().filter(|(_, count)| *count > 0).fold(
            Self::default().with(Metric::LatencyMs, latencies),
            |measured, (metric, count)| measured.with(metric, [count]),
        )
    }

    fn with(mut self, metric: Metric, values: impl IntoIterator<Item = u64>) -> Self {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.0.entry(metric).or_default().extend(values);
        }
        self
    }

    /// The lines that tell it, none when there is nothing to tell.
    pub(crate) fn lines(&self, function: &str, at: Timestamp) -> Vec<Value> {
        let most = self.0.values().map(Vec::len).max().unwrap_or_default();
        let parts = 0..most.div_ceil(MAX_VALUES);
        parts.map(|part| self.line(part, function, at)).collect()
    }

    /// The line with that part of each metric's values.
    fn line(&self, part: usize, function: &str, at: Timestamp) -> Value {
        let (mut metrics, mut line) = (Vec::new(), Map::new());
        line.insert(DIMENSION.to_owned(), json!(function));
        for (metric, values) in &self.0 {
            let values = match values.chunks(MAX_VALUES).nth(part) {
                None => continue,
                Some([value]) => json!(value),
                Some(values) => json!(values),
            };
            metrics.push(json!({"Name": metric.name(), "Unit": metric.unit()}));
            line.insert(metric.name().to_owned(), values);
        }
        let directive =
            json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics});
        let about = json!({"Timestamp": at.as_millis(), "CloudWatchMetrics": [directive]});
        line.insert("_aws".to_owned(), about);
        Value::Object(line)
    }
}

/// Whether an attempt came to a connection, or tried for one. What ended with its name or its address
/// says nothing of how fast a partner is.
fn is_sent(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Blocked | Verdict::Skipped => false,
        Verdict::Failed { kind } => !matches!(kind, FailureKind::Dns | FailureKind::Invalid),
        Verdict::Ok | Verdict::TimedOut => true,
    }
}

/// A duration in whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
