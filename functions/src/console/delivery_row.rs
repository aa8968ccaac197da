//! A delivery as pages show it: where it stands, why, and what was sent and answered.

use std::time::Duration;

use hookline::delivery::{Attempt, Delivery, DeliveryStatus, KeptBody, Progress};
use hookline::time::Timestamp;
use hookline::trigger::Class;

use super::wording::{class, clock, count, cut, date_and_clock, outcome, span, status};

/// The most notes that a delivery among others tells, and the most characters of each.
const MAX_NOTES: usize = 5;
const MAX_NOTE: usize = 200;

/// A delivery.
#[derive(Debug)]
pub(super) struct DeliveryRow {
    /// Its id.
    pub(super) id: String,
    /// Its call.
    pub(super) call: String,
    /// Its webhook.
    pub(super) webhook: String,
    /// What fired it.
    pub(super) trigger: &'static str,
    /// When it was created, to the second.
    pub(super) at: String,
    /// Where it stands.
    pub(super) status: &'static str,
    /// Whether something is to come.
    pub(super) is_open: bool,
    /// What became of it, and what comes next.
    pub(super) summary: String,
    /// What a person should know.
    pub(super) notes: Vec<String>,
    /// The last attempts, newest first.
    pub(super) attempts: Vec<AttemptRow>,
    /// How many earlier attempts are not among them.
    pub(super) earlier: usize,
    /// Whether it may be replayed.
    pub(super) is_replayable: bool,
}

/// One attempt.
#[derive(Debug)]
pub(super) struct AttemptRow {
    /// Its number.
    pub(super) number: u32,
    /// When it was sent.
    pub(super) at: String,
    /// Its class in the style.
    pub(super) class: &'static str,
    /// How it ended.
    pub(super) outcome: String,
    /// How long it took.
    pub(super) took: String,
    /// The method.
    pub(super) method: String,
    /// The address.
    pub(super) url: String,
    /// Tokens that rendered to nothing.
    pub(super) empty: Vec<String>,
    /// What was sent.
    pub(super) request: Option<Message>,
    /// What was answered.
    pub(super) answer: Option<Message>,
}

/// Headers and a body.
#[derive(Debug)]
pub(super) struct Message {
    /// The headers, one a line.
    pub(super) headers: String,
    /// The beginning of the body.
    pub(super) body: Option<String>,
    /// How much of the body is not here.
    pub(super) cut: Option<String>,
}

impl DeliveryRow {
    /// A delivery with everything, for its own page.
    pub(super) fn whole(delivery: &Delivery, now: Timestamp) -> Self {
        let notes = delivery.report.as_ref().map(|it| it.notes.clone()).unwrap_or_default();
        Self { notes, ..Self::of(delivery, usize::MAX, now) }
    }

    /// A delivery among others with its last attempt.
    pub(super) fn with_last_attempt(delivery: &Delivery, now: Timestamp) -> Self {
        Self::of(delivery, 1, now)
    }

    /// A delivery among others; its attempts are on its own page.
    pub(super) fn in_brief(delivery: &Delivery, now: Timestamp) -> Self {
        Self::of(delivery, 0, now)
    }

    fn of(delivery: &Delivery, attempts: usize, now: Timestamp) -> Self {
        let standing = delivery.status();
        let last = delivery.attempts.iter().rev().take(attempts);
        let notes = delivery.report.iter().flat_map(|report| &report.notes);
        Self {
            id: delivery.key.id().as_str().to_owned(),
            call: delivery.key.call.as_str().to_owned(),
            webhook: delivery.webhook().to_string(),
            trigger: delivery.trigger().as_str(),
            at: clock(delivery.created_at),
            status: status(standing),
            is_open: matches!(standing, DeliveryStatus::Pending | DeliveryStatus::Retrying),
            summary: summary(delivery, now),
            notes: notes.take(MAX_NOTES).map(|note| cut(note, MAX_NOTE)).collect(),
            attempts: last.map(AttemptRow::of).collect(),
            earlier: delivery.attempts.len().saturating_sub(attempts),
            is_replayable: delivery.is_replayable() && delivery.trigger().class() == Class::Browser,
        }
    }
}

impl DeliveryRow {
    /// How much there is of its attempts to show, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.attempts.iter().map(AttemptRow::weight).sum()
    }

    /// What the link to its own page says.
    pub(super) fn link(&self) -> String {
        match (self.earlier, self.attempts.is_empty()) {
            (0, _) => "Its own page".to_owned(),
            (earlier, true) => count(earlier, "attempt", "attempts"),
            (earlier, false) => count(earlier, "earlier attempt", "earlier attempts"),
        }
    }
}

/// What became of a delivery, and what comes next, in a line.
pub(super) fn summary(delivery: &Delivery, now: Timestamp) -> String {
    let report = delivery.report.as_ref();
    let took = report.and_then(|report| report.latency_ms).map(Duration::from_millis);
    let ended = report.map(|report| outcome(report.verdict, report.http_status));
    let made = Some(delivery.attempts.len()).filter(|made| *made > 1);
    let next = match &delivery.progress {
        Progress::Due { at } if *at > now => Some(format!("next in {}", span(now.until(*at)))),
        Progress::Due { .. } => Some("due now".to_owned()),
        Progress::Claimed { .. } => Some("being sent".to_owned()),
        Progress::Ended => None,
    };
    let parts = [
        ended,
        took.map(|took| format!("after {}", span(took))),
        made.map(|made| count(made, "attempt", "attempts")),
        next,
        delivery.replayed.map(|replay| format!("replayed {}", date_and_clock(replay.at))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

impl AttemptRow {
    fn weight(&self) -> usize {
        let messages = [&self.request, &self.answer].into_iter().flatten();
        let empty: usize = self.empty.iter().map(String::len).sum();
        self.url.len() + empty + messages.map(Message::weight).sum::<usize>()
    }

    fn of(attempt: &Attempt) -> Self {
        let request = attempt.request.as_ref();
        let answer = attempt.answer.as_ref();
        Self {
            number: attempt.attempt,
            at: date_and_clock(attempt.at),
            class: class(attempt.verdict),
            outcome: outcome(attempt.verdict, attempt.http_status),
            took: span(Duration::from_millis(attempt.latency_ms)),
            method: attempt.method.clone(),
            url: attempt.url.clone(),
            empty: attempt.empty_tokens.clone(),
            request: request.map(|sent| Message::of(&sent.headers, sent.body.as_ref())),
            answer: answer.map(|came| Message::of(&came.headers, came.body.as_ref())),
        }
    }
}

impl Message {
    fn weight(&self) -> usize {
        self.headers.len() + self.body.as_ref().map_or(0, String::len)
    }

    fn of(headers: &[(String, String)], body: Option<&KeptBody>) -> Self {
        let lines: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let cut = body.filter(|body| body.cut);
        let bytes = cut.map(|body| body.bytes);
        Self {
            headers: lines.join("\n"),
            body: body.map(|body| body.text.clone()),
            cut: bytes.map(|bytes| format!("The beginning of {bytes} bytes.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn where_a_delivery_stands_is_said_in_a_line() {
        let rows: Vec<DeliveryRow> = fixtures::deliveries()
            .iter()
            .map(|delivery| DeliveryRow::with_last_attempt(delivery, fixtures::now()))
            .collect();
        let said: Vec<(&str, &str, bool)> =
            rows.iter().map(|row| (row.status, row.summary.as_str(), row.is_replayable)).collect();
        let expected = [
            ("ok", "delivered, 200 · after 45 ms", false),
            ("failed", "no whole answer in time · after 5 s", false),
            ("ok", "delivered, 200 · after 62 ms · 3 attempts", true),
            ("retrying", "answered 500 · after 40 ms · next in 1 min 40 s", true),
            ("skipped", "not sent", false),
        ];
        assert_eq!(said, expected);
        assert_eq!((rows[2].attempts.len(), rows[2].earlier), (1, 2));
        assert_eq!(rows[2].attempts[0].number, 3);
    }

    #[test]
    fn among_others_a_delivery_is_told_in_short_and_on_its_own_page_whole() {
        let mut sale = fixtures::deliveries().swap_remove(2);
        if let Some(report) = &mut sale.report {
            report.notes = vec!["n".repeat(500); 50];
        }
        let brief = DeliveryRow::in_brief(&sale, fixtures::now());
        assert_eq!((brief.notes.len(), brief.notes[0].chars().count()), (5, 200));
        assert_eq!((brief.weight(), brief.link().as_str()), (0, "3 attempts"));
        let last = DeliveryRow::with_last_attempt(&sale, fixtures::now());
        assert!(last.weight() > 0 && last.link() == "2 earlier attempts");
        let whole = DeliveryRow::whole(&sale, fixtures::now());
        assert_eq!((whole.notes.len(), whole.notes[0].len(), whole.earlier), (50, 500, 0));
    }

    #[test]
    fn a_body_that_is_not_whole_says_so() {
        let row = DeliveryRow::with_last_attempt(&fixtures::deliveries()[0], fixtures::now());
        let request = row.attempts[0].request.as_ref().unwrap();
        assert_eq!(request.headers, "content-type: application/json");
        assert_eq!(request.cut.as_deref(), Some("The beginning of 5000 bytes."));
    }

    #[test]
    fn a_whole_body_that_had_more_bytes_before_it_was_made_text_says_nothing() {
        let body = KeptBody { text: "\u{fffd}".to_owned(), bytes: 7, cut: false };
        assert_eq!(Message::of(&[], Some(&body)).cut, None);
    }
}
