//! Takes a call handler postback: a partner who holds the call's key writes to that call (spec
//! section 7).

use super::apply_posting::apply_posting;
use super::parameters::Read;
use super::remember::remembering;
use super::{Parameters, PostbackAnswer, PostbackResult};
use crate::call::{Call, CallId, MAX_TAG_BYTES, Posting};
use crate::fault::Faults;
use crate::ports::StoreError;
use crate::ports::callers::Callers;
use crate::ports::calls::{Calls, MAX_PENDING, MAX_POSTING_IDS, Posted};
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::hints::Hints;
use crate::ports::random::Random;

/// Who posts to a call with its key: for postback ids, one sender a call.
const SENDER: &str = "call";

/// Applies what was posted to a call, if the key in `parameters` is the call's own.
///
/// # Errors
/// When our own store failed; the postback may then be sent again.
pub async fn take_postback(
    store: &(impl Calls + Callers + Campaigns),
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    call: &str,
    mut parameters: Parameters,
) -> Result<PostbackAnswer, StoreError> {
    let found = match CallId::parse(call) {
        Ok(id) => store.call(&id).await?,
        Err(_) => None,
    };
    let Some(call) = found else { return Ok(unknown_call(call)) };
    let refused = |detail: &str| {
        Ok(PostbackAnswer::refused(PostbackResult::Forbidden, "key", detail).about(&call.id))
    };
    match parameters.take("key") {
        None => return refused("is required"),
        Some(given) if !call.key.is(&given) => return refused("is not this call's key"),
        Some(_) => {}
    }
    match parameters.read(SENDER, None) {
        Ok(read) => {
            let occurrence = occurrence_of(&read.posting, random);
            apply(store, hints, clock, &call, read, &occurrence).await
        }
        Err(faults) => Ok(PostbackAnswer::invalid(&faults).about(&call.id)),
    }
}

/// There is no such call, or none that the sender may know of.
pub(super) fn unknown_call(call: &str) -> PostbackAnswer {
    let detail = "nothing is known of this call";
    let answer = PostbackAnswer::refused(PostbackResult::UnknownCall, "call_id", detail);
    PostbackAnswer { call_id: Some(call.to_owned()), ..answer }
}

/// The call takes no more.
pub(super) fn expired(call: &CallId, detail: &str) -> PostbackAnswer {
    PostbackAnswer::refused(PostbackResult::Expired, "call_id", detail).about(call)
}

/// What names a posting among those to its call: the sender's own id, or a new one.
pub(super) fn occurrence_of(posting: &Posting, random: &impl Random) -> String {
    posting.id.as_ref().map_or_else(|| random.uuid(), |id| id.as_str().to_owned())
}

/// Applies a posting to a call and remembers it for the caller where the campaign says so.
pub(super) async fn apply(
    store: &(impl Calls + Callers + Campaigns),
    hints: &impl Hints,
    clock: &impl Clock,
    call: &Call,
    Read { posting, notes }: Read,
    occurrence: &str,
) -> Result<PostbackAnswer, StoreError> {
    if !call.has_room_for(&posting.tags) {
        let detail = format!("a call holds at most {MAX_TAG_BYTES} bytes of tags");
        return Ok(PostbackAnswer::invalid(&Faults::at("tags", detail)).about(&call.id));
    }
    let campaign = store.campaign(&call.campaign).await?;
    let now = clock.now();
    let applying =
        apply_posting(store, hints, call, campaign.as_deref(), &posting, occurrence, now);
    let result = match applying.await? {
        Posted::Applied => PostbackResult::Applied,
        Posted::Duplicate => PostbackResult::Duplicate,
        Posted::Gone => return Ok(expired(&call.id, "the call is no longer kept")),
        Posted::Full => {
            let detail = format!(
                "a call takes at most {MAX_POSTING_IDS} postbacks with an id, \
                 and none that fires webhooks while {MAX_PENDING} of them wait"
            );
            return Ok(PostbackAnswer::invalid(&Faults::at("postback_id", detail)).about(&call.id));
        }
    };
    // Also for a duplicate: the first may have been cut off between the two writes.
    if let Some(campaign) = campaign {
        let (tags, place) = (posting.tags.clone(), posting.place);
        if let Some(remembering) = remembering(call, &campaign, tags, place, now) {
            store.remember(&remembering, now).await?;
        }
    }
    let answer = PostbackAnswer::of(result).about(&call.id);
    Ok(PostbackAnswer { tags: posting.shown_tags(), notes, ..answer })
}
