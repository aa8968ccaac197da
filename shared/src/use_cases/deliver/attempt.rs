//! One attempt of a claimed delivery: the exchange, and all that follows from it.

use super::jar::record_with_jar;
use super::ready::Ready;
use super::{Delivered, hint_next};
use crate::call::Firing;
use crate::campaign::Webhook;
use crate::delivery::{MAX_ATTEMPTS, Report, Retried, Verdict, next_attempt};
use crate::ports::StoreError;
use crate::ports::callers::Callers;
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
use crate::use_cases::exchange::{Findings, drop_tags, findings_of, prepare};
use crate::use_cases::remember::remembering;

/// What came of an exchange, and what it did to the call's jar.
pub(super) struct Exchanged {
    findings: Findings,
    before: CookieJar,
    after: CookieJar,
}

/// An attempt that somebody claimed, and what came of it.
pub(super) struct Claimed {
    /// Who.
    pub(super) by: String,
    /// What came of it.
    pub(super) exchanged: Exchanged,
}

/// Sends the request of an attempt, with the call's cookies as they were read.
pub(super) async fn browse(
    browser: &impl Browser,
    clock: &impl Clock,
    firing: &Firing<'_>,
) -> Exchanged {
    let call = firing.facts.call;
    let before = CookieJar::from_text(&call.cookies.text).unwrap_or_default();
    let mut after = before.clone();
    let mut findings = match prepare(firing, clock.now()) {
        Ok((request, outgoing)) => {
            findings_of(firing.webhook, outgoing, browser.browse(request, &mut after).await)
        }
        Err(unsent) => *unsent,
    };
    if is_gone(&findings) {
        findings.report.notes.push("410 Gone: the webhook is disabled".to_owned());
    }
    if !call.has_room_for(&findings.tags) {
        drop_tags(&mut findings.report);
        findings.tags = TagSet::new();
    }
    Exchanged { findings, before, after }
}

/// Keeps what came of a claimed attempt, and sees to what follows: a webhook that is to be disabled, a
/// retry, whoever is next in line.
pub(super) async fn keep(
    store: &(impl Calls + Callers + Campaigns + Deliveries),
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    ready: &Ready<'_>,
    firing: &Firing<'_>,
    Claimed { by, exchanged }: Claimed,
) -> Result<Delivered, StoreError> {
    let Exchanged { findings, before, after } = exchanged;
    let Firing { webhook, facts, .. } = firing;
    let (call, key, now) = (ready.call, &ready.delivery.key, clock.now());
    let memory = remembering(call, facts.campaign, findings.tags.clone(), findings.place, now);
    if let Some(memory) = memory
        && let Err(error) = store.remember(&memory, now).await
    {
        // What was sent has to be recorded all the same.
        error.log(call.id.as_str());
    }
    let has_more = ready.attempt() < MAX_ATTEMPTS;
    let next_at = retry_at(webhook, &findings, ready.attempt_of_schedule(), now, random);
    let next_at = next_at.filter(|_| has_more);
    let delivered = findings.report.verdict == Verdict::Ok;
    let window = webhook.window(now).filter(|_| delivered);
    let record = AttemptRecord {
        attempt: findings.attempt.as_ref(),
        next_at,
        leaves: ready.pending,
        tags: &findings.tags,
        place: findings.place,
        window: window.as_ref(),
        ..AttemptRecord::ending(call, ready.delivery, Authority::Claimant(&by), &findings.report)
    };
    if record_with_jar(store, record, &before, &after).await? == Recorded::Overtaken {
        // Its tags are on no call.
        let report = Report { tags: None, ..findings.report };
        return Ok(Delivered::Overtaken { report, attempt: ready.attempt() });
    }
    // The attempt is told from here on: what fails now is made up for, and is not the attempt's.
    if is_gone(&findings)
        && let Err(error) = disable_webhook(store, &facts.campaign.id, webhook).await
    {
        // The next answer like this one disables it.
        error.log(call.id.as_str());
    }
    if let Some(at) = next_at.filter(|at| now.until(*at) <= MAX_DELAY) {
        hints.send(vec![Hint::Delivery(key.clone()).after(now.until(at))]).await;
    }
    if ready.pending.is_some() {
        hint_next(store, hints, clock, call).await;
    }
    Ok(Delivered::Attempted {
        report: findings.report,
        attempt: ready.attempt(),
        late: ready.late(),
        next_at,
        takeovers: ready.takeovers(),
    })
}

/// Whether the partner says that the webhook's address is no more.
fn is_gone(findings: &Findings) -> bool {
    findings.report.http_status == Some(410)
}

fn retry_at(
    webhook: &Webhook,
    findings: &Findings,
    attempts: u32,
    now: Timestamp,
    random: &impl Random,
) -> Option<Timestamp> {
    let failed = Retried {
        verdict: findings.report.verdict,
        http_status: findings.report.http_status,
        retry_after: findings.retry_after,
        attempts,
    };
    let wait = next_attempt(webhook.retry, failed, random.fraction())?;
    Some(now.plus(wait))
}
