//! Where what a call writes is kept, told for sums of how load spreads: a partition of the table or of
//! an index takes only so much a second.

use super::call_item;
use super::caller_item;
use super::campaigns::campaign_primary_key;
use super::item::{Item, get_text};
use super::keys::key_primary_key;
use super::log::{LOG_SHARDS, Log, Logged};
use super::past_due::DUE_SHARDS;
use crate::call::CallId;
use crate::key::KeyHash;
use crate::ports::callers::Caller;
use crate::time::Day;

/// The keys of the partitions that a call has to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPartitions {
    /// In the table: the call, its deliveries and their attempts.
    pub call: String,
    /// In the table: what is kept of its caller.
    pub caller: String,
    /// In the table: its campaign.
    pub campaign: String,
    /// In the index `due`: the call and its deliveries, as long as they are due.
    pub due: u32,
    /// In the index `log`: the call among those of its day.
    pub log: String,
    /// In the index `log`: deliveries of the call that failed.
    pub failed: String,
}

impl CallPartitions {
    /// Those of a caller's call that starts on that day.
    #[must_use]
    pub fn of(call: &CallId, caller: Caller<'_>, day: Day) -> Self {
        let campaign = caller.campaign;
        let part = call.part(LOG_SHARDS);
        Self {
            call: call_item::partition(call),
            caller: caller_item::partition(caller),
            campaign: partition_of(&campaign_primary_key(campaign)),
            due: call.part(u32::from(DUE_SHARDS)),
            log: Log { logged: Logged::Calls, campaign, day }.partition(part),
            failed: Log { logged: Logged::Failures, campaign, day }.partition(part),
        }
    }
}

/// The partition of the table that a key is in.
#[must_use]
pub fn key_partition(hash: &KeyHash) -> String {
    partition_of(&key_primary_key(hash))
}

fn partition_of(key: &Item) -> String {
    get_text(key, "pk").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignId;
    use crate::phone::E164;

    #[test]
    fn a_call_is_spread_by_its_id_alone() {
        let (campaign, number) =
            (CampaignId::parse("solar").unwrap(), E164::parse("+16145551234").unwrap());
        let caller = Caller { campaign: &campaign, number: &number };
        let day = Day::parse("2026-11-23").unwrap();

        let told = CallPartitions::of(&CallId::parse("c1").unwrap(), caller, day);

        // 31 × 99 + 49, in eights and in 384s.
        assert_eq!(
            told,
            CallPartitions {
                call: "CALL#c1".to_owned(),
                caller: "CALLER#solar#+16145551234".to_owned(),
                campaign: "CAMPAIGN#solar".to_owned(),
                due: 46,
                log: "solar#2026-11-23#6".to_owned(),
                failed: "solar#2026-11-23#6#failed".to_owned(),
            }
        );
    }
}
