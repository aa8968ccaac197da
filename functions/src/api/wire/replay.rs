//! Deliveries made due again.

use hookline::use_cases::{Replayed, ReplayedRange};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of a wish to replay a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayResult {
    /// What became of it.
    result: ReplayWord,
}

/// What became of a wish to replay a delivery, in a word.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplayWord {
    /// It is due now.
    Started,
    /// It was still to be attempted, or is being attempted; nothing changed.
    InProgress,
}

/// Which failed deliveries are to be replayed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z"}))]
#[expect(dead_code, reason = "the handler reads it field by field; this says what it takes")]
pub(crate) struct Range {
    /// Created then or later.
    from: GivenTime,
    /// Created before then; later than `from`.
    to: GivenTime,
    /// Of this webhook alone; of any unless said.
    #[schema(pattern = r"^[A-Za-z0-9_-]{1,64}$")]
    webhook: Option<String>,
    /// Where to go on: `next` of the request before.
    #[schema(min_length = 1, max_length = 4096, pattern = r"\S")]
    cursor: Option<String>,
}

/// A time as it is given: RFC 3339, or unix seconds as a number.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) enum GivenTime {
    /// RFC 3339.
    Text(String),
    /// Unix seconds.
    Number(f64),
}

/// How far a range was replayed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RangeResult {
    /// How many are due now.
    replayed: usize,
    /// How many were left alone: pings, deleted or disabled webhooks, and what somebody else replayed
    /// meanwhile.
    left_alone: usize,
    /// Where to go on, to be sent as `cursor`; absent at the end of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Replayed> for ReplayResult {
    fn from(replayed: Replayed) -> Self {
        let result = match replayed {
            Replayed::Started => ReplayWord::Started,
            Replayed::InProgress => ReplayWord::InProgress,
        };
        Self { result }
    }
}

impl From<ReplayedRange> for RangeResult {
    fn from(ReplayedRange { replayed, left_alone, next }: ReplayedRange) -> Self {
        Self { replayed, left_alone, next: next.map(|next| next.as_str().to_owned()) }
    }
}
