//! DynamoDB on this machine: an embedded engine that speaks the real wire protocol on loopback.
//!
//! One process owns a file. The engine would let two open it, each remembering tables the other
//! has changed, so ownership is a lock on a file beside it. The system drops that lock with the
//! process, however it ends, so nothing is left to clean up after a crash. The lock file itself
//! stays: removing it would let two processes hold locks on two files of one name.
//!
//! Nothing expires here: items keep standing after their TTL, as they may for days on AWS.

use std::fs::{File, TryLockError};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use dynoxide::server::serve_with_shutdown;
use hookline::adapters::aws_http::AwsHttp;
use hookline_functions::environment::StoreSettings;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running database. It stops taking requests when dropped.
#[derive(Debug)]
pub struct Database {
    address: SocketAddr,
    /// Never sent to: dropping it is the signal to stop.
    running: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// Why a database did not start.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another process, or another part of this one, has the file.
    #[error(
        "{} is in use by another running Hookline: stop that one, or give this one another file",
        .0.display()
    )]
    InUse(PathBuf),
    /// The file, its directory or its lock cannot be made or read.
    #[error("{} cannot be used as the database file", .path.display())]
    File {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine refuses the file: not a database, damaged, or written by a newer engine.
    #[error("{place} cannot be opened as a database")]
    Engine {
        /// The database file, or `memory`.
        place: String,
        /// What the engine said.
        source: dynoxide::DynoxideError,
    },
    /// No loopback port to listen on.
    #[error("no loopback port for the database")]
    Listen(#[source] io::Error),
}

impl Database {
    /// Starts a database on a free loopback port of the running Tokio runtime, in `file` or, when
    /// there is none, in memory. The file and its directory are made when absent.
    ///
    /// # Errors
    /// When the file belongs to somebody else, is no database, or no port is free.
    pub async fn start(file: Option<&Path>) -> Result<Self, DatabaseError> {
        let (engine, lock) = match file {
            None => (in_memory()?, None),
            Some(file) => {
                let (engine, lock) = in_file(file)?;
                (engine, Some(lock))
            }
        };
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(DatabaseError::Listen)?;
        let address = listener.local_addr().map_err(DatabaseError::Listen)?;
        let (running, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            // Accept errors are retried within; there is nothing left to report at the end.
            let _ = serve_with_shutdown(listener, engine, stopped).await;
            // Kept until the last connection is done with the file.
            drop(lock);
        });
        Ok(Self { address, running, server })
    }

    /// What an SDK client takes as its endpoint: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a store needs to find `table` in it.
    #[must_use]
    pub fn store_settings(&self, table: &str) -> StoreSettings {
        store_settings(self.endpoint(), table)
    }

    /// Stops, and returns once requests under way are answered and the file is free again.
    pub async fn stop(self) {
        drop(self.running);
        let _ = self.server.await;
    }
}

/// What a store needs to find `table` in an embedded database at that endpoint.
#[must_use]
pub fn store_settings(endpoint: String, table: &str) -> StoreSettings {
    StoreSettings {
        table: table.to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint),
        credentials: Credentials::from_keys("local", "local", None),
        http: AwsHttp::default(),
    }
}

/// The lock that makes a file ours.
#[derive(Debug)]
struct Ownership(File);

impl Drop for Ownership {
    fn drop(&mut self) {
        // Closing would not do: a process being spawned holds a copy of the open file for a moment.
        let _ = self.0.unlock();
    }
}

fn in_memory() -> Result<dynoxide::Database, DatabaseError> {
    dynoxide::Database::memory()
        .map_err(|source| DatabaseError::Engine { place: "memory".to_owned(), source })
}

/// Takes the file and opens it.
fn in_file(file: &Path) -> Result<(dynoxide::Database, Ownership), DatabaseError> {
    let fault = |source| DatabaseError::File { path: file.to_owned(), source };
    // Absolute, because the engine reads `:memory:` and `file:…` as something other than a path.
    let path = std::path::absolute(file).map_err(fault)?;
    let text = path.to_str().ok_or_else(|| {
        fault(io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"))
    })?;
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(fault)?;
    }
    let lock = File::create(format!("{text}.lock")).map_err(fault)?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => DatabaseError::InUse(path.clone()),
        TryLockError::Error(source) => fault(source),
    })?;
    let lock = Ownership(lock);
    let engine = dynoxide::Database::new(text)
        .map_err(|source| DatabaseError::Engine { place: path.display().to_string(), source })?;
    Ok((engine, lock))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
        ScalarAttributeType,
    };
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    fn client(database: &Database) -> Client {
        database.store_settings("").client()
    }

    async fn create_table(client: &Client) {
        let key = AttributeDefinition::builder()
            .attribute_name("pk")
            .attribute_type(ScalarAttributeType::S);
        let hash = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
        client
            .create_table()
            .table_name("calls")
            .attribute_definitions(key.build().unwrap())
            .key_schema(hash.build().unwrap())
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await
            .unwrap();
    }

    async fn put(client: &Client, pk: &str) {
        let pk = AttributeValue::S(pk.to_owned());
        client.put_item().table_name("calls").item("pk", pk).send().await.unwrap();
    }

    async fn has(client: &Client, pk: &str) -> bool {
        let pk = AttributeValue::S(pk.to_owned());
        client.get_item().table_name("calls").key("pk", pk).send().await.unwrap().item.is_some()
    }

    #[tokio::test]
    async fn databases_in_memory_are_apart() {
        let (one, other) =
            (Database::start(None).await.unwrap(), Database::start(None).await.unwrap());
        for database in [&one, &other] {
            create_table(&client(database)).await;
        }

        put(&client(&one), "a").await;

        assert!(has(&client(&one), "a").await);
        assert!(!has(&client(&other), "a").await);
    }

    #[tokio::test]
    async fn a_file_keeps_what_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("made/on/the/way/hookline.db");

        let database = Database::start(Some(&file)).await.unwrap();
        create_table(&client(&database)).await;
        put(&client(&database), "a").await;
        database.stop().await;

        let database = Database::start(Some(&file)).await.unwrap();
        assert!(has(&client(&database), "a").await);
    }

    #[tokio::test]
    async fn a_file_has_one_owner() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("hookline.db");
        let owner = Database::start(Some(&file)).await.unwrap();

        let refused = Database::start(Some(&file)).await.unwrap_err();

        assert_eq!(
            refused.to_string(),
            format!(
                "{} is in use by another running Hookline: \
                 stop that one, or give this one another file",
                file.display()
            )
        );
        owner.stop().await;
        assert!(Database::start(Some(&file)).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_refused_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("notes.txt");
        std::fs::write(&file, "not a database, however long one reads on in it").unwrap();

        let refused = Database::start(Some(&file)).await.unwrap_err();

        assert!(matches!(refused, DatabaseError::Engine { .. }), "{refused:?}");
        let left = std::fs::read_to_string(&file).unwrap();
        assert_eq!(left, "not a database, however long one reads on in it");
    }

    #[tokio::test]
    async fn a_stopped_database_closes_the_connections_it_had() {
        let database = Database::start(None).await.unwrap();
        let mut idle = TcpStream::connect(database.address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        idle.read_exact(&mut answer).await.unwrap();

        database.stop().await;

        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        let mut rest = Vec::new();
        let rest = idle.read_to_end(&mut rest);
        assert!(timeout(Duration::from_secs(10), rest).await.is_ok());
    }
}
