//! AWS's services as a function reaches them: where they are, who asks, and for how long.

use std::fmt::Display;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::retry::{ReconnectMode, RetryConfig};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use hookline::adapters::aws_http::{AwsHttp, Unreached};
use hookline::adapters::dynamodb::ConflictRetry;
use hookline::adapters::sqs::QueueUrls;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// The longest that the store, or a queue, may take over one operation, its retries included.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that one try of it may take: a connection that died while the sandbox was frozen
/// must leave time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest before the second try of it; before each further one twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Where the table is and who asks.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The table's name.
    pub table: String,
    /// The AWS region.
    pub region: String,
    /// Another address than the region's own, for one machine.
    pub endpoint: Option<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// What connects.
    pub http: AwsHttp,
}

/// Where the queues are and who sends.
#[derive(Debug)]
pub(super) struct QueueSettings {
    pub(super) urls: QueueUrls,
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    pub(super) credentials: Credentials,
    pub(super) http: AwsHttp,
}

/// Why there is no connection to the store yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotConnected {
    /// The SDK knows no address for these settings.
    #[error("it has no address: {0}")]
    NoEndpoint(String),
    /// It was not reached.
    #[error(transparent)]
    Unreached(#[from] Unreached),
    /// It did not answer in time.
    #[error("it did not answer in time")]
    TimedOut(#[from] Elapsed),
}

impl QueueSettings {
    pub(super) fn config(&self) -> aws_sdk_sqs::Config {
        let mut config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        config.build()
    }
}

/// How an operation is tried again: soon, since somebody waits, and so often that a table that was
/// too busy for a moment, or two steps of a call that met, come to nothing. A connection on which no
/// answer came is closed by whoever dropped the request, so the SDK has none to close.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_reconnect_mode(ReconnectMode::ReuseAllConnections)
}

/// What bounds one operation on the store or a queue.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(OPERATION_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

impl StoreSettings {
    /// Connects to the store, so that clients of these settings find the connection made.
    pub(super) async fn connect(&self) -> Result<(), NotConnected> {
        let parameters =
            Params::builder().region(&self.region).set_endpoint(self.endpoint.clone()).build();
        let unknown = |fault: &dyn Display| NotConnected::NoEndpoint(fault.to_string());
        let parameters = parameters.map_err(|fault| unknown(&fault))?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await;
        let endpoint = endpoint.map_err(|fault| unknown(&fault))?;
        timeout(ATTEMPT_TIMEOUT, self.http.connect(endpoint.url())).await??;
        Ok(())
    }

    /// The SDK's client for these settings.
    #[must_use]
    pub fn client(&self) -> Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .retry_classifier(ConflictRetry)
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Client::from_conf(config.build())
    }
}
