//! Deliveries.

use hookline::delivery::{self, Progress};
use serde::Serialize;
use utoipa::ToSchema;

use super::attempt::{Attempt, FailureKind, Outcome, Report, ended};
use super::{Time, Trigger};

/// One webhook fired once for one call.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Its id, which partners get as `webhook-id` with every attempt.
    #[schema(example = "dl_0123456789abcdef0123456789abcdef")]
    pub(crate) id: String,
    /// What fired it.
    trigger: Trigger,
    /// The webhook.
    webhook: String,
    /// Which time of the trigger on the call it was.
    occurrence: String,
    /// Where it stands.
    status: DeliveryStatus,
    /// When its next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Time>,
    /// What became of it so far; absent before the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    /// Its exchanges, oldest first; none when nothing was sent.
    pub(crate) attempts: Vec<Attempt>,
    /// How often it was taken over from a function that died over it.
    takeovers: u32,
    /// When somebody last had it replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
    /// When it was created.
    created_at: Time,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryStatus {
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

/// A delivery as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct DeliverySummary {
    /// The call.
    call_id: String,
    /// Its id.
    id: String,
    /// What fired it.
    trigger: Trigger,
    /// The webhook.
    webhook: String,
    /// Where it stands.
    status: DeliveryStatus,
    /// How the last attempt ended; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// Why it failed, with `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FailureKind>,
    /// The status of the last answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// How many attempts were made.
    attempts: usize,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Time>,
    /// When somebody last had it replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
    /// When it was created.
    created_at: Time,
}

impl Delivery {
    /// How many bytes of headers and bodies its attempts keep.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.attempts.iter().map(Attempt::kept_bytes).sum()
    }

    /// The delivery without what its attempts sent and were answered.
    pub(crate) fn without_exchanges(mut self) -> Self {
        self.attempts = self.attempts.into_iter().map(Attempt::without_exchange).collect();
        self
    }
}

impl From<&delivery::Delivery> for Delivery {
    fn from(delivery: &delivery::Delivery) -> Self {
        Self {
            id: delivery.key.id().as_str().to_owned(),
            trigger: delivery.trigger().into(),
            webhook: delivery.webhook().to_string(),
            occurrence: delivery.key.occurrence.clone(),
            status: delivery.status().into(),
            next_at: next_at(delivery),
            report: delivery.report.as_ref().map(Report::from),
            attempts: delivery.attempts.iter().map(Attempt::from).collect(),
            takeovers: delivery.takeovers,
            replayed_at: replayed_at(delivery),
            created_at: delivery.created_at.into(),
        }
    }
}

impl From<&delivery::Delivery> for DeliverySummary {
    fn from(delivery: &delivery::Delivery) -> Self {
        let report = delivery.report.as_ref();
        let (outcome, kind) = report.map(|report| ended(report.verdict)).unzip();
        Self {
            call_id: delivery.key.call.to_string(),
            id: delivery.key.id().as_str().to_owned(),
            trigger: delivery.trigger().into(),
            webhook: delivery.webhook().to_string(),
            status: delivery.status().into(),
            outcome,
            kind: kind.flatten(),
            http_status: report.and_then(|report| report.http_status),
            attempts: delivery.attempts.len(),
            next_at: next_at(delivery),
            replayed_at: replayed_at(delivery),
            created_at: delivery.created_at.into(),
        }
    }
}

fn next_at(delivery: &delivery::Delivery) -> Option<Time> {
    match delivery.progress {
        Progress::Due { at } => Some(at.into()),
        Progress::Claimed { .. } | Progress::Ended => None,
    }
}

fn replayed_at(delivery: &delivery::Delivery) -> Option<Time> {
    delivery.replayed.map(|replay| replay.at.into())
}

impl DeliveryStatus {
    /// Every status.
    pub(crate) const ALL: [Self; 5] =
        [Self::Pending, Self::Retrying, Self::Ok, Self::Failed, Self::Skipped];

    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Retrying => "retrying",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl From<delivery::DeliveryStatus> for DeliveryStatus {
    fn from(status: delivery::DeliveryStatus) -> Self {
        use delivery::DeliveryStatus as Stands;
        match status {
            Stands::Pending => Self::Pending,
            Stands::Retrying => Self::Retrying,
            Stands::Ok => Self::Ok,
            Stands::Failed => Self::Failed,
            Stands::Skipped => Self::Skipped,
        }
    }
}
