//! One exchange with a partner: the request it needs, what its outcome says, and what is kept of
//! both (spec sections 4, 5 and 12). Whatever a partner does is data.

mod hidden;
mod shown;

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderMap, header};

use hidden::Hidden;
pub use shown::ShownRequest;
use shown::shown_headers;
pub(super) use shown::shown_request;

use crate::answer::{AnswerTags, tags_of};
use crate::call::{Firing, MAX_TAG_BYTES};
use crate::campaign::Webhook;
use crate::delivery::{
    Attempt, FailureKind, KeptMessage, Report, Room, Verdict, kept_names, kept_url,
};
use crate::geo::{Location, Place};
use crate::ports::sender::{self, BODY_CAP, Exchange, Outcome, Request};
use crate::signature::identify;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Class;
use crate::use_cases::{Rendering, render_request};

/// What is kept of a request that goes out.
pub(super) struct Outgoing {
    number: u32,
    at: Timestamp,
    method: String,
    url: String,
    sent: KeptMessage,
    empty: Vec<String>,
    hidden: Hidden,
}

/// What came of a webhook's exchange, or of its having none.
pub(super) struct Findings {
    /// What is reported.
    pub(super) report: Report,
    /// What is kept of the exchange; `None` when nothing was sent.
    pub(super) attempt: Option<Attempt>,
    /// Tags that the answer puts on the call.
    pub(super) tags: TagSet,
    /// Where the answer says that the caller is.
    pub(super) place: Option<Place>,
    /// How long the partner wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Findings {
    /// Nothing was sent.
    pub(super) fn unsent(report: Report) -> Self {
        Self { report, attempt: None, tags: TagSet::new(), place: None, retry_after: None }
    }
}

/// Makes the request of an attempt, named and signed, and what is kept of it.
///
/// # Errors
/// What to tell when none can be made.
pub(super) fn prepare(
    firing: &Firing<'_>,
    at: Timestamp,
) -> Result<(Request, Outgoing), Box<Findings>> {
    let webhook = firing.webhook;
    let Rendering { mut request, empty } = render_request(webhook, firing).map_err(|fault| {
        Box::new(Findings::unsent(Report {
            id: webhook.id.clone(),
            verdict: Verdict::Failed { kind: FailureKind::Invalid },
            http_status: None,
            latency_ms: None,
            tags: Some(TagSet::new()),
            notes: vec![fault.to_string()],
        }))
    })?;
    if webhook.trigger.class() == Class::Browser {
        identify(&mut request, firing.delivery);
    }
    if let Some(secret) = &webhook.signing_secret {
        secret.sign(&mut request, firing.delivery, at);
    }
    let outgoing = Outgoing::of(firing, at, &request, empty);
    Ok((request, outgoing))
}

impl Outgoing {
    fn of(firing: &Firing<'_>, at: Timestamp, request: &Request, empty: BTreeSet<String>) -> Self {
        let hidden = Hidden::of(firing, request);
        let ShownRequest { method, url, headers, body } = shown_request(firing, request);
        let number = firing.attempt;
        let body = (body.as_deref().unwrap_or_default(), request.body.len());
        let sent = KeptMessage::within(Room::of_attempt(number), headers, body);
        Self { number, at, method, url: kept_url(url), sent, empty: kept_names(empty), hidden }
    }

    /// What is kept of an answer.
    fn received(&self, headers: &HeaderMap, body: &[u8]) -> KeptMessage {
        let text = self.hidden.hide(&String::from_utf8_lossy(body));
        let headers = shown_headers(&self.hidden, headers);
        KeptMessage::within(Room::of_attempt(self.number), headers, (&text, body.len()))
    }
}

/// Reads what came of a request that went out.
pub(super) fn findings_of(webhook: &Webhook, outgoing: Outgoing, exchange: Exchange) -> Findings {
    let Exchange { outcome, latency } = exchange;
    let at = outgoing.at;
    let mut notes = Vec::new();
    if !outgoing.empty.is_empty() {
        notes.push(format!("empty tokens: {}", outgoing.empty.join(", ")));
    }
    let mut http_status = None;
    let mut retry_after = None;
    let mut received = None;
    let mut answer = AnswerTags::default();
    let verdict = match outcome {
        Outcome::Answered(answered) => {
            http_status = Some(answered.status);
            retry_after = asked_to_wait(&answered.headers, at);
            received = Some(outgoing.received(&answered.headers, &answered.body));
            if answered.is_encoded() {
                notes.push("the answer came in a content coding that was not asked for".to_owned());
            }
            if is_taken(answered.status) {
                if webhook.parses_response() && !answered.body.is_empty() {
                    answer = tags_of(&answered.body, &webhook.mapping);
                    outgoing.hidden.guard(&mut answer);
                }
                Verdict::Ok
            } else {
                Verdict::Failed { kind: FailureKind::Http }
            }
        }
        Outcome::TooLarge { status, headers } => {
            http_status = Some(status);
            retry_after = asked_to_wait(&headers, at);
            received = Some(outgoing.received(&headers, &[]));
            notes.push(format!("the answer is over {} KiB", BODY_CAP / 1024));
            match is_taken(status) {
                // Nobody wants to read it, and the partner has taken the request.
                true if !webhook.parses_response() => Verdict::Ok,
                true => Verdict::Failed { kind: FailureKind::TooLarge },
                false => Verdict::Failed { kind: FailureKind::Http },
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
        attempt: outgoing.number,
        at,
        method: outgoing.method,
        url: outgoing.url,
        verdict,
        http_status,
        latency_ms,
        empty_tokens: outgoing.empty,
        request: Some(outgoing.sent),
        answer: received,
    };
    Findings { report, attempt: Some(attempt), tags: answer.tags, place: answer.place, retry_after }
}

/// Whether the partner says that it has taken the request.
fn is_taken(status: u16) -> bool {
    (200..300).contains(&status)
}

impl From<sender::FailureKind> for FailureKind {
    fn from(kind: sender::FailureKind) -> Self {
        match kind {
            sender::FailureKind::Dns => Self::Dns,
            sender::FailureKind::Connect => Self::Connect,
            sender::FailureKind::Tls => Self::Tls,
            sender::FailureKind::Protocol => Self::Protocol,
            sender::FailureKind::Invalid => Self::Invalid,
        }
    }
}

/// Says in a report that the call had no room for its tags.
pub(super) fn drop_tags(report: &mut Report) {
    let note = format!("its tags were dropped: a call holds {MAX_TAG_BYTES} bytes of tags");
    report.notes.push(note);
    report.tags = Some(TagSet::new());
}

/// What `Retry-After` says: seconds, or a date (RFC 9110 section 10.2.3).
fn asked_to_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Timestamp::from_http_date(text).map(|date| now.until(date))
}

#[cfg(test)]
mod kept_tests;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::campaign::Campaign;

    #[test]
    fn an_answer_that_is_too_large_counts_by_its_status() {
        let hook =
            |trigger: &str| json!({"id": trigger, "trigger": trigger, "url": "https://a.example/"});
        let document = json!({"id": "c", "name": "C", "webhooks": [hook("start"), hook("always")]});
        let campaign = Campaign::from_document(&document).unwrap();
        let findings_at = |webhook: usize, status| {
            let outgoing = Outgoing {
                number: 1,
                at: Timestamp::from_millis(0).unwrap(),
                method: "GET".to_owned(),
                url: "https://a.example/".to_owned(),
                sent: KeptMessage { headers: Vec::new(), body: None },
                empty: Vec::new(),
                hidden: Hidden::default(),
            };
            let headers = [(header::RETRY_AFTER, "120".parse().unwrap())].into_iter().collect();
            let outcome = Outcome::TooLarge { status, headers };
            let exchange = Exchange { outcome, latency: Duration::from_millis(41) };
            findings_of(&campaign.webhooks[webhook], outgoing, exchange)
        };
        let failed = |kind| Verdict::Failed { kind };
        for (webhook, status, verdict) in [
            (0, 200, failed(FailureKind::TooLarge)),
            (0, 503, failed(FailureKind::Http)),
            (1, 200, Verdict::Ok),
            (1, 503, failed(FailureKind::Http)),
        ] {
            let Findings { report, attempt, retry_after, .. } = findings_at(webhook, status);
            assert_eq!(report.verdict, verdict);
            assert_eq!(report.http_status, Some(status));
            assert_eq!(report.notes, ["the answer is over 64 KiB"]);
            let headers = vec![("retry-after".to_owned(), "120".to_owned())];
            let attempt = attempt.unwrap();
            assert_eq!(attempt.http_status, Some(status));
            assert_eq!(attempt.answer, Some(KeptMessage { headers, body: None }));
            assert_eq!(retry_after, Some(Duration::from_mins(2)));
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_millis(784_111_777_000).unwrap();
        let wait = |text: &str| {
            let headers = [(header::RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
            asked_to_wait(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 08:40:37 GMT"), Some(0));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-5"), None);
    }
}
