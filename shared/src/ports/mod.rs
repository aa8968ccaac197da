//! What the use cases need from the world, in the words of the domain.
//!
//! Each port is a narrow trait; a use case names only the ports it needs, so that its signature
//! shows what it may touch. Every method may be called again after a fault of the store.

pub mod call_log;
pub mod callers;
pub mod calls;
pub mod campaigns;
pub mod clock;
pub mod contacts;
pub mod deliveries;
pub mod hints;
pub mod intake;
pub mod keys;
pub mod random;
pub mod sender;
pub mod sessions;

impl StoreError {
    /// Logs a fault that keeps nobody from going on; `about` is the call.
    pub(crate) fn log(&self, about: &str) {
        let Self { action, cause } = self;
        tracing::error!(correlation_id = about, action, cause, "the store failed");
    }
}

/// Our own store did not do what it was asked; nothing is known about whether it did.
#[derive(Debug, thiserror::Error)]
#[error("the store failed to {action}: {cause}")]
pub struct StoreError {
    /// What was tried, as a verb phrase.
    pub action: &'static str,
    /// What the store said, without keys or values.
    pub cause: String,
}
