//! The environment of a function, read once at its start: the one place that looks at variables.

mod services;

use aws_credential_types::Credentials;
use hookline::adapters::aws_http::AwsHttp;
use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::{
    AddressPolicy, EndpointFault, HttpSender, Loopback, PrivateEndpoints, RuntimeApi,
    RuntimePortListed, SenderFault,
};
use hookline::adapters::sqs::{Queue, QueueUrls, SqsHints};

use self::services::QueueSettings;
use crate::public_url::PublicUrl;

pub use self::services::StoreSettings;

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
    #[error("LOG_LEVEL must be one of ERROR, WARN, INFO")]
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
        let (region, http) = (required("AWS_REGION")?, AwsHttp::default());
        let endpoint = |name| variable(name).or_else(|| variable("AWS_ENDPOINT_URL"));
        let queues = QueueSettings {
            urls: Queue::ALL
                .into_iter()
                .map(|queue| Ok((queue, required(queue.url_variable())?)))
                .collect::<Result<QueueUrls, EnvironmentFault>>()?,
            region: region.clone(),
            endpoint: endpoint("AWS_ENDPOINT_URL_SQS"),
            credentials: credentials.clone(),
            http: http.clone(),
        };
        let store = StoreSettings {
            table: required("TABLE_NAME")?,
            region,
            endpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            credentials,
            http,
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
            Some(level) => log_level(&level).ok_or(EnvironmentFault::LogLevel)?,
        };
        let function_name = required("AWS_LAMBDA_FUNCTION_NAME")?;
        Ok(Self { store, queues, policy, public_url, function_name, log_level })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> DynamoDb {
        DynamoDb::new(self.store.client(), self.store.table.clone())
    }

    /// Connects to the store while the function starts, when the machine is all its own and nobody
    /// waits yet, so that the first invocation does not have to. Where that fails, it will.
    pub async fn connect(&self) {
        if let Err(fault) = self.store.connect().await {
            tracing::warn!(%fault, "the store cannot be reached yet");
        }
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

/// A level that something is logged at: release builds leave out what is finer, which is said by
/// libraries alone.
fn log_level(name: &str) -> Option<tracing::Level> {
    let levels = [tracing::Level::ERROR, tracing::Level::WARN, tracing::Level::INFO];
    levels.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(name))
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
        for level in ["loud", "DEBUG"] {
            let refused = read(&[("LOG_LEVEL", level)]).unwrap_err().to_string();
            assert_eq!(refused, "LOG_LEVEL must be one of ERROR, WARN, INFO");
        }
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
