//! Sign-ins to the console: one item each, under the hash of what the browser holds.

use super::DynamoDb;
use super::failure::unreadable;
use crate::key::KeyHash;
use crate::ports::StoreError;
use crate::ports::sessions::{Session, Sessions};
use crate::time::Timestamp;

impl Sessions for DynamoDb {
    async fn start_session(&self, _session: &KeyHash, _with: &Session) -> Result<(), StoreError> {
        Err(unreadable("start a session", "stub"))
    }

    async fn session(
        &self,
        _session: &KeyHash,
        _now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        Err(unreadable("read a session", "stub"))
    }

    async fn end_session(&self, _session: &KeyHash) -> Result<(), StoreError> {
        Err(unreadable("end a session", "stub"))
    }
}
