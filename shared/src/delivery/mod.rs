//! One webhook fired once for one call: what it is named, how far it is, what became of it.

mod id;
mod kept;
mod line;
mod report;
mod schedule;

pub use id::{DeliveryId, DeliveryKey, ONCE};
pub use kept::{KeptBody, KeptMessage, Room, kept_names, kept_url};
pub use line::{Line, PendingDelivery};
pub use report::{Attempt, FailureKind, Report, Verdict};
pub use schedule::{MAX_RETRY_AFTER, Retried, next_attempt};

use crate::campaign::WebhookId;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// The most attempts of one delivery, replays and all: its item has to hold them.
pub const MAX_ATTEMPTS: u32 = 30;

/// How often a delivery is taken over from functions that died over it before it is given up.
pub const MAX_TAKEOVERS: u32 = 5;

/// One webhook fired once for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it is named by.
    pub key: DeliveryKey,
    /// Its place among those created with it, in firing order.
    pub position: u32,
    /// How far it is.
    pub progress: Progress,
    /// What became of it so far; `None` before the first attempt.
    pub report: Option<Report>,
    /// Its exchanges, oldest first; none when nothing was sent.
    pub attempts: Vec<Attempt>,
    /// How often it was taken over from a function that had claimed it and never told the end, since
    /// it was created or replayed.
    pub takeovers: u32,
    /// The last time somebody had it replayed.
    pub replayed: Option<Replay>,
    /// When it was created, by our clock.
    pub created_at: Timestamp,
}

/// That somebody had a delivery replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// When.
    pub at: Timestamp,
    /// How many attempts had been made by then; the retry schedule counts from here.
    pub after_attempts: u32,
}

/// How far a delivery is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// An attempt is to be made.
    Due {
        /// Not before this.
        at: Timestamp,
    },
    /// Somebody makes an attempt.
    Claimed {
        /// Who.
        by: String,
        /// When they will have told its end, or else are dead.
        until: Timestamp,
    },
    /// Nothing more happens of itself; the report says what became of it.
    Ended,
}

/// Where a delivery stands, in one word (spec section 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Its first attempt is to come.
    Pending,
    /// An attempt failed and another is to come.
    Retrying,
    /// It was delivered.
    Ok,
    /// It was not, and no attempt is left.
    Failed,
    /// There was nothing to deliver.
    Skipped,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Retrying, Self::Ok, Self::Failed, Self::Skipped];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Retrying => "retrying",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Delivery {
    /// A delivery to be attempted.
    #[must_use]
    pub fn due(key: DeliveryKey, position: u32, at: Timestamp, created_at: Timestamp) -> Self {
        let progress = Progress::Due { at };
        Self {
            key,
            position,
            progress,
            report: None,
            attempts: Vec::new(),
            takeovers: 0,
            replayed: None,
            created_at,
        }
    }

    /// A delivery that ended without an exchange.
    #[must_use]
    pub fn ended(key: DeliveryKey, position: u32, report: Report, created_at: Timestamp) -> Self {
        let progress = Progress::Ended;
        Self { report: Some(report), progress, ..Self::due(key, position, created_at, created_at) }
    }

    /// The webhook.
    #[must_use]
    pub fn webhook(&self) -> &WebhookId {
        &self.key.webhook
    }

    /// What fired it.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        self.key.trigger
    }

    /// Whether somebody is at it: who claimed it and is not dead yet.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        matches!(&self.progress, Progress::Claimed { until, .. } if now < *until)
    }

    /// Whether somebody may claim it: it has not ended, and nobody else is at it.
    #[must_use]
    pub fn is_free_for(&self, by: &str, now: Timestamp) -> bool {
        match &self.progress {
            Progress::Due { .. } => true,
            Progress::Claimed { by: other, .. } => other == by || !self.is_held(now),
            Progress::Ended => false,
        }
    }

    /// How many attempts were made.
    #[must_use]
    pub fn attempts_made(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// How many were made since it was created, or since it was replayed: what its schedule counts.
    #[must_use]
    pub fn attempts_since_replay(&self) -> u32 {
        let before = self.replayed.map_or(0, |replay| replay.after_attempts);
        self.attempts_made().saturating_sub(before)
    }

    /// Whether it may be replayed: it has ended, or waits for a retry. What is yet to be attempted,
    /// or is somebody's, goes its own way.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        match self.progress {
            Progress::Due { .. } => self.report.is_some(),
            Progress::Claimed { .. } => false,
            Progress::Ended => true,
        }
    }

    /// When somebody has to look at it again: for its next attempt, or since whoever claimed it is
    /// dead by then. `None` when it has ended.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.progress {
            Progress::Due { at } => Some(*at),
            Progress::Claimed { until, .. } => Some(*until),
            Progress::Ended => None,
        }
    }

    /// The place in its call's line that a new delivery takes; `None` when it will not be attempted.
    #[must_use]
    pub fn pending(&self) -> Option<PendingDelivery> {
        let Progress::Due { at } = self.progress else { return None };
        Some(PendingDelivery {
            at,
            position: self.position,
            trigger: self.trigger(),
            webhook: self.key.webhook.clone(),
            occurrence: self.key.occurrence.clone(),
        })
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> DeliveryStatus {
        match (&self.progress, self.report.as_ref().map(|report| report.verdict)) {
            (Progress::Ended, Some(Verdict::Ok)) => DeliveryStatus::Ok,
            (Progress::Ended, Some(Verdict::Skipped)) => DeliveryStatus::Skipped,
            (Progress::Ended, _) => DeliveryStatus::Failed,
            (_, None) => DeliveryStatus::Pending,
            (_, Some(_)) => DeliveryStatus::Retrying,
        }
    }
}
