//! A store, ways to it, and builders of what is put through them.

use std::fmt::{self, Debug, Formatter};

use hookline::adapters::memory::Memory;
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
use serde_json::{Value, json};

use super::kind::Kind;
use super::store::Store;
use super::table::Table;

/// The number that calls unless a test says otherwise.
pub(crate) const NUMBER: &str = "+16145551234";

/// A store of a kind with all that is kept in it.
pub(crate) struct World {
    kind: Kind,
    kept_in: KeptIn,
}

enum KeptIn {
    Table(Box<Table>),
    Memory(Memory),
}

impl World {
    /// A store with nothing in it.
    pub(crate) async fn empty(kind: Kind) -> Self {
        let kept_in = match kind {
            Kind::Cold | Kind::Warm => KeptIn::Table(Box::new(Table::empty().await)),
            Kind::Memory => KeptIn::Memory(Memory::new()),
        };
        Self { kind, kept_in }
    }

    /// A store with the campaigns `solar` and `roofs`.
    pub(crate) async fn new(kind: Kind) -> Self {
        let world = Self::empty(kind).await;
        for id in ["solar", "roofs"] {
            let saved = world.cold().save(&campaign(id, 1)).await.unwrap();
            assert_eq!(saved, Saved::Stored);
        }
        world
    }

    /// A way to the store that remembers nothing.
    pub(crate) fn cold(&self) -> Store {
        match &self.kept_in {
            KeptIn::Table(table) => Store::DynamoDb(Box::new(table.adapter())),
            KeptIn::Memory(memory) => Store::Memory(memory.clone()),
        }
    }

    /// A way to the store that is of this world's kind: one that has the campaigns at hand, or not.
    pub(crate) async fn store(&self) -> Store {
        self.store_that_knows(&[]).await
    }

    /// The same, with these keys at hand if any.
    pub(crate) async fn store_that_knows(&self, keys: &[&BearerKey]) -> Store {
        let store = self.cold();
        if self.kind == Kind::Warm {
            for id in ["solar", "roofs"] {
                store.campaign_now(&campaign_id(id)).await.unwrap();
            }
            for key in keys {
                store.key(&key.hash()).await.unwrap();
            }
        }
        store
    }

    /// The table, where there is one.
    pub(crate) fn table(&self) -> &Table {
        match &self.kept_in {
            KeptIn::Table(table) => table,
            KeptIn::Memory(_) => panic!("there is no table"),
        }
    }

    /// Stores a key.
    pub(crate) async fn key(&self, text: &str, paused: bool, grant: Grant) -> BearerKey {
        let bearer = BearerKey::given(text.to_owned());
        let name = "a key".to_owned();
        let key =
            Key { hash: bearer.hash(), name, paused, paused_at: None, created_at: at(0), grant };
        self.cold().store_key(&key).await.unwrap();
        bearer
    }

    /// A key that may report call events.
    pub(crate) async fn calls_key(&self) -> BearerKey {
        self.key("hlc_good", false, Grant::Api(Scope::Calls)).await
    }

    /// Everything that is kept, to be compared with what was kept before.
    pub(crate) async fn contents(&self) -> Contents {
        Contents(match &self.kept_in {
            KeptIn::Table(table) => format!("{:#?}", table.items().await),
            KeptIn::Memory(memory) => format!("{memory:#?}"),
        })
    }
}

/// All that is kept in a store, as text.
#[derive(PartialEq)]
pub(crate) struct Contents(String);

impl Debug for Contents {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// So many seconds after 2026-11-23T17:00:00Z.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_json(&json!("2026-11-23T17:00:00Z")).unwrap().plus_seconds(seconds)
}

/// So many milliseconds after the same.
pub(crate) fn at_millis(millis: i64) -> Timestamp {
    Timestamp::from_millis(at(0).as_millis() + millis).unwrap()
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
    store: &Store,
    event: &CallEvent,
    bearer: Option<&BearerKey>,
) -> Result<Claimed, ClaimError> {
    store.claim(&claim_of(event, bearer)).await
}

/// Claims an event that has to be taken.
pub(crate) async fn claimed(store: &Store, event: &CallEvent) -> Claimed {
    claim(store, event, None).await.unwrap()
}

/// A call that is claimed and stored.
pub(crate) async fn started(world: &World, call: &str) -> Call {
    claimed(&world.cold(), &start(call, 0)).await.call
}

/// The call as it is stored.
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
