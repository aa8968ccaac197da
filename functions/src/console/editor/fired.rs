//! A test fire in words.

use std::fmt::Write;

use hookline::delivery::KeptBody;
use hookline::tag::TagSet;
use hookline::use_cases::TestFired;

use super::super::wording;
use super::preview::Fired;

impl Fired {
    /// Tells what came of a test fire.
    pub(super) fn of(fired: TestFired) -> Self {
        let TestFired { report, attempt, not_fired } = fired;
        let unfired =
            not_fired.map(|reason| format!("It would not be fired for this call: {reason}"));
        let sent = attempt.as_ref().map(|attempt| {
            let head = format!("{} {}", attempt.method, attempt.url);
            let (headers, body) = match &attempt.request {
                Some(sent) => (sent.headers.as_slice(), sent.body.as_ref()),
                None => (&[][..], None),
            };
            message(head, headers, body)
        });
        let answered = attempt.as_ref().and_then(|attempt| {
            let head =
                attempt.http_status.map(|status| format!("HTTP {status}")).unwrap_or_default();
            attempt
                .answer
                .as_ref()
                .map(|answer| message(head, &answer.headers, answer.body.as_ref()))
        });
        let tags = report.tags.iter().flat_map(TagSet::iter);
        let tags = tags.flat_map(|(key, values)| {
            values.iter().map(move |value| (key.to_string(), value.as_str().to_owned()))
        });
        Self {
            outcome: wording::outcome(report.verdict, report.http_status),
            class: wording::class(report.verdict),
            latency_ms: report.latency_ms,
            tags: tags.collect(),
            notes: unfired.into_iter().chain(report.notes).collect(),
            sent,
            answered,
        }
    }
}

/// A message as it stands on the wire, its body cut where that was not kept.
fn message(head: String, headers: &[(String, String)], body: Option<&KeptBody>) -> String {
    let mut text = head;
    for (name, value) in headers {
        let _ = write!(text, "\n{name}: {value}");
    }
    if let Some(body) = body {
        let _ = write!(text, "\n\n{}", body.text);
        if body.cut {
            let _ = write!(text, "\n… of {} bytes", body.bytes);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use hookline::campaign::WebhookId;
    use hookline::delivery::{Attempt, KeptMessage, Report, Verdict};
    use hookline::tag::{TagKey, TagValue};
    use hookline::time::Timestamp;

    use super::*;

    #[test]
    fn a_fire_tells_what_went_out_what_came_and_what_it_would_put() {
        let mut tags = TagSet::new();
        tags.insert(TagKey::parse("score").unwrap(), TagValue::parse("71").unwrap());
        let id = WebhookId::parse("crm").unwrap();
        let report = Report {
            verdict: Verdict::Ok,
            http_status: Some(200),
            latency_ms: Some(41),
            tags: Some(tags),
            ..Report::skipped(id, "a note")
        };
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let body = |text: &str, bytes, cut| Some(KeptBody { text: text.to_owned(), bytes, cut });
        let attempt = Attempt {
            attempt: 1,
            at: Timestamp::from_millis(0).unwrap(),
            method: "POST".to_owned(),
            url: "https://a.example/".to_owned(),
            verdict: Verdict::Ok,
            http_status: Some(200),
            latency_ms: 41,
            empty_tokens: Vec::new(),
            request: Some(KeptMessage {
                headers: header("x-a", "1"),
                body: body("hello", 7, false),
            }),
            answer: Some(KeptMessage {
                headers: header("server", "b"),
                body: body("{}", 9000, true),
            }),
        };
        let not_fired = Some("matches: geo:us-ny".to_owned());
        let fired = Fired::of(TestFired { report, attempt: Some(attempt), not_fired });

        assert_eq!(fired.sent.as_deref(), Some("POST https://a.example/\nx-a: 1\n\nhello"));
        let answered = "HTTP 200\nserver: b\n\n{}\n… of 9000 bytes";
        assert_eq!(fired.answered.as_deref(), Some(answered));
        assert_eq!(fired.tags, [("score".to_owned(), "71".to_owned())]);
        let unfired = "It would not be fired for this call: matches: geo:us-ny";
        assert_eq!(fired.notes, [unfired, "a note"]);
    }
}
