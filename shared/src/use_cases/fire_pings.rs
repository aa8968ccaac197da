//! Fires the pings of a trigger, all at the same time (spec sections 1, 5 and 6).
//!
//! Nothing a partner does fails the call: whatever happens becomes one report a webhook, and the
//! slowest of them takes no longer than its own deadline.

use futures_util::future::join_all;
use url::Url;

use crate::answer::{AnswerTags, tags_of};
use crate::call::{CallFacts, Firing, Masked};
use crate::campaign::Webhook;
use crate::delivery::{Attempt, Delivery, DeliveryId, FailureKind, Report, Verdict};
use crate::geo::{Location, Place};
use crate::ports::clock::Clock;
use crate::ports::sender::{Exchange, Outcome, Sender};
use crate::secret::MASK;
use crate::tag::TagSet;
use crate::trigger::Trigger;
use crate::use_cases::{Rendering, render_request};

/// A fired ping: its delivery, and what its answer says of the call.
#[derive(Debug)]
pub struct Ping {
    /// What is reported and kept.
    pub delivery: Delivery,
    /// Tags to put on the call.
    pub tags: TagSet,
    /// Where the caller turned out to be.
    pub place: Option<Place>,
}

/// Fires every webhook of `trigger` whose matches hold and waits for the slowest; one entry a
/// webhook, in firing order.
pub async fn fire_pings(
    sender: &impl Sender,
    clock: &impl Clock,
    facts: CallFacts<'_>,
    trigger: Trigger,
    occurrence: &str,
) -> Vec<Ping> {
    let campaign = facts.campaign;
    let pings = campaign
        .webhooks_of(trigger)
        .map(|webhook| fire(sender, clock, facts, webhook, occurrence));
    join_all(pings).await
}

async fn fire(
    sender: &impl Sender,
    clock: &impl Clock,
    facts: CallFacts<'_>,
    webhook: &Webhook,
    occurrence: &str,
) -> Ping {
    let id = DeliveryId::of(&facts.call.id, webhook.trigger, &webhook.id, occurrence);
    let firing = Some(Firing { webhook, delivery: &id, attempt: 1 });
    let firing_facts = CallFacts { firing, ..facts };
    let (report, attempts, tags, place) = if let Some(note) = why_not(webhook, &firing_facts) {
        (Report::skipped(webhook.id.clone(), note), Vec::new(), TagSet::new(), None)
    } else {
        exchange(sender, clock, &firing_facts, webhook).await
    };
    let delivery = Delivery {
        id,
        trigger: webhook.trigger,
        occurrence: occurrence.to_owned(),
        report,
        attempts,
        created_at: facts.now,
    };
    Ping { delivery, tags, place }
}

/// The URL as it is kept and shown: without the call key, whatever its filters make of it, and
/// without a password.
fn shown_url(webhook: &Webhook, facts: &CallFacts<'_>, sent: &Url) -> String {
    let mut shown = sent.clone();
    if webhook.url.tokens().any(|name| name == "call_key") {
        match webhook.url.render(&Masked(*facts)) {
            Ok((masked, _)) => shown = masked,
            Err(_) => return MASK.to_owned(),
        }
    }
    if shown.password().is_some() && shown.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    shown.into()
}

/// Why a webhook is not sent; `None` when it is.
fn why_not(webhook: &Webhook, facts: &CallFacts<'_>) -> Option<String> {
    if !facts.campaign.enabled {
        return Some("the campaign is disabled".to_owned());
    }
    if !webhook.enabled {
        return Some("the webhook is disabled".to_owned());
    }
    webhook.matches.unmet(facts).map(|unmet| format!("matches: {unmet}"))
}

async fn exchange(
    sender: &impl Sender,
    clock: &impl Clock,
    facts: &CallFacts<'_>,
    webhook: &Webhook,
) -> (Report, Vec<Attempt>, TagSet, Option<Place>) {
    let Rendering { mut request, empty } = match render_request(webhook, facts) {
        Ok(rendering) => rendering,
        Err(fault) => {
            let report = Report {
                id: webhook.id.clone(),
                verdict: Verdict::Failed { kind: FailureKind::Invalid },
                http_status: None,
                latency_ms: None,
                tags: Some(TagSet::new()),
                notes: vec![fault.to_string()],
            };
            return (report, Vec::new(), TagSet::new(), None);
        }
    };
    let at = clock.now();
    if let (Some(secret), Some(firing)) = (&webhook.signing_secret, facts.firing) {
        secret.sign(&mut request, firing.delivery, at);
    }
    let url = shown_url(webhook, facts, &request.url);
    let method = webhook.method.to_string();
    let Exchange { outcome, latency } = sender.send(request).await;

    let mut notes = Vec::new();
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(String::as_str).collect();
        notes.push(format!("empty tokens: {}", names.join(", ")));
    }
    let mut http_status = None;
    let mut answer = AnswerTags::default();
    let verdict = match outcome {
        Outcome::Answered(answered) => {
            http_status = Some(answered.status);
            if answered.is_encoded() {
                notes.push("the answer came in a content coding that was not asked for".to_owned());
            }
            if (200..300).contains(&answered.status) {
                if webhook.parses_response() && !answered.body.is_empty() {
                    answer = tags_of(&answered.body, &webhook.mapping);
                }
                Verdict::Ok
            } else {
                Verdict::Failed { kind: FailureKind::Http }
            }
        }
        Outcome::TimedOut => Verdict::TimedOut,
        Outcome::Blocked(reason) => {
            notes.push(reason.to_string());
            Verdict::Blocked
        }
        Outcome::Failed { kind, detail } => {
            notes.push(detail);
            Verdict::Failed { kind: kind.into() }
        }
    };
    notes.append(&mut answer.notes);
    let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    let mut shown = answer.tags.clone();
    if let Some(place) = &answer.place {
        shown.merge(Location::default().replaced_by(place).tags());
    }
    let report = Report {
        id: webhook.id.clone(),
        verdict,
        http_status,
        latency_ms: Some(latency_ms),
        tags: Some(shown),
        notes,
    };
    let attempt = Attempt {
        attempt: 1,
        at,
        method,
        url,
        verdict,
        http_status,
        latency_ms,
        empty_tokens: empty.into_iter().collect(),
    };
    (report, vec![attempt], answer.tags, answer.place)
}
