//! One JSON line an event, with the keys that Lambda Powertools uses, so that the same queries work.
//! `cold_start` is there in the first invocation of a sandbox alone. Beside those lines, those of
//! [`metrics`].
//!
//! Never in a line: bodies, keys, URLs with their query, whole phone numbers.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use hookline::adapters::system::SystemClock;
use hookline::call::CallEvent;
use hookline::delivery::{DeliveryKey, Report, Verdict};
use hookline::ports::clock::Clock;
use hookline::use_cases::{Delivered, EventAnswer, PostbackAnswer, Swept};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber, info, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::metrics::{self, Measured, millis};
use crate::postback_handler::PostbackKind;

/// The function whose sandbox this is; none on one machine, where nobody reads metrics.
static FUNCTION: OnceLock<String> = OnceLock::new();
/// The invocation that this sandbox is at; a sandbox has one at a time.
static INVOCATION: Mutex<Option<Invocation>> = Mutex::new(None);

#[derive(Clone)]
struct Invocation {
    request: String,
    trace: Option<String>,
    cold_start: bool,
}

/// Logs to standard output from now on, in a sandbox of this function: what is at least as severe as
/// `level`, and the metrics.
pub fn of_function(name: String, level: Level) {
    // A sandbox has one function for as long as it lives.
    let _ = FUNCTION.set(name);
    to_stdout(level);
}

/// Logs to standard output from now on, what is at least as severe as `level`.
pub fn to_stdout(level: Level) {
    let ours = Targets::new()
        // What others warn of, such as a condition that did not hold, is ours to tell where it matters.
        .with_default(Level::ERROR)
        .with_target("hookline", level)
        .with_target("hookline_functions", level)
        .with_target(metrics::TARGET, Level::INFO);
    let lines = tracing_subscriber::fmt::layer().event_format(JsonLines);
    // A second call, as tests make it, leaves the first in place.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
}

/// Names the invocation whose lines follow.
pub fn begin(request: &str, trace: Option<&str>) {
    let mut current = INVOCATION.lock().unwrap_or_else(PoisonError::into_inner);
    let cold_start = current.is_none();
    let (request, trace) = (request.to_owned(), trace.map(str::to_owned));
    *current = Some(Invocation { request, trace, cold_start });
    drop(current);
    if cold_start {
        measured(&Measured::cold_start());
    }
}

/// Writes the lines of what an event measured.
fn measured(measured: &Measured) {
    let Some(function) = FUNCTION.get() else { return };
    for line in measured.lines(function, SystemClock.now()) {
        info!(target: metrics::TARGET, line = line.to_string());
    }
}

/// A call event was taken. One that came before sends nothing, and is answered with what it came to
/// then.
pub(crate) fn event_taken(event: &CallEvent, answer: &EventAnswer) {
    let count = |wanted: fn(&Verdict) -> bool| {
        answer.webhooks.iter().filter(|report| wanted(&report.verdict)).count()
    };
    info!(
        correlation_id = answer.call_id,
        event = event.moment.name(),
        webhooks_ok = count(|verdict| matches!(verdict, Verdict::Ok)),
        webhooks_failed = count(|verdict| matches!(verdict, Verdict::Failed { .. })),
        webhooks_timed_out = count(|verdict| matches!(verdict, Verdict::TimedOut)),
        webhooks_blocked = count(|verdict| matches!(verdict, Verdict::Blocked)),
        webhooks_skipped = count(|verdict| matches!(verdict, Verdict::Skipped)),
        repeated = answer.repeated,
        "call event taken"
    );
    measured(&Measured::event(answer));
}

/// A postback was taken, or refused.
pub(crate) fn postback_taken(kind: PostbackKind, answer: &PostbackAnswer) {
    let result = serde_json::to_value(answer.result).unwrap_or_default();
    let kind = match kind {
        PostbackKind::CallHandler => "call_handler",
        PostbackKind::SourceData => "source_data",
    };
    info!(
        correlation_id = answer.call_id,
        kind,
        result = result.as_str(),
        tag_keys = answer.tags.len(),
        "postback taken"
    );
}

/// A delivery was looked at. What was left for others or for later is not told.
pub(crate) fn delivered(key: &DeliveryKey, delivered: &Delivered) {
    measured(&Measured::delivery(key, delivered));
    let (call, trigger) = (key.call.as_str(), key.trigger.as_str());
    let webhook = key.webhook.as_str();
    match delivered {
        Delivered::Attempted { report, attempt, late, next_at, takeovers } => {
            info!(
                correlation_id = call,
                delivery_id = key.id().as_str(),
                trigger,
                webhook_id = webhook,
                attempt,
                status = status_of(report),
                http_status = report.http_status,
                latency_ms = report.latency_ms,
                late_ms = millis(*late),
                next_at = next_at.map(|at| at.to_string()),
                takeovers,
                "delivery attempted"
            );
        }
        Delivered::Ended { report, takeovers } => {
            info!(
                correlation_id = call,
                delivery_id = key.id().as_str(),
                trigger,
                webhook_id = webhook,
                note = report.notes.last(),
                takeovers,
                "delivery ended without an attempt"
            );
        }
        Delivered::Overtaken { report, attempt } => {
            warn!(
                correlation_id = call,
                delivery_id = key.id().as_str(),
                trigger,
                webhook_id = webhook,
                attempt,
                status = status_of(report),
                http_status = report.http_status,
                latency_ms = report.latency_ms,
                "delivery overtaken"
            );
        }
        Delivered::Left => {}
    }
}

/// What an attempt came to, as reports have it.
fn status_of(report: &Report) -> Option<String> {
    let verdict = serde_json::to_value(report.verdict).ok()?;
    verdict.get("status").and_then(Value::as_str).map(str::to_owned)
}

/// A sweep is done.
pub(crate) fn swept(swept: &Swept) {
    let Swept { hinted, past_due } = *swept;
    if hinted > 0 {
        warn!(hinted, past_due, "what was past due was hinted again");
    }
    measured(&Measured::sweep(swept));
}

struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let mut line = Map::new();
        if metadata.target() == metrics::TARGET {
            event.record(&mut Fields(&mut line));
            let embedded = line.get("line").and_then(Value::as_str);
            return writeln!(writer, "{}", embedded.unwrap_or_default());
        }
        let invocation = INVOCATION.lock().unwrap_or_else(PoisonError::into_inner).clone();
        line.insert("level".to_owned(), json!(metadata.level().as_str()));
        line.insert("timestamp".to_owned(), json!(SystemClock.now().to_string()));
        line.insert("service".to_owned(), json!("hookline"));
        line.insert("location".to_owned(), json!(metadata.target()));
        if let Some(function) = FUNCTION.get() {
            line.insert("function_name".to_owned(), json!(function));
        }
        event.record(&mut Fields(&mut line));
        if let Some(Invocation { request, trace, cold_start }) = invocation {
            line.insert("function_request_id".to_owned(), json!(request));
            if let Some(trace) = trace {
                line.insert("xray_trace_id".to_owned(), json!(trace));
            }
            if cold_start {
                line.insert("cold_start".to_owned(), json!(true));
            }
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, json!(value));
    }
}
