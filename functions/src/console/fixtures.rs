//! A call that did not happen, for tests of pages.

use hookline::call::{
    Call, CallEvent, CallId, CallKey, Decision, EventKind, JournalEntry, Raw, RawEvent, Source,
};
use hookline::campaign::{Campaign, WebhookId};
use hookline::delivery::{
    Attempt, Delivery, DeliveryKey, FailureKind, KeptBody, KeptMessage, ONCE, Progress, Report,
    Verdict,
};
use hookline::tag::{TagKey, TagSet, TagValue};
use hookline::time::Timestamp;
use hookline::trigger::Trigger;
use serde_json::json;

/// So many milliseconds after the call began.
pub(super) fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_453_200_000 + millis).unwrap()
}

/// Ten minutes after the call began.
pub(super) fn now() -> Timestamp {
    after(600_000)
}

/// A campaign whose name is no harm as text.
pub(super) fn campaign() -> Campaign {
    let document = json!({"id": "solar", "name": "Solar <b>leads</b>", "webhooks": [
        {"id": "crm", "trigger": "start", "url": "https://crm.example/lead?phone=[caller_number]"},
        {"id": "sale", "trigger": "conversion", "url": "https://buyer.example/sale"},
    ]});
    Campaign::from_document(&document).unwrap()
}

/// What the platform said besides when the call began.
pub(super) fn said(call: &Call) -> Vec<RawEvent> {
    let fields = json!({"from_uri": "<script>alert(5)</script>@a.example"});
    let raw = Raw { fields: fields.as_object().unwrap().clone(), cut: true };
    let entry = call.journal.iter().next().unwrap();
    vec![RawEvent { at: entry.at, source: entry.source.clone(), raw }]
}

/// A call that converted, with its journal.
pub(super) fn call() -> Call {
    let id = CallId::parse("call-1").unwrap();
    let key = CallKey::from_random([7; 24]);
    let mut call = Call::new(id.clone(), campaign().id, "u-1".to_owned(), key);
    let buyer = json!({"id": "b7", "name": "Bright Homes"});
    let events = [
        (
            EventKind::Start,
            json!({"campaign_id": "solar", "occurred_at": after(0),
            "caller_number": "+16145550100", "called_number": "+18005550199",
            "number_name": "<i>Spring</i>", "tags": {"sub_id": "spring-ad"}}),
        ),
        (EventKind::Selected, json!({"occurred_at": after(5_000), "attempt": 1, "buyer": buyer})),
        (EventKind::Answered, json!({"occurred_at": after(9_000), "attempt": 1, "buyer": buyer})),
        (
            EventKind::Ended,
            json!({"occurred_at": after(99_000), "hung_up_by": "caller",
            "revenue": "20.00", "payout": "10.00"}),
        ),
    ];
    for (kind, body) in events {
        call.take_in(&CallEvent::from_json(kind, id.clone(), &body, now()).unwrap(), now());
    }
    call.tags.merge(tags(&[("first_name", "<script>alert(1)</script>"), ("age", "23")]));
    call.course.decision = Some(Decision { converted: true, deduped: false, at: after(100_500) });
    let event = |millis, event: &str, buyer: Option<&str>, tags| JournalEntry {
        at: after(millis),
        source: Source::Event {
            event: event.to_owned(),
            buyer: buyer.map(str::to_owned),
            reported_at: after(millis + 80),
        },
        tags,
        cut: false,
    };
    let none = TagSet::new();
    call.journal = [
        event(0, "start", None, tags(&[("sub_id", "spring-ad")])),
        event(5_000, "selected", Some("b7"), none.clone()),
        event(9_000, "answered", Some("b7"), none.clone()),
        event(99_000, "ended", None, none),
        JournalEntry {
            at: after(60_000),
            source: Source::Postback,
            tags: tags(&[("credit_offer", "yes")]),
            cut: true,
        },
    ]
    .into();
    call
}

/// Tags of these keys and values.
pub(super) fn tags(pairs: &[(&str, &str)]) -> TagSet {
    let tag = |(key, value): &(&str, &str)| {
        (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap())
    };
    pairs.iter().map(tag).collect()
}

/// Its deliveries: one that went well, one that is retried, one that failed, one that was not sent.
pub(super) fn deliveries() -> Vec<Delivery> {
    let http = Verdict::Failed { kind: FailureKind::Http };
    let crm = delivery(Trigger::Start, "crm", 90, &[(120, Verdict::Ok, Some(200), 45)]);
    let slow = delivery(Trigger::Start, "slow", 90, &[(121, Verdict::TimedOut, None, 5_003)]);
    let sale = [
        (101_000, http, Some(503), 31),
        (106_300, http, Some(503), 28),
        (139_000, Verdict::Ok, Some(200), 62),
    ];
    let sale = delivery(Trigger::Conversion, "sale", 100_600, &sale);
    let retried = [(101_500, http, Some(500), 40)];
    let mut sync = delivery(Trigger::Always, "sync", 100_700, &retried);
    sync.progress = Progress::Due { at: after(700_000) };
    let id = WebhookId::parse("texas").unwrap();
    let report = Report::skipped(id, "matches: geo:us-tx");
    let texas = Delivery::ended(key(Trigger::Start, "texas"), 3, report, after(90));
    vec![crm, slow, sale, sync, texas]
}

fn key(trigger: Trigger, webhook: &str) -> DeliveryKey {
    let (call, webhook) = (CallId::parse("call-1").unwrap(), WebhookId::parse(webhook).unwrap());
    DeliveryKey { call, trigger, webhook, occurrence: ONCE.to_owned() }
}

/// A delivery that has ended, with the start in milliseconds, the end, the status and the latency of
/// each attempt.
pub(super) fn delivery(
    trigger: Trigger,
    webhook: &str,
    created: i64,
    attempts: &[(i64, Verdict, Option<u16>, u64)],
) -> Delivery {
    let key = key(trigger, webhook);
    let tried = |(number, (at, verdict, http_status, latency_ms)): (u32, &(_, _, _, _))| {
        let body = |text: &str| Some(KeptBody { text: text.to_owned(), bytes: 5_000, cut: true });
        let header = |value: &str| vec![("content-type".to_owned(), value.to_owned())];
        Attempt {
            attempt: number,
            at: after(*at),
            method: "POST".to_owned(),
            url: format!("https://{webhook}.example/lead?phone=%2B16145550100&key=********"),
            verdict: *verdict,
            http_status: *http_status,
            latency_ms: *latency_ms,
            empty_tokens: vec!["[zip]".to_owned()],
            request: Some(KeptMessage {
                headers: header("application/json"),
                body: body("{\"caller\": \"</pre><script>alert(2)</script>\"}"),
            }),
            answer: http_status.map(|_| KeptMessage {
                headers: header("text/html"),
                body: body("<img src=x onerror=alert(3)>"),
            }),
        }
    };
    let attempts: Vec<Attempt> = (1..).zip(attempts).map(tried).collect();
    let last = attempts.last().unwrap();
    let report = Report {
        id: key.webhook.clone(),
        verdict: last.verdict,
        http_status: last.http_status,
        latency_ms: Some(last.latency_ms),
        tags: Some(tags(&[("age", "23")])),
        notes: vec!["interests.<0>: objects are left out".to_owned()],
    };
    Delivery { attempts, ..Delivery::ended(key, 1, report, after(created)) }
}

/// Whether a page has none of the hostile values above as markup.
pub(super) fn is_harmless(page: &str) -> bool {
    let hostile =
        ["<script>alert", "<img src=x", "<b>leads", "<i>Spring", "javascript:", " style="];
    hostile.iter().all(|text| !page.contains(text))
}
