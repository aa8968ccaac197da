//! The stack: database, queues, functions and front, started together.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline::adapters::http::{
    AddressPolicy, HttpSender, Loopback, PrivateEndpoints, RuntimePortListed, SenderFault,
};
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::key::{BearerKey, Grant, Key, Scope};
use hookline::ports::StoreError;
use hookline::ports::clock::Clock;
use hookline::ports::keys::Keys;
use hookline::ports::random::Random;
use hookline_functions::envelope::Answer;
use hookline_functions::environment::StoreSettings;
use hookline_functions::event_handler::EventHandler;
use hookline_functions::hint_handlers::{DeliveryHandler, OutcomeHandler, SweepHandler};
use hookline_functions::management::Management;
use hookline_functions::postback_handler::PostbackHandler;
use hookline_functions::public_url::PublicUrl;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::database::{Database, DatabaseError};
use crate::front::{Functions, front};
use crate::pollers::Pollers;
use crate::queues::{Queues, QueuesError};
use crate::routes::Function;

/// The table's name on one machine.
const TABLE: &str = "hookline";
/// How often the sweep runs in the cloud.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// The file with the admin key that an earlier start made.
const KEY_FILE: &str = "admin-key";

/// How a stack is to be.
#[derive(Debug, Default)]
pub struct Settings {
    /// The port on loopback; a free one when `None`.
    pub port: Option<u16>,
    /// The folder of the database; everything is in memory when `None`.
    pub data: Option<PathBuf>,
    /// How often the sweep looks for what is past due; every minute when `None`, as in the cloud.
    pub sweep_every: Option<Duration>,
    /// The admin key; when `None`, that of an earlier start in the folder, or else a new one.
    pub admin_key: Option<String>,
}

/// A running stack. It stops when dropped.
#[derive(Debug)]
pub struct Stack {
    address: SocketAddr,
    admin_key: BearerKey,
    functions: Arc<Functions>,
    server: Server,
    pollers: Pollers,
    database: Database,
}

/// The task of the front. It ends when dropped.
#[derive(Debug)]
struct Server {
    task: JoinHandle<()>,
    /// Never sent to: dropping it is the signal to stop.
    running: oneshot::Sender<()>,
}

/// How long requests that are being answered may take to end when the stack stops.
const STOPPING: Duration = Duration::from_secs(10);

impl Server {
    fn start(listener: TcpListener, front: Router) -> Self {
        let (running, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let task = tokio::spawn(async move {
            let serving = axum::serve(listener, front).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!(%error, "the front stopped");
            }
        });
        Self { task, running }
    }

    /// Takes no more requests, and is done when those that were taken have been answered.
    async fn stop(self) {
        drop(self.running);
        let abort = self.task.abort_handle();
        if timeout(STOPPING, self.task).await.is_err() {
            abort.abort();
        }
    }
}

/// Why a stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The port is taken or forbidden.
    #[error("port {port} on loopback cannot be had: {cause}; name another with --port")]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The folder of the database cannot be used.
    #[error("{} cannot be used for data: {cause}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The database did not start.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The queues did not start.
    #[error(transparent)]
    Queues(#[from] QueuesError),
    /// The table or the key could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sender could not be set up.
    #[error(transparent)]
    Sender(#[from] SenderFault),
    /// The address policy does not hold together.
    #[error(transparent)]
    Policy(#[from] RuntimePortListed),
}

impl Stack {
    /// Starts a stack.
    ///
    /// # Errors
    /// Says what could not be had.
    pub async fn start(settings: Settings) -> Result<Self, StackError> {
        let port = settings.port.unwrap_or(0);
        let taken = |cause| StackError::Port { port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;

        let file = settings.data.as_ref().map(|folder| folder.join("hookline.sqlite"));
        let database = Database::start(file.as_deref()).await?;
        let queues = Queues::start().await?;
        let table = Table::of(&database);
        create_table(&table.0.client(), TABLE).await?;
        let store = table.open();
        let admin_key = admin_key(&settings)?;
        store.store_key(&admin(&admin_key)).await?;

        let policy = AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), None)?;
        let sender = HttpSender::new(policy.clone())?;
        let functions = Arc::new(Functions {
            events: EventHandler::new(store, sender, queues.hints()),
            postbacks: PostbackHandler::new(table.open(), queues.hints()),
            management: Management::new(
                table.open(),
                HttpSender::new(policy.clone())?,
                queues.hints(),
                policy.clone(),
                PublicUrl::default(),
            ),
            outcomes: OutcomeHandler::new(table.open(), queues.hints()),
            deliveries: DeliveryHandler::new(
                table.open(),
                HttpSender::new(policy)?,
                queues.hints(),
            ),
            sweep: SweepHandler::new(table.open(), queues.hints()),
        });
        let sweep_every = settings.sweep_every.unwrap_or(SWEEP_EVERY);
        let pollers = Pollers::start(&functions, &queues, sweep_every);
        let front = front(&functions);
        let server = Server::start(listener, front);
        Ok(Self { address, admin_key, functions, server, pollers, database })
    }

    /// Invokes a function directly, as a platform does that IAM lets in.
    ///
    /// # Errors
    /// What Lambda would call a function error.
    pub async fn invoke(&self, function: Function, payload: Value) -> Answer {
        self.functions.invoke(function, payload).await
    }

    /// Stops, and is done only when its files are free for another.
    pub async fn stop(self) {
        self.server.stop().await;
        self.pollers.stop().await;
        self.database.stop().await;
    }

    /// Where it answers, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where its database answers, to whoever speaks `DynamoDB`.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database.endpoint()
    }

    /// The key that may do everything.
    #[must_use]
    pub fn admin_key(&self) -> &str {
        self.admin_key.expose()
    }
}

/// The table in the embedded database. Each handler opens it for itself, as each function does.
struct Table(StoreSettings);

impl Table {
    fn of(database: &Database) -> Self {
        Self(database.store_settings(TABLE))
    }

    fn open(&self) -> DynamoDb {
        DynamoDb::new(self.0.client(), self.0.table.clone())
    }
}

fn admin(bearer: &BearerKey) -> Key {
    Key {
        hash: bearer.hash(),
        name: "admin key of this machine".to_owned(),
        paused: false,
        paused_at: None,
        created_at: SystemClock.now(),
        grant: Grant::Api(Scope::Admin),
    }
}

/// The admin key: as set, as kept in the data folder, or a new one that is then kept there.
fn admin_key(settings: &Settings) -> Result<BearerKey, StackError> {
    if let Some(set) = &settings.admin_key {
        return Ok(BearerKey::given(set.clone()));
    }
    let new = || BearerKey::from_random("hla", SystemRandom.key_bytes());
    let Some(folder) = &settings.data else { return Ok(new()) };
    let unusable = |cause| StackError::Folder { folder: folder.clone(), cause };
    let file = folder.join(KEY_FILE);
    match std::fs::read_to_string(&file) {
        Ok(kept) if !kept.trim().is_empty() => Ok(BearerKey::given(kept.trim().to_owned())),
        _ => {
            let key = new();
            write_private(&file, key.expose()).map_err(unusable)?;
            Ok(key)
        }
    }
}

/// Writes a file that only its owner may read.
fn write_private(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stack_starts_again_with_what_it_kept_and_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let settings = || Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let first = Stack::start(settings()).await.unwrap();
        let key = first.admin_key().to_owned();
        let id = hookline::campaign::CampaignId::parse("solar").unwrap();
        let document = serde_json::json!({"id": "solar", "name": "Solar", "version": 1});
        let campaign = hookline::campaign::Campaign::from_document(&document).unwrap();
        let store = Table::of(&first.database).open();
        hookline::ports::campaigns::Campaigns::save(&store, &campaign).await.unwrap();
        first.stop().await;

        let second = Stack::start(settings()).await.unwrap();

        assert_eq!(second.admin_key(), key);
        let store = Table::of(&second.database).open();
        let kept = hookline::ports::campaigns::Campaigns::campaign(&store, &id).await.unwrap();
        assert_eq!(kept.map(|campaign| campaign.version), Some(1));
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_named() {
        let first = Stack::start(Settings::default()).await.unwrap();
        let taken = Settings { port: Some(first.address.port()), ..Settings::default() };
        let fault = Stack::start(taken).await.unwrap_err().to_string();
        assert!(fault.contains(&first.address.port().to_string()) && fault.contains("--port"));
    }
}
