//! A table, adapters before it, and builders of what is put through them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::system::SystemRandom;
use hookline::call::{Call, CallEvent, CallId, CallKey, EventKind, Posting};
use hookline::campaign::{Campaign, CampaignId};
use hookline::geo::Place;
use hookline::key::{BearerKey, Grant, Key, Scope};
use hookline::phone::E164;
use hookline::ports::callers::{Caller, Waiting};
use hookline::ports::calls::Calls;
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::intake::{Claim, ClaimError, Claimed, Intake};
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::Database;
use serde_json::{Value, json};

/// The number that calls unless a test says otherwise.
pub(crate) const NUMBER: &str = "+16145551234";

/// One table in memory.
pub(crate) struct World {
    settings: StoreSettings,
    client: Client,
    _database: Database,
}

/// An adapter that remembers nothing, or one that has just read campaign and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    Cold,
    Warm,
}

pub(crate) const BOTH: [Cache; 2] = [Cache::Cold, Cache::Warm];

impl World {
    /// A table with nothing in it.
    pub(crate) async fn empty() -> Self {
        let database = Database::start(None).await.unwrap();
        let settings = database.store_settings("hookline");
        let client = settings.client();
        create_table(&client, &settings.table).await.unwrap();
        Self { settings, client, _database: database }
    }

    /// A table with the campaigns `solar` and `roofs`.
    pub(crate) async fn new() -> Self {
        let world = Self::empty().await;
        for id in ["solar", "roofs"] {
            let saved = world.cold().save(&campaign(id, 1)).await.unwrap();
            assert_eq!(saved, Saved::Stored);
        }
        world
    }

    /// A store that remembers nothing.
    pub(crate) fn cold(&self) -> DynamoDb {
        DynamoDb::new(self.settings.client(), self.settings.table.clone())
    }

    /// A store that has the campaigns at hand, or not.
    pub(crate) async fn store(&self, cache: Cache) -> DynamoDb {
        let store = self.cold();
        if cache == Cache::Warm {
            for id in ["solar", "roofs"] {
                store.campaign_now(&campaign_id(id)).await.unwrap();
            }
        }
        store
    }

    /// Stores a key.
    pub(crate) async fn key(&self, text: &str, paused: bool, grant: Grant) -> BearerKey {
        let bearer = BearerKey::given(text.to_owned());
        let name = "a key".to_owned();
        let key = Key { hash: bearer.hash(), name, paused, created_at: at(0), grant };
        self.cold().store_key(&key).await.unwrap();
        bearer
    }

    /// A key that may report call events.
    pub(crate) async fn calls_key(&self) -> BearerKey {
        self.key("hlc_good", false, Grant::Api(Scope::Calls)).await
    }

    /// Everything in the table, by its key, as text.
    pub(crate) async fn items(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let scanned = self.client.scan().table_name(&self.settings.table).send().await.unwrap();
        assert_eq!(scanned.last_evaluated_key, None, "more than one page");
        let items = scanned.items.unwrap_or_default().into_iter().map(|item| {
            let place = format!("{} {}", item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
            let text = |(name, value)| (name, format!("{value:?}"));
            (place, item.into_iter().map(text).collect())
        });
        items.collect()
    }

    /// A whole number in an item of the table.
    pub(crate) async fn number(&self, pk: &str, sk: &str, name: &str) -> i64 {
        let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        let get = self.client.get_item().table_name(&self.settings.table);
        let found = get.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
        found.item.unwrap()[name].as_n().unwrap().parse().unwrap()
    }
}

/// So many seconds after 2026-11-23T17:00:00Z.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_json(&json!("2026-11-23T17:00:00Z")).unwrap().plus_seconds(seconds)
}

pub(crate) fn call_id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

pub(crate) fn campaign_id(text: &str) -> CampaignId {
    CampaignId::parse(text).unwrap()
}

pub(crate) fn tags(json: Value) -> TagSet {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn place(text: &str) -> Place {
    Place::parse(text).unwrap()
}

/// So many keys with one value each.
pub(crate) fn many_tags(count: usize) -> TagSet {
    tags((0..count).map(|n| (format!("key_{n:03}"), json!([format!("value {n}")]))).collect())
}

/// A campaign under a version.
pub(crate) fn campaign(id: &str, version: u64) -> Campaign {
    let document = json!({
        "id": id, "name": format!("Campaign {id}"), "version": version,
        "return_callers": {"remember": "all", "days": 30},
    });
    Campaign::from_document(&document).unwrap()
}

/// An event of a kind, `more` laid over what every event has.
pub(crate) fn event(kind: EventKind, call: &str, more: &Value) -> CallEvent {
    let mut body = json!({"occurred_at": "2026-11-23T17:00:00Z"});
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    CallEvent::from_json(kind, call_id(call), &body, at(0)).unwrap()
}

/// A call of [`NUMBER`] to `solar` is received, so many seconds after the beginning.
pub(crate) fn start(call: &str, seconds: i64) -> CallEvent {
    let more = json!({
        "campaign_id": "solar", "caller_number": NUMBER, "called_number": "+18005550100",
        "tags": {"sub_id": "x"},
    });
    CallEvent { occurred_at: at(seconds), ..event(EventKind::Start, call, &more) }
}

/// A claim of an event as it happens: without a key, or with one.
pub(crate) fn claim_of<'a>(event: &'a CallEvent, bearer: Option<&'a BearerKey>) -> Claim<'a> {
    let call_key = CallKey::from_random(SystemRandom.key_bytes());
    Claim { event, bearer, now: event.occurred_at, uuid: SystemRandom.uuid(), call_key }
}

/// Claims an event.
pub(crate) async fn claim(
    store: &DynamoDb,
    event: &CallEvent,
    bearer: Option<&BearerKey>,
) -> Result<Claimed, ClaimError> {
    store.claim(&claim_of(event, bearer)).await
}

/// Claims an event that has to be taken.
pub(crate) async fn claimed(store: &DynamoDb, event: &CallEvent) -> Claimed {
    claim(store, event, None).await.unwrap()
}

/// A call that is claimed and stored.
pub(crate) async fn started(world: &World, call: &str) -> Call {
    claimed(&world.cold(), &start(call, 0)).await.call
}

/// The call in the table.
pub(crate) async fn stored(world: &World, call: &str) -> Call {
    world.cold().call(&call_id(call)).await.unwrap().unwrap()
}

/// All of a call, its key too, to be compared.
pub(crate) fn whole(call: &Call) -> (String, String) {
    (call.key.expose().to_owned(), format!("{call:#?}"))
}

/// A campaign and a number.
pub(crate) struct Who {
    campaign: CampaignId,
    number: E164,
}

impl Who {
    pub(crate) fn of(campaign: &str, number: &str) -> Self {
        Self { campaign: campaign_id(campaign), number: E164::parse(number).unwrap() }
    }

    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller { campaign: &self.campaign, number: &self.number }
    }
}

/// The caller of [`start`].
pub(crate) fn caller() -> Who {
    Who::of("solar", NUMBER)
}

/// A posting with a tag that names it, waiting until so many seconds after the beginning.
pub(crate) fn waiting(id: &str, until: i64) -> Waiting {
    let posting = Posting { tags: tags(json!({"posted": [id]})), ..Posting::default() };
    Waiting { id: id.to_owned(), posting, since: at(0), expires_at: at(until) }
}
