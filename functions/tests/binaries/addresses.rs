//! Addresses that no webhook reaches, whatever a stored campaign says.

use std::net::SocketAddr;

use hookline::key::Scope;
use hookline_tests::partner::{Partner, Reply};
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use super::request::{Request, Send as _};
use super::world::{API, START, World, start};

/// Where the function's own Runtime API is.
fn runtime_api(function: &LambdaFunction) -> SocketAddr {
    // The simulator tells it to the function and, in passing, to `Debug`.
    let shown = format!("{function:?}");
    let (_, rest) = shown.split_once("address: ").unwrap();
    rest.split(',').next().unwrap().trim().parse().unwrap()
}

/// Starts a call whose webhooks go to these addresses; the status of each.
async fn statuses(world: &World, function: &LambdaFunction, urls: &[String]) -> Vec<String> {
    let webhooks: Vec<Value> = urls
        .iter()
        .enumerate()
        .map(|(index, url)| {
            json!({"id": format!("w{index}"), "trigger": "start", "order": index, "url": url,
                   "timeout_ms": 2000})
        })
        .collect();
    world.campaign(&json!(webhooks)).await;
    let answer = function.invoke(start("c1")).await.unwrap();
    let reports = answer["webhooks"].as_array().unwrap();
    assert_eq!(reports.len(), urls.len());
    let status = |report: &Value| {
        let blocked = report["status"] == "blocked";
        assert!(!blocked || report["notes"][0].is_string(), "{report}");
        report["status"].as_str().unwrap().to_owned()
    };
    reports.iter().map(status).collect()
}

#[tokio::test]
async fn the_runtimes_own_address_is_blocked_in_every_spelling() {
    let world = World::new().await;
    let function = world.function(START).await;
    let port = runtime_api(&function).port();
    let next = "2018-06-01/runtime/invocation/next";
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "localhost",
        "localhost.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "127.0.0.2",
    ];
    let urls: Vec<String> =
        hosts.iter().map(|host| format!("http://{host}:{port}/{next}")).collect();

    let statuses = statuses(&world, &function, &urls).await;

    assert_eq!(statuses, vec!["blocked"; urls.len()]);
    // Nobody took an invocation from under the function.
    let again = function.invoke(start("c2")).await.unwrap();
    assert_eq!(again["call_id"], "c2");
}

#[tokio::test]
async fn metadata_addresses_are_blocked() {
    let world = World::new().await;
    let function = world.function(START).await;
    let urls = [
        "http://169.254.169.254/",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://2852039166/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://169.254.170.2/v2/credentials",
    ]
    .map(str::to_owned);

    let statuses = statuses(&world, &function, &urls).await;

    assert_eq!(statuses, vec!["blocked"; urls.len()]);
}

#[tokio::test]
async fn private_addresses_are_reached_at_the_allowed_endpoint_alone() {
    let world = World::new().await;
    let stranger = Partner::start().await.unwrap();
    for partner in [&world.partner, &stranger] {
        partner.on("/hook", Reply::json(&json!({"seen": "yes"})));
    }
    let function = world.function(START).await;
    let by_name = format!("http://localhost:{}/hook", world.partner.address().port());
    let urls = [world.partner.url("/hook"), stranger.url("/hook"), by_name];

    let statuses = statuses(&world, &function, &urls).await;

    assert_eq!(statuses, ["ok", "blocked", "blocked"]);
    assert_eq!(world.partner.requests().len(), 1);
    assert_eq!(stranger.requests(), []);
}

#[tokio::test]
async fn a_redirect_of_a_ping_is_not_followed() {
    let world = World::new().await;
    world.partner.on("/hook", Reply::redirect(302, "http://169.254.169.254/"));
    let function = world.function(START).await;

    let statuses = statuses(&world, &function, &[world.partner.url("/hook")]).await;

    assert_eq!(statuses, ["failed"]);
}

#[tokio::test]
async fn such_addresses_are_refused_at_save_by_their_field() {
    let world = World::new().await;
    let admin = world.key(Scope::Admin, false).await;
    let function = world.function(API).await;
    let hook = |id: &str, url: &str| json!({"id": id, "trigger": "start", "url": url});
    let runtime = format!("http://{}/", runtime_api(&function));
    let campaign = json!({"id": "solar", "name": "Solar", "version": 0, "webhooks": [
        hook("a", "https://crm.example/"),
        hook("b", "http://169.254.169.254/"),
        hook("c", &runtime),
        hook("d", &world.partner.url("/hook")),
    ]});

    let request = Request::new("PUT", "/campaigns/solar").of("id", "solar").json(&campaign);
    let answer = request.by(&admin).send(&function).await;

    assert_eq!(answer.status, 422);
    let pointers: Vec<&str> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/webhooks/1/url", "/webhooks/2/url"]);
    assert_eq!(world.items().await.len(), 2, "the key and its place in the list alone");
}
