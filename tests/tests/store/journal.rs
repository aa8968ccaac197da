//! The journal of a call: what is noted with each write comes back, and a repeat notes nothing.

use std::collections::BTreeSet;

use hookline::call::{EventKind, JournalEntry, MAX_ENTRIES, Posting, PostingId, Source};
use hookline::ports::calls::{Calls, Posted};
use hookline::ports::intake::{Intake, Record};
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store, on_each_store};
use super::record::record;
use super::world::{World, at, claimed, event, many_tags, place, start, started, stored, tags};

cold_and_warm_on_each_store! {
    #[tokio::test]
    each_event_is_noted_once,
}

on_each_store! {
    #[tokio::test]
    what_a_call_began_with_is_noted_with_it,
    each_posting_that_is_applied_is_noted,
    a_full_journal_takes_no_posting,
}

async fn each_event_is_noted_once(kind: Kind) {
    let world = World::new(kind).await;
    let key = world.calls_key().await;
    let store = world.store_that_knows(&[&key]).await;
    let start = start("c1", 0);
    let more = json!({"buyer": {"id": "b1", "name": "B"}, "tags": {"vip": "yes", "geo": "us-ny"}});
    let selected = event(EventKind::Selected, "c1", &more);

    for event in [&start, &selected, &selected, &start] {
        claimed(&store, event).await;
    }

    let wanted = BTreeSet::from([start.journal_entry(at(0)), selected.journal_entry(at(0))]);
    assert_eq!(stored(&world, "c1").await.journal, wanted);
}

async fn what_a_call_began_with_is_noted_with_it(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let remembered = tags(json!({"age": ["23"]}));
    let journal = BTreeSet::from([
        JournalEntry::of(at(1), Source::Remembered, remembered, Some(place("us-10101"))),
        JournalEntry::of(at(1), Source::Defaults, tags(json!({"source": ["web"]})), None),
    ]);
    let record =
        Record { tags: many_tags(200), begins: true, journal: journal.clone(), ..record(&call) };

    world.cold().record(&record).await.unwrap();
    world.cold().record(&record).await.unwrap();

    let mut wanted = call.journal.clone();
    wanted.extend(journal);
    assert_eq!(stored(&world, "c1").await.journal, wanted);
}

async fn each_posting_that_is_applied_is_noted(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let posting = |id: &str, age: &str| Posting {
        id: Some(PostingId::of("crm", id)),
        tags: tags(json!({"age": [age]})),
        place: Some(place("gb")),
        ..Posting::default()
    };
    let postings = [posting("1", "23"), posting("2", "24"), posting("1", "25")];

    for (posting, second) in postings.iter().zip(1..) {
        world.cold().post(&call, posting, &[], at(second)).await.unwrap();
    }

    let mut wanted = call.journal.clone();
    wanted.extend([(&postings[0], 1), (&postings[1], 2)].map(|(posting, second)| {
        let told =
            tags(json!({"age": posting.tags.values("age").collect::<Vec<_>>(), "geo": ["gb"]}));
        JournalEntry::of(at(second), Source::Postback, told, None)
    }));
    assert_eq!(stored(&world, "c1").await.journal, wanted);
}

async fn a_full_journal_takes_no_posting(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let entry = |n: usize| {
        let told = tags(json!({"n": [n.to_string()]}));
        JournalEntry::of(at(1), Source::Postback, told, None)
    };
    let journal: BTreeSet<JournalEntry> = (1..MAX_ENTRIES).map(entry).collect();
    world.cold().record(&Record { journal, ..record(&call) }).await.unwrap();
    let full = stored(&world, "c1").await;
    let posting = Posting { tags: tags(json!({"age": ["23"]})), ..Posting::default() };

    let posted = world.cold().post(&full, &posting, &[], at(2)).await.unwrap();

    assert_eq!((full.journal.len(), posted), (MAX_ENTRIES, Posted::Applied));
    let after = stored(&world, "c1").await;
    assert_eq!(after.journal, full.journal);
    assert_eq!(after.tags, tags(json!({"age": ["23"], "sub_id": ["x"]})));
}
