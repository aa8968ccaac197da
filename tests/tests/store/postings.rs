//! Postings are applied once, to calls that are there.

use hookline::call::{Call, Course, JournalEntry, Posting, PostingId};
use hookline::campaign::Amounts;
use hookline::ports::calls::{Calls, MAX_POSTING_IDS, Posted};
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::world::{World, at, call_id, many_tags, place, started, stored, tags, whole};

on_each_store! {
    #[tokio::test]
    all_of_a_posting_is_on_the_call,
    a_posting_with_an_id_that_came_before_changes_nothing,
    postings_without_an_id_and_of_other_ids_are_all_applied,
    two_senders_may_give_the_same_id,
    as_many_tags_as_a_posting_may_bring_are_applied,
    a_call_that_is_not_there_takes_no_posting,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_postings_of_one_id_at_once_one_is_applied,
    a_call_takes_so_many_postings_with_an_id_and_no_more,
}

fn posting(id: Option<&str>) -> Posting {
    Posting {
        id: id.map(|id| PostingId::of("crm", id)),
        tags: tags(json!({"posted": ["yes"]})),
        place: Some(place("us-10101")),
        converted: Some(true),
        revenue: Some("0.00".parse().unwrap()),
        payout: Some("15.50".parse().unwrap()),
        waits_since: None,
    }
}

async fn all_of_a_posting_is_on_the_call(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;

    let posted = world.cold().post(&call, &posting(Some("p1")), &[], at(1)).await.unwrap();

    assert_eq!(posted, Posted::Applied);
    let posting = posting(None);
    let mut journal = call.journal.clone();
    journal.insert(JournalEntry::of_posting(&posting, at(1)));
    let wanted = Call {
        journal,
        tags: tags(json!({"posted": ["yes"], "sub_id": ["x"]})),
        location: call.location.replaced_by(&posting.place.unwrap()),
        amounts: Amounts { revenue: posting.revenue, payout: posting.payout },
        posted_conversion: Some(true),
        course: Course { due_at: Some(at(1)), ..Course::default() },
        ..call
    };
    assert_eq!(whole(&stored(&world, "c1").await), whole(&wanted));
    let revenue = stored(&world, "c1").await.amounts.revenue.unwrap();
    assert_eq!(revenue.to_string(), "0.00");
}

async fn a_posting_with_an_id_that_came_before_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    world.cold().post(&call, &posting(Some("p1")), &[], at(1)).await.unwrap();
    let items = world.contents().await;
    let other = Posting {
        id: Some(PostingId::of("crm", "p1")),
        tags: tags(json!({"posted": ["no"]})),
        ..Posting::default()
    };

    let again = world.cold().post(&call, &other, &[], at(1)).await.unwrap();

    assert_eq!(again, Posted::Duplicate);
    assert_eq!(world.contents().await, items);
}

async fn postings_without_an_id_and_of_other_ids_are_all_applied(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();

    for (id, tag) in [(None, "a"), (None, "b"), (Some("p1"), "c"), (Some("p2"), "d")] {
        let posting = Posting { tags: tags(json!({"n": [tag]})), ..posting(id) };
        assert_eq!(store.post(&call, &posting, &[], at(1)).await.unwrap(), Posted::Applied);
    }

    let wanted = tags(json!({"n": ["a", "b", "c", "d"], "sub_id": ["x"]}));
    assert_eq!(stored(&world, "c1").await.tags, wanted);
}

async fn of_many_postings_of_one_id_at_once_one_is_applied(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();
    let postings: Vec<Posting> = (0..16)
        .map(|n| Posting { tags: tags(json!({"n": [n.to_string()]})), ..posting(Some("p1")) })
        .collect();

    let posted =
        at_once(postings.iter().map(|posting| store.post(&call, posting, &[], at(1))).collect());

    let applied: Vec<usize> =
        (0..16).filter(|n| *posted[*n].as_ref().unwrap() == Posted::Applied).collect();
    let kept: Vec<usize> =
        stored(&world, "c1").await.tags.values("n").map(|n| n.parse().unwrap()).collect();
    assert_eq!(applied.len(), 1);
    assert_eq!(kept, applied);
}

async fn two_senders_may_give_the_same_id(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();
    let of = |sender| Posting { id: Some(PostingId::of(sender, "1")), ..posting(None) };

    for sender in ["crm", "dialler"] {
        assert_eq!(
            store.post(&call, &of(sender), &[], at(1)).await.unwrap(),
            Posted::Applied,
            "{sender}"
        );
    }

    assert_eq!(store.post(&call, &of("crm"), &[], at(1)).await.unwrap(), Posted::Duplicate);
}

async fn a_call_takes_so_many_postings_with_an_id_and_no_more(kind: Kind) {
    const MEETING: usize = 20;
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();
    let named =
        |n: usize| Posting { id: Some(PostingId::of("crm", &n.to_string())), ..Posting::default() };
    let all: Vec<Posting> = (0..MAX_POSTING_IDS - MEETING / 2).map(named).collect();
    for some in all.chunks(MEETING) {
        for posted in
            at_once(some.iter().map(|posting| store.post(&call, posting, &[], at(1))).collect())
        {
            assert_eq!(posted.unwrap(), Posted::Applied);
        }
    }

    // Twice as many meet as there is room for.
    let last: Vec<Posting> = (MAX_POSTING_IDS..MAX_POSTING_IDS + MEETING)
        .map(|n| Posting { tags: tags(json!({format!("n{n}"): ["1"]})), ..named(n) })
        .collect();
    let outcomes =
        at_once(last.iter().map(|posting| store.post(&call, posting, &[], at(1))).collect());
    let outcomes: Vec<Posted> = outcomes.into_iter().map(Result::unwrap).collect();

    let mut wanted = tags(json!({"sub_id": ["x"]}));
    for (posting, _) in last.iter().zip(&outcomes).filter(|(_, it)| **it == Posted::Applied) {
        wanted.merge(posting.tags.clone());
    }
    assert_eq!(wanted.len(), 1 + MEETING / 2, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|it| **it == Posted::Full).count(), MEETING / 2);
    assert_eq!(stored(&world, "c1").await.tags, wanted);

    let before = world.contents().await;
    assert_eq!(
        store.post(&call, &named(0), &[], at(1)).await.unwrap(),
        Posted::Duplicate,
        "one it took"
    );
    assert_eq!(world.contents().await, before);
    assert_eq!(
        store.post(&call, &posting(None), &[], at(1)).await.unwrap(),
        Posted::Applied,
        "without an id"
    );
}

async fn as_many_tags_as_a_posting_may_bring_are_applied(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let posting = Posting { tags: many_tags(100), ..posting(Some("p1")) };

    assert_eq!(world.cold().post(&call, &posting, &[], at(1)).await.unwrap(), Posted::Applied);

    let mut wanted = many_tags(100);
    wanted.merge(tags(json!({"sub_id": ["x"]})));
    assert_eq!(stored(&world, "c1").await.tags, wanted);
}

async fn a_call_that_is_not_there_takes_no_posting(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let gone = Call { id: call_id("gone"), ..call };
    let before = world.contents().await;

    for id in [None, Some("p1")] {
        let posted = world.cold().post(&gone, &posting(id), &[], at(1)).await.unwrap();
        assert_eq!(posted, Posted::Gone);
    }

    assert_eq!(world.contents().await, before);
    assert!(world.cold().call(&gone.id).await.unwrap().is_none());
    assert!(world.cold().history(&gone.id).await.unwrap().is_none());
}
