//! A call in words: what happened, in order.

use std::time::Duration;

use hookline::allowance::Allowance;
use hookline::call::{Call, JournalEntry, Raw, RawEvent, Source};
use hookline::delivery::Delivery;
use hookline::tag::TagSet;
use hookline::time::Timestamp;

use super::delivery_row::summary;
use super::wording::{clock, cut, span, status};

/// The most tags that a line tells: a partner may answer with thousands.
const MAX_TAGS: usize = 12;
/// The most characters of one tag, its values included.
const MAX_TAG: usize = 120;

/// The most bytes of what else the platform said, over all lines: the page renews itself.
const MAX_RAW_BYTES: usize = 128 * 1024;

/// One thing that happened.
#[derive(Debug)]
pub(super) struct StoryLine {
    at: Timestamp,
    /// The time of day.
    pub(super) clock: String,
    /// How long it was after the call began.
    pub(super) since: String,
    /// What it was.
    pub(super) text: String,
    /// The status of a delivery.
    pub(super) status: Option<&'static str>,
    /// Where there is more about it.
    pub(super) link: Option<String>,
    /// The tags that came by it.
    pub(super) tags: Vec<String>,
    /// Whether more tags came than are told.
    pub(super) cut: bool,
    /// What else the platform said, a JSON document.
    pub(super) raw: Option<String>,
    /// Whether it said more than that.
    pub(super) raw_cut: bool,
}

/// What happened, in order.
pub(super) fn story(
    call: &Call,
    deliveries: &[Delivery],
    said: &[RawEvent],
    now: Timestamp,
) -> Vec<StoryLine> {
    let mut room = Allowance::of(MAX_RAW_BYTES);
    let noted = call.journal.iter().map(|entry| {
        let line = StoryLine::of(entry.at, what(call, entry), &entry.tags);
        let (raw, raw_cut) = match said.iter().find(|said| said.is_of(entry)) {
            Some(said) => within(&mut room, &said.raw),
            None => (None, false),
        };
        StoryLine { cut: line.cut || entry.cut, raw, raw_cut, ..line }
    });
    let decided = call.course.decision.map(|decision| {
        let text = match (decision.converted, decision.deduped) {
            (true, _) => "It was decided that the call converted",
            (false, true) => "The call would have converted, had its caller not converted lately",
            (false, false) => "It was decided that the call did not convert",
        };
        StoryLine::of(decision.at, text.to_owned(), &TagSet::new())
    });
    let mut lines: Vec<StoryLine> = noted.chain(decided).collect();
    lines.extend(deliveries.iter().map(|delivery| told(delivery, now)));
    lines.sort_by_key(|line| line.at);
    if let Some(begin) = lines.first().map(|first| first.at) {
        for line in &mut lines {
            line.since = match begin.until(line.at) {
                Duration::ZERO => "0".to_owned(),
                since => format!("+{}", span(since)),
            };
        }
    }
    lines
}

/// What a platform said as text, if there is room for it, and whether that is not all.
fn within(room: &mut Allowance, raw: &Raw) -> (Option<String>, bool) {
    if raw.fields.is_empty() {
        return (None, raw.cut);
    }
    let text = serde_json::to_string_pretty(&raw.fields).unwrap_or_default();
    let fits = room.spend(text.len());
    (fits.then_some(text), raw.cut || !fits)
}

fn what(call: &Call, entry: &JournalEntry) -> String {
    let Source::Event { event, buyer, .. } = &entry.source else {
        let text = match entry.source {
            Source::Defaults => "The campaign's default tags were put on the call",
            Source::Remembered => "Tags of the caller's earlier calls were put on the call",
            Source::Postback | Source::Event { .. } => "A partner posted back",
        };
        return text.to_owned();
    };
    let name = buyer.as_ref().map(|id| {
        let known = call.buyer_events.iter().find(|event| event.buyer.id == *id);
        known.and_then(|event| event.buyer.name.as_ref()).unwrap_or(id)
    });
    match (event.as_str(), name) {
        ("start", _) => "The call came in".to_owned(),
        ("selected", Some(name)) => format!("{name} was chosen as the buyer"),
        ("answered", Some(name)) => format!("{name} answered"),
        ("ended", _) => match call.end.as_ref().and_then(|end| end.hung_up_by.as_ref()) {
            Some(by) => format!("The call ended, hung up by {by}"),
            None => "The call ended".to_owned(),
        },
        ("recording", _) => "A recording of the call was made".to_owned(),
        (other, _) => format!("The platform reported {other}"),
    }
}

fn told(delivery: &Delivery, now: Timestamp) -> StoryLine {
    let at = delivery.attempts.first().map_or(delivery.created_at, |first| first.at);
    let (webhook, trigger) = (delivery.webhook(), delivery.trigger());
    let text = format!("{webhook} on {trigger}: {}", summary(delivery, now));
    let tags = delivery.report.as_ref().and_then(|report| report.tags.as_ref());
    StoryLine {
        status: Some(status(delivery.status())),
        link: Some(format!("#{}", delivery.key.id().as_str())),
        ..StoryLine::of(at, text, tags.unwrap_or(const { &TagSet::new() }))
    }
}

impl StoryLine {
    fn of(at: Timestamp, text: String, tags: &TagSet) -> Self {
        let tag = |(key, values): (&hookline::tag::TagKey, &std::collections::BTreeSet<_>)| {
            let told = values.iter().take(MAX_TAG).map(hookline::tag::TagValue::as_str);
            let told: Vec<&str> = told.collect();
            cut(&format!("{}: {}", key.as_str(), told.join(", ")), MAX_TAG)
        };
        Self {
            at,
            clock: clock(at),
            since: String::new(),
            text,
            status: None,
            link: None,
            tags: tags.iter().take(MAX_TAGS).map(tag).collect(),
            cut: tags.len() > MAX_TAGS,
            raw: None,
            raw_cut: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn what_happened_is_told_in_order() {
        let story = story(&fixtures::call(), &fixtures::deliveries(), &[], fixtures::now());
        let told: Vec<(&str, &str)> =
            story.iter().map(|line| (line.since.as_str(), line.text.as_str())).collect();
        let expected = [
            ("0", "The call came in"),
            ("+90 ms", "texas on start: not sent"),
            ("+120 ms", "crm on start: delivered, 200 · after 45 ms"),
            ("+121 ms", "slow on start: no whole answer in time · after 5 s"),
            ("+5 s", "Bright Homes was chosen as the buyer"),
            ("+9 s", "Bright Homes answered"),
            ("+1 min", "A partner posted back"),
            ("+1 min 39 s", "The call ended, hung up by caller"),
            ("+1 min 40 s", "It was decided that the call converted"),
            ("+1 min 41 s", "sale on conversion: delivered, 200 · after 62 ms · 3 attempts"),
            ("+1 min 41 s", "sync on always: answered 500 · after 40 ms · next in 1 min 40 s"),
        ];
        assert_eq!(told, expected);
        assert_eq!(story[6].tags, ["credit_offer: yes"]);
        assert!(story[6].cut);
    }

    #[test]
    fn what_else_the_platform_said_stands_with_its_event_while_there_is_room() {
        let call = fixtures::call();
        let said = |text: &str| {
            let fields = serde_json::json!({"queue": text}).as_object().unwrap().clone();
            let raw = Raw { fields, cut: false };
            let entry = call.journal.iter().next().unwrap();
            [RawEvent { at: entry.at, source: entry.source.clone(), raw }]
        };
        let told = |said: &[RawEvent]| {
            let lines = story(&call, &[], said, fixtures::now()).into_iter();
            lines.map(|line| (line.raw, line.raw_cut)).collect::<Vec<_>>()
        };
        let east = told(&said("east"));
        assert_eq!(east[0], (Some("{\n  \"queue\": \"east\"\n}".to_owned()), false));
        assert!(east[1..].iter().all(|told| *told == (None, false)));
        assert_eq!(told(&said(&"v".repeat(MAX_RAW_BYTES)))[0], (None, true));
    }

    #[test]
    fn a_line_tells_only_so_many_tags_and_only_so_much_of_each() {
        let keys: Vec<String> = (0..20).map(|number| format!("key{number:02}")).collect();
        let long = "é".repeat(500);
        let pairs: Vec<(&str, &str)> = keys.iter().map(|key| (&**key, &*long)).collect();
        let line = StoryLine::of(fixtures::now(), String::new(), &fixtures::tags(&pairs));
        assert_eq!((line.tags.len(), line.cut), (12, true));
        assert!(line.tags[0].starts_with("key00: é") && line.tags[0].ends_with('…'));
        assert!(line.tags.iter().all(|tag| tag.chars().count() == MAX_TAG));
    }
}
