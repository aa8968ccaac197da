//! What a call begins with, before its first webhook is matched: remembered tags, data that waited
//! and, for keys that nothing else fills, the campaign's defaults (spec sections 7 and 9).
//!
//! Whatever was posted or remembered, a call can always begin: what would weigh too much is left
//! out and logged.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::apply_posting::apply_posting;
use crate::call::{Call, JournalEntry, Posting, Source};
use crate::campaign::Campaign;
use crate::geo::Place;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory, Callers, Waiting};
use crate::ports::calls::{Calls, Posted};
use crate::ports::hints::Hints;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// What a call began with.
#[derive(Debug, Default)]
pub(super) struct BeganWith {
    /// Postings that waited.
    pub(super) waiting: Vec<Waiting>,
    /// Where they, or else earlier calls, said that the caller is.
    pub(super) place: Option<Place>,
    /// Where all of it came from.
    pub(super) journal: BTreeSet<JournalEntry>,
}

impl BeganWith {
    /// The tags that were posted.
    pub(super) fn posted_tags(&self) -> TagSet {
        let mut tags = TagSet::new();
        self.waiting.iter().for_each(|waiting| tags.merge(waiting.posting.tags.clone()));
        tags
    }

    /// The place that was posted last.
    pub(super) fn posted_place(&self) -> Option<Place> {
        self.waiting.iter().rev().find_map(|waiting| waiting.posting.place)
    }

    /// Notes an entry that brings something.
    fn note(&mut self, entry: JournalEntry) {
        if !entry.tags.is_empty() || entry.cut {
            self.journal.insert(entry);
        }
    }
}

/// Puts on a starting call what is known `now` without asking anybody.
pub(super) fn begin(
    call: &mut Call,
    campaign: &Campaign,
    memory: CallerMemory,
    now: Timestamp,
) -> BeganWith {
    let mut began = BeganWith { waiting: memory.waiting, ..BeganWith::default() };
    let posted_place = began.posted_place();
    began.place = posted_place;
    if let Some(rule) = &campaign.return_callers {
        let mut remembered = memory.tags;
        remembered.retain(|key| rule.remember.covers(key.as_str()));
        let counts = posted_place.is_none() && rule.remember.covers_place();
        let place = memory.place.filter(|_| counts);
        began.place = posted_place.or(place);
        began.note(JournalEntry::of(now, Source::Remembered, remembered.clone(), place));
        put(call, remembered);
    }
    for Waiting { posting, since, .. } in &began.waiting {
        put(call, posting.tags.clone());
        // Where the caller is follows once all that is known of it has been weighed.
        call.take_posting(&Posting { tags: TagSet::new(), ..without_place(posting) });
        // Two entries, of which the first is the one that its being handed over makes. Both are of the
        // time it came in, so that a start told again makes no others.
        began.journal.insert(JournalEntry::of_posting(&without_place(posting), *since));
        let place = JournalEntry::of(*since, Source::Postback, TagSet::new(), posting.place);
        began.journal.extend(posting.place.map(|_| place));
    }
    let mut defaults = campaign.default_tags.clone();
    defaults.retain(|key| !call.tags.contains_key(key.as_str()));
    began.note(JournalEntry::of(now, Source::Defaults, defaults.clone(), None));
    put(call, defaults);
    began
}

/// A posting that leaves the caller where they are, who may have been told of better since.
fn without_place(posting: &Posting) -> Posting {
    Posting { place: None, ..posting.clone() }
}

fn put(call: &mut Call, tags: TagSet) {
    if call.has_room_for(&tags) {
        call.tags.merge(tags);
    } else {
        tracing::warn!(
            correlation_id = call.id.as_str(),
            "a call began without tags too heavy for it"
        );
    }
}

/// Applies postings that waited for this call: those it began with, so that their webhooks find all
/// that they brought, and any that were `late`, coming in while it started. Answers with their ids, to be settled
/// once all of it is on the call; what the call has no room for goes on waiting.
pub(super) async fn hand_over(
    store: &impl Calls,
    hints: &impl Hints,
    call: &Call,
    campaign: &Campaign,
    began_with: &[Waiting],
    late: Vec<Waiting>,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let late = late.into_iter().filter(|late| began_with.iter().all(|known| known.id != late.id));
    let known = began_with
        .iter()
        .map(|known| Waiting { posting: without_place(&known.posting), ..known.clone() });
    let each = known.chain(late).map(async |waiting| {
        let Waiting { id, posting, since, .. } = waiting;
        let posting = Posting { waits_since: Some(since), ..posting };
        let posted = apply_posting(store, hints, call, Some(campaign), &posting, &id, now).await?;
        Ok((posted != Posted::Full).then_some(id))
    });
    let applied: Result<Vec<Option<String>>, StoreError> =
        join_all(each).await.into_iter().collect();
    Ok(applied?.into_iter().flatten().collect())
}

/// Takes postings that are on the call off its caller.
pub(super) async fn settle(
    store: &impl Callers,
    call: &Call,
    ids: &[String],
) -> Result<(), StoreError> {
    let Some(caller) = Caller::of(call) else { return Ok(()) };
    join_all(ids.iter().map(|id| store.settle(caller, id))).await.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::call::{CallId, CallKey};

    fn tags(json: Value) -> TagSet {
        serde_json::from_value(json).unwrap()
    }

    fn waiting(id: &str, age: &str, place: Option<&str>, now: Timestamp) -> Waiting {
        let place = place.map(|place| Place::parse(place).unwrap());
        let posting = Posting { tags: tags(json!({"age": [age]})), place, ..Posting::default() };
        Waiting { id: id.to_owned(), posting, since: now.plus_seconds(-5), expires_at: now }
    }

    #[test]
    fn it_is_noted_where_what_a_call_begins_with_came_from() {
        let now = Timestamp::from_millis(1_000_000).unwrap();
        let document = json!({"id": "solar", "name": "Solar",
            "default_tags": {"age": "99", "source": "web"},
            "return_callers": {"remember": "all", "days": 30}});
        let campaign = Campaign::from_document(&document).unwrap();
        let begun_with = |waiting: Vec<Waiting>| {
            let id = CallId::parse("c1").unwrap();
            let key = CallKey::from_random([7; 24]);
            let mut call = Call::new(id, campaign.id.clone(), "u".to_owned(), key);
            let (tags, place) = (tags(json!({"zip": ["1"]})), Place::parse("us-ny").ok());
            let memory = CallerMemory { tags, place, waiting, ..CallerMemory::default() };
            begin(&mut call, &campaign, memory, now)
        };
        let entry = |source, json: Value| JournalEntry::of(now, source, tags(json), None);

        let remembered = begun_with(Vec::new());
        let entries = [
            entry(Source::Remembered, json!({"geo": ["us", "us-ny"], "zip": ["1"]})),
            entry(Source::Defaults, json!({"age": ["99"], "source": ["web"]})),
        ];
        assert_eq!(remembered.journal, BTreeSet::from(entries));
        assert_eq!(remembered.place, Place::parse("us-ny").ok());

        let same = || waiting("p", "23", None, now);
        let posted = begun_with(vec![same(), same(), waiting("q", "24", Some("gb"), now)]);
        let waited = |json: Value| {
            JournalEntry::of(now.plus_seconds(-5), Source::Postback, tags(json), None)
        };
        let entries = [
            entry(Source::Remembered, json!({"zip": ["1"]})),
            waited(json!({"age": ["23"]})),
            waited(json!({"age": ["24"]})),
            waited(json!({"geo": ["gb"]})),
            entry(Source::Defaults, json!({"source": ["web"]})),
        ];
        assert_eq!(posted.journal, BTreeSet::from(entries));
        assert_eq!(posted.place, Place::parse("gb").ok());
    }
}
