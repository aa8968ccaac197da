//! Spec section 5: answers become tags.

use std::time::Duration;

use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, json_text, report, text};

/// Starts a call whose one webhook is answered so; its report, and the call's tags without `geo`.
async fn answered(reply: Reply, webhook: Value) -> (Value, Value) {
    let world = World::new().await;
    world.partner.on("/p", reply);
    world.save([world.webhook("p", "/p", webhook)]).await;
    let answer = world.start("call", json!({"caller_number": null})).await.of_status(200);
    let stored = world.call("call").await["tags"].clone();
    assert_eq!(stored, answer["tags"]);
    (report(&answer, "p"), stored)
}

async fn tags_of(body: &str) -> (Value, Value) {
    let (report, tags) = answered(json_text(body), json!({})).await;
    assert_eq!((&report["status"], &report["http_status"]), (&json!("ok"), &json!(200)));
    assert_eq!(report["tags"], tags);
    (tags, report["notes"].clone())
}

#[tokio::test]
async fn the_specs_example_of_jason_kay() {
    let body = r#"{"first_name":"Jason","last_name":"Kay","geo":"us-10101","age":23,"gender":"m"}"#;

    let (tags, notes) = tags_of(body).await;

    let wanted = json!({
        "first_name": ["Jason"], "last_name": ["Kay"], "geo": ["us", "us-10101", "us-ny"],
        "age": ["23"], "gender": ["m"],
    });
    assert_eq!((tags, notes), (wanted, json!([])));
}

#[tokio::test]
async fn the_specs_example_of_two_interests() {
    let (tags, notes) = tags_of(r#"{"product_interest":["mortgage","insurance"]}"#).await;
    assert_eq!(tags, json!({"product_interest": ["insurance", "mortgage"]}));
    assert_eq!(notes, json!([]));
}

#[tokio::test]
async fn scalars_are_taken_as_they_are_written() {
    let body = r#"{"s":" as is ","n":23,"zero":0,"money":1.10,"sci":1e3,"neg":-0.0,
        "big":99999999999999999999.000,"t":true,"f":false,"null":null,"empty":"","uni":"\u00e9"}"#;

    let (tags, notes) = tags_of(body).await;

    let wanted = json!({
        "s": ["as is"], "n": ["23"], "zero": ["0"], "money": ["1.10"], "sci": ["1e3"],
        "neg": ["-0.0"], "big": ["99999999999999999999.000"], "t": ["true"], "f": ["false"],
        "uni": ["é"],
    });
    assert_eq!((tags, notes), (wanted, json!([])));
}

#[tokio::test]
async fn arrays_give_one_value_each_and_what_is_nested_is_named() {
    let body = r#"{"a":["b",1,true,"b",null,0],"o":{"x":1},"l":["ok",["deep"],{"y":1}],"e":[]}"#;

    let (tags, notes) = tags_of(body).await;

    assert_eq!(tags, json!({"a": ["0", "1", "b", "true"], "l": ["ok"]}));
    assert_eq!(notes, json!(["Skipped objects and nested arrays in: o, l."]));
}

#[tokio::test]
async fn keys_are_normalised_and_those_that_cannot_be_are_named() {
    let long = "k".repeat(129);
    let longest = "m".repeat(128);
    let body = json!({
        " First Name ": "Jason", "LAST-name.2": "Kay", "bad/key": 1, "": 2, &longest: 3, &long: 4,
    });

    let (tags, notes) = tags_of(&body.to_string()).await;

    assert_eq!(tags, json!({"first_name": ["Jason"], "last-name.2": ["Kay"], longest: ["3"]}));
    let note = text(&notes[0]);
    assert!(note.starts_with("Skipped names that cannot be tags: "), "{note}");
    assert!(note.contains("\"bad/key\"") && note.contains("\"\""), "{note}");
    assert_eq!(notes.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_value_has_at_most_1024_bytes() {
    let (longest, long) = ("é".repeat(512), "x".repeat(1025));
    let body = json!({"a": longest, "b": format!(" {longest} "), "c": long, "d": ["x", long]});

    let (tags, notes) = tags_of(&body.to_string()).await;

    assert_eq!(tags, json!({"a": [longest], "b": [longest], "d": ["x"]}));
    assert_eq!(notes, json!(["Dropped values over 1024 bytes in: c, d."]));
}

#[tokio::test]
async fn an_answer_sets_at_most_100_keys_and_50_values_a_key() {
    let values: Vec<String> = (0..52).map(|n| format!("\"v{n:02}\"")).collect();
    let keys: Vec<String> = (0..101).map(|n| format!("\"k{n:03}\":{n}")).collect();
    let body = format!("{{\"many\":[{}],{}}}", values.join(","), keys.join(","));

    let (tags, notes) = tags_of(&body).await;

    let tags = tags.as_object().unwrap();
    assert_eq!(tags.len(), 100);
    let many = tags["many"].as_array().unwrap();
    assert_eq!((many.len(), &many[49]), (50, &json!("v49")));
    assert_eq!((tags.get("k098"), tags.get("k099")), (Some(&json!(["98"])), None));
    let wanted = [
        "Dropped what was over 100 tags: k099, k100.",
        "Dropped what was over 50 values in: many.",
    ];
    assert_eq!(notes, json!(wanted));
}

#[tokio::test]
async fn a_body_has_at_most_64_kib() {
    let body = |bytes: usize| {
        let frame = r#"{"a":1,"b":[""]}"#.len();
        format!(r#"{{"a":1,"b":["{}"]}}"#, "x".repeat(bytes - frame))
    };

    let (fits, tags) = answered(json_text(&body(64 * 1024)), json!({})).await;
    let (over, none) = answered(json_text(&body(64 * 1024 + 1)), json!({})).await;

    assert_eq!((&fits["status"], tags), (&json!("ok"), json!({"a": ["1"]})));
    assert_eq!((&over["status"], &over["kind"]), (&json!("failed"), &json!("too_large")));
    assert_eq!((&over["tags"], none), (&json!({}), json!({})));
    assert_eq!(
        (&over["http_status"], &over["notes"]),
        (&json!(200), &json!(["the answer is over 64 KiB"]))
    );
}

#[tokio::test]
async fn an_answer_that_is_no_2xx_fails_by_its_status_however_large_it_is() {
    let page = "x".repeat(64 * 1024 + 1);
    let head = format!("HTTP/1.1 503 Busy\r\ncontent-length: {}\r\n\r\n", page.len());

    let (report, _) = answered(Reply::raw(head + &page), json!({})).await;

    assert_eq!((&report["status"], &report["kind"]), (&json!("failed"), &json!("http")));
    assert_eq!((&report["http_status"], &report["tags"]), (&json!(503), &json!({})));
}

#[tokio::test]
async fn only_a_2xx_answer_becomes_tags() {
    let tags = r#"{"a":1}"#;
    for status in [200, 201, 202, 299] {
        let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: 7\r\n\r\n{tags}");
        let (report, tags) = answered(Reply::raw(reply), json!({})).await;
        assert_eq!((&report["status"], &report["http_status"]), (&json!("ok"), &json!(status)));
        assert_eq!(tags, json!({"a": ["1"]}), "{status}");
    }
    for status in [302, 400, 404, 410, 429, 500, 503] {
        let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: 7\r\n\r\n{tags}");
        let (report, tags) = answered(Reply::raw(reply), json!({})).await;
        let wanted = json!({
            "id": "p", "status": "failed", "kind": "http", "http_status": status, "tags": {},
            "notes": [],
        });
        assert_eq!((report, tags), (wanted, json!({})));
    }
}

#[tokio::test]
async fn tags_are_sets_and_the_order_of_answers_does_not_matter() {
    let bodies = [json!({"x": ["b", "a"], "y": 1}), json!({"x": ["c", "b"]}), json!({"x": "a"})];
    let mut seen = Vec::new();
    for slowest in 0..bodies.len() {
        let world = World::new().await;
        let mut hooks = Vec::new();
        for (index, body) in bodies.iter().enumerate() {
            let path = format!("/p{index}");
            let delay = if index == slowest { 150 } else { 0 };
            world.partner.on(&path, Reply::json(body).after(Duration::from_millis(delay)));
            hooks.push(world.webhook(&format!("w{index}"), &path, json!({})));
        }
        world.save(hooks).await;
        let fields = json!({"caller_number": null, "tags": {"x": "b", "z": "platform"}});

        let answer = world.start("call", fields).await.of_status(200);

        assert_eq!(report(&answer, "w1")["tags"], json!({"x": ["b", "c"]}));
        seen.push(answer["tags"].clone());
    }
    let wanted = json!({"x": ["a", "b", "c"], "y": ["1"], "z": ["platform"]});
    assert_eq!(seen, [wanted.clone(), wanted.clone(), wanted]);
}

#[tokio::test]
async fn a_response_map_picks_nested_values_instead() {
    let body = r#"{"bidTerms":[{"amount":12.50},{"amount":3}],"lead":{"score":7,"Owner":{"Name":"Jo"}},
        "list":["b","a"],"root":1,"nil":null,"deep":{"o":{}}}"#;
    let map = json!({
        "bid": "bidTerms[0].amount", "second": "bidTerms[1].amount", "score": "lead.score",
        "owner": "lead.Owner.Name", "all": "list", "one": "list[1]", "gone": "lead.nothing",
        "past": "bidTerms[2].amount", "obj": "deep.o",
    });

    let (report, tags) = answered(json_text(body), json!({"response_map": map})).await;

    let wanted = json!({
        "bid": ["12.50"], "second": ["3"], "score": ["7"], "owner": ["Jo"], "all": ["a", "b"],
        "one": ["a"],
    });
    assert_eq!(tags, wanted);
    let notes = report["notes"].to_string();
    for named in ["gone (lead.nothing)", "past (bidTerms[2].amount)", "obj"] {
        assert!(notes.contains(named), "{notes}");
    }
}

#[tokio::test]
async fn a_tag_prefix_is_put_before_every_key() {
    let body = r#"{"Score":7,"geo":"us-10101","call_id":"theirs"}"#;
    let (_, plain) = answered(json_text(body), json!({"tag_prefix": "crm_"})).await;
    let mapped = json!({"tag_prefix": "crm_", "response_map": {"s": "Score"}});
    let (_, mapped) = answered(json_text(body), mapped).await;

    let wanted = json!({"crm_score": ["7"], "crm_geo": ["us-10101"], "crm_call_id": ["theirs"]});
    assert_eq!((plain, mapped), (wanted, json!({"crm_s": ["7"]})));
}

#[tokio::test]
async fn a_webhook_that_parses_nothing_sets_nothing() {
    let more = json!({"parse_response": false});
    let (report, tags) = answered(json_text(r#"{"a":1}"#), more).await;
    let wanted = json!({"id": "p", "status": "ok", "http_status": 200, "tags": {}, "notes": []});
    assert_eq!((report, tags), (wanted, json!({})));

    let (_, tags) = answered(json_text(r#"{"a":1}"#), json!({"parse_response": true})).await;
    assert_eq!(tags, json!({"a": ["1"]}));
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
    let (_, tags) = answered(Reply::raw(reply), json!({})).await;
    assert_eq!(tags, json!({"a": ["1"]}));
}
