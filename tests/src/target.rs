//! The Hookline that a black-box suite drives: one started for the test, or one that runs already.

use hookline_local::stack::{Settings, Stack, StackError};

/// Where a Hookline answers, and the key that may do everything there.
#[derive(Debug)]
pub struct Target {
    /// The base URL, without a slash at its end.
    pub url: String,
    /// The admin key.
    pub admin_key: String,
    /// Runs as long as it is held.
    stack: Option<Stack>,
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
}

impl Target {
    /// The stack at `HOOKLINE_URL`, entered with `HOOKLINE_ADMIN_KEY`, or else a new one in memory
    /// on a free port. Webhooks must be allowed to go to this machine there.
    ///
    /// # Errors
    /// When the key is not set, or no stack can be started.
    pub async fn find() -> Result<Self, TargetError> {
        let (url, key) = environment();
        match url {
            Some(url) => Ok(Self {
                url: url.trim_end_matches('/').to_owned(),
                admin_key: key.ok_or(TargetError::NoKey)?,
                stack: None,
            }),
            None => {
                let stack = Stack::start(Settings::default()).await?;
                let (url, admin_key) = (stack.url(), stack.admin_key().to_owned());
                Ok(Self { url, admin_key, stack: Some(stack) })
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the suites read their settings")]
fn environment() -> (Option<String>, Option<String>) {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    (set("HOOKLINE_URL"), set("HOOKLINE_ADMIN_KEY"))
}
