//! The journal of a call: what was reported and posted, and the tags that came by it. It explains a
//! call to people; nothing is decided by it.

use serde::{Deserialize, Serialize};

use super::{Call, CallEvent, Posting};
use crate::allowance::Allowance;
use crate::geo::{Location, Place};
use crate::tag::{TagKey, TagSet, TagValue};
use crate::time::Timestamp;

/// The most entries that postings add to one call's journal; later ones are not noted. Postings that
/// meet count what each of them read and may add a few more, for which the call's item has room.
pub const MAX_ENTRIES: usize = 40;
/// The most that the tags of one entry weigh, in bytes as JSON writes them; what has no room is left
/// out and `cut` says so.
const MAX_ENTRY_BYTES: usize = 1024;

/// Something that told the call's story on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When it happened: by the platform's clock for its events, else by ours.
    pub at: Timestamp,
    /// Where it came from.
    #[serde(flatten)]
    pub source: Source,
    /// The tags that came by it, with the place under `geo`.
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub tags: TagSet,
    /// Whether tags were left out of this entry (not off the call).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// Where an entry came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// The platform reported an event.
    Event {
        /// `start`, `selected`, `answered`, `ended` or `recording`.
        event: String,
        /// The buyer it is about, by id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        buyer: Option<String>,
        /// When it was reported, by our clock.
        reported_at: Timestamp,
    },
    /// The campaign's default tags.
    Defaults,
    /// What was remembered of the caller.
    Remembered,
    /// A partner posted back.
    Postback,
}

impl JournalEntry {
    /// What came from there, tags and place.
    #[must_use]
    pub fn of(at: Timestamp, source: Source, mut tags: TagSet, place: Option<Place>) -> Self {
        if let Some(place) = place {
            tags.merge(Location::default().replaced_by(&place).tags());
        }
        let kept = within(&tags);
        Self { at, source, cut: kept != tags, tags: kept }
    }

    /// What was posted `now`, or earlier if it waited for its call.
    #[must_use]
    pub fn of_posting(posting: &Posting, now: Timestamp) -> Self {
        let at = posting.waits_since.unwrap_or(now);
        Self::of(at, Source::Postback, posting.tags.clone(), posting.place)
    }
}

impl CallEvent {
    /// What an event that was reported `now` adds to its call's journal.
    #[must_use]
    pub fn journal_entry(&self, now: Timestamp) -> JournalEntry {
        JournalEntry::of(self.occurred_at, self.source(now), self.tags.clone(), self.place)
    }

    /// This event as the source of what came by it.
    pub(super) fn source(&self, now: Timestamp) -> Source {
        Source::Event {
            event: self.moment.name().to_owned(),
            buyer: self.moment.buyer().map(|buyer| buyer.id.clone()),
            reported_at: now,
        }
    }
}

impl Call {
    /// What a posting that is applied `now` adds to the journal; `None` when it is full.
    #[must_use]
    pub fn journal_entry(&self, posting: &Posting, now: Timestamp) -> Option<JournalEntry> {
        let has_room = self.journal.len() < MAX_ENTRIES;
        has_room.then(|| JournalEntry::of_posting(posting, now))
    }
}

/// Those tags that an entry has room for, one after another.
fn within(tags: &TagSet) -> TagSet {
    let mut room = Allowance::of(MAX_ENTRY_BYTES);
    let pairs = tags.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    let fits = |(key, value): &(&TagKey, &TagValue)| room.spend(written(key, value));
    pairs.filter(fits).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The bytes of a tag as JSON writes it.
fn written(key: &TagKey, value: &TagValue) -> usize {
    serde_json::to_string(&(key, value)).map_or(usize::MAX, |text| text.len() + ":[],".len())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::call::{CallId, CallKey, EventKind};
    use crate::campaign::CampaignId;

    fn now() -> Timestamp {
        Timestamp::from_json(&json!("2026-11-23T17:00:05Z")).unwrap()
    }

    fn event(kind: EventKind, body: &Value) -> CallEvent {
        CallEvent::from_json(kind, CallId::parse("c1").unwrap(), body, now()).unwrap()
    }

    fn tags(json: Value) -> TagSet {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn entries_are_kept_as_json_and_come_back() {
        let selected = event(
            EventKind::Selected,
            &json!({"occurred_at": "2026-11-23T17:00:03Z", "buyer": {"id": "b1"},
                "tags": {"vip": "yes", "caller_zip": "10101"}}),
        );
        let posting = Posting { tags: tags(json!({"age": ["23"]})), ..Posting::default() };
        let defaults = JournalEntry::of(now(), Source::Defaults, tags(json!({"a": ["b"]})), None);
        for (entry, kept) in [
            (
                selected.journal_entry(now()),
                json!({"at": "2026-11-23T17:00:03Z", "source": "event", "event": "selected",
                    "buyer": "b1", "reported_at": "2026-11-23T17:00:05Z",
                    "tags": {"geo": ["us", "us-10101", "us-ny"], "vip": ["yes"]}}),
            ),
            (
                JournalEntry::of_posting(&posting, now()),
                json!({"at": "2026-11-23T17:00:05Z", "source": "postback",
                    "tags": {"age": ["23"]}}),
            ),
            (
                defaults,
                json!({"at": "2026-11-23T17:00:05Z", "source": "defaults", "tags": {"a": ["b"]}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&entry).unwrap(), kept);
            assert_eq!(serde_json::from_value::<JournalEntry>(kept).unwrap(), entry);
        }
    }

    #[test]
    fn tags_that_an_entry_has_no_room_for_are_left_out() {
        let small = tags(json!({"a": ["1"], "z": ["\"\u{1}\""]}));
        let mut all = small.clone();
        all.merge(tags(json!({"m": ["v".repeat(1024)]})));

        let entry = JournalEntry::of(now(), Source::Defaults, all, None);

        assert_eq!(entry, JournalEntry { tags: small, cut: true, ..entry.clone() });
    }

    #[test]
    fn the_tags_of_an_entry_are_small_also_as_they_are_written() {
        for value in ["v", "\"", "\u{1}", "é"] {
            let many = (0..2000).map(|n| (format!("{n}"), json!([value]))).collect();
            let entry = JournalEntry::of(now(), Source::Defaults, tags(many), None);
            let written = serde_json::to_string(&entry.tags).unwrap().len();
            assert!(entry.cut && (800..=MAX_ENTRY_BYTES).contains(&written), "{written}");
        }
    }

    #[test]
    fn what_waited_is_noted_as_of_the_time_it_came_in() {
        let posting = Posting { tags: tags(json!({"age": ["23"]})), ..Posting::default() };
        let since = now().plus_seconds(-60);
        let waited = Posting { waits_since: Some(since), ..posting.clone() };
        let noted = JournalEntry::of_posting(&posting, since);
        for handed_over_at in [now(), now().plus_seconds(1)] {
            assert_eq!(JournalEntry::of_posting(&waited, handed_over_at), noted);
        }
    }

    #[test]
    fn a_full_journal_takes_no_more_postings() {
        let (id, campaign) = (CallId::parse("c1").unwrap(), CampaignId::parse("solar").unwrap());
        let key = CallKey::from_random([7; 24]);
        let mut call = Call::new(id, campaign, "u".to_owned(), key);
        let posting = Posting::default();
        let entry = |n: i64| JournalEntry::of_posting(&posting, now().plus_seconds(n));
        call.journal.extend((1..40).map(entry));

        assert_eq!(call.journal_entry(&posting, now()), Some(entry(0)));
        call.journal.insert(entry(100));
        assert_eq!(call.journal_entry(&posting, now()), None);
    }
}
