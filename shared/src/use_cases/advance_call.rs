//! Sees to what a call owes: takes the steps of its course that are due, one write each, and hints
//! what follows (spec sections 1, 8 and 11).

use std::time::Duration;

use super::open_windows::open_windows;
use crate::call::{Call, CallId};
use crate::campaign::Campaign;
use crate::course::{Next, Standpoint, Step};
use crate::delivery::{Delivery, Progress, Report};
use crate::ports::StoreError;
use crate::ports::callers::Callers;
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::deliveries::{AttemptRecord, Authority, Deliveries};
use crate::ports::hints::{DelayedHint, Hint, Hints, MAX_DELAY};
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// How often a call may turn out to have changed before it is left to the next who looks at it.
const TRIES: usize = 10;
/// How much later than it might somebody may look at a call, rather than write a better time, in
/// seconds.
const SLACK_SECONDS: i64 = 60;

/// Sees to what a call owes, as it stands in the store. A call that is no longer kept owes nothing.
///
/// # Errors
/// When our own store failed, or others keep changing the call; it is still due then.
pub async fn advance_call(
    store: &(impl Calls + Callers + Campaigns + Deliveries),
    hints: &impl Hints,
    clock: &impl Clock,
    id: &CallId,
) -> Result<(), StoreError> {
    let Some(call) = store.call(id).await? else { return Ok(()) };
    let Some(campaign) = store.campaign(&call.campaign).await? else {
        // Without its campaign it owes nobody anything.
        store.advance(&call, &Step::default(), clock.now()).await?;
        return Ok(());
    };
    match advance(store, hints, clock, call, &campaign).await? {
        Some(at_rest) => end_unreached_timers(store, &at_rest, clock.now()).await,
        None => Ok(()),
    }
}

/// Sees to what an event changed: timers are set while the call is up; one that has ended is left to
/// whoever decides about it.
pub(super) async fn advance_by_event(
    store: &(impl Calls + Callers),
    hints: &impl Hints,
    clock: &impl Clock,
    call: Call,
    campaign: &Campaign,
) -> Result<(), StoreError> {
    let Some(end) = &call.end else {
        advance(store, hints, clock, call, campaign).await?;
        return Ok(());
    };
    let wait = clock.now().until(end.settles_at(campaign));
    hints.send(vec![Hint::Call { call: call.id }.after(wait)]).await;
    Ok(())
}

/// Takes steps until the call is at rest, and answers with it as it then stands; `None` when it is
/// gone, or its end came in between, which is seen to by whoever takes it in.
async fn advance(
    store: &(impl Calls + Callers),
    hints: &impl Hints,
    clock: &impl Clock,
    mut call: Call,
    campaign: &Campaign,
) -> Result<Option<Call>, StoreError> {
    let id = call.id.clone();
    for _ in 0..TRIES {
        let now = clock.now();
        let asked = call.end.is_some() && campaign.conversion.iter().any(|e| e.dedupe_seconds > 0);
        let windows = open_windows(store, asked, &call, now).await?;
        let standpoint = Standpoint { call: &call, campaign, windows: &windows, now };
        let step = match standpoint.next() {
            Next::Step(step) => *step,
            Next::Rest { due_at } if is_due_well(call.course.due_at, due_at) => {
                hints.send(rest_hints(&call, due_at, now)).await;
                return Ok(Some(call));
            }
            Next::Rest { due_at } => Step { due_at, ..Step::default() },
        };
        if store.advance(&call, &step, now).await? {
            hints.send(later_hints(&step.created, campaign, now)).await;
            if call.pending.is_empty() {
                // It held, so nothing else had changed what the call owes, and whoever changes it
                // from here on has somebody look again. Only of a line that others may have left
                // meanwhile has to be read who stands in it.
                call.take_step(&step);
                continue;
            }
        }
        let ended = call.end.is_some();
        match store.call(&id).await? {
            Some(changed) if ended || changed.end.is_none() => call = changed,
            _ => return Ok(None),
        }
    }
    let cause = "others keep changing it".to_owned();
    Err(StoreError { action: "see to what a call owes", cause })
}

/// Whether the time at which a call is looked at, as it stands, serves as well as the wanted one.
fn is_due_well(stands: Option<Timestamp>, wanted: Option<Timestamp>) -> bool {
    match (stands, wanted) {
        (None, None) => true,
        (Some(stands), Some(wanted)) => {
            (wanted..=wanted.plus_seconds(SLACK_SECONDS)).contains(&stands)
        }
        _ => false,
    }
}

/// What follows now: whoever is next in line, and the call itself when it is due again.
fn rest_hints(call: &Call, due_at: Option<Timestamp>, now: Timestamp) -> Vec<DelayedHint> {
    let next = call.line(now).next().map(|next| Hint::Delivery(next.key(&call.id)).now());
    // What is further off than a hint is held back is left to the sweep.
    let soon = due_at.map(|at| now.until(at)).filter(|wait| *wait <= MAX_DELAY);
    let again = soon.map(|wait| Hint::Call { call: call.id.clone() }.after(wait));
    next.into_iter().chain(again).collect()
}

/// What follows later: timers, and `always` when it has waited long enough for the others.
fn later_hints(created: &[Delivery], campaign: &Campaign, now: Timestamp) -> Vec<DelayedHint> {
    let max_wait = Duration::from_secs(u64::from(campaign.always_max_wait));
    let later = |delivery: &Delivery| match delivery.progress {
        Progress::Due { .. } if delivery.trigger() == Trigger::Always => {
            let bounded = !max_wait.is_zero();
            bounded.then(|| Hint::Delivery(delivery.key.clone()).after(max_wait))
        }
        Progress::Due { at } if at > now => {
            Some(Hint::Delivery(delivery.key.clone()).after(now.until(at)))
        }
        _ => None,
    };
    created.iter().filter_map(later).collect()
}

/// Ends the timers that the end of the call cut off, once nothing that is reported late can change
/// that. One that is left out here ends itself when it comes due; one that somebody is sending or has
/// sent, since it came due before the end was heard of, goes its own way.
async fn end_unreached_timers(
    store: &impl Deliveries,
    call: &Call,
    now: Timestamp,
) -> Result<(), StoreError> {
    let decided = call.course.decision.is_some();
    for pending in call.unreached_timers().filter(|_| decided) {
        let key = pending.key(&call.id);
        let delivery = store.delivery(&key).await?;
        let unsent = |delivery: &Delivery| delivery.report.is_none() && !delivery.is_held(now);
        if let Some(delivery) = delivery.filter(unsent) {
            end_unreached(store, call, &delivery).await?;
        }
    }
    Ok(())
}

/// Ends a timer that its call did not reach.
async fn end_unreached(
    store: &impl Deliveries,
    call: &Call,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    let report = unreached(delivery);
    let record = AttemptRecord {
        leaves: call.pending_delivery(&delivery.key),
        ..AttemptRecord::ending(call, delivery, Authority::Reader, &report)
    };
    store.record_attempt(&record).await?;
    Ok(())
}

/// The report of a timer that its call did not reach.
pub(super) fn unreached(delivery: &Delivery) -> Report {
    Report::skipped(delivery.webhook().clone(), "the call ended before its time")
}
