//! What partners post back, through `postback` and `data`.

use hookline::key::Scope;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Answer, Request, Send as _};
use super::world::{API, DATA, NUMBER, POSTBACK, START, World, start, take_call_key};

/// A world with the campaign `solar`, which sends nothing.
async fn world() -> World {
    let world = World::new().await;
    world.campaign(&json!([])).await;
    world
}

/// Starts a call; its key.
async fn call(world: &World, id: &str) -> String {
    take_call_key(&mut world.function(START).await.invoke(start(id)).await.unwrap())
}

/// A postback key of `solar`, made by the `api` function.
async fn postback_key(world: &World, body: &Value) -> String {
    let admin = world.key(Scope::Admin, false).await;
    let request = Request::new("POST", "/campaigns/solar/postback-keys").of("id", "solar");
    let answer = request.json(body).by(&admin).send(&world.function(API).await).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["key"].as_str().unwrap().to_owned()
}

fn postback(call: &str, query: &str) -> Request {
    Request::new("GET", &format!("/postback/{call}")).of("call_id", call).query(query)
}

fn data(key: &str, query: &str) -> Request {
    Request::new("GET", &format!("/data/{key}")).of("postback_key", key).query(query)
}

/// The tags of a call, as a repeated start tells them.
async fn tags(function: &LambdaFunction, call: &str) -> Value {
    function.invoke(start(call)).await.unwrap()["tags"].clone()
}

#[tokio::test]
async fn query_form_and_json_are_read_alike() {
    let world = world().await;
    let key = call(&world, "c1").await;
    let function = world.function(POSTBACK).await;
    let form = "application/x-www-form-urlencoded";
    let post = || Request::new("POST", "/postback/c1").of("call_id", "c1");

    for (n, request) in [
        postback("c1", &format!("key={key}&sold=yes&n=0")),
        post().body(format!("key={key}&sold=yes&n=1")).header("content-type", form),
        post().body(format!("key={key}&sold=yes&n=2")).header("content-type", form).encoded(),
        post().json(&json!({"key": key, "sold": "yes", "n": 3})),
        post().query(&format!("key={key}")).json(&json!({"sold": "yes", "n": 4})).encoded(),
    ]
    .into_iter()
    .enumerate()
    {
        let tags = json!({"n": [n.to_string()], "sold": ["yes"]});
        let wanted = json!({"result": "applied", "call_id": "c1", "tags": tags});
        assert_eq!(request.send(&function).await, Answer::json(200, wanted));
    }

    let tags = tags(&world.function(START).await, "c1").await;
    assert_eq!((&tags["n"], &tags["sold"]), (&json!(["0", "1", "2", "3", "4"]), &json!(["yes"])));
}

#[tokio::test]
async fn each_result_has_its_status_unless_the_sender_wants_none() {
    let world = world().await;
    let key = call(&world, "c1").await;
    let function = world.function(POSTBACK).await;
    let applied = json!({"result": "applied", "call_id": "c1", "tags": {"sold": ["yes"]}});
    let duplicate = json!({"result": "duplicate", "call_id": "c1", "tags": {"sold": ["yes"]}});
    let forbidden = |why: &str| json!({"result": "forbidden", "call_id": "c1", "tags": {}, "errors": {"key": why}});
    let unknown = json!({"result": "unknown_call", "call_id": "c2", "tags": {},
        "errors": {"call_id": "nothing is known of this call"}});
    let invalid = json!({"result": "invalid", "call_id": "c1", "tags": {}, "errors": {
        "converted": "must be 1 or 0",
    }});

    for (call, query, status, body) in [
        ("c1", format!("key={key}&sold=yes&postback_id=p1"), 200, applied),
        ("c1", format!("key={key}&sold=yes&postback_id=p1"), 200, duplicate),
        (
            "c1",
            format!("key={}&sold=yes", "0".repeat(48)),
            403,
            forbidden("is not this call's key"),
        ),
        ("c1", "sold=yes".to_owned(), 403, forbidden("is required")),
        ("c2", format!("key={key}&sold=yes"), 404, unknown),
        ("c1", format!("key={key}&converted=maybe"), 422, invalid),
    ] {
        let answer = postback(call, &query).send(&function).await;
        assert_eq!(answer, Answer::json(status, body.clone()), "{query}");
        if status != 200 {
            let lenient = postback(call, &format!("{query}&strict=0")).send(&function).await;
            assert_eq!(lenient, Answer::json(200, body), "{query}");
        }
    }
}

#[tokio::test]
async fn data_waits_for_the_call_and_then_goes_to_it() {
    let world = world().await;
    let key = postback_key(&world, &json!({"name": "CRM", "tag_prefix": "crm_"})).await;
    let function = world.function(DATA).await;
    let about = |query: &str| data(&key, &format!("caller_number=%2B16145551234&{query}"));

    let early = about("score=7&postback_id=p1").send(&function).await;
    let twice = about("score=7&postback_id=p1").send(&function).await;
    let start_function = world.function(START).await;
    let at_start = start_function.invoke(start("c1")).await.unwrap();
    let late = about("score=9").send(&function).await;
    let by_call = data(&key, "call_id=c1&score=11").send(&function).await;

    let tags_of = |score: &str| json!({"crm_score": [score]});
    let stored = json!({"result": "stored", "tags": tags_of("7")});
    assert_eq!(early, Answer::json(202, stored));
    let duplicate = json!({"result": "duplicate", "tags": tags_of("7")});
    assert_eq!(twice, Answer::json(200, duplicate));
    let geo = json!(["614", "us", "us-oh"]);
    let wanted = json!({"crm_score": ["7"], "geo": geo, "sub_id": ["x"]});
    assert_eq!(at_start["tags"], wanted);
    for (answer, score) in [(late, "9"), (by_call, "11")] {
        let applied = json!({"result": "applied", "call_id": "c1", "tags": tags_of(score)});
        assert_eq!(answer, Answer::json(200, applied));
    }
    let wanted = json!({"crm_score": ["11", "7", "9"], "geo": geo, "sub_id": ["x"]});
    assert_eq!(tags(&start_function, "c1").await, wanted);
}

#[tokio::test]
async fn data_with_a_key_that_is_not_good_is_forbidden_and_stores_nothing() {
    let world = world().await;
    let paused = postback_key(&world, &json!({"paused": true})).await;
    let admin = world.key(Scope::Admin, false).await;
    let before = world.items().await;
    let function = world.function(DATA).await;

    for (key, why) in [
        ("hlp_nobody", "is not known"),
        (paused.as_str(), "is paused"),
        (admin.expose(), "is no postback key"),
    ] {
        let request = data(key, &format!("caller_number={}&score=7", &NUMBER[1..]));
        let errors = json!({"postback_key": why});
        let forbidden = json!({"result": "forbidden", "tags": {}, "errors": errors});
        assert_eq!(request.send(&function).await, Answer::json(403, forbidden));
    }

    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn a_posting_without_a_subject_or_with_a_body_of_another_kind_is_refused() {
    let world = world().await;
    let key = postback_key(&world, &json!({})).await;
    let function = world.function(DATA).await;

    let nobody = data(&key, "score=7").send(&function).await;
    let xml = data(&key, "").body("<a/>").header("content-type", "text/xml").send(&function).await;

    let detail = "is required, unless call_id is given";
    let errors = json!({"caller_number": detail});
    let invalid = json!({"result": "invalid", "tags": {}, "errors": errors});
    assert_eq!(nobody, Answer::json(422, invalid));
    let errors = json!({"body": "the body must be JSON or a form"});
    let invalid = json!({"result": "invalid", "tags": {}, "errors": errors});
    assert_eq!(xml, Answer::json(422, invalid));
}

/// A posting about the caller, of so many tags of so many bytes each.
fn heavy(key: &str, round: usize, keys: usize, bytes: usize) -> Request {
    let tags = (0..keys).map(|n| format!("&k{n}={round}{}", "x".repeat(bytes)));
    let form = format!("caller_number={}{}", &NUMBER[1..], tags.collect::<String>());
    data(key, "").body(form).header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn however_much_waits_the_call_starts() {
    let world = world().await;
    let key = postback_key(&world, &json!({})).await;
    let function = world.function(DATA).await;
    let mut statuses = Vec::new();

    // Ever smaller, so that whatever has an end is filled to it.
    let sizes = [(100, 900), (100, 400), (100, 90), (100, 9), (1, 900), (1, 400), (1, 100), (1, 9)];
    for (keys, bytes) in sizes {
        for round in 0..5 {
            statuses.push(heavy(&key, round, keys, bytes).send(&function).await.status);
        }
    }
    let id = "c".repeat(128);
    let started = world.function(START).await.invoke(start(&id)).await;

    assert_eq!(started.map(|answer| answer["call_id"].clone()), Ok(json!(id)));
    // Taken or refused: how much a partner posts is no fault of ours.
    assert!(statuses.iter().all(|status| [202, 422].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&202), "{statuses:?}");
}

#[tokio::test]
async fn partners_do_not_invoke_directly() {
    let world = world().await;

    for binary in [POSTBACK, DATA] {
        let answer = world.function(binary).await.invoke(json!({"call_id": "c1"})).await.unwrap();
        let message = "this function takes postbacks over HTTP only";
        let wanted = json!({"code": "invalid", "message": message, "errors": []});
        assert_eq!(answer, json!({"error": wanted}));
    }
}
