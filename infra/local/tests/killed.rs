//! The real process, killed again and again while calls go through it, delivers all that it owed.
//!
//! Every kill comes right after the partner was asked for something: what was sent may not have been
//! recorded, what was recorded may not have been hinted.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's world that cannot be built fails the test"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline_tests::client::{Body, Client};
use hookline_tests::partner::{Partner, Received, Reply};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{interval, timeout};

const KEY: &str = "hla_of_a_test";
const CALLS: usize = 4;
const KILLS: usize = 8;
/// A delivery whose function was killed is taken over once its lease of 31 s is over and the sweep
/// has seen it, which may happen to one delivery after another.
const PATIENCE: Duration = Duration::from_mins(4);

/// A running Hookline.
struct Hookline {
    child: Child,
    url: String,
}

impl Hookline {
    /// Starts the process on what an earlier one left in `data`.
    async fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookline-local"))
            .args(["--port", "0", "--sweep-seconds", "1", "--data"])
            .arg(data)
            .env("HOOKLINE_ADMIN_KEY", KEY)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let url = first.rsplit(' ').next().unwrap().to_owned();
        // Whatever else it says has to be read, or else it would stop at a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url }
    }

    /// Ends it with SIGKILL.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Sends until there is an answer, wherever Hookline is by then.
async fn ask(at: &watch::Receiver<String>, method: Method, path: &str, body: &Value) -> Value {
    let mut tries = interval(Duration::from_millis(50));
    loop {
        tries.tick().await;
        let client = Client::new(at.borrow().clone()).unwrap();
        let bearer = format!("Bearer {KEY}");
        let body = if body.is_null() { Body::none() } else { Body::json(body) };
        let answer = client.send(method.clone(), path, Some(&bearer), body).await;
        match answer {
            Ok(answer) if answer.status < 500 => return answer.of_status(200),
            // It was killed over it, or is not there yet: told again.
            _ => {}
        }
    }
}

fn campaign(partner: &Partner) -> Value {
    let hook = |trigger: &str| {
        let url = partner.url(&format!("/{trigger}?call=[call_id]"));
        json!({"id": trigger, "trigger": trigger, "url": url})
    };
    let mut webhooks = ["start", "timer", "connect", "conversion", "postback", "always"].map(hook);
    webhooks[1]["seconds"] = json!(1);
    json!({"id": "solar", "name": "Solar", "version": 0, "webhooks": webhooks,
        "settle_seconds": 1, "always_max_wait": 900})
}

/// A call as its platform and its partner report it.
async fn live(at: watch::Receiver<String>, call: String) {
    let tell = async |event: &str, mut body: Value| {
        body["occurred_at"] = json!(SystemClock.now());
        ask(&at, Method::POST, &format!("/calls/{call}/{event}"), &body).await
    };
    let started = tell("start", json!({"campaign_id": "solar"})).await;
    tell("answered", json!({"buyer": {"id": "b"}, "attempt": 1})).await;
    let mut talking = interval(Duration::from_millis(1_200));
    talking.tick().await;
    talking.tick().await;
    let key = started["call_key"].as_str().unwrap();
    let path = format!("/postback/{call}?key={key}&offer=yes&postback_id=p1");
    ask(&at, Method::GET, &path, &Value::Null).await;
    tell("ended", json!({})).await;
}

/// The call once nothing of it is under way.
async fn settled(at: &watch::Receiver<String>, call: &str) -> Value {
    let mut looks = interval(Duration::from_millis(200));
    loop {
        looks.tick().await;
        let shown = ask(at, Method::GET, &format!("/calls/{call}"), &Value::Null).await;
        let deliveries = shown["deliveries"].as_array().unwrap();
        let decided = shown["outcome"]["converted"].is_boolean();
        let under_way = ["pending", "retrying"].map(Value::from);
        if decided && deliveries.iter().all(|one| !under_way.contains(&one["status"])) {
            return shown;
        }
    }
}

#[tokio::test]
async fn killed_again_and_again_it_delivers_what_it_owed() {
    let partner = Partner::start().await.unwrap();
    for path in ["/start", "/timer", "/connect", "/postback", "/always"] {
        partner.on(path, Reply::json(&json!({"known": "yes"})));
    }
    partner.on_each("/conversion", [Reply::status(500), Reply::status(204)]);
    let data = tempfile::tempdir().unwrap();
    let mut hookline = Hookline::start(data.path()).await;
    let (moved, at) = watch::channel(hookline.url.clone());
    let campaign = campaign(&partner);
    let saving = ask(&at, Method::PUT, "/campaigns/solar", &campaign);
    timeout(PATIENCE, saving).await.unwrap();
    let calls: Vec<String> = (0..CALLS).map(|number| format!("call-{number}")).collect();

    let living = join_all(calls.iter().map(|call| live(at.clone(), call.clone())));
    let killing = async {
        let mut looks = interval(Duration::from_millis(5));
        for kill in 1..=KILLS {
            // Each kill at another moment: after that many requests, or as soon as nothing comes.
            let asked = async {
                while partner.requests().len() < kill * 2 {
                    looks.tick().await;
                }
            };
            let _ = timeout(Duration::from_secs(2), asked).await;
            hookline.kill().await;
            hookline = Hookline::start(data.path()).await;
            moved.send(hookline.url.clone()).unwrap();
        }
        hookline
    };
    let all = async {
        let (_, hookline) = tokio::join!(living, killing);
        let shown = join_all(calls.iter().map(|call| settled(&at, call))).await;
        (hookline, shown)
    };
    let (_hookline, shown) = timeout(PATIENCE, all).await.unwrap();

    let requests = partner.requests();
    for (call, shown) in calls.iter().zip(&shown) {
        check(shown, &of_call(&requests, call));
    }
}

/// The requests of a call's webhooks after pings, in order.
fn of_call<'a>(requests: &'a [Received], call: &str) -> Vec<&'a Received> {
    let ours = |request: &&Received| {
        request.path() != "/start" && request.target.ends_with(&format!("call={call}"))
    };
    requests.iter().filter(ours).collect()
}

fn check(shown: &Value, requests: &[&Received]) {
    let deliveries = shown["deliveries"].as_array().unwrap().iter();
    let deliveries: BTreeMap<&str, &Value> = deliveries
        .filter(|one| one["trigger"] != "start")
        .map(|one| (one["trigger"].as_str().unwrap(), one))
        .collect();
    let fired: Vec<&str> = deliveries.keys().copied().collect();
    assert_eq!(fired, ["always", "connect", "conversion", "postback", "timer"], "{shown:#}");
    for (trigger, delivery) in &deliveries {
        assert_eq!(delivery["status"], "ok", "{shown:#}");
        let id = delivery["id"].as_str();
        let sent = requests.iter().filter(|request| request.header("webhook-id") == id).count();
        let attempts = delivery["attempts"].as_array().unwrap().len();
        let takeovers = usize::try_from(delivery["takeovers"].as_u64().unwrap()).unwrap();
        // A claimant that was killed may have sent or not.
        assert!(
            (attempts..=attempts + takeovers).contains(&sent),
            "{trigger} was sent {sent} times: {delivery:#}"
        );
    }
    let mut firsts: Vec<&str> = Vec::new();
    for request in requests {
        if !firsts.contains(&request.path()) {
            firsts.push(request.path());
        }
    }
    assert_eq!(firsts.last(), Some(&"/always"), "{firsts:?}");
}
