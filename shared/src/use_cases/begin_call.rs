//! What a call begins with, before its first webhook is matched: remembered tags, data that waited
//! and, for keys that nothing else fills, the campaign's defaults (spec sections 7 and 9).
//!
//! Whatever was posted or remembered, a call can always begin: what would weigh too much is left
//! out and logged.

use futures_util::future::join_all;

use super::apply_posting::apply_posting;
use crate::call::{Call, Posting};
use crate::campaign::Campaign;
use crate::geo::Place;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory, Callers, Waiting};
use crate::ports::calls::{Calls, Posted};
use crate::ports::hints::Hints;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// What a call began with.
#[derive(Debug, Default)]
pub(super) struct BeganWith {
    /// Postings that waited.
    pub(super) waiting: Vec<Waiting>,
    /// Where they, or else earlier calls, said that the caller is.
    pub(super) place: Option<Place>,
}

impl BeganWith {
    /// The tags that were posted.
    pub(super) fn posted_tags(&self) -> TagSet {
        let mut tags = TagSet::new();
        self.waiting.iter().for_each(|waiting| tags.merge(waiting.posting.tags.clone()));
        tags
    }

    /// The place that was posted last.
    pub(super) fn posted_place(&self) -> Option<Place> {
        self.waiting.iter().rev().find_map(|waiting| waiting.posting.place)
    }
}

/// Puts on a starting call what is known without asking anybody.
pub(super) fn begin(call: &mut Call, campaign: &Campaign, memory: CallerMemory) -> BeganWith {
    let mut began = BeganWith { place: None, waiting: memory.waiting };
    if let Some(rule) = &campaign.return_callers {
        let mut remembered = memory.tags;
        remembered.retain(|key| rule.remember.covers(key.as_str()));
        put(call, remembered);
        began.place = memory.place.filter(|_| rule.remember.covers_place());
    }
    for Waiting { posting, .. } in &began.waiting {
        put(call, posting.tags.clone());
        // Where the caller is follows once all that is known of it has been weighed.
        call.take_posting(&Posting { tags: TagSet::new(), place: None, ..posting.clone() });
    }
    began.place = began.posted_place().or(began.place);
    let mut defaults = campaign.default_tags.clone();
    defaults.retain(|key| !call.tags.contains_key(key.as_str()));
    put(call, defaults);
    began
}

fn put(call: &mut Call, tags: TagSet) {
    if call.has_room_for(&tags) {
        call.tags.merge(tags);
    } else {
        tracing::warn!(
            correlation_id = call.id.as_str(),
            "a call began without tags too heavy for it"
        );
    }
}

/// Applies postings that waited for this call: those it began with, so that their webhooks find all
/// that they brought, and any that came in while it started. Answers with their ids, to be settled
/// once all of it is on the call; what the call has no room for goes on waiting.
pub(super) async fn hand_over(
    store: &(impl Calls + Callers),
    hints: &impl Hints,
    call: &Call,
    campaign: &Campaign,
    began_with: &[Waiting],
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let Some(caller) = Caller::of(call) else { return Ok(Vec::new()) };
    let late = store.waiting(caller, now).await?;
    let late = late.into_iter().filter(|late| began_with.iter().all(|known| known.id != late.id));
    let known = began_with.iter().map(|known| {
        // Where the caller is may have been told better since.
        let posting = Posting { place: None, ..known.posting.clone() };
        Waiting { posting, ..known.clone() }
    });
    let each = known.chain(late).map(async |waiting| {
        let Waiting { id, posting, .. } = waiting;
        let posted = apply_posting(store, hints, call, Some(campaign), &posting, &id, now).await?;
        Ok((posted != Posted::Full).then_some(id))
    });
    let applied: Result<Vec<Option<String>>, StoreError> =
        join_all(each).await.into_iter().collect();
    Ok(applied?.into_iter().flatten().collect())
}

/// Takes postings that are on the call off its caller.
pub(super) async fn settle(
    store: &impl Callers,
    call: &Call,
    ids: &[String],
) -> Result<(), StoreError> {
    let Some(caller) = Caller::of(call) else { return Ok(()) };
    join_all(ids.iter().map(|id| store.settle(caller, id))).await.into_iter().collect()
}
