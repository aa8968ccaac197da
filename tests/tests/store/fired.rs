//! Postings with the deliveries that they fire: applied whole, once, or not at all.

use hookline::call::{Call, Posting, PostingId};
use hookline::delivery::{Delivery, DeliveryKey};
use hookline::ports::calls::{Calls, MAX_PENDING, Posted};
use hookline::trigger::Trigger;
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::sample::{after, created, due, key, line_of, skipped};
use super::store::Store;
use super::world::{World, at, call_id, started, stored, tags, whole};

on_each_store! {
    #[tokio::test]
    what_a_posting_fires_is_there_with_what_it_brings,
    a_posting_of_which_something_is_there_is_a_duplicate,
    a_posting_that_says_whether_the_call_converted_makes_it_due,
    a_call_that_owes_too_much_takes_no_posting_that_fires,
    a_call_that_is_not_there_takes_nothing_that_was_fired,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_postings_that_fire_the_same_at_once_one_is_applied,
    what_postings_at_once_fire_is_all_there,
}

fn posting(id: Option<&str>, value: &str) -> Posting {
    let id = id.map(|id| PostingId::of("crm", id));
    Posting { id, tags: tags(json!({"posted": [value]})), ..Posting::default() }
}

fn key_of(call: &Call, webhook: &str, occurrence: &str) -> DeliveryKey {
    DeliveryKey { occurrence: occurrence.to_owned(), ..key(call, Trigger::Postback, webhook) }
}

/// Two that are to be sent and one that is not for the call.
fn fired(call: &Call, occurrence: &str) -> Vec<Delivery> {
    let of = |webhook| key_of(call, webhook, occurrence);
    vec![due(of("b"), 0, at(60)), skipped(of("c"), 1), due(of("a"), 2, at(60))]
}

async fn post(world: &World, call: &Call, posting: &Posting, fired: &[Delivery]) -> Posted {
    world.cold().post(call, posting, fired, at(60)).await.unwrap()
}

/// The call with what [`post`] puts on it.
fn take(call: &mut Call, posting: &Posting) {
    call.journal.extend(call.journal_entry(posting, at(60)));
    call.take_posting(posting);
}

async fn assert_changes_nothing(
    world: &World,
    call: &Call,
    (posting, fired): (&Posting, &[Delivery]),
    wanted: Posted,
    case: &str,
) {
    let before = world.contents().await;
    assert_eq!(post(world, call, posting, fired).await, wanted, "{case}");
    assert_eq!(world.contents().await, before, "{case}");
}

async fn what_a_posting_fires_is_there_with_what_it_brings(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let mut wanted = call.clone();

    for (id, occurrence) in [(None, "first"), (Some("p1"), "second#1.x")] {
        let (posting, fired) = (posting(id, occurrence), fired(&call, occurrence));
        assert_eq!(post(&world, &call, &posting, &fired).await, Posted::Applied);

        take(&mut wanted, &posting);
        wanted.pending.extend(line_of(&fired));
        assert_eq!(whole(&stored(&world, "c1").await), whole(&wanted));
    }

    let (_, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    let [first, second] = ["first", "second#1.x"].map(|occurrence| fired(&call, occurrence));
    for delivery in first.iter().chain(&second) {
        assert!(history.contains(delivery), "{delivery:?}");
    }
    assert_eq!(history.len(), 6);
}

async fn a_posting_of_which_something_is_there_is_a_duplicate(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let (first, there) = (posting(Some("p1"), "yes"), fired(&call, "1"));
    assert_eq!(post(&world, &call, &first, &there).await, Posted::Applied);
    let duplicate = async |posting: &Posting, fired: &[Delivery], case| {
        let wanted = Posted::Duplicate;
        assert_changes_nothing(&world, &call, (posting, fired), wanted, case).await;
    };

    duplicate(&first, &there, "all of it").await;
    duplicate(&first, &fired(&call, "2"), "its id").await;
    duplicate(&first, &[], "its id alone").await;
    duplicate(&posting(None, "no"), &there, "what it fires").await;
    duplicate(&posting(Some("p2"), "no"), &there, "what it fires, under another id").await;
    let [_, skipped, _] = <[Delivery; 3]>::try_from(there).unwrap();
    let one_of_two = [due(key_of(&call, "new", "1"), 0, at(60)), skipped];
    duplicate(&posting(Some("p3"), "no"), &one_of_two, "one of what it fires").await;
}

async fn a_posting_that_says_whether_the_call_converted_makes_it_due(kind: Kind) {
    let world = World::new(kind).await;
    let mut wanted = started(&world, "c1").await;
    let cases = [
        (posting(None, "nothing"), vec![]),
        (posting(Some("p1"), "fires"), fired(&wanted, "1")),
        (Posting { converted: Some(false), ..posting(None, "no") }, vec![]),
        (Posting { converted: Some(true), ..posting(Some("p2"), "yes") }, fired(&wanted, "2")),
    ];

    for (posting, fired) in &cases {
        assert_eq!(post(&world, &wanted, posting, fired).await, Posted::Applied);

        take(&mut wanted, posting);
        wanted.pending.extend(line_of(fired));
        if posting.converted.is_some() {
            wanted = after(&wanted, 0, Some(at(60)));
        }
        assert_eq!(whole(&stored(&world, "c1").await), whole(&wanted), "{posting:?}");
    }
}

async fn a_call_that_owes_too_much_takes_no_posting_that_fires(kind: Kind) {
    let world = World::new(kind).await;
    let mut call = started(&world, "c1").await;
    let (first, there) = (posting(Some("p1"), "yes"), fired(&call, "1"));
    assert_eq!(post(&world, &call, &first, &there).await, Posted::Applied);
    call = stored(&world, "c1").await;
    // One less than it may.
    let owed: Vec<Delivery> = (call.pending.len() + 1..MAX_PENDING)
        .map(|n| due(key(&call, Trigger::Connect, &format!("hook-{n}")), 0, at(60)))
        .collect();
    for some in owed.chunks(90) {
        call = created(&world.cold(), &call, some).await;
    }
    let last = [due(key_of(&call, "last", "2"), 0, at(60))];
    assert_eq!(post(&world, &call, &posting(Some("p2"), "last"), &last).await, Posted::Applied);
    assert_eq!(stored(&world, "c1").await.pending.len(), MAX_PENDING);

    let new = posting(Some("p3"), "late");
    let full = (&new, &fired(&call, "3")[..]);
    assert_changes_nothing(&world, &call, full, Posted::Full, "new").await;
    for (known, fired) in [(&first, fired(&call, "3")), (&new, there)] {
        let known = (known, &fired[..]);
        assert_changes_nothing(&world, &call, known, Posted::Duplicate, "known").await;
    }
    let skipped = [skipped(key_of(&call, "s", "3"), 0)];
    assert_eq!(post(&world, &call, &new, &skipped).await, Posted::Applied, "none is to be sent");
    assert_eq!(post(&world, &call, &posting(None, "tag"), &[]).await, Posted::Applied);
}

async fn a_call_that_is_not_there_takes_nothing_that_was_fired(kind: Kind) {
    let world = World::new(kind).await;
    let gone = Call { id: call_id("gone"), ..started(&world, "c1").await };

    for id in [None, Some("p1")] {
        let posting = Posting { converted: Some(true), ..posting(id, "yes") };
        let fires = (&posting, &fired(&gone, "1")[..]);
        assert_changes_nothing(&world, &gone, fires, Posted::Gone, "gone").await;
    }
}

/// Posts all of these at once, each by a way of its own.
fn post_all(world: &World, call: &Call, all: &[(Posting, Vec<Delivery>)]) -> Vec<Posted> {
    let stores: Vec<Store> = all.iter().map(|_| world.cold()).collect();
    let posts = stores.iter().zip(all);
    let posts = posts.map(|(store, (posting, fired))| store.post(call, posting, fired, at(60)));
    at_once(posts.collect()).into_iter().map(Result::unwrap).collect()
}

async fn of_postings_that_fire_the_same_at_once_one_is_applied(kind: Kind) {
    for id in [None, Some("p1")] {
        let world = World::new(kind).await;
        let call = started(&world, "c1").await;
        let all: Vec<(Posting, Vec<Delivery>)> =
            (0..10).map(|n| (posting(id, &n.to_string()), fired(&call, "1"))).collect();

        let posted = post_all(&world, &call, &all);

        let applied = posted.iter().position(|posted| *posted == Posted::Applied).unwrap();
        assert_eq!(posted.iter().filter(|posted| **posted == Posted::Duplicate).count(), 9);
        let mut wanted = call.clone();
        take(&mut wanted, &all[applied].0);
        wanted.pending.extend(line_of(&all[applied].1));
        assert_eq!(whole(&stored(&world, "c1").await), whole(&wanted));
    }
}

async fn what_postings_at_once_fire_is_all_there(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let all: Vec<(Posting, Vec<Delivery>)> = (0..10)
        .map(|n| {
            let converted = Some(n % 2 == 0);
            let posting = Posting { converted, ..posting(None, &n.to_string()) };
            (posting, fired(&call, &n.to_string()))
        })
        .collect();

    let posted = post_all(&world, &call, &all);

    assert_eq!(posted, [Posted::Applied; 10]);
    let (stands, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    let fired: Vec<Delivery> = all.into_iter().flat_map(|(_, fired)| fired).collect();
    assert_eq!(stands.pending, line_of(&fired));
    assert_eq!(history.len(), fired.len());
    assert_eq!((stands.course.version, stands.tags.values("posted").count()), (0, 10));
}
