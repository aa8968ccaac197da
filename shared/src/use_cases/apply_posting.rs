//! Applies a posting to a call and fires its `postback` webhooks (spec section 7).

use crate::call::{Call, Posting};
use crate::campaign::Campaign;
use crate::course::postback_deliveries;
use crate::delivery::{Delivery, Progress};
use crate::ports::StoreError;
use crate::ports::calls::{Calls, Posted};
use crate::ports::hints::{Hint, Hints};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// Applies a posting once; `occurrence` names it among the call's postings.
pub(super) async fn apply_posting(
    store: &impl Calls,
    hints: &impl Hints,
    call: &Call,
    campaign: Option<&Campaign>,
    posting: &Posting,
    occurrence: &str,
    now: Timestamp,
) -> Result<Posted, StoreError> {
    let firing =
        campaign.filter(|campaign| campaign.webhooks_of(Trigger::Postback).next().is_some());
    let fired = match firing {
        Some(campaign) => {
            let mut after = call.clone();
            after.take_posting(posting);
            postback_deliveries(&after, campaign, occurrence, now)
        }
        None => Vec::new(),
    };
    let posted = store.post(call, posting, &fired, now).await?;
    if posted == Posted::Applied {
        let is_due = |delivery: &&Delivery| matches!(delivery.progress, Progress::Due { .. });
        let first = fired.iter().find(is_due);
        let first = first.map(|delivery| Hint::Delivery(delivery.key.clone()).now());
        let owing = || Hint::Call { call: call.id.clone() }.now();
        hints.send(first.into_iter().chain(posting.converted.map(|_| owing())).collect()).await;
    }
    Ok(posted)
}
