//! A posting that meets its caller's starting call is on the call, whoever comes first: the start
//! sees it wait, or its sender sees the call. It never stays between the two.

use futures_util::FutureExt;
use futures_util::future::join_all;
use hookline::call::CallEvent;
use hookline::campaign::Campaign;
use hookline::phone::E164;
use hookline::ports::callers::Callers;
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::sender::{Exchange, Request, Sender};
use hookline::use_cases::{PostbackAnswer, PostbackResult};
use serde_json::json;

use super::kind::{Kind, cold_and_warm_on_each_store};
use super::race::at_once;
use super::store::Store;
use super::use_cases::{AtOnce, Partner, take, take_with};
use super::world::{NUMBER, Who, World, at, call_id, start, stored};

cold_and_warm_on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    a_posting_that_meets_the_first_call_is_on_it,
    a_posting_that_meets_a_start_told_twice_is_on_the_call,
    a_posting_that_meets_the_next_call_is_on_one_of_the_two,
    what_is_posted_while_the_pings_are_out_is_on_the_call,
}

cold_and_warm_on_each_store! {
    #[tokio::test]
    what_is_posted_before_any_call_is_on_the_next_and_no_later_one,
}

/// Postings that meet each start.
const POSTINGS: usize = 6;
/// How often they meet.
const ROUNDS: usize = 15;

/// A world whose campaign has one ping and remembers nobody: what is on a call came to that call.
pub(crate) async fn world(kind: Kind) -> World {
    let world = World::new(kind).await;
    let document = json!({
        "id": "solar", "name": "Solar leads", "version": 2,
        "webhooks": [{"id": "crm", "trigger": "start", "url": "https://crm.example/"}],
    });
    let campaign = Campaign::from_document(&document).unwrap();
    assert_eq!(world.cold().save(&campaign).await.unwrap(), Saved::Stored);
    world
}

/// A number of its own for each round.
fn number(round: usize) -> String {
    format!("+1614555{round:04}")
}

/// A call of that number starts.
fn start_of(call: &str, number: &str, seconds: i64) -> CallEvent {
    CallEvent { caller: Some(E164::parse(number).unwrap()), ..start(call, seconds) }
}

/// Lets others have so many round trips first.
async fn come_late(store: &Store, number: &str, round_trips: usize) {
    for _ in 0..round_trips {
        store.last_call(Who::of("solar", number).caller()).await.unwrap();
    }
}

/// Lets starts meet postings of one number, each a little later than the one before, half of them
/// with an id; the values that were posted.
async fn meet(
    world: &World,
    partner: &Partner,
    starts: &[CallEvent],
    number: &str,
    round: usize,
) -> Vec<String> {
    let stores = join_all(starts.iter().map(|_| world.store())).await;
    let outside = world.store().await;
    let starting = stores.iter().zip(starts).map(|(store, event)| {
        let start = async {
            come_late(&outside, number, round % 5).await;
            take(store, event).await;
            None
        };
        start.boxed()
    });
    let values: Vec<String> = (0..POSTINGS).map(|n| format!("{round}-{n}")).collect();
    let posting = values.iter().enumerate().map(|(n, value)| {
        let id = if n.is_multiple_of(2) { format!("&postback_id={value}") } else { String::new() };
        let form = format!("posted={value}{id}");
        let outside = &outside;
        let post = async move {
            come_late(outside, number, n).await;
            Some(partner.post(outside, number, &form, 1).await)
        };
        post.boxed()
    });

    let answers = at_once(starting.chain(posting).collect());

    for answer in answers.iter().flatten() {
        assert!(taken(answer), "in round {round}: {answer:?}");
    }
    values
}

/// Whether a posting was taken.
pub(crate) fn taken(answer: &PostbackAnswer) -> bool {
    use PostbackResult::{Applied, Duplicate, Stored};
    matches!(answer.result, Applied | Duplicate | Stored)
}

/// What was posted to a call.
pub(crate) async fn posted(world: &World, call: &str) -> Vec<String> {
    stored(world, call).await.tags.values("posted").map(str::to_owned).collect()
}

async fn assert_nothing_waits(world: &World, number: &str) {
    let who = Who::of("solar", number);
    assert_eq!(world.cold().waiting(who.caller(), at(1)).await.unwrap(), [], "for {number}");
}

async fn a_posting_that_meets_the_first_call_is_on_it(kind: Kind) {
    let world = world(kind).await;
    let partner = Partner::of(&world).await;
    for round in 0..ROUNDS {
        let (call, number) = (format!("c{round}"), number(round));
        let starts = [start_of(&call, &number, 0)];

        let values = meet(&world, &partner, &starts, &number, round).await;

        assert_eq!(posted(&world, &call).await, values, "in round {round}");
        assert_nothing_waits(&world, &number).await;
    }
}

async fn a_posting_that_meets_a_start_told_twice_is_on_the_call(kind: Kind) {
    let world = world(kind).await;
    let partner = Partner::of(&world).await;
    for round in 0..ROUNDS {
        let (call, number) = (format!("c{round}"), number(round));
        let starts = [start_of(&call, &number, 0), start_of(&call, &number, 0)];

        let values = meet(&world, &partner, &starts, &number, round).await;

        assert_eq!(posted(&world, &call).await, values, "in round {round}");
        assert_nothing_waits(&world, &number).await;
    }
}

async fn a_posting_that_meets_the_next_call_is_on_one_of_the_two(kind: Kind) {
    let world = world(kind).await;
    let partner = Partner::of(&world).await;
    take(&world.cold(), &start_of("before", NUMBER, -1)).await;
    let mut before = "before".to_owned();
    for round in 0..ROUNDS {
        let call = format!("c{round}");
        let starts = [start_of(&call, NUMBER, i64::try_from(round).unwrap())];

        let values = meet(&world, &partner, &starts, NUMBER, round).await;

        let mut there = posted(&world, &before).await;
        there.extend(posted(&world, &call).await);
        for value in values {
            assert!(there.contains(&value), "{value}: {there:?}");
        }
        assert_nothing_waits(&world, NUMBER).await;
        before = call;
    }
}

async fn what_is_posted_before_any_call_is_on_the_next_and_no_later_one(kind: Kind) {
    let world = world(kind).await;
    let partner = Partner::of(&world).await;
    for value in ["a", "b"] {
        let form = format!("posted={value}&postback_id={value}&revenue=0.00&geo=us-10101");
        let answer = partner.post(&world.cold(), NUMBER, &form, 0).await;
        assert_eq!(answer.result, PostbackResult::Stored);
    }

    for (call, seconds) in [("next", 60), ("later", 120)] {
        take(&world.store().await, &start_of(call, NUMBER, seconds)).await;
    }

    let next = stored(&world, "next").await;
    assert_eq!(posted(&world, "next").await, ["a", "b"]);
    assert_eq!(next.amounts.revenue.unwrap().to_string(), "0.00");
    assert_eq!(next.location.caller_zip().as_deref(), Some("10101"));
    assert_eq!(posted(&world, "later").await, [""; 0]);
    assert_nothing_waits(&world, NUMBER).await;
}

/// A partner's server that, asked about a caller, posts data of its own before it answers.
struct PostsFirst<'a> {
    partner: &'a Partner,
    store: Store,
}

impl Sender for PostsFirst<'_> {
    async fn send(&self, request: Request) -> Exchange {
        let form = "posted=meanwhile&postback_id=1&geo=us-10101";
        let answer = self.partner.post(&self.store, NUMBER, form, 1).await;
        assert!(taken(&answer), "{answer:?}");
        AtOnce.send(request).await
    }
}

async fn what_is_posted_while_the_pings_are_out_is_on_the_call(kind: Kind) {
    let world = world(kind).await;
    let partner = Partner::of(&world).await;
    let sender = PostsFirst { partner: &partner, store: world.cold() };

    take_with(&world.store().await, &sender, &start("c1", 0)).await;

    assert_eq!(posted(&world, "c1").await, ["meanwhile"]);
    let call = stored(&world, "c1").await;
    assert_eq!(call.location.caller_zip().as_deref(), Some("10101"));
    assert!(call.tags.contains_key("pinged"));
    assert_nothing_waits(&world, NUMBER).await;
    let last = world.cold().last_call(Who::of("solar", NUMBER).caller()).await.unwrap();
    assert_eq!(last, Some(call_id("c1")));
}
