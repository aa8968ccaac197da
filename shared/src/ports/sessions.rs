//! Where sign-ins to the console are kept, by the hash of what the browser holds.

use super::StoreError;
use crate::key::KeyHash;
use crate::time::Timestamp;

/// Keeps sign-ins.
pub trait Sessions: Sync {
    /// Keeps a sign-in.
    fn start_session(
        &self,
        session: &KeyHash,
        with: &Session,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A sign-in that has not run out `now`.
    fn session(
        &self,
        session: &KeyHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send;

    /// Forgets a sign-in.
    fn end_session(&self, session: &KeyHash)
    -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A sign-in: it lets its bearer do what the key does, for as long as the key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The key that was shown at the door.
    pub key: KeyHash,
    /// When it runs out.
    pub until: Timestamp,
}
