//! The roles against the code: a call's whole life, with every function behind a [`Gate`] of its
//! own role. What the role does not grant fails the call; what the life never asks for is a grant
//! too many.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::http::{AddressPolicy, HttpSender, Loopback, PrivateEndpoints};
use hookline::adapters::system::SystemClock;
use hookline::call::EventKind;
use hookline::campaign::CampaignId;
use hookline::key::{BearerKey, Grant, Key, Scope};
use hookline::phone::E164;
use hookline::ports::callers::{Caller, Callers, Remembering};
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::tag::{TagKey, TagValue};
use hookline_functions::api::Api;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::postback_handler::{PostbackHandler, PostbackKind};
use hookline_local::database::Database;
use hookline_tests::partner::{Partner, Reply};
use serde_json::{Value, json};

use crate::document::Template;
use crate::gate::{Asked, Gate};
use crate::policy::grants_of;
use crate::table::{TABLE, Unwatched, client};

const ADMIN: &str = "hla_admin";
const NUMBER: &str = "+16145550100";

#[tokio::test]
async fn every_role_grants_what_its_function_asks_for_and_nothing_else() {
    let world = World::start().await;

    let calls = live(&world).await;

    for (binary, gate) in &world.gates {
        let granted: Asked = grants_of(&world.template, binary)
            .into_iter()
            .map(|grant| (grant.action, grant.kinds))
            .collect();
        assert_eq!(granted, gate.asked(), "{binary}");
    }
    assert_eq!(calls["deliveries"].as_array().unwrap().len(), 3);
}

/// A call from the campaign's first save to a look at what became of it; the look.
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

    let mut call_key = Value::Null;
    for (binary, kind) in [
        ("start", EventKind::Start),
        ("selected", EventKind::Selected),
        ("answered", EventKind::Answered),
    ] {
        let handler = world.events(binary);
        world.let_memory_expire().await;
        let answer = handler.report(kind, platform).await;
        let repeated = handler.report(kind, platform).await;
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
    api.ask("GET", "/calls/call-1", ADMIN, &Value::Null).await
}

/// A database, a partner, and a gate a function.
struct World {
    template: Template,
    database: Database,
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
        for trigger in ["start", "selected", "answered"] {
            let tag = Reply::json(&json!({trigger: "known"}));
            partner.on(&format!("/{trigger}"), tag);
        }
        let gates = template
            .functions()
            .into_keys()
            .map(|binary| (binary.clone(), Gate::new(grants_of(&template, &binary))))
            .collect();
        Self { template, database, partner, gates }
    }

    /// The table, past the gate of a function.
    fn store(&self, binary: &str) -> DynamoDb {
        DynamoDb::new(client(&self.database, self.gates[binary].clone()), TABLE.to_owned())
    }

    /// Makes what is remembered of the caller a thing of the past, so that the next to remember
    /// begins anew.
    async fn let_memory_expire(&self) {
        let campaign = CampaignId::parse("solar").unwrap();
        let number = E164::parse(NUMBER).unwrap();
        let caller = Caller { campaign: &campaign, number: &number };
        let tag = (TagKey::parse("past").unwrap(), TagValue::parse("yes").unwrap());
        let until = SystemClock.now().plus_seconds(-60);
        let past = Remembering { caller, tags: [tag].into_iter().collect(), place: None, until };
        let operator = DynamoDb::new(client(&self.database, Unwatched), TABLE.to_owned());
        operator.remember(&past, until.plus_seconds(-60)).await.unwrap();
    }

    fn events(&self, binary: &str) -> EventHandler {
        EventHandler::new(self.store(binary), HttpSender::new(policy()).unwrap())
    }

    fn postbacks(&self, binary: &str) -> PostbackHandler {
        PostbackHandler::new(self.store(binary))
    }

    fn api(&self) -> Api {
        Api::new(self.store("api"), policy())
    }
}

fn policy() -> AddressPolicy {
    AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), None).unwrap()
}

async fn make_admin_key(operator: Client) {
    let key = Key {
        hash: BearerKey::given(ADMIN.to_owned()).hash(),
        name: "admin".to_owned(),
        paused: false,
        created_at: SystemClock.now(),
        grant: Grant::Api(Scope::Admin),
    };
    DynamoDb::new(operator, TABLE.to_owned()).store_key(&key).await.unwrap();
}

/// A webhook for each trigger of a call in progress; whatever they learn is remembered.
fn campaign(partner: &Partner) -> Value {
    let webhooks = ["start", "selected", "answered"].map(|trigger| {
        let url = partner.url(&format!("/{trigger}"));
        json!({"id": trigger, "trigger": trigger, "url": url})
    });
    json!({
        "id": "solar", "name": "Solar leads", "version": 0,
        "webhooks": webhooks,
        "return_callers": {"remember": "all", "days": 90},
    })
}

trait Asks {
    /// A request to the management API; the answer's document.
    async fn ask(&self, method: &str, path: &str, bearer: &str, body: &Value) -> Value;
}

impl Asks for Api {
    async fn ask(&self, method: &str, path: &str, bearer: &str, body: &Value) -> Value {
        let event = event(method, path, ("", ""), Some(bearer), body);
        document(&self.take(event).await.unwrap())
    }
}

trait Reports {
    /// An event of the one call, from a platform with a key; the answer's document.
    async fn report(&self, kind: EventKind, bearer: &str) -> Value;
}

impl Reports for EventHandler {
    async fn report(&self, kind: EventKind, bearer: &str) -> Value {
        let mut body = json!({
            "campaign_id": "solar", "caller_number": NUMBER, "occurred_at": "2026-11-23T17:00:00Z",
        });
        if kind != EventKind::Start {
            body["buyer"] = json!({"id": "buyer-1"});
        }
        let event = event("POST", "/", ("call_id", "call-1"), Some(bearer), &body);
        document(&self.take(kind, event).await.unwrap())
    }
}

trait Posts {
    /// A partner's posting; the answer's document.
    async fn post(&self, kind: PostbackKind, parameter: (&str, &str), body: &Value) -> Value;
}

impl Posts for PostbackHandler {
    async fn post(&self, kind: PostbackKind, parameter: (&str, &str), body: &Value) -> Value {
        let event = event("POST", "/", parameter, None, body);
        document(&self.take(kind, event).await.unwrap())
    }
}

/// A request as API Gateway hands it over, as far as the functions look at it.
fn event(
    method: &str,
    path: &str,
    (name, value): (&str, &str),
    bearer: Option<&str>,
    body: &Value,
) -> Value {
    let mut headers = json!({"content-type": "application/json"});
    if let Some(bearer) = bearer {
        headers["authorization"] = json!(format!("Bearer {bearer}"));
    }
    json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "pathParameters": {name: value},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": if body.is_null() { String::new() } else { body.to_string() },
        "isBase64Encoded": false,
    })
}

/// The document of an answer that has to be a good one.
fn document(answer: &Value) -> Value {
    let status = answer["statusCode"].as_u64().unwrap();
    assert!((200..300).contains(&status), "{answer}");
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}
