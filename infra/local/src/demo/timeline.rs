//! What happened, when and on which side.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

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
