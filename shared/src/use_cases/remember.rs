//! What a campaign keeps of a caller for the next call (spec section 9).

use crate::call::Call;
use crate::campaign::Campaign;
use crate::geo::Place;
use crate::ports::callers::{Caller, Remembering};
use crate::tag::TagSet;
use crate::time::Timestamp;

/// What is kept of tags and a place that webhooks or postbacks told; `None` when nothing.
pub(super) fn remembering<'a>(
    call: &'a Call,
    campaign: &Campaign,
    mut tags: TagSet,
    place: Option<Place>,
    now: Timestamp,
) -> Option<Remembering<'a>> {
    let rule = campaign.return_callers.as_ref()?;
    let caller = Caller::of(call)?;
    tags.retain(|key| rule.remember.covers(key.as_str()));
    let place = place.filter(|_| rule.remember.covers_place());
    if tags.is_empty() && place.is_none() {
        return None;
    }
    let until = now.plus_seconds(i64::from(rule.days) * 86400);
    Some(Remembering { caller, tags, place, until })
}
