//! The sparse index `log`: the calls that started on a day, and the deliveries created on it that
//! have failed, by campaign.
//!
//! A day is kept in parts, so that a busy one stays below the limit of one partition (1,000 writes a
//! second). A call is written to it once; a failed delivery is in it for as long as it stands failed.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{number, text};
use super::update::Update;
use crate::call::CallId;
use crate::campaign::CampaignId;
use crate::time::{Day, Timestamp};

/// In how many partitions a campaign's day is listed. There may be more some day and never fewer: what
/// was written when there were four stands in the first of them, wherever it would stand today.
pub(super) const LOG_SHARDS: u32 = 8;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logged {
    /// Calls, by their start.
    Calls,
    /// Failed deliveries, by their creation.
    Failures,
}

/// One list: of a campaign and a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log<'a> {
    /// What is on it.
    pub(super) logged: Logged,
    /// The campaign.
    pub(super) campaign: &'a CampaignId,
    /// The day.
    pub(super) day: Day,
}

impl Log<'_> {
    /// The partition of one part: `campaign#day#part`, of failed deliveries with `#failed` after it.
    pub(super) fn partition(&self, shard: u32) -> String {
        let Self { logged, campaign, day } = self;
        let kind = match logged {
            Logged::Calls => "",
            Logged::Failures => "#failed",
        };
        format!("{campaign}#{day}#{shard}{kind}")
    }
}

/// What puts a call, or a failed delivery of it, on its list: attributes with their values.
pub(super) fn entry(
    logged: Logged,
    campaign: &CampaignId,
    call: &CallId,
    at: Timestamp,
) -> [(&'static str, AttributeValue); 2] {
    let log = Log { logged, campaign, day: Day::of(at) };
    let partition = log.partition(call.part(LOG_SHARDS));
    [("log", text(partition)), ("logged_at", number(at.as_millis()))]
}

/// Takes it off its list.
pub(super) fn leave(update: &mut Update) {
    update.remove("log");
    update.remove("logged_at");
}
