//! Takes a call handler postback: a partner who holds the call's key writes to that call (spec
//! section 7).

use super::read_posting::Read;
use super::take_event::{fits, remembering};
use super::{Parameters, PostbackAnswer, PostbackResult};
use crate::call::{Call, CallId};
use crate::fault::Faults;
use crate::ports::StoreError;
use crate::ports::callers::Callers;
use crate::ports::calls::{Calls, Posted};
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;

/// Applies what was posted to a call, if the key in `parameters` is the call's own.
///
/// # Errors
/// When our own store failed; the postback may then be sent again.
pub async fn take_postback(
    store: &(impl Calls + Callers + Campaigns),
    clock: &impl Clock,
    call: &str,
    mut parameters: Parameters,
) -> Result<PostbackAnswer, StoreError> {
    let Ok(id) = CallId::parse(call) else {
        return Ok(PostbackAnswer::of(PostbackResult::UnknownCall));
    };
    let Some(call) = store.call(&id).await? else {
        return Ok(PostbackAnswer::of(PostbackResult::UnknownCall));
    };
    if !parameters.take("key").is_some_and(|given| call.key.is(&given)) {
        return Ok(PostbackAnswer::of(PostbackResult::Forbidden));
    }
    match parameters.read(None) {
        Ok(read) => apply(store, clock, &call, read).await,
        Err(faults) => Ok(PostbackAnswer::invalid(&faults)),
    }
}

/// Applies a posting to a call and remembers it for the caller where the campaign says so.
pub(super) async fn apply(
    store: &(impl Calls + Callers + Campaigns),
    clock: &impl Clock,
    call: &Call,
    Read { posting, notes }: Read,
) -> Result<PostbackAnswer, StoreError> {
    if let Err(detail) = fits(call, &posting.tags) {
        return Ok(PostbackAnswer::invalid(&Faults::here(detail)));
    }
    let result = match store.post(call, &posting).await? {
        Posted::Applied => PostbackResult::Applied,
        Posted::Duplicate => PostbackResult::Duplicate,
        Posted::Gone => return Ok(PostbackAnswer::of(PostbackResult::Expired)),
    };
    if result == PostbackResult::Applied
        && let Some(campaign) = store.campaign(&call.campaign).await?
    {
        let now = clock.now();
        let (tags, place) = (posting.tags.clone(), posting.place);
        if let Some(remembering) = remembering(call, &campaign, tags, place, now) {
            store.remember(&remembering, now).await?;
        }
    }
    Ok(PostbackAnswer {
        call_id: Some(call.id.to_string()),
        tags: posting.shown_tags(),
        notes,
        ..PostbackAnswer::of(result)
    })
}
