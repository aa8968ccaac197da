//! What functions stand between: a store on a thread of its own, queues that keep what they are
//! sent, and a partner.

use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::sqs::Queue;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::campaign::Campaign;
use hookline::key::{BearerKey, Grant, Key};
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

use crate::apart::Apart;
use crate::bench::{Bench, BenchError};

/// The surroundings of functions, all on loopback. They go when dropped.
#[derive(Debug)]
pub struct World {
    /// Who answers webhooks. Functions may reach it, and no other private address.
    pub partner: Partner,
    /// Where the table is.
    pub settings: StoreSettings,
    queues: Queues,
    /// Dropped before the thread that it runs on.
    database: Database,
    _store_thread: Apart,
}

impl World {
    /// An empty table in memory, and a partner who knows no path.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn start() -> Result<Self, BenchError> {
        let store_thread = Apart::server()?;
        let database = store_thread.run(Database::start(None))?;
        let database = database.map_err(BenchError::during("starting the store"))?;
        let settings = database.store_settings("hookline");
        let made = create_table(&settings.client(), &settings.table).await;
        made.map_err(BenchError::during("making the table"))?;
        let partner = Partner::start().await.map_err(BenchError::during("starting a partner"))?;
        let queues = Queues::start().await.map_err(BenchError::during("starting queues"))?;
        Ok(Self { partner, settings, queues, database, _store_thread: store_thread })
    }

    /// The store, past every function.
    #[must_use]
    pub fn store(&self) -> DynamoDb {
        DynamoDb::new(self.settings.client(), self.settings.table.clone())
    }

    /// What `template.yaml` sets on a function, with the partner let in.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let queues = Queue::ALL
            .map(|queue| (queue.url_variable().to_owned(), self.queues.url(queue.name())));
        let others = [
            ("TABLE_NAME", self.settings.table.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.database.endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.queues.endpoint()),
            ("ALLOWED_PRIVATE_ENDPOINTS", self.partner.address().to_string()),
        ];
        let others = others.map(|(name, value)| (name.to_owned(), value));
        others.into_iter().chain(queues).collect()
    }

    /// A sandbox with that function in it, just started.
    ///
    /// # Errors
    /// When it does not get to its first poll.
    pub async fn function(&self, bench: &Bench, name: &str) -> Result<LambdaFunction, BenchError> {
        let spawned = LambdaFunction::spawn(&bench.function(name), self.environment()).await;
        spawned.map_err(BenchError::during(format!("starting {name}")))
    }

    /// Stores a campaign with these webhooks, whatever their addresses.
    ///
    /// # Errors
    /// When it is not one, or is there already.
    pub async fn campaign(&self, id: &str, webhooks: &Value) -> Result<(), BenchError> {
        let document = json!({"id": id, "name": id, "version": 1, "webhooks": webhooks});
        let campaign = Campaign::from_document(&document)
            .map_err(|faults| BenchError::Unexpected(format!("campaign {id}: {faults:?}")))?;
        match self.store().save(&campaign).await {
            Ok(Saved::Stored) => Ok(()),
            other => Err(BenchError::Unexpected(format!("saving campaign {id}: {other:?}"))),
        }
    }

    /// Stores a new key.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn key(&self, grant: Grant) -> Result<BearerKey, BenchError> {
        let bearer = BearerKey::from_random("hl", SystemRandom.key_bytes());
        let key = Key {
            hash: bearer.hash(),
            name: "bench".to_owned(),
            paused: false,
            paused_at: None,
            created_at: SystemClock.now(),
            grant,
        };
        let stored = self.store().store_key(&key).await;
        stored.map_err(BenchError::during("storing a key"))?;
        Ok(bearer)
    }
}
