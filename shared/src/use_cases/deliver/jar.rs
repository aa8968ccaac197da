//! Keeps what became of a call's cookies.

use crate::call::Cookies;
use crate::ports::StoreError;
use crate::ports::calls::Calls;
use crate::ports::deliveries::{AttemptRecord, Deliveries, Recorded};
use crate::ports::sender::CookieJar;

/// How often a jar that others change is put together anew, before its cookies are let go.
const TRIES: usize = 3;
/// How often a record is told before it is left to whoever takes the delivery over. Each may take the
/// store's whole time limit of 3 s, and a function has some 20 s left after its longest exchange.
const RECORD_TRIES: usize = 4;

/// Keeps a record and with it what became of the jar. Where another delivery of the call changed the
/// jar meanwhile, both changes stand.
pub(super) async fn record_with_jar(
    store: &(impl Calls + Deliveries),
    record: AttemptRecord<'_>,
    before: &CookieJar,
    after: &CookieJar,
) -> Result<Recorded, StoreError> {
    if before.to_text() == after.to_text() {
        return record_surely(store, &record).await;
    }
    let mut version = record.call.cookies.version;
    let mut jar = after.clone();
    for _ in 0..TRIES {
        let cookies = Cookies { text: jar.to_text(), version: version + 1 };
        let record = AttemptRecord { cookies: Some(&cookies), ..record };
        match record_surely(store, &record).await? {
            Recorded::CookiesMoved => {}
            recorded => return Ok(recorded),
        }
        let Some(call) = store.call(&record.call.id).await? else { break };
        version = call.cookies.version;
        jar = CookieJar::from_text(&call.cookies.text).unwrap_or_default();
        jar.take_over(before, after);
    }
    tracing::warn!(correlation_id = record.call.id.as_str(), "cookies of a call were let go");
    record_surely(store, &record).await
}

/// Keeps a record, told again where the store fails: what is not recorded is sent again.
async fn record_surely(
    store: &impl Deliveries,
    record: &AttemptRecord<'_>,
) -> Result<Recorded, StoreError> {
    for _ in 1..RECORD_TRIES {
        match store.record_attempt(record).await {
            Err(error) => error.log(record.call.id.as_str()),
            recorded => return recorded,
        }
    }
    store.record_attempt(record).await
}
