//! Steps of a call: made whole or not at all, and only on what was read.

use hookline::call::{Call, CallEvent, Course, Decision, EventKind, Posting};
use hookline::campaign::MAX_WEBHOOKS;
use hookline::course::Step;
use hookline::delivery::Delivery;
use hookline::ports::callers::Callers;
use hookline::ports::calls::{Calls, Posted};
use hookline::trigger::Trigger;
use hookline::window::{OpenWindow, Window, Windows};
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::race::at_once;
use super::sample::{after, amounts, connect, created, due, key, line_of, skipped};
use super::world::{
    World, at, at_millis, call_id, caller, claimed, event, started, stored, tags, whole,
};

on_each_store! {
    #[tokio::test]
    a_step_does_all_that_it_says,
    what_a_step_says_nothing_of_stays_but_the_time_to_look_again,
    an_amount_that_somebody_said_is_not_replaced,
    a_step_holds_only_on_what_the_call_owed_when_it_was_read,
    what_changes_nothing_that_is_owed_is_in_no_steps_way,
    a_step_that_creates_what_is_there_is_not_made,
    what_is_created_joins_the_line_of_its_call,
    as_many_as_a_campaign_may_have_are_created_in_one_step,
    a_call_that_is_not_there_takes_no_step,
}

on_each_store! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    of_many_steps_at_once_one_is_made,
}

/// A step with something in every field.
fn full(call: &Call) -> Step {
    let window = Window::Conversion("entry".to_owned());
    Step {
        sets_timers: true,
        fires_connect: true,
        decision: Some(Decision { converted: false, deduped: false, at: at_millis(60_001) }),
        amounts: amounts("30.00", "0.00"),
        window: Some(OpenWindow { window, until: at(600) }),
        created: vec![connect(call, "a"), skipped(key(call, Trigger::Always, "b"), 1)],
        due_at: Some(at_millis(90_009)),
    }
}

/// A call after the first step that is [`full`].
fn after_full(call: &Call) -> Call {
    let step = full(call);
    let course = Course {
        version: 1,
        due_at: step.due_at,
        timers_set: true,
        connect_fired: true,
        decision: step.decision,
    };
    let pending = line_of(&step.created);
    Call { course, amounts: step.amounts, pending, ..call.clone() }
}

async fn a_step_does_all_that_it_says(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let step = full(&call);

    assert!(world.cold().advance(&call, &step, at(60)).await.unwrap());

    let (read, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    assert_eq!(whole(&read), whole(&after_full(&call)));
    assert_eq!(history, step.created);
    let open = world.cold().windows(caller().caller(), at(60)).await.unwrap();
    assert_eq!(open, step.window.into_iter().map(|open| open.window).collect::<Windows>());
}

async fn what_a_step_says_nothing_of_stays_but_the_time_to_look_again(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let store = world.cold();
    store.advance(&call, &full(&call), at(60)).await.unwrap();
    let first = stored(&world, "c1").await;

    assert!(store.advance(&first, &Step::default(), at(61)).await.unwrap());

    let second = stored(&world, "c1").await;
    assert_eq!(whole(&second), whole(&after(&first, 1, None)));

    let converted = Decision { converted: true, deduped: true, at: at_millis(60_001) };
    let late = Step { decision: Some(converted), ..Step::default() };
    assert!(store.advance(&second, &late, at(62)).await.unwrap());
    assert_eq!(stored(&world, "c1").await.course.decision, Some(converted));
}

async fn an_amount_that_somebody_said_is_not_replaced(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let posting = Posting { revenue: amounts("0.00", "").revenue, ..Posting::default() };
    assert_eq!(world.cold().post(&call, &posting, &[], at(1)).await.unwrap(), Posted::Applied);

    world.cold().advance(&call, &full(&call), at(60)).await.unwrap();

    // A payout nobody had spoken of.
    let stands = stored(&world, "c1").await.amounts;
    assert_eq!(stands, amounts("0.00", "0.00"));
    assert_eq!(stands.revenue.unwrap().to_string(), "0.00");
}

async fn a_step_holds_only_on_what_the_call_owed_when_it_was_read(kind: Kind) {
    let buyer = json!({"buyer": {"id": "b"}, "attempt": 1});
    let changes: [(&str, CallEvent); 2] = [
        ("answered", event(EventKind::Answered, "c1", &buyer)),
        ("ended", event(EventKind::Ended, "c1", &json!({}))),
    ];
    for step in [Step::default(), full(&started(&World::new(kind).await, "c1").await)] {
        for (name, change) in &changes {
            let world = World::new(kind).await;
            let call = started(&world, "c1").await;
            claimed(&world.cold(), change).await;
            assert_not_made(&world, &call, &step, name).await;
        }
        for converted in [true, false] {
            let world = World::new(kind).await;
            let call = started(&world, "c1").await;
            let posting = Posting { converted: Some(converted), ..Posting::default() };
            world.cold().post(&call, &posting, &[], at(1)).await.unwrap();
            assert_not_made(&world, &call, &step, "posted").await;
        }
        let world = World::new(kind).await;
        let call = started(&world, "c1").await;
        assert!(world.cold().advance(&call, &Step::default(), at(60)).await.unwrap());
        assert_not_made(&world, &call, &step, "another step").await;
        let read = stored(&world, "c1").await;
        assert!(world.cold().advance(&read, &step, at(60)).await.unwrap(), "as it was read");
        assert_not_made(&world, &read, &step, "its own").await;
    }
}

async fn assert_not_made(world: &World, call: &Call, step: &Step, case: &str) {
    let before = world.contents().await;
    assert!(!world.cold().advance(call, step, at(60)).await.unwrap(), "{case}");
    assert_eq!(world.contents().await, before, "{case}");
}

async fn what_changes_nothing_that_is_owed_is_in_no_steps_way(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let selected = event(EventKind::Selected, "c1", &json!({"buyer": {"id": "b"}}));
    claimed(&world.cold(), &selected).await;
    let posting = Posting { tags: tags(json!({"posted": ["yes"]})), ..Posting::default() };
    let fired = [due(key(&call, Trigger::Postback, "p"), 0, at(60))];
    world.cold().post(&call, &posting, &fired, at(1)).await.unwrap();
    let before = stored(&world, "c1").await;

    assert!(world.cold().advance(&call, &full(&call), at(60)).await.unwrap());

    let mut wanted = after_full(&before);
    wanted.pending.extend(line_of(&fired));
    assert_eq!(whole(&stored(&world, "c1").await), whole(&wanted));
}

async fn a_step_that_creates_what_is_there_is_not_made(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let there = skipped(key(&call, Trigger::Always, "b"), 1);
    let call = created(&world.cold(), &call, &[there]).await;

    assert_not_made(&world, &call, &full(&call), "one of two is there").await;
}

async fn what_is_created_joins_the_line_of_its_call(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let first = [connect(&call, "a"), skipped(key(&call, Trigger::Conversion, "s"), 1)];
    let second = [
        due(key(&call, Trigger::Timer, "t"), 0, at(90)),
        due(key(&call, Trigger::Always, "z"), 1, at(120)),
    ];

    let call = created(&world.cold(), &call, &first).await;
    assert_eq!(call.pending, line_of(&first));
    let call = created(&world.cold(), &call, &second).await;

    assert_eq!(call.pending, line_of(&[first, second].concat()));
    assert_eq!(call.pending.len(), 3, "what is skipped stands in no line");
}

async fn as_many_as_a_campaign_may_have_are_created_in_one_step(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let all: Vec<Delivery> = (0..u32::try_from(MAX_WEBHOOKS).unwrap())
        .map(|n| due(key(&call, Trigger::Always, &format!("hook-{n}")), n, at(120)))
        .collect();
    let step = Step { created: all.clone(), ..full(&call) };

    assert!(world.cold().advance(&call, &step, at(60)).await.unwrap());

    let (call, history) = world.cold().history(&call.id).await.unwrap().unwrap();
    assert_eq!(history, all);
    assert_eq!(call.pending, line_of(&all));
}

async fn a_call_that_is_not_there_takes_no_step(kind: Kind) {
    let world = World::new(kind).await;
    let call = started(&world, "c1").await;
    let gone = Call { id: call_id("gone"), ..call };

    for step in [Step::default(), full(&gone)] {
        assert_not_made(&world, &gone, &step, "gone").await;
    }
}

async fn of_many_steps_at_once_one_is_made(kind: Kind) {
    for round in 0..5 {
        let world = World::new(kind).await;
        let call = started(&world, "c1").await;
        let steps: Vec<Step> = (0..12)
            .map(|n| {
                let created = vec![connect(&call, &format!("hook-{n}"))];
                Step { created, due_at: Some(at(n)), ..full(&call) }
            })
            .collect();
        let store = world.cold();

        let steps_made = steps.iter().map(|step| store.advance(&call, step, at(60)));
        let made: Vec<bool> =
            at_once(steps_made.collect()).into_iter().map(Result::unwrap).collect();

        let winner = made.iter().position(|made| *made).unwrap();
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "round {round}");
        let (call, history) = world.cold().history(&call.id).await.unwrap().unwrap();
        assert_eq!(history, steps[winner].created, "round {round}");
        assert_eq!((call.course.version, call.course.due_at), (1, steps[winner].due_at));
        assert_eq!(call.pending, line_of(&history), "round {round}");
    }
}
