//! A call drawn over time: its events on the first line, and a line for each delivery with a bar for
//! each attempt. The page says the same in words, so the drawing says it to eyes alone.

use askama::Template;
use hookline::call::{Call, Source};
use hookline::delivery::{Attempt, Delivery, Progress};
use hookline::time::Timestamp;
use std::time::Duration;

use super::time_scale::TimeScale;
use super::wording;

const LEFT: f64 = 176.0;
const RIGHT: f64 = 770.0;
const TOP: u32 = 58;
const LINE: u32 = 24;
/// The most deliveries that are drawn.
const MAX_LINES: usize = 40;
/// How far apart the names of times are.
const APART: f64 = 84.0;
/// About as wide as a letter.
const LETTER: f64 = 6.2;

/// The drawing, ready for its template: places are texts with one decimal.
#[derive(Debug, Template)]
#[template(path = "console/chart.html")]
pub(super) struct Chart {
    height: u32,
    ticks: Vec<(String, String)>,
    connected: Option<(String, String)>,
    marks: Vec<Mark>,
    lines: Vec<Line>,
    left_out: usize,
}

#[derive(Debug)]
struct Mark {
    x: String,
    name: String,
    /// Whether there is room for its name beside it.
    is_named: bool,
}

#[derive(Debug)]
struct Line {
    y: u32,
    name: String,
    class: &'static str,
    word: String,
    /// From its creation to the last that is known of it.
    wait: (String, String),
    bars: Vec<Bar>,
}

#[derive(Debug)]
struct Bar {
    x: String,
    width: String,
    class: &'static str,
    title: String,
}

impl Chart {
    /// The drawing of a call; `None` when nothing is known to have happened.
    pub(super) fn of(call: &Call, deliveries: &[Delivery], now: Timestamp) -> Option<Self> {
        let drawn = deliveries.get(..MAX_LINES).unwrap_or(deliveries);
        let events: Vec<(Timestamp, String)> = call.journal.iter().filter_map(event).collect();
        let open = call.end.is_none().then_some(now);
        let times = events.iter().map(|(at, _)| *at).chain(call.ended_at()).chain(open);
        let attempts = drawn.iter().flat_map(|delivery| &delivery.attempts);
        let times = times.chain(drawn.iter().map(|delivery| delivery.created_at));
        let times = times.chain(attempts.flat_map(|attempt| [attempt.at, end(attempt)]));
        let scale = TimeScale::of(times, LEFT, RIGHT);
        let ticks = scale.ticks(APART);
        if ticks.is_empty() {
            return None;
        }
        let until = call.connected_until().unwrap_or(now);
        let lines = drawn.iter().zip(0..).map(|(delivery, line)| Line::of(delivery, line, &scale));
        let lines: Vec<Line> = lines.collect();
        Some(Self {
            height: TOP + LINE * u32::try_from(lines.len()).unwrap_or_default() + 8,
            ticks: ticks.into_iter().map(|tick| (put(tick.x), tick.label)).collect(),
            connected: call.answered_at().map(|at| stretch(&scale, at, until)),
            marks: marks(&events, &scale),
            left_out: deliveries.len() - lines.len(),
            lines,
        })
    }
}

fn event(entry: &hookline::call::JournalEntry) -> Option<(Timestamp, String)> {
    match &entry.source {
        Source::Event { event, .. } => Some((entry.at, event.clone())),
        Source::Postback => Some((entry.at, "postback".to_owned())),
        Source::Defaults | Source::Remembered => None,
    }
}

fn marks(events: &[(Timestamp, String)], scale: &TimeScale) -> Vec<Mark> {
    let mut free = f64::MIN;
    let mark = |(at, name): &(Timestamp, String)| {
        let x = scale.x(*at);
        let width = name.chars().map(|_| LETTER).sum::<f64>();
        let is_named = x - width / 2.0 >= free;
        if is_named {
            free = x + width / 2.0 + LETTER;
        }
        Mark { x: put(x), name: name.clone(), is_named }
    };
    events.iter().map(mark).collect()
}

impl Line {
    fn of(delivery: &Delivery, line: u32, scale: &TimeScale) -> Self {
        let status = wording::status(delivery.status());
        let last = delivery.attempts.last();
        let known = match delivery.progress {
            Progress::Due { at } if last.is_none() => at,
            _ => last.map_or(delivery.created_at, |last| last.at),
        };
        let bar = |attempt: &Attempt| {
            let (x, width) = stretch(scale, attempt.at, end(attempt));
            let took = wording::span(Duration::from_millis(attempt.latency_ms));
            let outcome = wording::outcome(attempt.verdict, attempt.http_status);
            let title = format!("Attempt {}: {outcome}, after {took}", attempt.attempt);
            Bar { x, width, class: wording::class(attempt.verdict), title }
        };
        Self {
            y: TOP + LINE * line,
            name: shortened(delivery.webhook().as_str()),
            class: status,
            word: match last.and_then(|last| last.http_status) {
                Some(code) => format!("{status} {code}"),
                None => status.to_owned(),
            },
            wait: (put(scale.x(delivery.created_at)), put(scale.x(known))),
            bars: delivery.attempts.iter().map(bar).collect(),
        }
    }
}

fn end(attempt: &Attempt) -> Timestamp {
    attempt.at.plus(Duration::from_millis(attempt.latency_ms))
}

/// Where a bar begins and how long it is: never too short to be seen.
fn stretch(scale: &TimeScale, from: Timestamp, to: Timestamp) -> (String, String) {
    let begin = scale.x(from);
    (put(begin), put((scale.x(to) - begin).max(4.0)))
}

fn put(place: f64) -> String {
    format!("{place:.1}")
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn every_delivery_is_a_line_and_every_attempt_a_bar() {
        let chart = Chart::of(&fixtures::call(), &fixtures::deliveries(), fixtures::now()).unwrap();
        let lines: Vec<(&str, &str, usize)> = chart
            .lines
            .iter()
            .map(|line| (line.name.as_str(), line.word.as_str(), line.bars.len()))
            .collect();
        let expected = [
            ("crm", "ok 200", 1),
            ("slow", "failed", 1),
            ("sale", "ok 200", 3),
            ("sync", "retrying 500", 1),
            ("texas", "skipped", 0),
        ];
        assert_eq!(lines, expected);
        assert_eq!(chart.marks.len(), 5);
        assert!(chart.connected.is_some());
        assert!(fixtures::is_harmless(&chart.render().unwrap()));
    }

    #[test]
    fn what_is_too_much_to_draw_is_counted() {
        let many: Vec<Delivery> =
            fixtures::deliveries().into_iter().cycle().take(MAX_LINES + 2).collect();
        let chart = Chart::of(&fixtures::call(), &many, fixtures::now()).unwrap();
        assert_eq!((chart.lines.len(), chart.left_out), (MAX_LINES, 2));
    }

    #[test]
    fn long_names_are_shortened() {
        assert_eq!(shortened("crm"), "crm");
        assert_eq!(shortened(&"é".repeat(30)), format!("{}…", "é".repeat(24)));
    }
}
