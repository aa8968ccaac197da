//! A store, a partner, and functions before them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::campaign::Campaign;
use hookline::key::{BearerKey, Grant, Key, Scope};
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::Database;
use hookline_tests::partner::Partner;
use hookline_tests::queues::Queues;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

pub(crate) const START: &str = env!("CARGO_BIN_EXE_start");
pub(crate) const SELECTED: &str = env!("CARGO_BIN_EXE_selected");
pub(crate) const ANSWERED: &str = env!("CARGO_BIN_EXE_answered");
pub(crate) const ENDED: &str = env!("CARGO_BIN_EXE_ended");
pub(crate) const OUTCOME: &str = env!("CARGO_BIN_EXE_outcome");
pub(crate) const TIMER: &str = env!("CARGO_BIN_EXE_timer");
pub(crate) const CONNECT: &str = env!("CARGO_BIN_EXE_connect");
pub(crate) const CONVERSION: &str = env!("CARGO_BIN_EXE_conversion");
pub(crate) const NON_CONVERSION: &str = env!("CARGO_BIN_EXE_non_conversion");
pub(crate) const POSTBACK_WEBHOOK: &str = env!("CARGO_BIN_EXE_postback_webhook");
pub(crate) const ALWAYS: &str = env!("CARGO_BIN_EXE_always");
pub(crate) const SWEEP: &str = env!("CARGO_BIN_EXE_sweep");
pub(crate) const POSTBACK: &str = env!("CARGO_BIN_EXE_postback");
pub(crate) const DATA: &str = env!("CARGO_BIN_EXE_data");
pub(crate) const API: &str = env!("CARGO_BIN_EXE_api");

/// The caller of every event.
pub(crate) const NUMBER: &str = "+16145551234";
/// Nothing here takes longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a function stands between.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) partner: Partner,
    pub(crate) queues: Queues,
    settings: StoreSettings,
}

impl World {
    /// A table with nothing in it and a partner who knows no path.
    pub(crate) async fn new() -> Self {
        let database = Database::start(None).await.unwrap();
        let settings = database.store_settings("hookline");
        create_table(&settings.client(), &settings.table).await.unwrap();
        let (partner, queues) = (Partner::start().await.unwrap(), Queues::start().await.unwrap());
        Self { database, partner, queues, settings }
    }

    /// The store, past every function.
    pub(crate) fn store(&self) -> DynamoDb {
        DynamoDb::new(self.settings.client(), self.settings.table.clone())
    }

    /// Stores the campaign `solar`, whatever the addresses of its webhooks.
    pub(crate) async fn campaign(&self, webhooks: &Value) {
        self.campaign_with(webhooks, &json!({})).await;
    }

    /// The same, `more` laid over it.
    pub(crate) async fn campaign_with(&self, webhooks: &Value, more: &Value) {
        let mut document =
            json!({"id": "solar", "name": "Solar", "version": 1, "webhooks": webhooks});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let campaign = Campaign::from_document(&document).unwrap();
        assert_eq!(self.store().save(&campaign).await.unwrap(), Saved::Stored);
    }

    /// Stores a new API key.
    pub(crate) async fn key(&self, scope: Scope, paused: bool) -> BearerKey {
        let bearer = BearerKey::from_random("hl", SystemRandom.key_bytes());
        let key = Key {
            hash: bearer.hash(),
            name: "a key".to_owned(),
            paused,
            paused_at: None,
            created_at: SystemClock.now(),
            grant: Grant::Api(scope),
        };
        self.store().store_key(&key).await.unwrap();
        bearer
    }

    /// What `template.yaml` sets on a function, with the partner let in.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        self.queues.environment(&self.settings.table, &self.database.endpoint(), &self.partner)
    }

    /// A sandbox with this binary in it, just started.
    pub(crate) async fn function(&self, binary: &str) -> LambdaFunction {
        LambdaFunction::spawn(Path::new(binary), self.environment()).await.unwrap()
    }

    /// Deletes an item, as an operator does.
    pub(crate) async fn delete(&self, pk: &str, sk: &str) {
        let [pk, sk] = [pk, sk].map(|value| AttributeValue::S(value.to_owned()));
        let delete = self.settings.client().delete_item().table_name(&self.settings.table);
        delete.key("pk", pk).key("sk", sk).send().await.unwrap();
    }

    /// Everything in the table, by its key, as text.
    pub(crate) async fn items(&self) -> BTreeMap<String, String> {
        let client = self.settings.client();
        let scanned = client.scan().table_name(&self.settings.table).send().await.unwrap();
        assert_eq!(scanned.last_evaluated_key, None, "more than one page");
        let items = scanned.items.unwrap_or_default().into_iter().map(|item| {
            let item: BTreeMap<_, _> = item.into_iter().collect();
            (format!("{:?} {:?}", item["pk"], item["sk"]), format!("{item:?}"))
        });
        items.collect()
    }
}

/// A start of that call, by direct invoke.
pub(crate) fn start(call: &str) -> Value {
    json!({
        "call_id": call, "campaign_id": "solar", "occurred_at": "2026-11-23T17:00:00Z",
        "caller_number": NUMBER, "called_number": "+18005550100", "tags": {"sub_id": "x"},
    })
}

/// A buyer of that call was chosen, or answered, by direct invoke.
pub(crate) fn buyer(call: &str) -> Value {
    json!({
        "call_id": call, "occurred_at": "2026-11-23T17:00:05Z",
        "buyer": {"id": "b7", "name": "Sunny", "tags": {"tier": "gold"}}, "attempt": 1,
    })
}

/// Takes the call key out of an answer, which has to be one.
pub(crate) fn take_call_key(answer: &mut Value) -> String {
    let key = answer.as_object_mut().unwrap().remove("call_key").unwrap();
    let key = key.as_str().unwrap().to_owned();
    assert!(key.len() == 48 && key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    key
}

/// Takes the latencies out of an answer's reports, which have to be in range.
pub(crate) fn take_latencies(answer: &mut Value) {
    for report in answer["webhooks"].as_array_mut().unwrap() {
        if let Some(latency) = report.as_object_mut().unwrap().remove("latency_ms") {
            assert!(latency.as_u64().unwrap() < 5000, "{report} took {latency} ms");
        }
    }
}

/// A function's log, once it holds `text` so often.
pub(crate) async fn logs(function: &LambdaFunction, text: &str, times: usize) -> String {
    let printed = async {
        // What was printed before an answer may be read after it.
        while function.logs().matches(text).count() < times {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, printed).await;
    assert!(in_time.is_ok(), "{}", function.logs());
    function.logs()
}
