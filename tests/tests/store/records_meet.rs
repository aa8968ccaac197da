//! Records that meet: a takeover, another change of the jar, a delivery that ended, a call that is
//! gone.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hookline::call::{Call, Cookies};
use hookline::delivery::{Delivery, Progress, Report};
use hookline::ports::calls::Calls;
use hookline::ports::deliveries::{AttemptRecord, Authority, Deliveries, PastDue, Recorded};
use hookline::ports::hints::{DueHint, Hint};
use hookline::tag::TagSet;
use serde_json::json;

use super::attempts::claim;
use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::recorded::{assert_changes_nothing, call_with, claim_for, ended, read, told};
use super::sample::{FAILED, attempt, connect, report};
use super::store::Store;
use super::world::{World, at, call_id, started, tags};

on_each_store! {
    #[tokio::test]
    one_that_ended_may_be_made_due_again_by_who_read_it,
    a_jar_that_was_changed_since_is_told_and_nothing_changes,
    a_call_that_is_not_there_takes_no_record,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    a_claimant_who_meets_a_takeover_is_kept_or_overtaken,
    of_changes_to_one_jar_at_once_one_is_kept,
}

async fn one_that_ended_may_be_made_due_again_by_who_read_it(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["crm"]).await;
    let (one, nothing) = (&deliveries[0], TagSet::new());
    let report = report(&one.key, FAILED);
    let end = ended(&call, one, Authority::Reader, &report, &nothing);
    assert_eq!(told(&world, &end).await, Recorded::Kept);
    let over = read(&world, one).await;

    let again = AttemptRecord { next_at: Some(at(90)), delivery: &over, ..end };
    assert_eq!(told(&world, &again).await, Recorded::Kept);

    let progress = Progress::Due { at: at(90) };
    assert_eq!(read(&world, one).await, Delivery { progress, ..over.clone() });
    let shard = u16::try_from(call.id.part(u32::from(Store::SHARDS))).unwrap();
    let due = world.cold().past_due(shard, at(90), 10).await.unwrap();
    let hint = Hint::Delivery(one.key.clone());
    assert_eq!(due, [DueHint { due_at: at(90), hint }]);
    assert_changes_nothing(&world, &again, Recorded::Overtaken, "read before").await;
}

async fn a_jar_that_was_changed_since_is_told_and_nothing_changes(kind: Kind) {
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &["a", "b", "c"]).await;
    let some = tags(json!({"score": ["7"]}));
    let jar = |text: &str, version| Cookies { text: text.to_owned(), version };
    for delivery in &deliveries {
        claim_for(&world, delivery, "me", at(61)).await;
    }
    let reports: Vec<Report> = deliveries.iter().map(|one| report(&one.key, FAILED)).collect();
    let record =
        |n: usize| ended(&call, &deliveries[n], Authority::Claimant("me"), &reports[n], &some);
    let (first, second) = (jar("a=1", 1), jar("a=1; b=1", 2));

    let early = AttemptRecord { cookies: Some(&second), ..record(0) };
    assert_changes_nothing(&world, &early, Recorded::CookiesMoved, "two versions on").await;
    assert_eq!(
        told(&world, &AttemptRecord { cookies: Some(&first), ..record(0) }).await,
        Recorded::Kept
    );
    let late = AttemptRecord { cookies: Some(&first), ..record(1) };
    assert_changes_nothing(&world, &late, Recorded::CookiesMoved, "changed since").await;
    assert_eq!(
        told(&world, &AttemptRecord { cookies: Some(&second), ..record(1) }).await,
        Recorded::Kept
    );
    let jar_of = async || world.cold().call(&call.id).await.unwrap().unwrap().cookies;
    assert_eq!(jar_of().await, second);

    // Whose word does not hold is told that, whatever the jar.
    let authority = Authority::Claimant("you");
    let stranger = AttemptRecord { authority, cookies: Some(&first), ..record(2) };
    assert_changes_nothing(&world, &stranger, Recorded::Overtaken, "a stranger").await;
    let told_again = AttemptRecord { cookies: Some(&first), ..record(0) };
    assert_changes_nothing(&world, &told_again, Recorded::Kept, "told again").await;
    assert_eq!(told(&world, &record(2)).await, Recorded::Kept, "without a jar");
    assert_eq!(jar_of().await, second);
}

async fn a_call_that_is_not_there_takes_no_record(kind: Kind) {
    let world = World::new(kind).await;
    let call = Call { id: call_id("gone"), ..started(&world, "c1").await };
    let (one, some) = (connect(&call, "crm"), tags(json!({"score": ["7"]})));
    let report = report(&one.key, FAILED);

    for authority in [Authority::Claimant("a"), Authority::Reader] {
        for tags in [&TagSet::new(), &some] {
            let record = ended(&call, &one, authority, &report, tags);
            assert_changes_nothing(&world, &record, Recorded::Overtaken, "gone").await;
        }
    }
}

async fn a_claimant_who_meets_a_takeover_is_kept_or_overtaken(kind: Kind) {
    for round in 0..20 {
        let world = World::new(kind).await;
        let (call, deliveries) = call_with(&world, &["crm"]).await;
        let (one, some) = (&deliveries[0], tags(json!({"score": ["7"]})));
        claim_for(&world, one, "slow", at(61)).await;
        let (held, pending) = (read(&world, one).await, one.pending());
        let report = report(&one.key, FAILED);
        let record = AttemptRecord {
            attempt: Some(&attempt(1)),
            leaves: pending.as_ref(),
            ..ended(&call, one, Authority::Claimant("slow"), &report, &some)
        };
        let (tells, takes) = (world.cold(), world.cold());
        let telling = async { tells.record_attempt(&record).await.unwrap() == Recorded::Kept };
        let taking = async { takes.claim_attempt(&claim(&held, "quick", at(121))).await.unwrap() };

        let mut both: Vec<BoxFuture<'_, bool>> = vec![telling.boxed(), taking.boxed()];
        both.rotate_left(round % 2);
        let mut did = at_once(both);
        did.rotate_left(round % 2);

        let (kept, overtaken) = (did[0], did[1]);
        assert_ne!(kept, overtaken, "round {round}");
        let (stands, history) = world.cold().history(&call.id).await.unwrap().unwrap();
        assert_eq!(stands.tags.contains_key("score"), kept, "round {round}");
        assert_eq!(stands.pending.is_empty(), kept, "round {round}");
        assert_eq!(history[0].attempts.len(), usize::from(kept), "round {round}");
        assert_eq!(history[0].takeovers, u32::from(overtaken), "round {round}");
        assert_eq!(history[0].progress == Progress::Ended, kept, "round {round}");
    }
}

async fn of_changes_to_one_jar_at_once_one_is_kept(kind: Kind) {
    const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let world = World::new(kind).await;
    let (call, deliveries) = call_with(&world, &NAMES).await;
    let reports: Vec<Report> = deliveries.iter().map(|one| report(&one.key, FAILED)).collect();
    let jars = NAMES.map(|name| Cookies { text: format!("{name}=1"), version: 1 });
    let (store, nothing) = (world.cold(), TagSet::new());
    for delivery in &deliveries {
        claim_for(&world, delivery, "me", at(61)).await;
    }

    let records: Vec<AttemptRecord<'_>> = (0..NAMES.len())
        .map(|n| AttemptRecord {
            cookies: Some(&jars[n]),
            ..ended(&call, &deliveries[n], Authority::Claimant("me"), &reports[n], &nothing)
        })
        .collect();
    let told = at_once(records.iter().map(|record| store.record_attempt(record)).collect());

    let told: Vec<Recorded> = told.into_iter().map(Result::unwrap).collect();
    let kept = told.iter().position(|told| *told == Recorded::Kept).unwrap();
    assert_eq!(told.iter().filter(|told| **told == Recorded::CookiesMoved).count(), 7);
    let (call, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    assert_eq!(call.cookies, jars[kept]);
    let ended: Vec<bool> = history.iter().map(|one| one.progress == Progress::Ended).collect();
    assert_eq!(ended, (0..NAMES.len()).map(|n| n == kept).collect::<Vec<_>>());
}
