//! Spec section 1: browser requests, the cookie jar of a call, and redirects.

use hookline_tests::partner::{Partner, Received, Reply};
use serde_json::{Value, json};

use crate::world::{World, delivery, merged, report};

/// 204 with these cookies.
fn cookies(set: &[&str]) -> Reply {
    set.iter().fold(Reply::status(204), |reply, cookie| reply.with_header("set-cookie", cookie))
}

/// The cookies that were sent, sorted; empty when there were none.
fn sent(request: &Received) -> String {
    let mut cookies: Vec<&str> = request.header("cookie").unwrap_or_default().split("; ").collect();
    cookies.sort_unstable();
    cookies.join("; ")
}

async fn world(triggers: &[&str]) -> World {
    let world = World::new().await;
    let hooks: Vec<Value> = triggers
        .iter()
        .map(|trigger| match *trigger {
            "timer" => merged(world.hook("timer", ""), json!({"seconds": 30})),
            _ => world.hook(trigger, ""),
        })
        .collect();
    world.save_hasty(hooks, json!({})).await;
    world
}

#[tokio::test]
async fn a_browser_request_looks_like_a_browsers_and_a_ping_does_not() {
    let world = world(&["start", "answered", "timer", "connect", "conversion", "always"]).await;

    let _ = world.whole_call("call", json!({})).await;
    let _ = world.over("call").await;

    for came in world.partner.requests() {
        let header = |name| came.header(name).unwrap_or_default().to_owned();
        let (agent, accept) = (header("user-agent"), header("accept"));
        let is_ping = ["/start", "/answered"].contains(&came.path());
        assert_eq!(agent.starts_with("Mozilla/5.0 ("), !is_ping, "{came:?}");
        assert_eq!(accept.starts_with("text/html,"), !is_ping, "{came:?}");
        assert_eq!(came.header("accept-language").is_some(), !is_ping, "{came:?}");
        assert_eq!((came.method.as_str(), came.header("referer")), ("GET", None));
    }
    assert_eq!(world.partner.requests().len(), 6);
}

#[tokio::test]
async fn a_webhook_may_say_otherwise_and_post() {
    let world = World::new().await;
    let more = json!({
        "method": "POST",
        "headers": {"user-agent": "Solar/1", "accept-language": "fr", "x-key": "k"},
        "body": {"content_type": "application/json", "template": "{\"call\":\"[call_id]\"}"},
    });
    let hooks = [merged(world.hook("connect", ""), more), world.hook("always", "")];
    world.save_hasty(hooks, json!({})).await;

    let _ = world.whole_call("call", json!({})).await;
    let came = &world.came("/connect", 1).await[0];

    let names = ["user-agent", "accept-language", "x-key", "content-type"];
    let wanted = ["Solar/1", "fr", "k", "application/json"];
    assert_eq!(names.map(|name| came.header(name).unwrap()), wanted);
    assert_eq!(came.method, "POST");
    assert_eq!(came.body, json!({"call": world.named("call")}).to_string().into_bytes());
}

#[tokio::test]
async fn the_cookies_of_a_call_go_on_in_firing_order() {
    let world = world(&["start", "timer", "connect", "conversion", "always", "answered"]).await;
    world.partner.on("/start", cookies(&["ping=1"]));
    world.partner.on("/timer", cookies(&["a=1; Max-Age=3600", "path=1; Path=/elsewhere"]));
    world.partner.on("/connect", cookies(&["a=2", "c=1; HttpOnly; SameSite=Strict"]));
    world.partner.on("/conversion", cookies(&["c=; Max-Age=0", "d=4"]));

    let _ = world.start("call", json!({})).await.of_status(200);
    let _ = world.event("call", "answered", json!({})).await.of_status(200);
    // Set by a timer while the call is up, and there at its end.
    let _ = world.until("call", |call| delivery(call, "timer")["status"] == "ok").await;
    let _ = world.end("call", json!({})).await.of_status(200);
    let _ = world.over("call").await;

    let requests = world.partner.requests();
    let sent: Vec<(&str, String)> = requests.iter().map(|came| (came.path(), sent(came))).collect();
    let wanted = [
        ("/start", ""),
        ("/answered", ""),
        ("/timer", ""),
        ("/connect", "a=1"),
        ("/conversion", "a=2; c=1"),
        ("/always", "a=2; d=4"),
    ];
    assert_eq!(sent, wanted.map(|(path, cookies)| (path, cookies.to_owned())));
}

#[tokio::test]
async fn no_call_sees_the_cookies_of_another() {
    let world = world(&["connect", "always"]).await;
    for path in ["/connect", "/always"] {
        world.partner.on(path, cookies(&["a=1"]));
    }

    for call in ["one", "two"] {
        let _ = world.whole_call(call, json!({})).await;
        let _ = world.over(call).await;
    }

    let sent: Vec<String> = world.partner.requests().iter().map(sent).collect();
    assert_eq!(sent, ["", "a=1", "", "a=1"]);
}

#[tokio::test]
async fn redirects_are_followed_with_the_cookies_that_they_set() {
    let world = world(&["connect", "always"]).await;
    let elsewhere = Partner::start().await.unwrap();
    let hop =
        |status, to: &str, cookie| Reply::redirect(status, to).with_header("set-cookie", cookie);
    world.partner.on("/connect", hop(302, "two?x=1", "a=1"));
    world.partner.on("/two", hop(307, &elsewhere.url("/three"), "b=2"));
    elsewhere.on("/three", hop(301, &world.partner.url("/four"), "c=3"));
    world.partner.on("/four", cookies(&["d=4"]));

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    let chain: Vec<(String, String)> =
        world.partner.requests().iter().map(|came| (came.target.clone(), sent(came))).collect();
    let wanted = [
        ("/connect", ""),
        ("/two?x=1", "a=1"),
        ("/four", "a=1; b=2; c=3"),
        ("/always", "a=1; b=2; c=3; d=4"),
    ];
    assert_eq!(chain, wanted.map(|(target, sent)| (target.to_owned(), sent.to_owned())));
    assert_eq!(sent(&elsewhere.requests()[0]), "a=1; b=2");
    let connect = delivery(&call, "connect");
    assert_eq!(
        (&connect["status"], &connect["report"]["http_status"]),
        (&json!("ok"), &json!(204))
    );
    assert_eq!(connect["attempts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let world = World::new().await;
    let once = |id: &str, more| {
        world.webhook(
            id,
            &format!("/{id}/0"),
            merged(json!({"trigger": "connect", "retry": "none"}), more),
        )
    };
    world
        .save_hasty(
            [once("five", json!({})), once("six", json!({})), world.hook("always", "")],
            json!({}),
        )
        .await;
    for (id, hops) in [("five", 5), ("six", 6)] {
        for hop in 0..hops {
            let next = Reply::redirect(302, &format!("{}", hop + 1));
            world.partner.on(&format!("/{id}/{hop}"), next);
        }
        world.partner.on(&format!("/{id}/{hops}"), Reply::status(204));
    }

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    let (five, six) = (delivery(&call, "five"), delivery(&call, "six"));
    assert_eq!((&five["status"], &six["status"]), (&json!("ok"), &json!("failed")));
    assert_eq!(six["report"]["kind"], "protocol");
    assert_eq!(world.targets_at("/six/5").len(), 1);
    assert_eq!(world.targets_at("/six/6").len(), 0);
}

#[tokio::test]
async fn a_redirect_to_where_nothing_may_go_is_blocked() {
    let world = World::new().await;
    let places = [
        ("private", "http://10.0.0.1/"),
        ("metadata", "http://169.254.169.254/latest/meta-data/"),
        ("mapped", "http://[::ffff:169.254.169.254]/"),
        ("number", "http://2852039166/"),
        ("file", "file:///etc/passwd"),
    ];
    let hooks = places.map(|(id, to)| {
        world.partner.on(&format!("/{id}"), Reply::redirect(302, to));
        world.webhook(id, &format!("/{id}"), json!({"trigger": "connect"}))
    });
    world.save_hasty(hooks.into_iter().chain([world.hook("always", "")]), json!({})).await;

    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;

    for (id, _) in places {
        let delivery = delivery(&call, id);
        assert_eq!(delivery["report"]["status"], "blocked", "{delivery:#}");
        assert_eq!((&delivery["status"], delivery.get("next_at")), (&json!("failed"), None));
    }
}

#[tokio::test]
async fn a_ping_follows_no_redirect() {
    let world = world(&["start", "always"]).await;
    world.partner.on("/start", Reply::redirect(302, "/landed"));
    world.partner.on("/landed", Reply::json(&json!({"a": 1})));

    let start = world.start("call", json!({})).await.of_status(200);

    let told = report(&start, "start");
    assert_eq!((&told["status"], &told["http_status"]), (&json!("failed"), &json!(302)));
    assert_eq!(world.targets_at("/landed").len(), 0);
}
