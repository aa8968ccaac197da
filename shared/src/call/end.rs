//! How a call ended, and what was decided about it (spec sections 8 and 11).

use serde::Serialize;

use super::Call;
use crate::campaign::Campaign;
use crate::time::Timestamp;

/// How a call ended, as the platform reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// When the report came, by our clock: what is decided about the call waits from here.
    pub reported_at: Timestamp,
    /// How long the caller was connected, in whole seconds, where the platform says so.
    pub connected_seconds: Option<u32>,
    /// Who hung up, in the platform's words.
    pub hung_up_by: Option<String>,
}

impl End {
    /// When its call may be decided about.
    #[must_use]
    pub fn settles_at(&self, campaign: &Campaign) -> Timestamp {
        self.reported_at.plus_seconds(i64::from(campaign.settle_seconds))
    }
}

/// What was decided about conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether the call converted; a postback may change that from no to yes, once.
    pub converted: bool,
    /// Whether it would have converted, had its caller not converted by the same entry not long ago.
    pub deduped: bool,
    /// When it was first decided.
    #[serde(rename = "decided_at")]
    pub at: Timestamp,
}

impl Call {
    /// When it ended, by the platform's clock.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| end.at)
    }

    /// Whether it reached a buyer.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.answered_at().is_some() || self.connected_seconds_told().is_some_and(|s| s > 0)
    }

    /// How long the caller has been connected, in whole seconds: as the platform says, or else from
    /// the first answer to the end, or to `now` while the call is up.
    #[must_use]
    pub fn connected_seconds(&self, now: Timestamp) -> i64 {
        if let Some(told) = self.connected_seconds_told() {
            return i64::from(told);
        }
        let until = self.ended_at().unwrap_or(now);
        self.answered_at().map_or(0, |answered_at| until.seconds_since(answered_at))
    }

    /// Until when it was connected, once it has ended: a timer due by then was reached.
    #[must_use]
    pub fn connected_until(&self) -> Option<Timestamp> {
        let ended_at = self.ended_at()?;
        let told = self.answered_at().zip(self.connected_seconds_told());
        Some(told.map_or(ended_at, |(at, seconds)| at.plus_seconds(i64::from(seconds))))
    }

    fn connected_seconds_told(&self) -> Option<u32> {
        self.end.as_ref().and_then(|end| end.connected_seconds)
    }

    /// Whether it converted: as decided, or else as a postback says, which then decides it.
    #[must_use]
    pub fn is_converted(&self) -> bool {
        let (converted, deduped) =
            self.course.decision.map_or((false, false), |it| (it.converted, it.deduped));
        converted || (!deduped && self.posted_conversion == Some(true))
    }
}
