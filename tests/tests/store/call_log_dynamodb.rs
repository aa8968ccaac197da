//! The calls of a campaign's day, as `DynamoDB` lists them.

use std::collections::BTreeSet;

use hookline::adapters::dynamodb::DynamoDb;
use hookline::call::{Call, CallEvent, EventKind, Posting};
use hookline::ports::call_log::{CallLog, Cursor, Page, PageRefusal, PageRequest};
use hookline::ports::calls::Calls;
use hookline::time::{Day, Timestamp};
use serde_json::json;

use super::kind::Kind;
use super::world::{
    World, at, call_id, campaign_id, claimed, event, start, started, stored, tags, whole,
};

/// The day on which the world begins.
pub(crate) fn today() -> Day {
    Day::of(at(0))
}

pub(crate) fn asked(limit: usize, after: Option<Cursor>) -> PageRequest {
    PageRequest { limit, after }
}

async fn page(store: &DynamoDb, day: Day, asked: &PageRequest) -> Page<Call> {
    store.calls_of(&campaign_id("solar"), day, asked).await.unwrap()
}

/// All pages of a day, as ids.
async fn pages(store: &DynamoDb, day: Day, limit: usize) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = page(store, day, &asked(limit, after)).await;
        pages.push(page.items.iter().map(|call| call.id.to_string()).collect());
        match page.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn the_calls_of_a_day_come_newest_first_each_once_however_they_are_paged() {
    let world = World::new(Kind::Cold).await;
    // Times that are equal within a part and across parts, and times that are not.
    let starts: Vec<(String, i64)> =
        (0..40).map(|n| (format!("c{n}"), if n % 5 == 4 { n } else { n % 2 })).collect();
    for (call, second) in &starts {
        claimed(&world.cold(), &start(call, *second)).await;
    }
    let store = world.table().adapter();
    let all: BTreeSet<String> = starts.iter().map(|(call, _)| call.clone()).collect();
    let second_of = |id: &String| starts.iter().find(|(call, _)| call == id).unwrap().1;

    for limit in [1, 7, 20, 39, 40, 41, 100] {
        let pages = pages(&store, today(), limit).await;

        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        let mut wanted = vec![limit; 40 / limit];
        wanted.extend((40 % limit != 0).then_some(40 % limit));
        assert_eq!(sizes, wanted, "no page is empty, and none after the last");
        let listed = pages.concat();
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), all, "{limit} a page");
        assert_eq!(listed.len(), 40, "{limit} a page");
        let seconds: Vec<i64> = listed.iter().map(second_of).collect();
        assert!(seconds.is_sorted_by(|a, b| a >= b), "{limit} a page: {seconds:?}");
    }
}

#[tokio::test]
async fn calls_listed_when_there_were_fewer_parts_are_listed_still() {
    let world = World::new(Kind::Cold).await;
    let ids: Vec<String> = (0..20).map(|n| format!("c{n}")).collect();
    for (call, second) in ids.iter().zip(0..) {
        claimed(&world.cold(), &start(call, second)).await;
        let part = format!("solar#{}#{}", today(), call_id(call).part(4));
        world.table().set(&format!("CALL#{call}"), "CALL", "log", &part).await;
    }

    let pages = pages(&world.table().adapter(), today(), 3).await;

    let newest_first: Vec<String> = ids.into_iter().rev().collect();
    assert_eq!(pages.concat(), newest_first);
}

#[tokio::test]
async fn a_page_has_one_to_a_hundred_calls() {
    let world = World::new(Kind::Cold).await;
    for n in 0..102 {
        started(&world, &format!("c{n}")).await;
    }
    let store = world.table().adapter();

    let sizes = async |limit| page(&store, today(), &asked(limit, None)).await.items.len();

    assert_eq!((sizes(0).await, sizes(100).await, sizes(1000).await), (1, 100, 100));
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_utc_and_lists_one_campaign() {
    let world = World::new(Kind::Cold).await;
    let midnight = Timestamp::from_json(&json!("2026-11-24T00:00:00Z")).unwrap();
    let last = Timestamp::from_millis(midnight.as_millis() - 1).unwrap();
    for (call, occurred_at) in [("late", last), ("early", midnight)] {
        let event = CallEvent { occurred_at, ..start(call, 0) };
        claimed(&world.cold(), &event).await;
    }
    let other = json!({"campaign_id": "roofs", "occurred_at": "2026-11-23T12:00:00Z"});
    claimed(&world.cold(), &event(EventKind::Start, "roof", &other)).await;
    let unstarted = json!({"campaign_id": "solar", "buyer": {"id": "b"}});
    let answered = event(EventKind::Answered, "unstarted", &unstarted);
    claimed(&world.cold(), &answered).await;
    let store = world.table().adapter();

    assert_eq!(pages(&store, today(), 10).await, [["late"]]);
    assert_eq!(pages(&store, today().after().unwrap(), 10).await, [["early"]]);
    assert_eq!(pages(&store, today().before().unwrap(), 10).await, [Vec::<String>::new()]);
}

#[tokio::test]
async fn a_call_is_listed_as_it_stands() {
    let world = World::new(Kind::Cold).await;
    let call = started(&world, "c1").await;
    let posting = Posting { tags: tags(json!({"later": ["yes"]})), ..Posting::default() };
    world.cold().post(&call, &posting, &[], at(1)).await.unwrap();

    let listed = page(&world.table().adapter(), today(), &asked(10, None)).await;

    let all: Vec<_> = listed.items.iter().map(whole).collect();
    assert_eq!(all, [whole(&stored(&world, "c1").await)]);
}

#[tokio::test]
async fn what_starts_meanwhile_moves_nothing_on_the_pages_that_follow() {
    let world = World::new(Kind::Cold).await;
    for n in 0..10 {
        claimed(&world.cold(), &start(&format!("c{n}"), n)).await;
    }
    let store = world.table().adapter();
    let first = page(&store, today(), &asked(4, None)).await;
    for n in 10..20 {
        claimed(&world.cold(), &start(&format!("c{n}"), n)).await;
    }

    let second = page(&store, today(), &asked(100, first.next)).await;

    let ids: Vec<&str> = second.items.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["c5", "c4", "c3", "c2", "c1", "c0"]);
}

#[tokio::test]
async fn a_cursor_that_is_not_of_the_list_is_refused() {
    let world = World::new(Kind::Cold).await;
    for (n, day) in [(0, 0), (1, 0), (2, 86400), (3, 86400)] {
        claimed(&world.cold(), &start(&format!("c{n}"), day + n)).await;
    }
    let store = world.table().adapter();
    let of_today = page(&store, today(), &asked(1, None)).await.next.unwrap();

    for wrong in [of_today, Cursor::given("nonsense".to_owned())] {
        let tomorrow = today().after().unwrap();
        let campaign = campaign_id("solar");
        let refused = store.calls_of(&campaign, tomorrow, &asked(1, Some(wrong))).await;
        assert!(matches!(refused, Err(PageRefusal::Cursor)), "{refused:?}");
    }
}
