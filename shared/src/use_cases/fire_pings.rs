//! Fires the pings of a trigger, all at the same time (spec sections 1, 5, 6 and 10).
//!
//! Nothing a partner does fails the call: whatever happens becomes one report a webhook, and the
//! slowest of them takes no longer than its own deadline, or than whoever waits.

use futures_util::future::join_all;

use super::exchange::{Findings, findings_of, prepare};
use super::open_windows::DEDUPED;
use crate::call::{CallFacts, Firing};
use crate::delivery::{Delivery, DeliveryKey, Report};
use crate::geo::Place;
use crate::ports::clock::Clock;
use crate::ports::sender::Sender;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::Windows;

/// A fired ping: its delivery, and what its answer says of the call.
#[derive(Debug)]
pub struct Ping {
    /// What is kept, its report with it.
    pub delivery: Delivery,
    /// Tags to put on the call.
    pub tags: TagSet,
    /// Where the caller turned out to be.
    pub place: Option<Place>,
}

/// Fires every webhook of a trigger, for one occurrence of it, whose matches hold and whose window is
/// not open, and waits for the slowest, though no longer than `until`; one entry a webhook, in firing
/// order.
pub async fn fire_pings(
    sender: &impl Sender,
    clock: &impl Clock,
    facts: CallFacts<'_>,
    (trigger, occurrence): (Trigger, &str),
    windows: &Windows,
    until: Option<Timestamp>,
) -> Vec<Ping> {
    let pings = facts.campaign.webhooks_of(trigger).zip(0..).map(async |(webhook, position)| {
        let key = DeliveryKey {
            call: facts.call.id.clone(),
            trigger,
            webhook: webhook.id.clone(),
            occurrence: occurrence.to_owned(),
        };
        let id = key.id();
        let firing = Firing { facts, webhook, delivery: &id, attempt: 1 };
        let Findings { report, attempt, tags, place, .. } =
            fire(sender, clock, &firing, windows, until).await;
        let delivery = Delivery {
            attempts: attempt.into_iter().collect(),
            ..Delivery::ended(key, position, report, facts.now)
        };
        Ping { delivery, tags, place }
    });
    join_all(pings).await
}

async fn fire(
    sender: &impl Sender,
    clock: &impl Clock,
    firing: &Firing<'_>,
    windows: &Windows,
    until: Option<Timestamp>,
) -> Findings {
    let webhook = firing.webhook;
    let deduped = || webhook.is_deduped(windows).then(|| DEDUPED.to_owned());
    if let Some(note) = firing.why_not().or_else(deduped) {
        return Findings::unsent(Report::skipped(webhook.id.clone(), note));
    }
    let now = clock.now();
    match prepare(firing, now) {
        Ok((mut request, outgoing)) => {
            if let Some(until) = until {
                request.timeout = request.timeout.min(now.until(until));
            }
            findings_of(webhook, outgoing, sender.send(request).await)
        }
        Err(unsent) => *unsent,
    }
}
