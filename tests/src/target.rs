//! The Hookline that a black-box suite drives: one started for the test, or one that runs already.

use aws_credential_types::Credentials;
use hookline_local::routes::Function;
use hookline_local::stack::{Settings, Stack, StackError};
use serde_json::Value;

use crate::lambda::{Caller, InvokeFault, Lambda};

/// Where a Hookline answers, and the key that may do everything there.
#[derive(Debug)]
pub enum Target {
    /// A stack of the test's own, which stops with it.
    Own(Box<Stack>),
    /// One that somebody else runs.
    Running {
        /// The base URL, without a slash at its end.
        url: String,
        /// The base URL that it takes to be its own, which platforms sign.
        public_url: String,
        /// The admin key.
        admin_key: String,
        /// Where its functions are invoked directly, if it was said.
        lambda: Option<Lambda>,
    },
}

/// Why there is nothing to drive.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// `HOOKLINE_URL` is set and `HOOKLINE_ADMIN_KEY` is not.
    #[error("HOOKLINE_URL is set; set HOOKLINE_ADMIN_KEY to the admin key there")]
    NoKey,
    /// No stack could be started.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// There is no HTTP client to invoke functions with.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

impl Target {
    /// The Hookline at `HOOKLINE_URL`, entered with `HOOKLINE_ADMIN_KEY`, or else a new stack in
    /// memory on a free port. Webhooks must be allowed to go to this machine there. Its functions
    /// are those at the Lambda endpoint `HOOKLINE_INVOKE_URL` whose names begin with
    /// `HOOKLINE_FUNCTION_PREFIX`, the name of its stack, and are invoked with the credentials and
    /// in the region of AWS's own variables. Where it has a `PublicUrl`, that is
    /// `HOOKLINE_PUBLIC_URL`.
    ///
    /// # Errors
    /// When the key is not set, or no stack can be started.
    pub async fn find() -> Result<Self, TargetError> {
        let Some(url) = variable("HOOKLINE_URL") else {
            return Ok(Self::Own(Box::new(Stack::start(Settings::default()).await?)));
        };
        let url = url.trim_end_matches('/').to_owned();
        let public_url = variable("HOOKLINE_PUBLIC_URL").unwrap_or_else(|| url.clone());
        let admin_key = variable("HOOKLINE_ADMIN_KEY").ok_or(TargetError::NoKey)?;
        let prefix = variable("HOOKLINE_FUNCTION_PREFIX").unwrap_or_default();
        let lambda = variable("HOOKLINE_INVOKE_URL");
        let lambda = lambda.map(|endpoint| Lambda::new(&endpoint, prefix, caller())).transpose()?;
        Ok(Self::Running { url, public_url, admin_key, lambda })
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Own(stack) => stack.url(),
            Self::Running { url, .. } => url.clone(),
        }
    }

    /// The base URL that platforms sign.
    #[must_use]
    pub fn public_url(&self) -> String {
        match self {
            Self::Own(stack) => stack.url(),
            Self::Running { public_url, .. } => public_url.clone(),
        }
    }

    /// The key that may do everything.
    #[must_use]
    pub fn admin_key(&self) -> &str {
        match self {
            Self::Own(stack) => stack.admin_key(),
            Self::Running { admin_key, .. } => admin_key,
        }
    }

    /// Invokes the function of that name (`start`, `api`) directly and waits for its answer.
    ///
    /// # Errors
    /// When there is none: the function failed, or there is no way to it.
    pub async fn invoke(&self, function: &str, payload: Value) -> Result<Value, InvokeFault> {
        match self {
            Self::Own(stack) => {
                let unknown = || InvokeFault::Unknown(function.to_owned());
                let answer = stack.invoke(Function::named(function).ok_or_else(unknown)?, payload);
                answer.await.map_err(|error| InvokeFault::Function(error.to_string()))
            }
            Self::Running { lambda: Some(lambda), .. } => lambda.invoke(function, &payload).await,
            Self::Running { lambda: None, .. } => Err(InvokeFault::NoEndpoint),
        }
    }
}

fn caller() -> Caller {
    let or = |name, otherwise: &str| variable(name).unwrap_or_else(|| otherwise.to_owned());
    let credentials = Credentials::from_keys(
        or("AWS_ACCESS_KEY_ID", "test"),
        or("AWS_SECRET_ACCESS_KEY", "test"),
        variable("AWS_SESSION_TOKEN"),
    );
    Caller { credentials, region: or("AWS_REGION", "us-east-1") }
}

/// A setting of the suites; none when it is empty.
#[expect(clippy::disallowed_methods, reason = "the one place where the suites read their settings")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
