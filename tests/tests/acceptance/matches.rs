//! Spec section 3: matches.

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, faults, report, text};

/// The call that every condition here is asked about.
fn tags() -> Value {
    json!({
        "publisher_id": "77", "sub_id": ["a", "b"], "age": "9", "bid": "1.50",
        "mixed": ["abc", "12"], "name": "Jason", "word": "exists", "signed": "-3",
    })
}

/// Fires one webhook for each set of conditions and tells which held.
async fn outcomes(sets: &[Value]) -> Vec<bool> {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let hook = |(index, set): (usize, &Value)| {
        world.webhook(&format!("w{index}"), "/p", json!({"matches": set}))
    };
    let _ = world.save(sets.iter().enumerate().map(hook)).await;
    let answer = world.start("call", json!({"tags": tags()})).await.of_status(200);
    let held = (0..sets.len()).map(|index| {
        let report = report(&answer, &format!("w{index}"));
        let status = text(&report["status"]);
        assert!(["ok", "skipped"].contains(&status.as_str()), "{report}");
        status == "ok"
    });
    let held: Vec<bool> = held.collect();
    let sent = held.iter().filter(|held| **held).count();
    assert_eq!(world.targets_at("/p").len(), sent);
    held
}

async fn assert_outcomes(cases: &[(Value, bool)]) {
    let sets: Vec<Value> = cases.iter().map(|(set, _)| set.clone()).collect();
    let held = outcomes(&sets).await;
    for ((set, wanted), held) in cases.iter().zip(held) {
        assert_eq!(held, *wanted, "{set}");
    }
}

#[tokio::test]
async fn every_operator_holds_and_does_not() {
    let one = |condition: &str, holds| (json!([condition]), holds);
    assert_outcomes(&[
        one("publisher_id:77", true),
        one("publisher_id: 77", true),
        one("publisher_id:==77", true),
        one("publisher_id:7", false),
        one("publisher_id:!=1234", true),
        one("publisher_id:!=77", false),
        one("geo:us-oh", true),
        one("geo:us-ny", false),
        one("age:>8.5", true),
        one("age:> 9", false),
        one("age:>=9.0", true),
        one("age:>=10", false),
        one("age:<10", true),
        one("age:<9", false),
        one("age:<=9", true),
        one("age:<=8.99", false),
        one("bid:>=1.5", true),
        one("bid:<1.5", false),
        one("signed:<0", true),
        one("name:=~^Ja", true),
        one("name:=~son$", true),
        one("name:=~^son", false),
        one("sub_id:exists", true),
        one("nothing:exists", false),
        one("nothing:missing", true),
        one("sub_id:missing", false),
        one("word:==exists", true),
    ])
    .await;
}

#[tokio::test]
async fn a_condition_may_be_an_object() {
    let one = |key: &str, op: Option<&str>, values: Value, holds| {
        let mut condition = json!({"key": key});
        if let Some(op) = op {
            condition["op"] = json!(op);
        }
        if !values.is_null() {
            condition["values"] = values;
        }
        (json!([condition]), holds)
    };
    assert_outcomes(&[
        one("publisher_id", None, json!(["77"]), true),
        one("publisher_id", Some("=="), json!(["1", "77"]), true),
        one("publisher_id", Some("!="), json!(["1", "77"]), false),
        one("publisher_id", Some("!="), json!(["1", "2"]), true),
        one("age", Some(">"), json!([8]), true),
        one("name", Some("=~"), json!(["^x", "^J"]), true),
        one("sub_id", Some("exists"), Value::Null, true),
        one("sub_id", Some("missing"), Value::Null, false),
    ])
    .await;
}

#[tokio::test]
async fn equals_on_one_key_are_any_of_and_all_else_must_all_hold() {
    assert_outcomes(&[
        (json!([]), true),
        (json!(["publisher_id:1", "publisher_id:77"]), true),
        (json!(["publisher_id:1", "publisher_id:2"]), false),
        (json!(["publisher_id:1", "publisher_id:77", "age:9"]), true),
        (json!(["publisher_id:1", "publisher_id:77", "age:8"]), false),
        (json!(["publisher_id:77", "name:=~^J", "age:<10", "nothing:missing"]), true),
        (json!(["publisher_id:77", "name:=~^J", "age:<9", "nothing:missing"]), false),
        (json!(["publisher_id:!=1", "publisher_id:!=77"]), false),
        (json!(["age:>5", "age:>20"]), false),
        (json!(["publisher_id:1", {"key": "publisher_id", "values": ["77"]}]), true),
    ])
    .await;
}

#[tokio::test]
async fn of_several_values_any_will_do_and_none_may_equal() {
    let one = |condition: &str, holds| (json!([condition]), holds);
    assert_outcomes(&[
        one("sub_id:b", true),
        one("sub_id:=~^b$", true),
        one("sub_id:!=b", false),
        one("sub_id:!=c", true),
        one("nothing:!=c", true),
        one("mixed:>11", true),
        one("mixed:>12", false),
    ])
    .await;
}

#[tokio::test]
async fn what_is_no_number_compares_with_nothing() {
    let one = |condition: &str| (json!([condition]), false);
    assert_outcomes(&[
        one("name:>0"),
        one("name:<=0"),
        one("name:>=0"),
        one("name:<0"),
        one("nothing:>0"),
        one("nothing:<=0"),
    ])
    .await;
}

#[tokio::test]
async fn an_expression_takes_no_longer_for_being_awkward() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let awkward = json!({"matches": ["long:=~^(a+)+$"], "timeout_ms": 5000});
    world.save([world.webhook("p", "/p", awkward)]).await;
    let long = format!("{}b", "a".repeat(1000));

    // Backtracking would take longer than there is time.
    let start = world.start("call", json!({"tags": {"long": long}}));
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), start).await.unwrap();

    let skipped = json!({"id": "p", "status": "skipped", "notes": ["matches: long:=~^(a+)+$"]});
    assert_eq!(report(&answer.of_status(200), "p"), skipped);
}

#[tokio::test]
async fn a_skipped_webhook_names_what_did_not_hold() {
    let world = World::new().await;
    let hook = |id: &str, set: Value| world.webhook(id, "/p", json!({"matches": set}));
    let object = json!({"key": "age", "op": ">", "values": [20]});
    world
        .save([
            hook("a", json!(["geo:us-oh", "publisher_id: !=77"])),
            hook("b", json!(["geo:us-ca", "geo:us-ny"])),
            hook("c", json!([object])),
        ])
        .await;

    let answer = world.start("call", json!({"tags": tags()})).await.of_status(200);

    let notes = ["a", "b", "c"].map(|id| report(&answer, id)["notes"][0].clone());
    let wanted =
        ["matches: publisher_id:!=77", "matches: geo:us-ca or geo:us-ny", "matches: age:>20"];
    assert_eq!(notes, wanted.map(Value::from));
}

#[tokio::test]
async fn an_unknown_operator_or_a_bad_expression_is_refused_with_its_position() {
    let world = World::new().await;
    let set = json!([
        "geo:us-ny",
        "age:=>3",
        "name: =~ (",
        "geo",
        {"key": "age", "op": "~~", "values": ["3"]},
        {"key": "name", "op": "=~", "values": ["ok", "("]},
        "age:> old",
    ]);
    let hook = world.webhook("p", "/p", json!({"matches": set}));

    let refused = world.save_as(&world.campaign(), json!({"webhooks": [hook]})).await;

    let faults = faults(&refused.of_status(422));
    let starts = [
        "/webhooks/0/matches/1: unknown operator \"=>\"",
        "/webhooks/0/matches/2: this regular expression cannot be used",
        "/webhooks/0/matches/3: a condition is written",
        "/webhooks/0/matches/4/op: unknown operator \"~~\"",
        "/webhooks/0/matches/5/values/1: this regular expression cannot be used",
        "/webhooks/0/matches/6: > compares numbers, and \"old\" is not one",
    ];
    let ends = ["(at character 5)", "(at character 10)", "(at character 4)", "", "", ""];
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    for (fault, (start, end)) in faults.iter().zip(starts.iter().zip(ends)) {
        assert!(fault.starts_with(start) && fault.ends_with(end), "{fault}");
    }
}
