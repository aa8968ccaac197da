//! The roles against the code: the whole life of calls, with every function behind a [`Gate`] of its
//! own role. What the role does not grant fails the call; what the life never asks for is a grant
//! too many.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::http::{AddressPolicy, HttpSender, Loopback, PrivateEndpoints};
use hookline::adapters::sqs::SqsHints;
use hookline::adapters::system::SystemClock;
use hookline::call::EventKind;
use hookline::campaign::CampaignId;
use hookline::key::{self, BearerKey, Key, Scope};
use hookline::phone::E164;
use hookline::ports::callers::{Caller, Callers, Remembering};
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::tag::{TagKey, TagValue};
use hookline_functions::event_handler::EventHandler;
use hookline_functions::hint_handlers::{DeliveryHandler, OutcomeHandler, SweepHandler};
use hookline_functions::management::Management;
use hookline_functions::postback_handler::{PostbackHandler, PostbackKind};
use hookline_functions::public_url::PublicUrl;
use hookline_local::database::Database;
use hookline_local::queues::Queues;
use hookline_tests::partner::{Partner, Reply};
use serde_json::{Value, json};

use crate::amazon_connect::tell_contacts;
use crate::asks::{Asks, Calls, Follows, Posts, Reports};
use crate::gate::{Asked, Gate, SendGate};
use crate::managed::manage;
use crate::policy::{Grant, grants_of, queue_names_granted};
use crate::table::{TABLE, Unwatched, client};
use hookline_tests::template::Template;

pub(crate) const ADMIN: &str = "hla_admin";
const NUMBER: &str = "+16145550100";
const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
const OTHER_NUMBER: &str = "+16145550101";
/// 2026-11-23T17:00:00Z in unix seconds.
const BEGINNING: i64 = 1_795_453_200;

/// The functions whose webhooks fire while the platform waits.
const IN_CALL: [(&str, EventKind); 3] = [
    ("start", EventKind::Start),
    ("selected", EventKind::Selected),
    ("answered", EventKind::Answered),
];
/// The functions whose webhooks fire afterwards.
const AFTER_PINGS: [&str; 6] =
    ["timer", "connect", "conversion", "non_conversion", "postback_webhook", "always"];

#[tokio::test]
async fn every_role_grants_what_its_function_asks_for_and_nothing_else() {
    let world = World::start().await;

    let calls = live(&world).await;
    manage(&world.api(), &calls).await;

    for (binary, gate) in &world.gates {
        let mut granted = Asked::new();
        for Grant { action, kinds } in grants_of(&world.template, binary) {
            granted.entry(action).or_default().extend(kinds);
        }
        assert_eq!(granted, gate.asked(), "{binary}");
    }
    let statuses: BTreeSet<(&str, &str)> = calls["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["webhook"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    for trigger in AFTER_PINGS.into_iter().filter(|trigger| *trigger != "non_conversion") {
        assert!(statuses.contains(&(trigger, "ok")), "{trigger}: {statuses:?}");
        let gone = format!("{trigger}-gone");
        assert!(statuses.contains(&(gone.as_str(), "failed")), "{trigger}: {statuses:?}");
    }
}

/// Calls from the campaign's first save to a look at what became of the first; the look.
async fn live(world: &World) -> Value {
    let api = world.api();
    let campaign = campaign(&world.partner);
    api.ask("PUT", "/campaigns/solar", ADMIN, &campaign).await;
    api.ask("GET", "/campaigns/solar", ADMIN, &Value::Null).await;
    let postback_key = api.ask("POST", "/campaigns/solar/postback-keys", ADMIN, &json!({})).await;
    let paused = format!("/campaigns/solar/postback-keys/{}", postback_key["id"].as_str().unwrap());
    api.ask("PATCH", &paused, ADMIN, &json!({"paused": false})).await;
    let platform = api.ask("POST", "/api-keys", ADMIN, &json!({"scope": "calls"})).await;
    let platform = platform["key"].as_str().unwrap();
    let postback_key = postback_key["key"].as_str().unwrap();

    let data = world.postbacks("data");
    let about = json!({"caller_number": NUMBER, "waited": "yes"});
    data.post(PostbackKind::SourceData, ("postback_key", postback_key), &about).await;

    // What waited is taken back where a call starts meanwhile, which nobody can time.
    let (campaign, number) = (campaign_id(), E164::parse(NUMBER).unwrap());
    let caller = Caller { campaign: &campaign, number: &number };
    world.store("data").settle(caller, "another").await.unwrap();

    let mut call_key = Value::Null;
    for (binary, kind) in IN_CALL {
        let handler = world.events(binary);
        world.let_memory_expire().await;
        let body = event_body(kind, NUMBER);
        let answer = handler.report(kind, "call-1", platform, &body).await;
        let repeated = handler.report(kind, "call-1", platform, &body).await;
        assert_eq!(answer["webhooks"], repeated["webhooks"], "{binary}");
        assert_eq!(answer["webhooks"][0]["tags"], json!({binary: ["known"]}));
        if kind == EventKind::Start {
            call_key = answer["call_key"].clone();
        }
    }

    let postback = world.postbacks("postback");
    world.let_memory_expire().await;
    let late = json!({"key": call_key, "late": "yes"});
    postback.post(PostbackKind::CallHandler, ("call_id", "call-1"), &late).await;
    let about = json!({"call_id": "call-1", "later": "yes"});
    world.let_memory_expire().await;
    data.post(PostbackKind::SourceData, ("postback_key", postback_key), &about).await;
    world.deliver_all("call-1").await;

    let ended = event_body(EventKind::Ended, NUMBER);
    world.events("ended").report(EventKind::Ended, "call-1", platform, &ended).await;
    let mut recording = event_body(EventKind::Recording, NUMBER);
    recording["recording_url"] = json!("https://rec.example/1");
    world.events("ended").report(EventKind::Recording, "call-1", platform, &recording).await;
    world.outcome().follow(&json!({"call_id": "call-1"})).await;
    world.deliver_all("call-1").await;

    // A call that nobody answered, and that a postback converts afterwards.
    let start = event_body(EventKind::Start, OTHER_NUMBER);
    let start = world.events("start").report(EventKind::Start, "call-2", platform, &start).await;
    let ended = event_body(EventKind::Ended, OTHER_NUMBER);
    world.events("ended").report(EventKind::Ended, "call-2", platform, &ended).await;
    world.outcome().follow(&json!({"call_id": "call-2"})).await;
    world.deliver_all("call-2").await;
    let converted = json!({"key": start["call_key"], "converted": 1});
    postback.post(PostbackKind::CallHandler, ("call_id", "call-2"), &converted).await;
    world.outcome().follow(&json!({"call_id": "call-2"})).await;
    world.deliver_all("call-2").await;

    let start = event_body(EventKind::Start, OTHER_NUMBER);
    world.events("start").report(EventKind::Start, "call-3", platform, &start).await;
    tell_contacts(&world.events("answered"), &world.events("ended"), "call-3").await;
    call_by_twilio(world).await;

    world.sweep().take().await.unwrap();
    api.ask("GET", "/calls/call-1", ADMIN, &Value::Null).await
}

/// A whole call as Twilio tells it, each function without anything at hand.
async fn call_by_twilio(world: &World) {
    let leg = "ParentCallSid=CA1&CallSid=CA2&To=%2B12125550107&CallStatus";
    for (binary, kind, place, form) in [
        ("start", EventKind::Start, "start", format!("CallSid=CA1&From=%2B{}", &NUMBER[1..])),
        ("answered", EventKind::Answered, "leg", format!("{leg}=initiated")),
        ("answered", EventKind::Answered, "leg", format!("{leg}=in-progress")),
        ("answered", EventKind::Answered, "leg", format!("{leg}=in-progress")),
        ("ended", EventKind::Ended, "status", "CallSid=CA1&CallStatus=completed".to_owned()),
        (
            "ended",
            EventKind::Ended,
            "recording",
            "CallSid=CA1&RecordingStatus=completed&RecordingUrl=https://rec.example/1".to_owned(),
        ),
        (
            "ended",
            EventKind::Ended,
            "dialed",
            "CallSid=CA1&DialCallStatus=completed&RecordingUrl=https://rec.example/2".to_owned(),
        ),
        ("ended", EventKind::Ended, "dialed", "CallSid=CA1&DialCallStatus=busy".to_owned()),
    ] {
        world.let_memory_expire().await;
        world.events(binary).call(kind, place, AUTH_TOKEN, &form).await;
    }
}

/// A database, a partner, and a gate a function.
struct World {
    template: Template,
    database: Database,
    queues: Queues,
    partner: Partner,
    gates: BTreeMap<String, Gate>,
}

impl World {
    async fn start() -> Self {
        let template = Template::read();
        let database = Database::start(None).await.unwrap();
        let operator = client(&database, Unwatched);
        create_table(&operator, TABLE).await.unwrap();
        make_admin_key(operator).await;
        let partner = Partner::start().await.unwrap();
        let queues = Queues::start().await.unwrap();
        for trigger in IN_CALL.map(|(trigger, _)| trigger).into_iter().chain(AFTER_PINGS) {
            let tag = Reply::json(&json!({trigger: "known"}));
            partner.on(&format!("/{trigger}"), tag);
        }
        partner.on("/gone", Reply::status(410));
        let gates = template
            .functions()
            .into_keys()
            .map(|binary| (binary.clone(), Gate::new(grants_of(&template, &binary))))
            .collect();
        Self { template, database, queues, partner, gates }
    }

    /// The table, past the gate of a function.
    fn store(&self, binary: &str) -> DynamoDb {
        DynamoDb::new(client(&self.database, self.gates[binary].clone()), TABLE.to_owned())
    }

    /// Makes what is remembered of the caller a thing of the past, so that the next to remember
    /// begins anew.
    async fn let_memory_expire(&self) {
        let campaign = campaign_id();
        let number = E164::parse(NUMBER).unwrap();
        let caller = Caller { campaign: &campaign, number: &number };
        let tag = (TagKey::parse("past").unwrap(), TagValue::parse("yes").unwrap());
        let until = SystemClock.now().plus_seconds(-60);
        let past = Remembering { caller, tags: [tag].into_iter().collect(), place: None, until };
        let operator = DynamoDb::new(client(&self.database, Unwatched), TABLE.to_owned());
        operator.remember(&past, until.plus_seconds(-60)).await.unwrap();
    }

    /// The queues, past a gate that lets the function send where its role says.
    fn hints(&self, binary: &str) -> SqsHints {
        let gate = SendGate::new(queue_names_granted(&self.template, binary));
        let config = self.queues.config().to_builder().interceptor(gate).build();
        SqsHints::new(config, self.queues.send_urls())
    }

    fn events(&self, binary: &str) -> EventHandler {
        let sender = HttpSender::new(policy()).unwrap();
        EventHandler::new(self.store(binary), sender, self.hints(binary))
    }

    fn postbacks(&self, binary: &str) -> PostbackHandler {
        PostbackHandler::new(self.store(binary), self.hints(binary))
    }

    fn outcome(&self) -> OutcomeHandler {
        OutcomeHandler::new(self.store("outcome"), self.hints("outcome"))
    }

    fn deliveries(&self, binary: &str) -> DeliveryHandler {
        let sender = HttpSender::new(policy()).unwrap();
        DeliveryHandler::new(self.store(binary), sender, self.hints(binary))
    }

    fn sweep(&self) -> SweepHandler {
        SweepHandler::new(self.store("sweep"), self.hints("sweep"))
    }

    /// Hints the first attempts that a call owes, in their order, each to its function, till none is
    /// left.
    async fn deliver_all(&self, call: &str) {
        let address = format!("/calls/{call}");
        loop {
            let shown = self.api().ask("GET", &address, ADMIN, &Value::Null).await;
            let deliveries = shown["deliveries"].as_array().unwrap().iter();
            let pending: Vec<&Value> =
                deliveries.filter(|delivery| delivery["status"] == "pending").collect();
            if pending.is_empty() {
                return;
            }
            for delivery in pending {
                self.let_memory_expire().await;
                let binary = match delivery["trigger"].as_str().unwrap() {
                    "postback" => "postback_webhook",
                    trigger => trigger,
                };
                let hint = json!({
                    "call_id": call,
                    "trigger": delivery["trigger"],
                    "webhook": delivery["webhook"],
                    "occurrence": delivery["occurrence"],
                });
                self.deliveries(binary).follow(&hint).await;
            }
        }
    }

    fn api(&self) -> Management {
        Management::new(
            self.store("api"),
            HttpSender::new(policy()).unwrap(),
            self.hints("api"),
            policy(),
            PublicUrl::default(),
        )
    }
}

fn campaign_id() -> CampaignId {
    CampaignId::parse("solar").unwrap()
}

fn policy() -> AddressPolicy {
    AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), None).unwrap()
}

async fn make_admin_key(operator: Client) {
    let key = Key {
        hash: BearerKey::given(ADMIN.to_owned()).hash(),
        name: "admin".to_owned(),
        paused: false,
        paused_at: None,
        created_at: SystemClock.now(),
        grant: key::Grant::Api(Scope::Admin),
    };
    DynamoDb::new(operator, TABLE.to_owned()).store_key(&key).await.unwrap();
}

/// Two webhooks for each trigger: one that is told something to be remembered, and that is not fired
/// again for a caller; and one whose partner is gone.
fn campaign(partner: &Partner) -> Value {
    let in_call = IN_CALL.map(|(trigger, _)| trigger);
    let webhooks = in_call.into_iter().chain(AFTER_PINGS).flat_map(|trigger| {
        let fired = if trigger == "postback_webhook" { "postback" } else { trigger };
        let mut webhook = json!({"id": trigger, "trigger": fired, "parse_response": true,
            "dedupe_seconds": 60, "url": partner.url(&format!("/{trigger}"))});
        let mut gone = json!({"id": format!("{trigger}-gone"), "trigger": fired,
            "url": partner.url("/gone")});
        if trigger == "timer" {
            webhook["seconds"] = json!(60);
            gone["seconds"] = json!(61);
        }
        [webhook, gone]
    });
    json!({
        "id": "solar", "name": "Solar leads", "version": 0, "settle_seconds": 0,
        "webhooks": webhooks.collect::<Vec<_>>(),
        "conversion": [{"matches": [], "seconds": 60, "dedupe_seconds": 86400}],
        "return_callers": {"remember": "all", "days": 90},
        "twilio": {"auth_token": AUTH_TOKEN, "twiml": "<Response/>", "after_dial": "<Response/>"},
    })
}

/// What a platform reports of a call: it rings, a buyer answers after ten seconds, it ends after two
/// minutes. All of it has happened long ago, so timers are due at once.
fn event_body(kind: EventKind, number: &str) -> Value {
    let seconds = match kind {
        EventKind::Start | EventKind::Selected => 0,
        EventKind::Answered => 10,
        EventKind::Ended | EventKind::Recording => 120,
    };
    let occurred_at = BEGINNING + seconds;
    let mut body = json!({"campaign_id": "solar", "caller_number": number, "occurred_at": occurred_at,
            "queue": "east"});
    if matches!(kind, EventKind::Selected | EventKind::Answered) {
        body["buyer"] = json!({"id": "buyer-1"});
    }
    body
}
