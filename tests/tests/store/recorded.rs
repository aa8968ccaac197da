//! What came of attempts is kept on the word of whoever has the delivery, once, and whole.

use hookline::call::{Call, Cookies};
use hookline::delivery::{Delivery, Progress, Report};
use hookline::ports::callers::Callers;
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::{AttemptRecord, Authority, Deliveries, Recorded};
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::window::{OpenWindow, Window, Windows};
use serde_json::json;

use super::attempts::claim;
use super::kind::{Kind, on_each_store};
use super::sample::{FAILED, attempt, connect, created, report};
use super::world::{World, at, at_millis, caller, place, started, tags, whole};

on_each_store! {
    #[tokio::test]
    all_that_came_of_an_attempt_is_kept,
    an_attempt_that_failed_is_made_again_when_it_is_due,
    the_same_claimants_word_told_again_is_kept_and_changes_nothing,
    the_word_of_one_who_does_not_have_it_does_not_hold,
    a_readers_word_holds_if_nothing_was_done_since,
}

/// A call with one delivery for each of these names.
pub(crate) async fn call_with(world: &World, names: &[&str]) -> (Call, Vec<Delivery>) {
    let call = started(world, "c1").await;
    let deliveries: Vec<Delivery> = names.iter().map(|name| connect(&call, name)).collect();
    (created(&world.cold(), &call, &deliveries).await, deliveries)
}

/// Tells nothing but that a delivery ended.
pub(crate) fn ended<'a>(
    call: &'a Call,
    delivery: &'a Delivery,
    authority: Authority<'a>,
    report: &'a Report,
    tags: &'a TagSet,
) -> AttemptRecord<'a> {
    AttemptRecord {
        call,
        delivery,
        authority,
        attempt: None,
        report,
        next_at: None,
        leaves: None,
        cookies: None,
        tags,
        place: None,
        window: None,
    }
}

pub(crate) async fn told(world: &World, record: &AttemptRecord<'_>) -> Recorded {
    world.cold().record_attempt(record).await.unwrap()
}

pub(crate) async fn assert_changes_nothing(
    world: &World,
    record: &AttemptRecord<'_>,
    wanted: Recorded,
    case: &str,
) {
    let before = world.contents().await;
    assert_eq!(told(world, record).await, wanted, "{case}");
    assert_eq!(world.contents().await, before, "{case}");
}

pub(crate) async fn read(world: &World, delivery: &Delivery) -> Delivery {
    world.cold().delivery(&delivery.key).await.unwrap().unwrap()
}

pub(crate) async fn claim_for(world: &World, delivery: &Delivery, by: &str, now: Timestamp) {
    assert!(world.cold().claim_attempt(&claim(delivery, by, now)).await.unwrap());
}

async fn all_that_came_of_an_attempt_is_kept(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm", "other"]).await;
    let (one, who) = (&deliveries[0], caller());
    claim_for(&world, one, "a", at(61)).await;
    let opens = OpenWindow { window: Window::Webhook(one.key.webhook.clone()), until: at(600) };
    let (pending, came) = (one.pending(), tags(json!({"score": ["7"]})));
    let report = report(&one.key, FAILED);
    let record = AttemptRecord {
        attempt: Some(&attempt(1)),
        leaves: pending.as_ref(),
        cookies: Some(&Cookies { text: "id=1".to_owned(), version: 1 }),
        place: Some(place("us-10101")),
        window: Some(&opens),
        ..ended(&call, one, Authority::Claimant("a"), &report, &came)
    };

    assert_eq!(told(&world, &record).await, Recorded::Kept);

    let (stands, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    let kept = Delivery {
        progress: Progress::Ended,
        report: Some(record.report.clone()),
        attempts: vec![attempt(1)],
        ..one.clone()
    };
    assert_eq!(history, [kept, deliveries[1].clone()]);
    let mut wanted = Call {
        pending: deliveries[1].pending().into_iter().collect(),
        cookies: Cookies { text: "id=1".to_owned(), version: 1 },
        location: call.location.replaced_by(&place("us-10101")),
        ..call.clone()
    };
    wanted.tags.merge(came.clone());
    assert_eq!(whole(&stands), whole(&wanted));
    assert_eq!(stands.cookies, wanted.cookies);
    let open = world.cold().windows(who.caller(), at(599)).await.unwrap();
    assert_eq!(open, Windows::from([opens.window.clone()]));

    assert_changes_nothing(&world, &record, Recorded::Kept, "told again").await;
}

async fn an_attempt_that_failed_is_made_again_when_it_is_due(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (one, nothing) = (&deliveries[0], TagSet::new());
    let report = report(&one.key, FAILED);
    for (number, by) in [(1, "a"), (2, "b"), (3, "c")] {
        let next_at = at_millis(60_000 + i64::from(number));
        claim_for(&world, &read(&world, one).await, by, at(61)).await;
        let record = AttemptRecord {
            attempt: Some(&attempt(number)),
            next_at: Some(next_at),
            ..ended(&call, one, Authority::Claimant(by), &report, &nothing)
        };

        assert_eq!(told(&world, &record).await, Recorded::Kept, "attempt {number}");

        let wanted = Delivery {
            progress: Progress::Due { at: next_at },
            report: Some(report.clone()),
            attempts: (1..=number).map(attempt).collect(),
            ..one.clone()
        };
        assert_eq!(read(&world, one).await, wanted, "attempt {number}");
    }
    let stands = world.cold().call(&call.id).await.unwrap().unwrap();
    assert_eq!(whole(&stands), whole(&call), "it was not told to leave the line");
}

async fn the_same_claimants_word_told_again_is_kept_and_changes_nothing(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (one, nothing, some) = (&deliveries[0], TagSet::new(), tags(json!({"score": ["7"]})));
    let (pending, report) = (one.pending(), report(&one.key, FAILED));
    for (number, by, tags) in [(1, "a", &nothing), (2, "b", &some)] {
        claim_for(&world, &read(&world, one).await, by, at(61)).await;
        let record = AttemptRecord {
            attempt: Some(&attempt(number)),
            next_at: Some(at(60)),
            leaves: pending.as_ref().filter(|_| !tags.is_empty()),
            ..ended(&call, one, Authority::Claimant(by), &report, tags)
        };
        assert_eq!(told(&world, &record).await, Recorded::Kept);

        assert_changes_nothing(&world, &record, Recorded::Kept, by).await;
        // Though another attempt has begun since.
        let next = format!("after-{by}");
        claim_for(&world, &read(&world, one).await, &next, at(61)).await;
        assert_changes_nothing(&world, &record, Recorded::Kept, by).await;
        let end = Authority::Claimant(&next);
        let undone =
            AttemptRecord { next_at: Some(at(60)), ..ended(&call, one, end, &report, &nothing) };
        assert_eq!(told(&world, &undone).await, Recorded::Kept);
        // But not once that is told.
        assert_changes_nothing(&world, &record, Recorded::Overtaken, by).await;
    }
}

async fn the_word_of_one_who_does_not_have_it_does_not_hold(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (one, nothing, some) = (&deliveries[0], TagSet::new(), tags(json!({"score": ["7"]})));
    let (pending, report) = (one.pending(), report(&one.key, FAILED));
    let assert_overtaken = async |by, case| {
        for tags in [&nothing, &some] {
            let record = AttemptRecord {
                attempt: Some(&attempt(1)),
                leaves: pending.as_ref().filter(|_| !tags.is_empty()),
                ..ended(&call, one, Authority::Claimant(by), &report, tags)
            };
            assert_changes_nothing(&world, &record, Recorded::Overtaken, case).await;
        }
    };
    let read_due = read(&world, one).await;

    assert_overtaken("a", "nobody has it").await;
    claim_for(&world, &read_due, "a", at(61)).await;
    assert_overtaken("b", "somebody else has it").await;
    claim_for(&world, &read(&world, one).await, "b", at(121)).await;
    assert_overtaken("a", "it was taken over").await;
    let end = ended(&call, one, Authority::Claimant("b"), &report, &nothing);
    assert_eq!(told(&world, &end).await, Recorded::Kept);
    assert_overtaken("a", "it was taken over and told").await;
    assert_overtaken("c", "it has ended").await;
}

async fn a_readers_word_holds_if_nothing_was_done_since(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (one, nothing, some) = (&deliveries[0], TagSet::new(), tags(json!({"score": ["7"]})));
    let (pending, report) = (one.pending(), report(&one.key, FAILED));
    let leaves = pending.as_ref();
    let assert_overtaken = async |read: &Delivery, case| {
        for tags in [&nothing, &some] {
            let record = ended(&call, read, Authority::Reader, &report, tags);
            assert_changes_nothing(&world, &record, Recorded::Overtaken, case).await;
        }
    };
    claim_for(&world, one, "a", at(61)).await;
    let held = read(&world, one).await;
    assert_overtaken(one, "claimed since").await;
    claim_for(&world, &held, "b", at(121)).await;
    assert_overtaken(&held, "taken over since").await;
    let again = AttemptRecord {
        attempt: Some(&attempt(1)),
        next_at: Some(at(60)),
        ..ended(&call, one, Authority::Claimant("b"), &report, &nothing)
    };
    assert_eq!(told(&world, &again).await, Recorded::Kept);
    assert_overtaken(one, "due at the same time, but attempted since").await;
    let stands = read(&world, one).await;

    let end = AttemptRecord { leaves, ..ended(&call, &stands, Authority::Reader, &report, &some) };
    assert_eq!(told(&world, &end).await, Recorded::Kept);

    let wanted =
        Delivery { progress: Progress::Ended, report: Some(report.clone()), ..stands.clone() };
    assert_eq!(read(&world, one).await, wanted, "and its attempt stays");
    let call = world.cold().call(&call.id).await.unwrap().unwrap();
    assert!(call.pending.is_empty() && call.tags.contains_key("score"));
    assert_overtaken(&stands, "ended since").await;
}
