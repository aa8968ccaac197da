//! The course of a call, step by step, as whoever looks at it sees it.

use serde_json::{Value, json};

use super::*;
use crate::call::{CallEvent, CallId, CallKey, EventKind, Posting};
use crate::delivery::Progress;
use crate::window::Window;

/// When the call starts; all else is told in seconds from here.
const START: i64 = 1_795_453_200;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START * 1000).unwrap().plus_seconds(seconds)
}

/// A webhook for each trigger that is no ping, timers at 30 and 60 seconds, `more` laid over it.
fn campaign(more: &Value) -> Campaign {
    let hook = |id: &str, trigger: &str| json!({"id": id, "trigger": trigger, "url": "https://p.example/"});
    let mut timers = [hook("t30", "timer"), hook("t60", "timer")];
    timers[0]["seconds"] = json!(30);
    timers[1]["seconds"] = json!(60);
    let rest =
        ["connect", "conversion", "non_conversion", "postback", "always"].map(|t| hook(t, t));
    let webhooks: Vec<Value> = timers.into_iter().chain(rest).collect();
    let mut document = json!({"id": "solar", "name": "Solar", "webhooks": webhooks});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Campaign::from_document(&document).unwrap()
}

fn call() -> Call {
    let key = CallKey::from_random([7; 24]);
    let campaign = crate::campaign::CampaignId::parse("solar").unwrap();
    let mut call = Call::new(CallId::parse("c1").unwrap(), campaign, "u".to_owned(), key);
    tell(
        &mut call,
        EventKind::Start,
        0,
        json!({"campaign_id": "solar", "caller_number": "+16145550100"}),
    );
    call
}

fn tell(call: &mut Call, kind: EventKind, seconds: i64, mut body: Value) {
    body["occurred_at"] = json!(START + seconds);
    let event = CallEvent::from_json(kind, call.id.clone(), &body, at(seconds)).unwrap();
    call.take_in(&event, at(seconds));
}

fn answer(call: &mut Call, seconds: i64) {
    tell(call, EventKind::Answered, seconds, json!({"buyer": {"id": "b"}}));
}

fn end(call: &mut Call, seconds: i64) {
    tell(call, EventKind::Ended, seconds, json!({}));
}

fn next_with(call: &Call, campaign: &Campaign, windows: &Windows, seconds: i64) -> Next {
    Standpoint { call, campaign, windows, now: at(seconds) }.next()
}

fn next(call: &Call, campaign: &Campaign, seconds: i64) -> Next {
    next_with(call, campaign, &Windows::new(), seconds)
}

fn rest(due_at: Option<i64>) -> Next {
    Next::Rest { due_at: due_at.map(at) }
}

/// Takes the next step.
fn step(call: &mut Call, campaign: &Campaign, seconds: i64) -> Step {
    let Next::Step(step) = next(call, campaign, seconds) else { panic!("no step at {seconds}") };
    call.take_step(&step);
    *step
}

/// The created deliveries: webhook, and when it is due in seconds, or that it is skipped.
fn created(step: &Step) -> Vec<(&str, Option<i64>)> {
    let due = |delivery: &Delivery| match delivery.progress {
        Progress::Due { at } => Some(at.as_seconds() - START),
        _ => None,
    };
    step.created.iter().map(|one| (one.webhook().as_str(), due(one))).collect()
}

#[test]
fn an_answered_call_sets_its_timers_from_the_answer_and_then_rests() {
    let (campaign, mut call) = (campaign(&json!({})), call());
    assert_eq!(next(&call, &campaign, 5), rest(None));

    answer(&mut call, 10);
    let set = step(&mut call, &campaign, 11);

    assert_eq!(created(&set), [("t30", Some(40)), ("t60", Some(70))]);
    assert_eq!((set.sets_timers, set.decision, set.due_at), (true, None, None));
    assert_eq!(next(&call, &campaign, 12), rest(None));
}

#[test]
fn an_ended_call_is_decided_once_it_has_settled_and_never_again() {
    let (campaign, mut call) = (campaign(&json!({"settle_seconds": 20})), call());
    answer(&mut call, 10);
    step(&mut call, &campaign, 11);
    end(&mut call, 55);

    assert_eq!(next(&call, &campaign, 56), rest(Some(75)));
    let decided = step(&mut call, &campaign, 75);

    let now = Some(75);
    assert_eq!(created(&decided), [("connect", now), ("conversion", now), ("always", now)]);
    assert_eq!(decided.decision, Some(Decision { converted: true, deduped: false, at: at(75) }));
    assert_eq!(next(&call, &campaign, 76), rest(None));
}

#[test]
fn a_call_nobody_answered_does_not_convert_and_has_no_connect() {
    for conversion in [json!([]), json!([{"matches": [], "seconds": 0}])] {
        let campaign = campaign(&json!({"conversion": conversion, "settle_seconds": 0}));
        let mut call = call();
        end(&mut call, 20);

        let decided = step(&mut call, &campaign, 20);

        let now = Some(20);
        assert_eq!(created(&decided), [("non_conversion", now), ("always", now)]);
        assert_eq!(decided.decision.map(|decision| decision.converted), Some(false));
    }
}

#[test]
fn timers_that_only_a_late_report_reveals_are_owed_if_they_were_reached() {
    let (campaign, mut late) = (campaign(&json!({})), call());
    end(&mut late, 40);
    answer(&mut late, 10);
    assert_eq!(created(&step(&mut late, &campaign, 41)), [("t30", Some(0))]);

    let mut told = call();
    tell(&mut told, EventKind::Ended, 100, json!({"connected_seconds": 60}));
    let set = step(&mut told, &campaign, 101);
    assert_eq!(created(&set), [("t30", Some(0)), ("t60", Some(0))]);
    answer(&mut told, 35);
    assert_eq!(
        told.unreached_timers().count(),
        0,
        "the answer comes late, the timers were reached"
    );
}

#[test]
fn timers_of_a_call_whose_start_was_not_reported_are_reached_all_the_same() {
    let campaign = campaign(&json!({}));
    let mut told = Call::new(
        CallId::parse("c1").unwrap(),
        campaign.id.clone(),
        "u".to_owned(),
        CallKey::from_random([7; 24]),
    );
    answer(&mut told, 35);
    tell(&mut told, EventKind::Ended, 100, json!({"connected_seconds": 60}));

    assert_eq!(step(&mut told, &campaign, 101).created.len(), 2);
    assert_eq!(told.unreached_timers().count(), 0);
}

#[test]
fn a_buyer_who_is_reported_after_the_decision_still_fires_connect() {
    let (campaign, mut call) = (
        campaign(&json!({"settle_seconds": 0, "webhooks": [
        {"id": "connect", "trigger": "connect", "url": "https://p.example/"}]})),
        call(),
    );
    end(&mut call, 40);
    assert_eq!(created(&step(&mut call, &campaign, 40)), []);

    answer(&mut call, 10);

    let late = step(&mut call, &campaign, 60);
    assert_eq!((created(&late), late.decision), (vec![("connect", Some(60))], None));
    assert_eq!(next(&call, &campaign, 61), rest(None));
}

#[test]
fn webhooks_that_are_not_for_the_call_are_skipped_with_the_reason() {
    let webhooks = json!([
        {"id": "ny", "trigger": "connect", "url": "https://p.example/", "matches": ["geo:us-ny"]},
        {"id": "off", "trigger": "connect", "url": "https://p.example/", "enabled": false},
        {"id": "sold", "trigger": "conversion", "url": "https://p.example/", "matches": ["converted:yes", "revenue:>=5"]},
    ]);
    let conversion = json!([{"matches": [], "seconds": 1, "revenue": "5.00"}]);
    let campaign =
        campaign(&json!({"webhooks": webhooks, "conversion": conversion, "settle_seconds": 0}));
    let mut call = call();
    answer(&mut call, 10);
    end(&mut call, 20);

    let decided = step(&mut call, &campaign, 20);

    assert_eq!(created(&decided), [("ny", None), ("off", None), ("sold", Some(20))]);
    let notes: Vec<String> = decided
        .created
        .iter()
        .filter_map(|one| one.report.as_ref()?.notes.first().cloned())
        .collect();
    assert_eq!(notes, ["matches: geo:us-ny", "the webhook is disabled"]);
}

#[test]
fn the_first_entry_whose_matches_hold_counts_met_or_not() {
    let conversion = json!([
        {"matches": ["offer:yes"], "seconds": 120, "revenue": "30.00", "payout": "15.00"},
        {"matches": [], "seconds": 20, "revenue": "20.00"},
    ]);
    let campaign = campaign(&json!({"conversion": conversion, "settle_seconds": 0}));
    let decided = |offer: bool, seconds: i64| {
        let mut call = call();
        if offer {
            let body = json!({"buyer": {"id": "b"}, "tags": {"offer": "yes"}});
            tell(&mut call, EventKind::Answered, 10, body);
        } else {
            answer(&mut call, 10);
        }
        call.course.timers_set = true;
        end(&mut call, 10 + seconds);
        let step = step(&mut call, &campaign, 10 + seconds);
        (step.decision.unwrap().converted, step.amounts.revenue.map(|amount| amount.to_string()))
    };
    assert_eq!(decided(false, 19), (false, None));
    assert_eq!(decided(false, 20), (true, Some("20.00".to_owned())));
    assert_eq!(decided(true, 60), (false, None));
    assert_eq!(decided(true, 120), (true, Some("30.00".to_owned())));
}

#[test]
fn a_postback_decides_within_its_timeout_and_converts_once_afterwards() {
    let conversion =
        json!([{"matches": [], "postback": true, "postback_timeout": 100, "revenue": "9"}]);
    let campaign = campaign(&json!({"conversion": conversion, "settle_seconds": 0}));
    let mut call = call();
    answer(&mut call, 10);
    call.course.timers_set = true;
    end(&mut call, 20);
    let said = |converted| Posting { converted: Some(converted), ..Posting::default() };
    assert_eq!(next(&call, &campaign, 20), rest(Some(120)));

    let mut refused = call.clone();
    refused.take_posting(&said(false));
    assert!(!step(&mut refused, &campaign, 30).decision.unwrap().converted);
    let mut converted = call.clone();
    converted.take_posting(&said(true));
    assert!(step(&mut converted, &campaign, 30).decision.unwrap().converted);

    let timed_out = step(&mut call, &campaign, 120);
    assert_eq!(
        timed_out.decision,
        Some(Decision { converted: false, deduped: false, at: at(120) })
    );
    call.take_posting(&said(true));
    let late = step(&mut call, &campaign, 500);
    assert_eq!(created(&late), [("conversion", Some(500))]);
    assert_eq!(late.decision, Some(Decision { converted: true, deduped: false, at: at(120) }));
    assert_eq!(next(&call, &campaign, 501), rest(None));
}

#[test]
fn a_caller_converts_by_an_entry_once_within_its_window() {
    let conversion = json!([{"matches": [], "seconds": 1, "dedupe_seconds": 60}]);
    let campaign = campaign(&json!({"conversion": conversion, "settle_seconds": 0}));
    let mut call = call();
    answer(&mut call, 10);
    call.course.timers_set = true;
    end(&mut call, 20);
    let window = Window::Conversion(campaign.conversion[0].identity());

    let Next::Step(first) = next(&call, &campaign, 20) else { panic!("no step") };
    let again = next_with(&call, &campaign, &Windows::from([window.clone()]), 20);

    assert_eq!(first.window, Some(OpenWindow { window, until: at(80) }));
    let Next::Step(again) = again else { panic!("no step") };
    assert_eq!(again.decision, Some(Decision { converted: false, deduped: true, at: at(20) }));
    assert_eq!(again.window, None);
    call.course.decision = again.decision;
    call.course.connect_fired = true;
    call.posted_conversion = Some(true);
    assert_eq!((call.is_converted(), next(&call, &campaign, 21)), (false, rest(None)));
}
