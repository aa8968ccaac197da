//! Writes call source data: a partner who holds a campaign's postback key writes about a caller or
//! a call of that campaign (spec section 7).

use super::parameters::Read;
use super::take_postback::{apply, expired, occurrence_of, unknown_call};
use super::{Parameters, PostbackAnswer, PostbackResult};
use crate::call::{Call, CallId, Posting, PostingId};
use crate::fault::Faults;
use crate::key::{BearerKey, Grant, Key, PostbackGrant};
use crate::phone::E164;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, Waiting};
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::hints::Hints;
use crate::ports::keys::Keys;
use crate::ports::random::Random;

/// The most postings that wait for one caller at a time.
const MAX_WAITING: usize = 50;
/// The most that their tags weigh together, in bytes: half of what a call holds.
const MAX_WAITING_BYTES: usize = 64 * 1024;

/// Whom a posting is about.
enum Subject {
    Call(CallId),
    Caller(E164),
}

/// Applies what was posted to the call, or lets it wait for the caller's next one.
///
/// # Errors
/// When our own store failed; the data may then be sent again.
pub async fn write_data(
    store: &(impl Calls + Callers + Campaigns + Keys),
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    key: &BearerKey,
    mut parameters: Parameters,
) -> Result<PostbackAnswer, StoreError> {
    let hash = key.hash();
    let refused =
        |detail: &str| PostbackAnswer::refused(PostbackResult::Forbidden, "postback_key", detail);
    let grant = match store.key(&hash).await?.as_deref() {
        None => return Ok(refused("is not known")),
        Some(Key { paused: true, .. }) => return Ok(refused("is paused")),
        Some(Key { grant: Grant::Api(_), .. }) => return Ok(refused("is no postback key")),
        Some(Key { grant: Grant::Postback(grant), .. }) => grant.clone(),
    };
    parameters.take("key");
    let subject = subject(&mut parameters);
    let read = parameters.read(hash.as_str(), grant.tag_prefix.as_ref());
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
            Some(call) if call.campaign != grant.campaign => Ok(unknown_call(id.as_str())),
            Some(call) if is_cut_off(&grant, &call, clock) => {
                Ok(expired(&id, "the call ended too long ago for this key"))
            }
            Some(call) => {
                let occurrence = occurrence_of(&read.posting, random);
                apply(store, hints, clock, &call, read, &occurrence).await
            }
            None => Ok(unknown_call(id.as_str())),
        },
        Subject::Caller(number) => {
            about_caller(store, hints, clock, random, &grant, &number, read).await
        }
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
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    grant: &PostbackGrant,
    number: &E164,
    read: Read,
) -> Result<PostbackAnswer, StoreError> {
    let caller = Caller { campaign: &grant.campaign, number };
    let occurrence = occurrence_of(&read.posting, random);
    if let Some(call) = open_call(store, clock, grant, caller).await? {
        return apply(store, hints, clock, &call, read, &occurrence).await;
    }
    let now = clock.now();
    if let Err(fault) = room_to_wait(&store.waiting(caller, now).await?, &read.posting) {
        return Ok(PostbackAnswer::invalid(&fault));
    }
    let storage = i64::try_from(grant.storage.as_secs()).unwrap_or(i64::MAX);
    let waiting = Waiting {
        id: occurrence,
        posting: read.posting.clone(),
        since: now,
        expires_at: now.plus_seconds(storage),
    };
    let is_new = store.wait(caller, &waiting, now).await?;
    // A call that started meanwhile has seen it wait, or is seen here.
    if let Some(call) = open_call(store, clock, grant, caller).await? {
        let mut answer = apply(store, hints, clock, &call, read, &waiting.id).await?;
        let is_applied = answer.result == PostbackResult::Applied;
        // What waited before and is on the call already may be on it in part, if the start that took
        // it was cut off: that start is told again and needs it still.
        if is_new || is_applied {
            store.settle(caller, &waiting.id).await?;
        }
        if is_new && answer.result == PostbackResult::Duplicate {
            // The starting call had taken it from where it waited.
            answer.result = PostbackResult::Applied;
        }
        return Ok(answer);
    }
    let result = if is_new { PostbackResult::Stored } else { PostbackResult::Duplicate };
    let Read { posting, notes } = read;
    Ok(PostbackAnswer { tags: posting.shown_tags(), notes, ..PostbackAnswer::of(result) })
}

/// The caller's latest call, if this key may still write to it.
async fn open_call(
    store: &(impl Calls + Callers),
    clock: &impl Clock,
    grant: &PostbackGrant,
    caller: Caller<'_>,
) -> Result<Option<Call>, StoreError> {
    let call = match store.last_call(caller).await? {
        Some(id) => store.call(&id).await?,
        None => None,
    };
    let open = |call: &Call| call.campaign == grant.campaign && !is_cut_off(grant, call, clock);
    Ok(call.filter(open))
}

/// Looks at how much waits already.
fn room_to_wait(waiting: &[Waiting], posting: &Posting) -> Result<(), Faults> {
    let id = posting.id.as_ref().map(PostingId::as_str);
    if waiting.iter().any(|waiting| Some(waiting.id.as_str()) == id) {
        return Ok(());
    }
    let weight: usize = waiting.iter().map(|waiting| waiting.posting.tags.weight()).sum();
    if waiting.len() >= MAX_WAITING {
        let detail = format!("has {MAX_WAITING} postings waiting, as many as a caller may");
        return Err(Faults::at("caller_number", detail));
    }
    if weight + posting.tags.weight() > MAX_WAITING_BYTES {
        let detail = format!("at most {MAX_WAITING_BYTES} bytes of tags wait for a caller");
        return Err(Faults::at("tags", detail));
    }
    Ok(())
}

fn is_cut_off(grant: &PostbackGrant, call: &Call, clock: &impl Clock) -> bool {
    match (grant.cutoff, call.ended_at()) {
        (Some(cutoff), Some(ended_at)) => {
            let cutoff = i64::try_from(cutoff.as_secs()).unwrap_or(i64::MAX);
            clock.now() > ended_at.plus_seconds(cutoff)
        }
        _ => false,
    }
}
