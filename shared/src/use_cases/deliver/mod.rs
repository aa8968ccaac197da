//! Delivers one webhook: claims it, sends, keeps what came of it, and says what follows (spec
//! sections 1, 10 and 12).
//!
//! Whoever looks at a delivery, for whatever hint, does what it is ready for and nothing else. It is
//! sent twice only when a function dies between sending and telling: then with the same id.

mod attempt;
mod jar;
mod ready;

use std::time::Duration;

use attempt::{Claimed, browse, keep};
use ready::Ready;

use super::advance_call::unreached;
use crate::call::{Call, CallFacts, Firing};
use crate::campaign::{Campaign, Webhook};
use crate::course::{Readiness, readiness};
use crate::delivery::{DeliveryKey, Report};
use crate::ports::StoreError;
use crate::ports::callers::Callers;
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::deliveries::Deliveries;
use crate::ports::hints::{Hint, Hints};
use crate::ports::random::Random;
use crate::ports::sender::Browser;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// How far the clocks of two functions may be apart.
const CLOCKS_DIFFER: Duration = Duration::from_secs(2);

/// What became of a delivery that somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// An attempt was made, or turned out to be pointless.
    Attempted {
        /// What is kept of it.
        report: Report,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// How long after it was due it began. Of a retry that is taken over, nobody knows when it was
        /// due: that counts from when it could be taken over.
        late: Duration,
        /// When the next is due; `None` when there is none.
        next_at: Option<Timestamp>,
        /// How many functions have died over it, this attempt and those before it, if the last of them
        /// died; 0 when nobody did since it was last told of.
        takeovers: u32,
    },
    /// It was ended without an attempt.
    Ended {
        /// What is kept of it.
        report: Report,
        /// The same count.
        takeovers: u32,
    },
    /// An attempt was made, and somebody else had taken the delivery over by the time it ended: it is
    /// sent twice.
    Overtaken {
        /// What came of it, of which nothing is kept.
        report: Report,
        /// Which attempt it was, from 1.
        attempt: u32,
    },
    /// Nothing was to be done; it had ended, or is somebody else's or a later time's.
    Left,
}

/// Does what the delivery is ready for. `remaining` is how long this function may still run.
///
/// # Errors
/// When our own store failed; the delivery is still due then.
pub async fn deliver(
    store: &(impl Calls + Callers + Campaigns + Deliveries),
    browser: &impl Browser,
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    key: &DeliveryKey,
    remaining: Duration,
) -> Result<Delivered, StoreError> {
    let (call, delivery) = futures_util::try_join!(store.call(&key.call), store.delivery(key))?;
    let (Some(call), Some(delivery)) = (call, delivery) else { return Ok(Delivered::Left) };
    // Whoever has it replayed may have mended its webhook a moment ago.
    let campaign = match delivery.replayed {
        Some(_) => store.campaign_now(&call.campaign).await?,
        None => store.campaign(&call.campaign).await?,
    };
    let now = clock.now();
    // Call and delivery are read one after the other: once an attempt was made, the place that the
    // call still shows says nothing.
    let pending = call.pending_delivery(key).filter(|_| delivery.report.is_none());
    let max_wait = campaign.as_deref().map_or(0, |campaign| campaign.always_max_wait);
    let ready = Ready { call: &call, delivery: &delivery, pending, now };
    match readiness(&call, &delivery, pending, max_wait, now) {
        Readiness::Ready => {}
        Readiness::Unreached => {
            return ready.end(store, hints, clock, unreached(&delivery)).await;
        }
        Readiness::Later { at } => {
            // Timers go by hops, and clocks differ by moments; a retry that is further off than a hint
            // is left to the sweep.
            let is_timer = pending.is_some() && key.trigger == Trigger::Timer;
            if is_timer || now.until(at) <= CLOCKS_DIFFER {
                hints.send(vec![Hint::Delivery(key.clone()).after(now.until(at))]).await;
            }
            return Ok(Delivered::Left);
        }
        Readiness::Over | Readiness::Held | Readiness::Behind => return Ok(Delivered::Left),
    }
    let found = campaign.as_deref().and_then(|campaign| webhook_of(campaign, key));
    let Some((campaign, webhook)) = found else {
        let report = ready.given_up("the webhook was deleted");
        return ready.end(store, hints, clock, report).await;
    };
    let id = key.id();
    let facts = CallFacts::of(&call, campaign, now);
    let firing = Firing { facts, webhook, delivery: &id, attempt: ready.attempt() };
    if let Some(report) = ready.why_not(store, &firing).await? {
        return ready.end(store, hints, clock, report).await;
    }
    let by = random.uuid();
    if !ready.claim(store, &by, now.plus(remaining)).await? {
        return Ok(Delivered::Left);
    }
    ready.tell_takeover();
    let exchanged = browse(browser, clock, &firing).await;
    keep(store, hints, clock, random, &ready, &firing, Claimed { by, exchanged }).await
}

/// The webhook of a delivery, as its campaign has it now; one with another trigger is another one.
fn webhook_of<'a>(
    campaign: &'a Campaign,
    key: &DeliveryKey,
) -> Option<(&'a Campaign, &'a Webhook)> {
    let webhook = campaign.webhook(&key.webhook)?;
    (webhook.trigger == key.trigger).then_some((campaign, webhook))
}

/// Hints whoever is next in the call's line, as it stands now. Where the store fails, that is left to
/// the sweep: what was recorded before is not undone by it.
async fn hint_next(store: &impl Calls, hints: &impl Hints, clock: &impl Clock, call: &Call) {
    match store.call(&call.id).await {
        Ok(Some(call)) => {
            if let Some(next) = call.line(clock.now()).next() {
                hints.send(vec![Hint::Delivery(next.key(&call.id)).now()]).await;
            }
        }
        Ok(None) => {}
        Err(error) => error.log(call.id.as_str()),
    }
}
