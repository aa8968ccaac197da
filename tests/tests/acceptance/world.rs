//! What a test stands in: a Hookline, a partner, and ids that no other test has.
//!
//! Whatever goes wrong here ends the test that asked for it.

use std::time::Duration;

use hookline_tests::client::{Answer, Body, Client};
use hookline_tests::lambda::InvokeFault;
use hookline_tests::partner::{Partner, Received, Reply};
use hookline_tests::target::Target;
use hookline_tests::twilio::signature;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// When every call of the suite starts; later events name their own time.
pub(crate) const START: &str = "2026-11-23T17:00:00Z";
/// How long what happens of itself may take in a stack of the test's own: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same elsewhere, where all tests keep the same queues and functions busy.
const PATIENCE_ELSEWHERE: Duration = Duration::from_mins(1);
/// How often a test looks whether it has happened.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) struct World {
    pub(crate) partner: Partner,
    target: Target,
    client: Client,
    number: u64,
}

impl World {
    pub(crate) async fn new() -> Self {
        let target = Target::find().await.unwrap();
        let client = Client::new(target.url()).unwrap();
        let partner = Partner::start().await.unwrap();
        Self { partner, target, client, number: getrandom::u64().unwrap() }
    }

    /// The id of this world's campaign.
    pub(crate) fn campaign(&self) -> String {
        self.named("c")
    }

    /// An id that is this world's own.
    pub(crate) fn named(&self, name: &str) -> String {
        format!("{name}-{:016x}", self.number)
    }

    /// A caller in Ohio.
    pub(crate) fn caller(&self) -> String {
        format!("+1614{:07}", self.number % 10_000_000)
    }

    /// The webhook of a trigger, named like it: `GET` of the path of that name with this query, which
    /// the partner answers with 204.
    pub(crate) fn hook(&self, trigger: &str, query: &str) -> Value {
        let path = format!("/{trigger}");
        self.partner.on(&path, Reply::status(204));
        self.webhook(trigger, &format!("{path}{query}"), json!({"trigger": trigger}))
    }

    /// `GET` a path of the partner at `start`, with more or other fields; `path` may hold tokens.
    pub(crate) fn webhook(&self, id: &str, path: &str, more: Value) -> Value {
        merged(json!({"id": id, "trigger": "start", "url": self.partner.url(path)}), more)
    }

    /// Sends with the admin key.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        self.send_as(self.target.admin_key(), method, path, body).await
    }

    /// Sends with that key.
    pub(crate) async fn send_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Body,
    ) -> Answer {
        let bearer = format!("Bearer {key}");
        self.client.send(method, path, Some(&bearer), body).await.unwrap()
    }

    /// Sends with that `authorization` header, or without one, as partners do.
    pub(crate) async fn send_bare(
        &self,
        authorization: Option<&str>,
        method: Method,
        path: &str,
        body: Body,
    ) -> Answer {
        self.client.send(method, path, authorization, body).await.unwrap()
    }

    /// Posts a form as Twilio does, to this world's campaign, signed with that auth token; `place` is
    /// what follows the campaign in the address.
    pub(crate) async fn twilio(&self, auth_token: &str, place: &str, form: &str) -> Answer {
        let path = format!("/twilio/{}/{place}", self.campaign());
        let signed = signature(auth_token, &format!("{}{path}", self.target.public_url()), form);
        let body = Body::of_type("application/x-www-form-urlencoded; charset=UTF-8", form)
            .with("x-twilio-signature", &signed)
            .with("i-twilio-idempotency-token", "11111111-2222-3333-4444-555555555555");
        self.send_bare(None, Method::POST, &path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::none()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Body::json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Body::json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Body::json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::none()).await
    }

    /// Invokes a function directly, as a platform does that IAM lets in.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        payload: Value,
    ) -> Result<Value, InvokeFault> {
        self.target.invoke(function, payload).await
    }

    /// A partner's `GET`.
    pub(crate) async fn visit(&self, path: &str) -> Answer {
        self.send_bare(None, Method::GET, path, Body::none()).await
    }

    /// Saves this world's campaign with these webhooks.
    pub(crate) async fn save(&self, webhooks: impl IntoIterator<Item = Value>) -> Value {
        let webhooks: Vec<Value> = webhooks.into_iter().collect();
        self.save_with(json!({"webhooks": webhooks})).await
    }

    /// Saves this world's campaign with these fields.
    pub(crate) async fn save_with(&self, fields: Value) -> Value {
        self.save_as(&self.campaign(), fields).await.of_status(200)
    }

    /// Saves this world's campaign with these webhooks and fields; its calls are decided about as
    /// soon as they end.
    pub(crate) async fn save_hasty(
        &self,
        webhooks: impl IntoIterator<Item = Value>,
        fields: Value,
    ) -> Value {
        let webhooks: Vec<Value> = webhooks.into_iter().collect();
        let hasty = json!({"webhooks": webhooks, "settle_seconds": 0});
        self.save_with(merged(hasty, fields)).await
    }

    /// Saves a new campaign with these fields, or tries to.
    pub(crate) async fn save_as(&self, id: &str, fields: Value) -> Answer {
        let campaign = merged(json!({"id": id, "name": "Solar leads", "version": 0}), fields);
        self.put(&format!("/campaigns/{id}"), &campaign).await
    }

    /// Reports that a call of this world was received, with more or other fields.
    pub(crate) async fn start(&self, call: &str, more: Value) -> Answer {
        let event = json!({
            "campaign_id": self.campaign(),
            "caller_number": self.caller(),
            "called_number": "+18005550199",
            "occurred_at": START,
        });
        self.post(&format!("/calls/{}/start", self.named(call)), &merged(event, more)).await
    }

    /// Reports that a buyer was `selected`, or `answered`, with more or other fields.
    pub(crate) async fn event(&self, call: &str, event: &str, more: Value) -> Answer {
        let body = json!({
            "occurred_at": "2026-11-23T17:00:10Z",
            "buyer": {"id": "b1", "name": "Acme"},
            "attempt": 1,
        });
        self.post(&format!("/calls/{}/{event}", self.named(call)), &merged(body, more)).await
    }

    /// Reports that a call ended, a minute after the first buyer would have answered, with more or
    /// other fields.
    pub(crate) async fn end(&self, call: &str, more: Value) -> Answer {
        let body = json!({"occurred_at": "2026-11-23T17:01:10Z"});
        self.post(&format!("/calls/{}/ended", self.named(call)), &merged(body, more)).await
    }

    /// A whole call that is connected for a minute, started with more or other fields. Gives the
    /// answer to its start.
    pub(crate) async fn whole_call(&self, call: &str, more: Value) -> Value {
        let start = self.start(call, more).await.of_status(200);
        let _ = self.event(call, "answered", json!({})).await.of_status(200);
        let _ = self.end(call, json!({})).await.of_status(200);
        start
    }

    /// The call as the management API shows it.
    pub(crate) async fn call(&self, call: &str) -> Value {
        self.get(&format!("/calls/{}", self.named(call))).await.of_status(200)
    }

    /// The call as soon as that holds of it.
    pub(crate) async fn until(&self, call: &str, holds: impl Fn(&Value) -> bool) -> Value {
        self.until_shown(&format!("/calls/{}", self.named(call)), holds).await
    }

    /// The call once its webhook `always`, and with it all that its end fires, has been attempted.
    pub(crate) async fn over(&self, call: &str) -> Value {
        self.until(call, is_over).await
    }

    /// What the management API shows at a path, as soon as that holds of it.
    pub(crate) async fn until_shown(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + self.patience();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let shown = self.get(path).await.of_status(200);
            if holds(&shown) {
                return shown;
            }
            assert!(Instant::now() < deadline, "it never came to this: {shown:#}");
        }
    }

    /// The requests at a path of the partner, as soon as there are that many; more fail the test.
    pub(crate) async fn came(&self, path: &str, count: usize) -> Vec<Received> {
        let came = self.partner.await_requests_to(path, count, self.patience()).await;
        assert_eq!(came.len(), count, "{path}: {:#?}", self.partner.requests());
        came
    }

    fn patience(&self) -> Duration {
        match self.target {
            Target::Own(_) => PATIENCE,
            Target::Running { .. } => PATIENCE_ELSEWHERE,
        }
    }

    /// Posts back to a call with its key; `query` is what else the address has.
    pub(crate) async fn post_back(&self, call: &str, start: &Value, query: &str) -> Value {
        let (call, key) = (self.named(call), text(&start["call_key"]));
        self.visit(&format!("/postback/{call}?key={key}&{query}")).await.of_status(200)
    }

    /// Makes a postback key of this world's campaign.
    pub(crate) async fn postback_key(&self, fields: Value) -> Value {
        let path = format!("/campaigns/{}/postback-keys", self.campaign());
        self.post(&path, &fields).await.of_status(201)
    }

    /// Makes an API key of that scope.
    pub(crate) async fn api_key(&self, scope: &str) -> String {
        let made = self.post("/api-keys", &json!({"scope": scope})).await.of_status(201);
        text(&made["key"])
    }

    /// What reached the partner at that path, one `path?query` each.
    pub(crate) fn targets_at(&self, path: &str) -> Vec<String> {
        self.partner.requests_to(path).into_iter().map(|request| request.target).collect()
    }
}

impl Drop for World {
    /// Elsewhere the campaign goes with its world: what it still owes its partner would reach whoever
    /// has the partner's port by then.
    fn drop(&mut self) {
        if let Target::Own(_) = self.target {
            return;
        }
        let (url, key) = (self.target.url(), self.target.admin_key().to_owned());
        let path = format!("/campaigns/{}", self.campaign());
        // In a thread and a runtime of its own, as nothing can be awaited here.
        let leaving = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let (Ok(runtime), Ok(client)) = (runtime, Client::new(url)) else { return };
            runtime.block_on(delete_campaign(&client, &key, &path));
        });
        let _ = leaving.join();
    }
}

/// Deletes a campaign, if it is there.
async fn delete_campaign(client: &Client, key: &str, path: &str) {
    let bearer = format!("Bearer {key}");
    let shown = client.send(Method::GET, path, Some(&bearer), Body::none()).await;
    let Some(version) = shown.ok().and_then(|shown| shown.body["version"].as_u64()) else { return };
    let path = format!("{path}?version={version}");
    let _ = client.send(Method::DELETE, &path, Some(&bearer), Body::none()).await;
}

/// Whether the webhook `always` of a call has been attempted, or there was no need.
pub(crate) fn is_over(call: &Value) -> bool {
    let always = deliveries(call, "always");
    always.len() == 1 && always[0]["status"] != "pending"
}

/// The deliveries of that webhook, as a call shows them.
pub(crate) fn deliveries<'a>(call: &'a Value, webhook: &str) -> Vec<&'a Value> {
    let all = call["deliveries"].as_array().unwrap();
    all.iter().filter(|delivery| delivery["webhook"] == webhook).collect()
}

/// The one delivery of that webhook.
pub(crate) fn delivery<'a>(call: &'a Value, webhook: &str) -> &'a Value {
    let found = deliveries(call, webhook);
    assert_eq!(found.len(), 1, "{webhook}: {call:#}");
    found[0]
}

/// `webhook: status` of every delivery, in the order they are shown.
pub(crate) fn statuses(call: &Value) -> Vec<String> {
    let all = call["deliveries"].as_array().unwrap().iter();
    all.map(|one| format!("{}: {}", text(&one["webhook"]), text(&one["status"]))).collect()
}

/// `base` with the fields of `more` added or put in place.
pub(crate) fn merged(mut base: Value, mut more: Value) -> Value {
    base.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    base
}

/// A string out of a document.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Reports without the one thing in them that is never the same: how long each took.
pub(crate) fn reports(answer: &Value) -> Value {
    let mut reports = answer["webhooks"].clone();
    for report in reports.as_array_mut().unwrap() {
        if let Some(latency) = report.as_object_mut().unwrap().remove("latency_ms") {
            assert!(latency.is_u64(), "{latency}");
        }
    }
    reports
}

/// The report of the webhook of that id.
pub(crate) fn report(answer: &Value, id: &str) -> Value {
    let reports = reports(answer);
    let found = reports.as_array().unwrap().iter().find(|report| report["id"] == *id);
    found.unwrap().clone()
}

/// Every fault of a refusal as `pointer: detail`, sorted.
pub(crate) fn faults(problem: &Value) -> Vec<String> {
    let fault = |fault: &Value| format!("{}: {}", text(&fault["pointer"]), text(&fault["detail"]));
    let mut faults: Vec<String> = problem["errors"].as_array().unwrap().iter().map(fault).collect();
    faults.sort();
    faults
}

/// Where the faults of a refusal are, sorted.
pub(crate) fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<String> = errors.iter().map(|fault| text(&fault["pointer"])).collect();
    pointers.sort();
    pointers
}

/// 200 with exactly this text as a JSON body.
pub(crate) fn json_text(body: &str) -> Reply {
    bytes("content-type: application/json\r\n", body.as_bytes())
}

/// 200 with these header lines and exactly these bytes.
pub(crate) fn bytes(headers: &str, body: &[u8]) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
    Reply::raw([head.as_bytes(), body].concat())
}
