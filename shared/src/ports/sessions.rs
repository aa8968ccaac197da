//! Where sign-ins to the console are kept, by the hash of what the browser holds.

use super::StoreError;
use crate::key::{KeyHash, KeyRefusal};
use crate::time::Timestamp;

/// Keeps sign-ins.
pub trait Sessions: Sync {
    /// Keeps a sign-in, if its key is an admin key that works, as it stands now; or says why not.
    fn start_session(
        &self,
        session: &KeyHash,
        with: &Session,
    ) -> impl Future<Output = Result<Result<(), KeyRefusal>, StoreError>> + Send;

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

/// A sign-in: it lets its bearer do what the key does, until the key is paused or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The key that was shown at the door.
    pub key: KeyHash,
    /// When it was begun: a pause of the key since then has ended it for good.
    pub started_at: Timestamp,
    /// When it runs out.
    pub until: Timestamp,
}
