//! The Hookline that a black-box suite drives: one started for the test, or one that runs already.

use hookline_local::stack::{Settings, Stack, StackError};

/// Where a Hookline answers, and the key that may do everything there.
#[derive(Debug)]
pub enum Target {
    /// A stack of the test's own, which stops with it.
    Own(Box<Stack>),
    /// One that somebody else runs.
    Running {
        /// The base URL, without a slash at its end.
        url: String,
        /// The admin key.
        admin_key: String,
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
}

impl Target {
    /// The Hookline at `HOOKLINE_URL`, entered with `HOOKLINE_ADMIN_KEY`, or else a new stack in
    /// memory on a free port. Webhooks must be allowed to go to this machine there.
    ///
    /// # Errors
    /// When the key is not set, or no stack can be started.
    pub async fn find() -> Result<Self, TargetError> {
        let (url, admin_key) = environment();
        let Some(url) = url else {
            return Ok(Self::Own(Box::new(Stack::start(Settings::default()).await?)));
        };
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self::Running { url, admin_key: admin_key.ok_or(TargetError::NoKey)? })
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Own(stack) => stack.url(),
            Self::Running { url, .. } => url.clone(),
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
}

#[expect(clippy::disallowed_methods, reason = "the one place where the suites read their settings")]
fn environment() -> (Option<String>, Option<String>) {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    (set("HOOKLINE_URL"), set("HOOKLINE_ADMIN_KEY"))
}
