//! What happened, when and on which side.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use hookline::time::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

/// The side that a line tells of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// The call platform.
    Platform,
    /// A partner that webhooks go to.
    Partner,
    /// Hookline's answer.
    Hookline,
}

/// Lines with their times, shared by all sides.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    began: Instant,
    lines: Arc<Mutex<Vec<(u128, Side, String)>>>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { began: Instant::now(), lines: Arc::default() }
    }
}

impl Timeline {
    /// Notes what just happened.
    pub(super) fn note(&self, side: Side, text: impl Into<String>) {
        let at = self.began.elapsed().as_millis();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push((at, side, text.into()));
    }

    /// Prints what was noted since the last time.
    pub(super) fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, side, text) in lines.drain(..) {
            let side = match side {
                Side::Platform => "platform",
                Side::Partner => "  partner",
                Side::Hookline => "hookline",
            };
            writeln!(out, "{at:>7} ms  {side:<11}  {text}")?;
        }
        Ok(())
    }
}

/// Prints what became of each delivery that is no ping, its attempts and the waits between them.
pub(super) fn tell_deliveries(out: &mut impl Write, call: &Value) -> std::io::Result<()> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let deliveries = call.get("deliveries").and_then(Value::as_array);
    for delivery in deliveries.into_iter().flatten() {
        let trigger = text(delivery.get("trigger"));
        if matches!(trigger.as_str(), "start" | "selected" | "answered") {
            continue;
        }
        let attempts = delivery.get("attempts").and_then(Value::as_array);
        let mut before: Option<Timestamp> = None;
        let mut story = Vec::new();
        for attempt in attempts.into_iter().flatten() {
            let at = attempt.get("at").and_then(|at| Timestamp::from_json(at).ok());
            if let Some((before, at)) = before.zip(at) {
                story.push(format!("waited {:.1} s", before.until(at).as_secs_f64()));
            }
            before = at;
            story.push(match attempt.get("http_status") {
                Some(status) => format!("{} ({status})", text(attempt.get("status"))),
                None => text(attempt.get("status")),
            });
        }
        if story.is_empty() {
            let note = text(delivery.pointer("/report/notes/0"));
            story.push(format!("{} ({note})", text(delivery.get("status"))));
        }
        writeln!(
            out,
            "{:>10}  {:<16}{:<14}{}",
            "",
            trigger,
            text(delivery.get("webhook")),
            story.join(", ")
        )?;
    }
    Ok(())
}
