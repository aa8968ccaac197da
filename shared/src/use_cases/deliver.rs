//! Delivers one webhook: claims it, sends, keeps what came of it, and says what follows (spec
//! sections 1, 10 and 12).
//!
//! Whoever looks at a delivery, for whatever hint, does what it is ready for and nothing else. It is
//! sent twice only when a function dies between sending and telling: then with the same id.

use std::time::Duration;

use super::advance_call::end_unreached;
use super::disable_webhook::disable_webhook;
use super::exchange::{Told, drop_tags, prepare, told};
use super::fire_pings::DEDUPED;
use super::remember::remembering;
use crate::call::{Call, CallFacts, Cookies};
use crate::campaign::{Campaign, Webhook};
use crate::course::{Readiness, readiness};
use crate::delivery::{
    Delivery, DeliveryKey, MAX_TAKEOVERS, PendingDelivery, Progress, Report, Retried, Verdict,
    next_attempt,
};
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers};
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::deliveries::{AttemptClaim, AttemptRecord, Authority, Deliveries, Recorded};
use crate::ports::hints::{Hint, Hints, MAX_DELAY};
use crate::ports::random::Random;
use crate::ports::sender::{Browser, CookieJar};
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::Window;

/// How long after the function's own end somebody else may take its deliveries over.
const LEASE_MARGIN: Duration = Duration::from_secs(1);
/// How often a jar that others change is put together anew, before its cookies are let go.
const JAR_TRIES: usize = 3;

/// What became of a delivery that somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// An attempt was made, or turned out to be pointless.
    Attempted {
        /// What is kept of it.
        report: Report,
        /// Which attempt it was, from 1.
        attempt: usize,
        /// How long after it was due it began.
        late: Duration,
        /// When the next is due; `None` when there is none.
        next_at: Option<Timestamp>,
        /// Whether it was taken over from a function that died over it.
        taken_over: bool,
    },
    /// An attempt was made, and somebody else had taken the delivery over by the time it ended.
    Overtaken,
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
    let campaign = store.campaign(&call.campaign).await?;
    let now = clock.now();
    let place = call.pending_delivery(key);
    let max_wait = campaign.as_deref().map_or(0, |campaign| campaign.always_max_wait);
    match readiness(&call, &delivery, place, max_wait, now) {
        Readiness::Ready => {}
        Readiness::Unreached => {
            end_unreached(store, &call, &delivery).await?;
            hint_next(store, hints, clock, &call).await?;
            return Ok(Delivered::Left);
        }
        Readiness::Later { at } => {
            if key.trigger == Trigger::Timer && delivery.report.is_none() {
                hints.send(vec![Hint::Delivery(key.clone()).after(now.until(at))]).await;
            }
            return Ok(Delivered::Left);
        }
        Readiness::Over | Readiness::Held | Readiness::Behind => return Ok(Delivered::Left),
    }
    let ready = Ready { call: &call, delivery: &delivery, place, now };
    let late = delivery.due_at().map_or(Duration::ZERO, |due_at| due_at.until(now));
    let attempt = delivery.attempts.len() + 1;
    let taken_over = matches!(delivery.progress, Progress::Claimed { .. });

    let webhook = campaign.as_deref().and_then(|campaign| webhook_of(campaign, key));
    let (campaign, webhook) = match (campaign.as_deref(), webhook) {
        (Some(campaign), Some(webhook)) => (campaign, webhook),
        _ => {
            let report = ready.given_up("the webhook was deleted");
            return ready.end(store, hints, clock, report).await;
        }
    };
    let id = key.id();
    let facts = CallFacts { call: &call, campaign, buyer: call.reached_buyer(), now, firing: None };
    let number = u32::try_from(attempt).unwrap_or(u32::MAX);
    let facts = facts.firing(webhook, &id, number);
    if let Some(report) = ready.why_not(store, webhook, &facts).await? {
        return ready.end(store, hints, clock, report).await;
    }

    let by = random.uuid();
    let claim = AttemptClaim {
        delivery: &delivery,
        by: &by,
        until: now.plus(remaining + LEASE_MARGIN),
        while_up: key.trigger == Trigger::Timer && place.is_some() && call.end.is_none(),
        now,
    };
    if !store.claim_attempt(&claim).await? {
        return Ok(Delivered::Left);
    }
    let before = CookieJar::from_text(&call.cookies.text).unwrap_or_default();
    let mut after = before.clone();
    let mut outcome = match prepare(webhook, &facts, clock.now()) {
        Ok((request, sent)) => told(webhook, sent, browser.browse(request, &mut after).await),
        Err(unsent) => *unsent,
    };
    let gone = outcome.report.http_status == Some(410);
    if gone {
        outcome.report.notes.push("410 Gone: the webhook is disabled".to_owned());
    }
    if !call.has_room_for(&outcome.tags) {
        drop_tags(&mut outcome.report);
        outcome.tags = TagSet::new();
    }
    let ended_at = clock.now();
    let next_at = retry_at(webhook, &outcome, attempt, ended_at, random);
    let kept = remembering(&call, campaign, outcome.tags.clone(), outcome.place, ended_at);
    if let Some(remembering) = kept {
        store.remember(&remembering, ended_at).await?;
    }
    let window = Caller::of(&call)
        .zip(webhook.window(ended_at).filter(|_| outcome.report.verdict == Verdict::Ok));
    let record = AttemptRecord {
        call: &call,
        key,
        authority: Authority::Claimant(&by),
        attempt: outcome.attempt.as_ref(),
        report: &outcome.report,
        next_at,
        leaves: place,
        cookies: None,
        tags: &outcome.tags,
        place: outcome.place,
        window: window.as_ref().map(|(caller, window)| (*caller, window)),
    };
    if record_with_jar(store, record, &before, &after).await? == Recorded::Overtaken {
        return Ok(Delivered::Overtaken);
    }
    if let Some(at) = next_at.filter(|at| ended_at.until(*at) <= MAX_DELAY) {
        hints.send(vec![Hint::Delivery(key.clone()).after(ended_at.until(at))]).await;
    }
    if place.is_some() {
        hint_next(store, hints, clock, &call).await?;
    }
    if gone {
        disable_webhook(store, &campaign.id, webhook).await?;
    }
    let report = outcome.report;
    Ok(Delivered::Attempted { report, attempt, late, next_at, taken_over })
}

/// The webhook of a delivery, as its campaign has it now; one with another trigger is another one.
fn webhook_of<'a>(campaign: &'a Campaign, key: &DeliveryKey) -> Option<&'a Webhook> {
    campaign.webhook(&key.webhook).filter(|webhook| webhook.trigger == key.trigger)
}

/// A delivery that may be attempted.
#[derive(Clone, Copy)]
struct Ready<'a> {
    call: &'a Call,
    delivery: &'a Delivery,
    place: Option<&'a PendingDelivery>,
    now: Timestamp,
}

impl Ready<'_> {
    /// Why it is not sent after all, as a report.
    async fn why_not(
        &self,
        store: &impl Callers,
        webhook: &Webhook,
        facts: &CallFacts<'_>,
    ) -> Result<Option<Report>, StoreError> {
        if self.delivery.takeovers >= MAX_TAKEOVERS {
            return Ok(Some(self.given_up("functions keep dying over it")));
        }
        if self.delivery.report.is_some() {
            let disabled = !(facts.campaign.enabled && webhook.enabled);
            if disabled {
                return Ok(Some(self.given_up("the webhook is disabled")));
            }
        } else if let Some(note) = facts.why_not(webhook) {
            return Ok(Some(Report::skipped(webhook.id.clone(), note)));
        }
        let Some(caller) = Caller::of(self.call).filter(|_| webhook.dedupe_seconds != 0) else {
            return Ok(None);
        };
        let windows = store.windows(caller, self.now).await?;
        let is_open = windows.contains(&Window::Webhook(webhook.id.clone()));
        Ok(is_open.then(|| Report::skipped(webhook.id.clone(), DEDUPED)))
    }

    /// The report of a delivery that is not attempted again: failed when it was tried before.
    fn given_up(&self, note: &str) -> Report {
        match &self.delivery.report {
            Some(report) => {
                let mut report = report.clone();
                report.notes.push(format!("given up: {note}"));
                report
            }
            None => Report::skipped(self.delivery.webhook().clone(), note),
        }
    }

    /// Ends it without an attempt.
    async fn end(
        &self,
        store: &(impl Calls + Deliveries),
        hints: &impl Hints,
        clock: &impl Clock,
        report: Report,
    ) -> Result<Delivered, StoreError> {
        let record = AttemptRecord {
            call: self.call,
            key: &self.delivery.key,
            authority: Authority::Reader(self.delivery),
            attempt: None,
            report: &report,
            next_at: None,
            leaves: self.place,
            cookies: None,
            tags: &TagSet::new(),
            place: None,
            window: None,
        };
        if store.record_attempt(&record).await? != Recorded::Kept {
            return Ok(Delivered::Left);
        }
        if self.place.is_some() {
            hint_next(store, hints, clock, self.call).await?;
        }
        let attempt = self.delivery.attempts.len();
        let late = Duration::ZERO;
        Ok(Delivered::Attempted { report, attempt, late, next_at: None, taken_over: false })
    }
}

fn retry_at(
    webhook: &Webhook,
    outcome: &Told,
    attempts: usize,
    now: Timestamp,
    random: &impl Random,
) -> Option<Timestamp> {
    let failed = Retried {
        verdict: outcome.report.verdict,
        http_status: outcome.report.http_status,
        retry_after: outcome.retry_after,
        attempts,
    };
    let wait = next_attempt(webhook.retry, failed, random.fraction())?;
    Some(now.plus(wait))
}

/// Keeps a record and with it what became of the jar. Where another delivery of the call changed the
/// jar meanwhile, both changes stand.
async fn record_with_jar(
    store: &(impl Calls + Deliveries),
    record: AttemptRecord<'_>,
    before: &CookieJar,
    after: &CookieJar,
) -> Result<Recorded, StoreError> {
    if before.to_text() == after.to_text() {
        return store.record_attempt(&record).await;
    }
    let mut changes = record.call.cookies.changes;
    let mut jar = after.clone();
    for _ in 0..JAR_TRIES {
        let cookies = Cookies { text: jar.to_text(), changes: changes + 1 };
        let record = AttemptRecord { cookies: Some(&cookies), ..record };
        match store.record_attempt(&record).await? {
            Recorded::CookiesMoved => {}
            recorded => return Ok(recorded),
        }
        let Some(call) = store.call(&record.call.id).await? else { break };
        changes = call.cookies.changes;
        jar = CookieJar::from_text(&call.cookies.text).unwrap_or_default();
        jar.take_over(before, after);
    }
    tracing::warn!(correlation_id = record.call.id.as_str(), "cookies of a call were let go");
    store.record_attempt(&record).await
}

/// Hints whoever is next in the call's line, as it stands now.
async fn hint_next(
    store: &impl Calls,
    hints: &impl Hints,
    clock: &impl Clock,
    call: &Call,
) -> Result<(), StoreError> {
    let Some(call) = store.call(&call.id).await? else { return Ok(()) };
    if let Some(next) = call.line(clock.now()).next() {
        hints.send(vec![Hint::Delivery(next.key(&call.id)).now()]).await;
    }
    Ok(())
}
