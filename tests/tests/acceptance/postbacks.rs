//! Spec section 7: call handler postbacks.

use hookline_tests::client::{Answer, Body};
use hookline_tests::partner::Reply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, text};

/// A call that was started, with the path of its postbacks up to where tags go.
async fn started() -> (World, String, String) {
    let world = World::new().await;
    world.save([]).await;
    let start = world.start("call", json!({"tags": {"sub_id": "x"}})).await.of_status(200);
    let key = text(&start["call_key"]);
    let path = format!("/postback/{}", world.named("call"));
    (world, path, key)
}

async fn post(world: &World, path: &str, content_type: &str, body: &str) -> Answer {
    world.send_bare(None, Method::POST, path, Body::of_type(content_type, body)).await
}

#[tokio::test]
async fn query_form_and_json_say_the_same() {
    let (world, path, key) = started().await;
    let form = "application/x-www-form-urlencoded";
    let document =
        json!({"score": 7, "interest": ["b", "a c"], "vip": true, "key": key}).to_string();
    let in_query = format!("score=7&interest=b&interest=a+c&vip=true&key={key}");

    let answers = [
        world.visit(&format!("{path}?{in_query}")).await,
        post(&world, &format!("{path}?{in_query}"), form, "").await,
        post(&world, &path, form, &in_query).await,
        post(&world, &path, "application/json", &document).await,
        post(
            &world,
            &format!("{path}?key={key}&score=7"),
            form,
            "interest=b&interest=a c&vip=true",
        )
        .await,
        post(&world, &format!("{path}?key={key}"), "application/json; charset=utf-8", &document)
            .await,
    ];

    let posted = json!({"interest": ["a c", "b"], "score": ["7"], "vip": ["true"]});
    for answer in answers {
        assert_eq!(answer.content_type, "application/json");
        let wanted = json!({"result": "applied", "call_id": world.named("call"), "tags": posted});
        assert_eq!(answer.of_status(200), wanted);
    }
    let tags = json!({
        "geo": ["614", "us", "us-oh"], "interest": ["a c", "b"], "score": ["7"], "sub_id": ["x"],
        "vip": ["true"],
    });
    assert_eq!(world.call("call").await["tags"], tags);
}

#[tokio::test]
async fn only_the_calls_own_key_opens_it() {
    let (world, path, key) = started().await;
    let other = text(&world.start("other", json!({})).await.of_status(200)["call_key"]);
    let wrong = format!("{}x", &key[..key.len() - 1]);
    let longer = format!("{key}0");

    for query in [
        "a=1".to_owned(),
        "key=&a=1".to_owned(),
        format!("key={wrong}&a=1"),
        format!("key={longer}&a=1"),
        format!("key={other}&a=1"),
    ] {
        let answer = world.visit(&format!("{path}?{query}")).await.of_status(403);
        assert_eq!((&answer["result"], &answer["tags"]), (&json!("forbidden"), &json!({})));
        let why = if query.contains("key=&") || !query.contains("key=") {
            "is required"
        } else {
            "is not this call's key"
        };
        assert_eq!(answer["errors"], json!({"key": why}), "{query}");
    }

    assert_eq!(world.call("call").await["tags"].get("a"), None);
}

#[tokio::test]
async fn an_unknown_call_is_said_to_be_unknown() {
    let (world, _, key) = started().await;
    for (call, named) in [
        (world.named("nobody"), world.named("nobody")),
        ("no%20call".to_owned(), "no call".to_owned()),
    ] {
        let answer = world.visit(&format!("/postback/{call}?key={key}&a=1")).await.of_status(404);
        let errors = json!({"call_id": "nothing is known of this call"});
        let unknown =
            json!({"result": "unknown_call", "call_id": named, "tags": {}, "errors": errors});
        assert_eq!(answer, unknown);
    }
}

#[tokio::test]
async fn what_is_invalid_is_named_field_by_field_and_nothing_is_taken() {
    let (world, path, key) = started().await;
    let long = "x".repeat(1025);
    let query = format!(
        "key={key}&ok=1&converted=maybe&revenue=-1&payout=1e3&call_id=theirs&b%C3%A4d=1&long={long}\
         &geo=nowhere&postback_id={}",
        "i".repeat(129)
    );

    let answer = world.visit(&format!("{path}?{query}")).await.of_status(422);

    assert_eq!((&answer["result"], &answer["tags"]), (&json!("invalid"), &json!({})));
    let named: Vec<&String> = answer["errors"].as_object().unwrap().keys().collect();
    let wanted = ["bäd", "call_id", "converted", "geo", "long", "payout", "postback_id", "revenue"];
    assert_eq!(named, wanted);
    let call = world.call("call").await;
    assert_eq!((&call["tags"].get("ok"), &call["outcome"]), (&None, &json!({})));
}

#[tokio::test]
async fn a_repeat_with_the_same_id_changes_nothing() {
    let (world, path, key) = started().await;
    let send =
        async |query: &str| world.visit(&format!("{path}?key={key}&{query}")).await.of_status(200);

    let first = send("postback_id=p1&a=1&revenue=5").await;
    let again = send("postback_id=p1&a=2&revenue=9&converted=1").await;
    let other = send("postback_id=p2&a=3").await;

    let results = [&first, &again, &other].map(|answer| answer["result"].clone());
    assert_eq!(results, ["applied", "duplicate", "applied"].map(Value::from));
    assert_eq!(again["call_id"], json!(world.named("call")));
    let call = world.call("call").await;
    assert_eq!(call["tags"]["a"], json!(["1", "3"]));
    assert_eq!(call["outcome"], json!({"revenue": "5"}));
}

#[tokio::test]
async fn strict_0_answers_200_with_the_same_body() {
    let (world, path, key) = started().await;
    let unknown = format!("/postback/{}", world.named("nobody"));
    for (path, status) in [
        (format!("{path}?key={key}&postback_id=p&a=1"), 200),
        (format!("{path}?key=wrong&a=1"), 403),
        (format!("{unknown}?key={key}"), 404),
        (format!("{path}?key={key}&revenue=x"), 422),
    ] {
        let strict = world.visit(&path).await.of_status(status);
        let lenient = world.visit(&format!("{path}&strict=0")).await.of_status(200);
        let stricter = world.visit(&format!("{path}&strict=1")).await.of_status(status);
        if status == 200 {
            assert_eq!(
                (&lenient["result"], &stricter["result"]),
                (&json!("duplicate"), &json!("duplicate"))
            );
        } else {
            assert_eq!((&lenient, &stricter), (&strict, &strict));
        }
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let (world, path, key) = started().await;
    let path = format!("{path}?key={key}&a=1");
    let unreadable =
        [("application/json", "{\"b\":"), ("application/json", "[1]"), ("text/xml", "<b/>")];

    for (content_type, body) in unreadable {
        let answer = post(&world, &path, content_type, body).await.of_status(422);
        assert_eq!((&answer["result"], &answer["tags"]), (&json!("invalid"), &json!({})));
        assert!(answer["errors"]["body"].is_string(), "{answer}");
    }

    assert_eq!(world.call("call").await["tags"].get("a"), None);
}

#[tokio::test]
async fn strict_0_answers_200_for_an_unreadable_body_too() {
    let (world, path, key) = started().await;
    let path = format!("{path}?key={key}&strict=0");
    let answer = post(&world, &path, "application/json", "{\"b\":").await.of_status(200);
    assert_eq!((&answer["result"], &answer["tags"]), (&json!("invalid"), &json!({})));
}

#[tokio::test]
async fn zero_is_an_amount() {
    for (amount, kept) in [("0.00", "0.00"), ("0", "0"), ("12.50", "12.50")] {
        let (world, path, key) = started().await;

        let answer = world
            .visit(&format!("{path}?key={key}&revenue={amount}&payout=0"))
            .await
            .of_status(200);

        assert_eq!(answer["tags"], json!({}));
        let outcome = world.call("call").await["outcome"].clone();
        assert_eq!(outcome, json!({"revenue": kept, "payout": "0"}));
    }
}

#[tokio::test]
async fn reserved_parameters_are_no_tags() {
    let (world, path, key) = started().await;
    let query = "converted=1&revenue=30.00&payout=15.00&postback_id=p1&strict=1&a=1";

    let answer = world.visit(&format!("{path}?key={key}&{query}")).await.of_status(200);

    assert_eq!(answer["tags"], json!({"a": ["1"]}));
    let call = world.call("call").await;
    let tags = json!({"a": ["1"], "geo": ["614", "us", "us-oh"], "sub_id": ["x"]});
    assert_eq!(call["tags"], tags);
    let outcome = json!({"posted_conversion": true, "revenue": "30.00", "payout": "15.00"});
    assert_eq!(call["outcome"], outcome);
    let _ = world.visit(&format!("{path}?key={key}&converted=0")).await.of_status(200);
    assert_eq!(world.call("call").await["outcome"]["posted_conversion"], json!(false));
}

#[tokio::test]
async fn the_answer_shows_the_posted_tags_and_never_those_of_others() {
    let (world, path, key) = started().await;
    let _ = world.visit(&format!("{path}?key={key}&theirs=secret&mine=0")).await.of_status(200);

    let answer = world.visit(&format!("{path}?key={key}&mine=1&geo=us-10101")).await.of_status(200);

    assert_eq!(answer["tags"], json!({"geo": ["us", "us-10101", "us-ny"], "mine": ["1"]}));
    let nothing = world.visit(&format!("{path}?key={key}")).await.of_status(200);
    assert_eq!((&nothing["result"], &nothing["tags"]), (&json!("applied"), &json!({})));
}

#[tokio::test]
async fn what_was_posted_is_seen_by_the_next_trigger() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let more = json!({"trigger": "selected", "matches": ["score:>5", "geo:us-ny"]});
    world.save([world.webhook("p", "/p?s=[score]&z=[caller_zip]", more)]).await;
    let start = world.start("call", json!({})).await.of_status(200);
    let path = format!(
        "/postback/{}?key={}&Score=7&caller_zip=10101",
        world.named("call"),
        text(&start["call_key"])
    );
    let _ = world.visit(&path).await.of_status(200);

    let answer = world.event("call", "selected", json!({})).await.of_status(200);

    assert_eq!(world.targets_at("/p"), ["/p?s=7&z=10101"]);
    let geo = json!(["614", "us", "us-10101", "us-ny"]);
    assert_eq!(answer["tags"], json!({"geo": geo, "score": ["7"]}));
}

#[tokio::test]
async fn a_partner_may_post_back_while_it_is_being_asked() {
    let world = World::new().await;
    let slow = std::time::Duration::from_millis(1500);
    world.partner.on("/p", Reply::json(&json!({"x": "ping"})).after(slow));
    world.save([world.webhook("p", "/p?key=[call_key]", json!({}))]).await;

    let meanwhile = async {
        let came =
            world.partner.await_requests_to("/p", 1, std::time::Duration::from_secs(10)).await;
        let key = came[0].target.split_once("key=").unwrap().1.to_owned();
        let path = format!("/postback/{}?key={key}&x=post", world.named("call"));
        world.visit(&path).await.of_status(200)
    };
    let (answer, posted) = tokio::join!(world.start("call", json!({})), meanwhile);

    assert_eq!(posted["result"], json!("applied"));
    assert_eq!(answer.of_status(200)["tags"]["x"], json!(["ping", "post"]));
    assert_eq!(world.call("call").await["tags"]["x"], json!(["ping", "post"]));
}
