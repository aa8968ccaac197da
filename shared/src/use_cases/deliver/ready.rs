//! A delivery that may be attempted: whether it still should be, and its claim.

use std::time::Duration;

use super::{Delivered, hint_next};
use crate::call::{Call, Firing};
use crate::delivery::{Delivery, MAX_TAKEOVERS, PendingDelivery, Progress, Report, Verdict};
use crate::ports::StoreError;
use crate::ports::callers::Callers;
use crate::ports::calls::Calls;
use crate::ports::clock::Clock;
use crate::ports::deliveries::{AttemptClaim, AttemptRecord, Authority, Deliveries, Recorded};
use crate::ports::hints::Hints;
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::use_cases::open_windows::{DEDUPED, open_windows};

/// How long after the function's own end somebody else may take its deliveries over.
const LEASE_MARGIN: Duration = Duration::from_secs(1);

/// A delivery that may be attempted.
pub(super) struct Ready<'a> {
    /// Its call.
    pub(super) call: &'a Call,
    /// The delivery.
    pub(super) delivery: &'a Delivery,
    /// Its place in the call's line, if its first attempt is owed.
    pub(super) pending: Option<&'a PendingDelivery>,
    /// Now, by our clock.
    pub(super) now: Timestamp,
}

impl Ready<'_> {
    /// The number of the attempt to be made, from 1.
    pub(super) fn attempt(&self) -> u32 {
        self.delivery.attempts_made().saturating_add(1)
    }

    /// The same as the schedule of retries counts it: from 1 since it was replayed.
    pub(super) fn attempt_of_schedule(&self) -> u32 {
        self.delivery.attempts_since_replay().saturating_add(1)
    }

    /// How long ago it was due. Of one that is taken over the place in line still says it; its own time
    /// is by then the end of the claim.
    pub(super) fn late(&self) -> Duration {
        let due_at = match (&self.delivery.progress, self.pending) {
            (Progress::Claimed { .. }, Some(pending)) => Some(pending.at),
            _ => self.delivery.due_at(),
        };
        due_at.map_or(Duration::ZERO, |due_at| due_at.until(self.now))
    }

    /// How many functions have died over it, if somebody claimed it and never told the end; else 0.
    pub(super) fn takeovers(&self) -> u32 {
        match self.delivery.progress {
            Progress::Claimed { .. } => self.delivery.takeovers.saturating_add(1),
            Progress::Due { .. } | Progress::Ended => 0,
        }
    }

    /// Says that it is taken over, before whoever does so may die as well.
    pub(super) fn tell_takeover(&self) {
        let takeovers = self.takeovers();
        if takeovers > 0 {
            tracing::warn!(
                correlation_id = self.call.id.as_str(),
                delivery_id = self.delivery.key.id().as_str(),
                webhook_id = self.delivery.webhook().as_str(),
                takeovers,
                "a function died over a delivery, which is taken over"
            );
        }
    }

    /// Why it is not sent after all, as a report.
    pub(super) async fn why_not(
        &self,
        store: &impl Callers,
        firing: &Firing<'_>,
    ) -> Result<Option<Report>, StoreError> {
        if self.delivery.takeovers >= MAX_TAKEOVERS {
            // It may have been sent or not; either way nobody lived to hear of it.
            let report = self.given_up("functions keep dying over it");
            return Ok(Some(Report { verdict: Verdict::TimedOut, ..report }));
        }
        let Firing { webhook, facts, .. } = firing;
        // One that was skipped and is replayed is judged anew.
        if !self.delivery.attempts.is_empty() {
            if !(facts.campaign.enabled && webhook.enabled) {
                return Ok(Some(self.given_up("the webhook is disabled")));
            }
        } else if let Some(note) = firing.why_not() {
            return Ok(Some(Report::skipped(webhook.id.clone(), note)));
        }
        // Whoever has it replayed wants it sent again.
        let asked = webhook.dedupe_seconds != 0 && self.delivery.replayed.is_none();
        let windows = open_windows(store, asked, self.call, self.now).await?;
        Ok(webhook.is_deduped(&windows).then(|| self.given_up(DEDUPED)))
    }

    /// The report of a delivery that is not attempted again: as it stood, if it was tried before.
    pub(super) fn given_up(&self, note: &str) -> Report {
        match &self.delivery.report {
            Some(report) => {
                let mut report = report.clone();
                report.notes.push(format!("given up: {note}"));
                report
            }
            None => Report::skipped(self.delivery.webhook().clone(), note),
        }
    }

    /// Ends it without an attempt.
    pub(super) async fn end(
        &self,
        store: &(impl Calls + Deliveries),
        hints: &impl Hints,
        clock: &impl Clock,
        report: Report,
    ) -> Result<Delivered, StoreError> {
        let record = AttemptRecord {
            leaves: self.pending,
            ..AttemptRecord::ending(self.call, self.delivery, Authority::Reader, &report)
        };
        if store.record_attempt(&record).await? != Recorded::Kept {
            return Ok(Delivered::Left);
        }
        if self.pending.is_some() {
            hint_next(store, hints, clock, self.call).await;
        }
        Ok(Delivered::Ended { report, takeovers: self.takeovers() })
    }

    /// Claims it for one attempt by a function that ends at `ends_at`.
    pub(super) async fn claim(
        &self,
        store: &impl Deliveries,
        by: &str,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let is_timer = self.delivery.trigger() == Trigger::Timer;
        let claim = AttemptClaim {
            delivery: self.delivery,
            by,
            until: ends_at.plus(LEASE_MARGIN),
            while_up: is_timer && self.pending.is_some() && self.call.end.is_none(),
            now: self.now,
        };
        store.claim_attempt(&claim).await
    }
}
