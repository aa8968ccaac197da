//! Writes call source data: a partner who holds a campaign's postback key writes about a caller or
//! a call of that campaign (spec section 7).

use super::read_posting::Read;
use super::take_postback::apply;
use super::{Parameters, PostbackAnswer, PostbackResult};
use crate::call::{Call, CallId};
use crate::fault::Faults;
use crate::key::{BearerKey, Grant, PostbackGrant};
use crate::phone::E164;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, Waited, Waiting};
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::chance::Chance;
use crate::ports::clock::Clock;
use crate::ports::keys::Keys;

/// Whom a posting is about.
enum Subject {
    Call(CallId),
    Caller(E164),
}

/// Applies what was posted to the call, or lets it wait for the caller's first one.
///
/// # Errors
/// When our own store failed; the data may then be sent again.
pub async fn write_data(
    store: &(impl Calls + Callers + Campaigns + Keys),
    clock: &impl Clock,
    chance: &impl Chance,
    key: &BearerKey,
    mut parameters: Parameters,
) -> Result<PostbackAnswer, StoreError> {
    let grant = match store.key(&key.hash()).await? {
        Some(key) if !key.paused => match &key.grant {
            Grant::Postback(grant) => grant.clone(),
            Grant::Api(_) => return Ok(PostbackAnswer::of(PostbackResult::Forbidden)),
        },
        _ => return Ok(PostbackAnswer::of(PostbackResult::Forbidden)),
    };
    let subject = subject(&mut parameters);
    let read = parameters.read(grant.tag_prefix.as_ref());
    let (subject, read) = match (subject, read) {
        (Ok(subject), Ok(read)) => (subject, read),
        (subject, read) => {
            let mut faults = Faults::default();
            for found in [subject.err(), read.err()].into_iter().flatten() {
                faults.extend(found);
            }
            return Ok(PostbackAnswer::invalid(&faults));
        }
    };
    match subject {
        Subject::Call(id) => match store.call(&id).await? {
            Some(call) if call.campaign != grant.campaign => {
                Ok(PostbackAnswer::of(PostbackResult::UnknownCall))
            }
            Some(call) if is_cut_off(&grant, &call, clock) => {
                Ok(PostbackAnswer::of(PostbackResult::Expired))
            }
            Some(call) => apply(store, clock, &call, read).await,
            None => Ok(PostbackAnswer::of(PostbackResult::UnknownCall)),
        },
        Subject::Caller(number) => about_caller(store, clock, chance, &grant, &number, read).await,
    }
}

fn subject(parameters: &mut Parameters) -> Result<Subject, Faults> {
    let call = parameters.take_call();
    let caller = parameters.take_caller();
    match (call?, caller?) {
        (Some(call), None) => Ok(Subject::Call(call)),
        (None, Some(caller)) => Ok(Subject::Caller(caller)),
        (None, None) => Err(Faults::at("caller_number", "is required, unless call_id is given")),
        (Some(_), Some(_)) => Err(Faults::at("call_id", "stands with caller_number; give one")),
    }
}

async fn about_caller(
    store: &(impl Calls + Callers + Campaigns),
    clock: &impl Clock,
    chance: &impl Chance,
    grant: &PostbackGrant,
    number: &E164,
    read: Read,
) -> Result<PostbackAnswer, StoreError> {
    let caller = Caller { campaign: &grant.campaign, number };
    let past = store.last_call(caller).await?;
    if let Some(id) = &past
        && let Some(call) = store.call(id).await?
        && !is_cut_off(grant, &call, clock)
    {
        return apply(store, clock, &call, read).await;
    }
    let now = clock.now();
    let storage = i64::try_from(grant.storage.as_secs()).unwrap_or(i64::MAX);
    let waiting = Waiting {
        id: read.posting.id.as_ref().map_or_else(|| chance.uuid(), |id| id.as_str().to_owned()),
        posting: read.posting.clone(),
        expires_at: now.plus_seconds(storage),
    };
    let result = match store.wait(caller, &waiting, past.as_ref(), now).await? {
        Waited::Stored => PostbackResult::Stored,
        Waited::Duplicate => PostbackResult::Duplicate,
        Waited::Call(id) => {
            return match store.call(&id).await? {
                Some(call) => apply(store, clock, &call, read).await,
                None => Ok(PostbackAnswer::of(PostbackResult::Expired)),
            };
        }
        Waited::Full => {
            let detail = "has as many postings waiting as a caller may have; post less often";
            return Ok(PostbackAnswer::invalid(&Faults::at("caller_number", detail)));
        }
    };
    let Read { posting, notes } = read;
    Ok(PostbackAnswer { tags: posting.shown_tags(), notes, ..PostbackAnswer::of(result) })
}

fn is_cut_off(grant: &PostbackGrant, call: &Call, clock: &impl Clock) -> bool {
    match (grant.cutoff, call.ended_at) {
        (Some(cutoff), Some(ended_at)) => {
            let cutoff = i64::try_from(cutoff.as_secs()).unwrap_or(i64::MAX);
            clock.now() > ended_at.plus_seconds(cutoff)
        }
        _ => false,
    }
}
