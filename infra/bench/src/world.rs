//! What functions stand between: a store on a thread of its own, queues that keep what they are
//! sent, and a partner.

use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::{BearerKey, Grant, Key};
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::Database;
use hookline_tests::partner::Partner;
use hookline_tests::queues::Queues;
use hookline_tests::runtime_api::LambdaFunction;
use serde_json::{Value, json};

use crate::bench::{Bench, BenchError};
use crate::handlers::save;
use crate::processor::Aside;

/// The surroundings of functions, all on loopback. They go when dropped.
#[derive(Debug)]
pub struct World {
    /// Who answers webhooks. Functions may reach it, and no other private address.
    pub partner: Partner,
    /// Where the table is.
    pub settings: StoreSettings,
    queues: Queues,
    _store_thread: Aside,
}

impl World {
    /// An empty table in memory, and a partner who knows no path.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn start() -> Result<Self, BenchError> {
        let (store_thread, settings) = Aside::start(async || {
            let started = Database::start(None).await;
            let database = started.map_err(BenchError::during("starting the store"))?;
            let settings = database.store_settings("hookline");
            Ok((database, settings))
        })
        .await?;
        let made = create_table(&settings.client(), &settings.table).await;
        made.map_err(BenchError::during("making the table"))?;
        let partner = Partner::start().await.map_err(BenchError::during("starting a partner"))?;
        let queues = Queues::start().await.map_err(BenchError::during("starting queues"))?;
        Ok(Self { partner, settings, queues, _store_thread: store_thread })
    }

    /// The store, past every function.
    #[must_use]
    pub fn store(&self) -> DynamoDb {
        DynamoDb::new(self.settings.client(), self.settings.table.clone())
    }

    /// What `template.yaml` sets on a function, with the partner let in.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let store = self.settings.endpoint.as_deref().unwrap_or_default();
        self.queues.environment(&self.settings.table, store, &self.partner)
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
        save(&self.settings, &document).await
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
