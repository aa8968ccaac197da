//! The environment of a function, read once at its start: the one place that looks at variables.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use hookline::adapters::dynamodb::{ConflictRetry, DynamoDb};
use hookline::adapters::http::{
    AddressPolicy, EndpointFault, HttpSender, Loopback, PrivateEndpoints, RuntimeApi,
    RuntimePortListed, SenderFault,
};
use hookline::adapters::sqs::{Queue, QueueUrls, SqsHints};

use crate::public_url::PublicUrl;

/// The longest that the store, or a queue, may take over one operation, its retries included.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that one try of it may take: a connection that died while the sandbox was frozen
/// must leave time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

const ALLOWED: &str = "ALLOWED_PRIVATE_ENDPOINTS";
const RUNTIME: &str = "AWS_LAMBDA_RUNTIME_API";
const PUBLIC_URL: &str = "PUBLIC_URL";

/// What the functions read of their environment.
#[derive(Debug)]
pub struct Environment {
    store: StoreSettings,
    queues: QueueSettings,
    policy: AddressPolicy,
    /// Where the deployment is asked.
    pub public_url: PublicUrl,
    /// The name that Lambda knows this function by.
    pub function_name: String,
    /// The least severe level that is logged.
    pub log_level: tracing::Level,
}

/// Where the table is and who asks.
#[derive(Debug)]
pub struct StoreSettings {
    /// The table's name.
    pub table: String,
    /// The AWS region.
    pub region: String,
    /// Another address than the region's own, for one machine.
    pub endpoint: Option<String>,
    /// Who asks.
    pub credentials: Credentials,
}

/// Where the queues are and who sends.
#[derive(Debug)]
struct QueueSettings {
    urls: QueueUrls,
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
}

/// What is wrong with the environment.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentFault {
    /// A variable that has to be set is not.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// `ALLOWED_PRIVATE_ENDPOINTS` or `AWS_LAMBDA_RUNTIME_API` does not read.
    #[error("{0}: {1}")]
    Endpoints(&'static str, EndpointFault),
    /// A private endpoint on the port of the Runtime API.
    #[error("ALLOWED_PRIVATE_ENDPOINTS: {0}")]
    RuntimePort(#[from] RuntimePortListed),
    /// `PUBLIC_URL` is no address.
    #[error("PUBLIC_URL must be an address such as https://hooks.example, without a path or query")]
    PublicUrl,
    /// `LOG_LEVEL` is no level.
    #[error("LOG_LEVEL must be one of ERROR, WARN, INFO, DEBUG, TRACE")]
    LogLevel,
}

impl Environment {
    /// Reads the variables of this process.
    ///
    /// # Errors
    /// Names the variable that is missing or does not read.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads variables")]
    pub fn read() -> Result<Self, EnvironmentFault> {
        Self::from_variables(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// Reads variables through `variable`.
    ///
    /// # Errors
    /// Names the variable that is missing or does not read.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, EnvironmentFault> {
        let required = |name| variable(name).ok_or(EnvironmentFault::Missing(name));
        let credentials = Credentials::from_keys(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            variable("AWS_SESSION_TOKEN"),
        );
        let region = required("AWS_REGION")?;
        let endpoint = |name| variable(name).or_else(|| variable("AWS_ENDPOINT_URL"));
        let queues = QueueSettings {
            urls: Queue::ALL
                .into_iter()
                .map(|queue| Ok((queue, required(queue.url_variable())?)))
                .collect::<Result<QueueUrls, EnvironmentFault>>()?,
            region: region.clone(),
            endpoint: endpoint("AWS_ENDPOINT_URL_SQS"),
            credentials: credentials.clone(),
        };
        let store = StoreSettings {
            table: required("TABLE_NAME")?,
            region,
            endpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            credentials,
        };
        let private = PrivateEndpoints::parse(&variable(ALLOWED).unwrap_or_default())
            .map_err(|fault| EnvironmentFault::Endpoints(ALLOWED, fault))?;
        let runtime = variable(RUNTIME)
            .map(|text| RuntimeApi::parse(&text))
            .transpose()
            .map_err(|fault| EnvironmentFault::Endpoints(RUNTIME, fault))?;
        let policy = AddressPolicy::new(Loopback::Refused, private, runtime)?;
        let public_url = match variable(PUBLIC_URL) {
            None => PublicUrl::default(),
            Some(address) => PublicUrl::parse(&address).ok_or(EnvironmentFault::PublicUrl)?,
        };
        let log_level = match variable("LOG_LEVEL") {
            None => tracing::Level::INFO,
            Some(level) => level.parse().map_err(|_| EnvironmentFault::LogLevel)?,
        };
        let function_name = required("AWS_LAMBDA_FUNCTION_NAME")?;
        Ok(Self { store, queues, policy, public_url, function_name, log_level })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> DynamoDb {
        DynamoDb::new(self.store.client(), self.store.table.clone())
    }

    /// The queues.
    #[must_use]
    pub fn hints(&self) -> SqsHints {
        SqsHints::new(self.queues.config(), self.queues.urls.clone())
    }

    /// The sender.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn sender(&self) -> Result<HttpSender, SenderFault> {
        HttpSender::new(self.policy.clone())
    }

    /// Which addresses webhooks may have.
    #[must_use]
    pub fn policy(&self) -> AddressPolicy {
        self.policy.clone()
    }
}

impl QueueSettings {
    fn config(&self) -> aws_sdk_sqs::Config {
        let mut config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .timeout_config(timeouts());
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        config.build()
    }
}

/// What bounds one operation on the store or a queue.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(OPERATION_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

impl StoreSettings {
    /// The SDK's client for these settings.
    #[must_use]
    pub fn client(&self) -> Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .retry_classifier(ConflictRetry)
            .timeout_config(timeouts());
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Client::from_conf(config.build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&'static str, &str)]) -> Result<Environment, EnvironmentFault> {
        let base = [
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_LAMBDA_FUNCTION_NAME", "hookline-start"),
            ("TABLE_NAME", "hookline"),
        ];
        let queues = Queue::ALL.map(|queue| (queue.url_variable(), "https://sqs.example/q"));
        Environment::from_variables(|name| {
            let mut all = changes.iter().chain(&base).chain(&queues);
            all.find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert!(read(&[]).is_ok());
        let missing = Environment::from_variables(|_| None).unwrap_err().to_string();
        assert_eq!(missing, "the environment variable AWS_ACCESS_KEY_ID is not set");
        let endpoints = read(&[("ALLOWED_PRIVATE_ENDPOINTS", "crm")]).unwrap_err().to_string();
        assert!(endpoints.starts_with("ALLOWED_PRIVATE_ENDPOINTS: \"crm\""), "{endpoints}");
        for wrong in [
            "hooks.example",
            "ftp://hooks.example",
            "https://hooks.example/v1",
            "https://hooks.example/?a=b",
        ] {
            let refused = read(&[("PUBLIC_URL", wrong)]).unwrap_err().to_string();
            assert!(refused.starts_with("PUBLIC_URL must be"), "{refused}");
        }
        let public_url = "https://hooks.example/";
        let read_url = read(&[("PUBLIC_URL", public_url)]).unwrap().public_url;
        assert_eq!(Some(read_url), PublicUrl::parse(public_url));
        let level = read(&[("LOG_LEVEL", "loud")]).unwrap_err().to_string();
        assert!(level.starts_with("LOG_LEVEL"), "{level}");
    }

    #[test]
    fn the_runtimes_port_cannot_be_allowed() {
        let changes = [
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
            ("ALLOWED_PRIVATE_ENDPOINTS", "10.0.0.1:9001"),
        ];
        assert!(matches!(read(&changes), Err(EnvironmentFault::RuntimePort(_))));
    }
}
