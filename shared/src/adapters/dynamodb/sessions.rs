//! Sign-ins to the console: one item each, under the hash of what the browser holds. The table may
//! forget one days late, so `until` is what counts.

use super::DynamoDb;
use super::caller_item::expires_at;
use super::item::{Item, get_millis, get_text, number, primary_key, text};
use super::keys::{key_admits, key_primary_key, refusal_of};
use super::transaction::Transacted;
use super::update::Update;
use crate::key::{KeyHash, KeyRefusal, Scope};
use crate::ports::StoreError;
use crate::ports::sessions::{Session, Sessions};
use crate::time::Timestamp;

impl Sessions for DynamoDb {
    async fn start_session(
        &self,
        session: &KeyHash,
        with: &Session,
    ) -> Result<Result<(), KeyRefusal>, StoreError> {
        let mut item = session_primary_key(session);
        let attributes = [
            ("key_hash", text(with.key.as_str())),
            ("started_at", number(with.started_at.as_millis())),
            ("until", number(with.until.as_millis())),
            ("expires_at", expires_at(with.until)),
        ];
        item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
        let mut transaction = self.transaction("start a session");
        transaction.put(item, Update::default());
        transaction.check(key_primary_key(&with.key), key_admits([Scope::Admin]));
        let Transacted::Refused(items) = self.transact(transaction).await? else {
            return Ok(Ok(()));
        };
        self.keys.forget(&with.key);
        let key = items.into_iter().last().flatten().unwrap_or_default();
        Ok(Err(refusal_of(&with.key, &key)))
    }

    async fn session(
        &self,
        session: &KeyHash,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let found = self.read(session_primary_key(session), "read a session").await?;
        Ok(found.and_then(|item| session_of(&item)).filter(|session| now < session.until))
    }

    async fn end_session(&self, session: &KeyHash) -> Result<(), StoreError> {
        self.delete(session_primary_key(session), "end a session").await
    }
}

fn session_primary_key(session: &KeyHash) -> Item {
    primary_key(format!("SESSION#{}", session.as_str()), "SESSION")
}

fn session_of(item: &Item) -> Option<Session> {
    let key = KeyHash::parse(get_text(item, "key_hash")?)?;
    let started_at = get_millis(item, "started_at")?;
    Some(Session { key, started_at, until: get_millis(item, "until")? })
}
