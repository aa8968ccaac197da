//! One attempt of a claimed delivery: the exchange, and all that follows from it.

use super::jar::record_with_jar;
use super::ready::Ready;
use super::{Delivered, hint_next};
use crate::call::CallFacts;
use crate::campaign::Webhook;
use crate::delivery::{Retried, Verdict, next_attempt};
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers};
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::deliveries::{AttemptRecord, Authority, Deliveries, Recorded};
use crate::ports::hints::{Hint, Hints, MAX_DELAY};
use crate::ports::random::Random;
use crate::ports::sender::{Browser, CookieJar};
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::use_cases::disable_webhook::disable_webhook;
use crate::use_cases::exchange::{Told, drop_tags, prepare, told};
use crate::use_cases::remember::remembering;

/// What came of an exchange, and what it did to the call's jar.
pub(super) struct Sent {
    told: Told,
    before: CookieJar,
    after: CookieJar,
}

/// Sends the request of an attempt, with the call's cookies as they were read.
pub(super) async fn send(
    browser: &impl Browser,
    clock: &impl Clock,
    webhook: &Webhook,
    facts: &CallFacts<'_>,
) -> Sent {
    let before = CookieJar::from_text(&facts.call.cookies.text).unwrap_or_default();
    let mut after = before.clone();
    let mut told = match prepare(webhook, facts, clock.now()) {
        Ok((request, sent)) => told(webhook, sent, browser.browse(request, &mut after).await),
        Err(unsent) => *unsent,
    };
    if is_gone(&told) {
        told.report.notes.push("410 Gone: the webhook is disabled".to_owned());
    }
    if !facts.call.has_room_for(&told.tags) {
        drop_tags(&mut told.report);
        told.tags = TagSet::new();
    }
    Sent { told, before, after }
}

/// Keeps what came of an attempt that `by` claimed, and sees to what follows: a retry, whoever is
/// next in line, a webhook that is to be disabled.
pub(super) async fn keep(
    store: &(impl Calls + Callers + Campaigns + Deliveries),
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    ready: &Ready<'_>,
    facts: &CallFacts<'_>,
    (webhook, by, sent): (&Webhook, &str, Sent),
) -> Result<Delivered, StoreError> {
    let Sent { told, before, after } = sent;
    let (call, key, now) = (ready.call, &ready.delivery.key, clock.now());
    let memory = remembering(call, facts.campaign, told.tags.clone(), told.place, now);
    if let Some(memory) = memory
        && let Err(error) = store.remember(&memory, now).await
    {
        // What was sent has to be recorded all the same.
        error.log(call.id.as_str());
    }
    let next_at = retry_at(webhook, &told, ready.attempt(), now, random);
    let delivered = told.report.verdict == Verdict::Ok;
    let window = Caller::of(call).zip(webhook.window(now).filter(|_| delivered));
    let record = AttemptRecord {
        attempt: told.attempt.as_ref(),
        next_at,
        leaves: ready.place,
        tags: &told.tags,
        place: told.place,
        window: window.as_ref().map(|(caller, window)| (*caller, window)),
        ..AttemptRecord::ending(call, key, Authority::Claimant(by), &told.report)
    };
    if record_with_jar(store, record, &before, &after).await? == Recorded::Overtaken {
        return Ok(Delivered::Overtaken);
    }
    if is_gone(&told) {
        disable_webhook(store, &facts.campaign.id, webhook).await?;
    }
    if let Some(at) = next_at.filter(|at| now.until(*at) <= MAX_DELAY) {
        hints.send(vec![Hint::Delivery(key.clone()).after(now.until(at))]).await;
    }
    if ready.place.is_some() {
        hint_next(store, hints, clock, call).await?;
    }
    Ok(Delivered::Attempted {
        report: told.report,
        attempt: ready.attempt(),
        late: ready.late(),
        next_at,
        taken_over: ready.is_taken_over(),
    })
}

/// Whether the partner says that the webhook's address is no more.
fn is_gone(told: &Told) -> bool {
    told.report.http_status == Some(410)
}

fn retry_at(
    webhook: &Webhook,
    told: &Told,
    attempts: u32,
    now: Timestamp,
    random: &impl Random,
) -> Option<Timestamp> {
    let failed = Retried {
        verdict: told.report.verdict,
        http_status: told.report.http_status,
        retry_after: told.retry_after,
        attempts,
    };
    let wait = next_attempt(webhook.retry, failed, random.fraction())?;
    Some(now.plus(wait))
}
