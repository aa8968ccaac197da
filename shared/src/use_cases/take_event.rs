//! Takes a call event in: claims it once, fires its pings, keeps what they brought (spec sections 1,
//! 5, 9 and 11).
//!
//! A repeated event sends nothing and answers with what stands. It still hands on what the first
//! may have been cut off before keeping: tags that were known without asking a partner.

use std::borrow::Cow;

use futures_util::try_join;
use serde::Serialize;

use super::{Ping, fire_pings};
use crate::call::{Call, CallEvent, CallFacts, CallKey, MAX_TAG_BYTES, Moment};
use crate::campaign::Campaign;
use crate::delivery::{Delivery, Report};
use crate::geo::Place;
use crate::key::BearerKey;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, CallerMemory, Callers, Remembering, Waiting};
use crate::ports::calls::Calls;
use crate::ports::chance::Chance;
use crate::ports::clock::Clock;
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record, Standing};
use crate::ports::sender::Sender;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// What the platform is answered (spec section 13).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventAnswer {
    /// The call.
    pub call_id: String,
    /// What lets partners post back to the call; in the answer to `start` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_key: Option<String>,
    /// The call's tags as they now stand.
    pub tags: TagSet,
    /// One report a webhook of this trigger, in firing order.
    pub webhooks: Vec<Report>,
}

/// Takes an event in; `bearer` is the key it came with, `None` when the platform was let in
/// otherwise.
///
/// # Errors
/// When the event is not for us, or our own store failed; the event may then be sent again.
pub async fn take_event(
    store: &(impl Intake + Calls + Callers),
    sender: &impl Sender,
    clock: &impl Clock,
    chance: &impl Chance,
    event: &CallEvent,
    bearer: Option<&BearerKey>,
) -> Result<EventAnswer, ClaimError> {
    let now = clock.now();
    let call_key = CallKey::from_random(chance.key_bytes());
    let claim = Claim { event, bearer, now, uuid: chance.uuid(), call_key };
    let Claimed { mut call, campaign, caller, repeated } = store.claim(&claim).await?;

    let starts = event.moment == Moment::Start;
    let before = call.clone();
    if starts {
        begin(&mut call, &campaign, &caller);
    }
    // A repeat must not move a caller whom a webhook has moved since.
    if !repeated {
        place_caller(&mut call, event, &caller);
    }
    let trigger = event.moment.trigger();
    let occurrence = event.occurrence();
    let reports;
    let pings = if repeated {
        reports = store.reports(&call.id, trigger, &occurrence).await?;
        Vec::new()
    } else {
        let facts = CallFacts { call: &call, campaign: &campaign, now, firing: None };
        let mut pings = fire_pings(sender, clock, facts, trigger, &occurrence).await;
        hold_to_budget(&call, &mut pings);
        reports = pings.iter().map(|ping| ping.delivery.report.clone()).collect();
        pings
    };
    let learned = Learned::from(&pings);
    call.tags.merge(learned.tags.clone());
    if let Some(place) = &learned.place {
        call.move_to(place);
    }
    let deliveries: Vec<Delivery> = pings.into_iter().map(|ping| ping.delivery).collect();
    let record = Record {
        tags: added(&before, &call),
        location: (before.location != call.location).then_some(&call.location),
        deliveries: &deliveries,
        remembering: learned.to_remember(&call, &campaign, now),
        call: &call,
        now,
    };
    let (standing, ()) = try_join!(store.record(&record), hand_over(store, &call, caller, now))?;
    let Standing { tags, location } = standing;
    let stands = Call { tags, location, ..call.clone() };
    Ok(EventAnswer {
        call_id: call.id.to_string(),
        call_key: starts.then(|| call.key.expose().to_owned()),
        tags: stands.shown_tags(),
        webhooks: reports,
    })
}

/// Puts on a starting call what is known without asking anybody: remembered tags, data that waited
/// and, for keys that nothing else fills, the campaign's defaults.
fn begin(call: &mut Call, campaign: &Campaign, caller: &CallerMemory) {
    call.tags.merge(caller.tags.clone());
    for Waiting { posting, .. } in &caller.waiting {
        call.tags.merge(posting.tags.clone());
        call.amounts.revenue = posting.revenue.or(call.amounts.revenue);
        call.amounts.payout = posting.payout.or(call.amounts.payout);
        call.posted_conversion = posting.converted.or(call.posted_conversion);
    }
    let mut defaults = campaign.default_tags.clone();
    defaults.retain(|key| !call.tags.contains_key(key.as_str()));
    call.tags.merge(defaults);
}

/// Moves the caller to where data that waited says, else the platform, else an earlier call.
fn place_caller(call: &mut Call, event: &CallEvent, caller: &CallerMemory) {
    let waited = caller.waiting.iter().rev().find_map(|waiting| waiting.posting.place.as_ref());
    if let Some(place) = waited.or(event.place.as_ref()).or(caller.place.as_ref()) {
        call.move_to(place);
    }
}

/// What the pings of one event brought, together.
struct Learned {
    tags: TagSet,
    place: Option<Place>,
}

impl Learned {
    /// Tags add up; of several places that of the latest webhook in firing order stands.
    fn from(pings: &[Ping]) -> Self {
        let mut learned = Self { tags: TagSet::new(), place: None };
        for ping in pings {
            learned.tags.merge(ping.tags.clone());
            learned.place = ping.place.or(learned.place);
        }
        learned
    }

    fn to_remember<'a>(
        &self,
        call: &'a Call,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Option<Remembering<'a>> {
        remembering(call, campaign, self.tags.clone(), self.place, now)
    }
}

/// What a campaign keeps of tags that webhooks or postbacks put on a call; `None` when nothing.
pub(super) fn remembering<'a>(
    call: &'a Call,
    campaign: &Campaign,
    mut tags: TagSet,
    place: Option<Place>,
    now: Timestamp,
) -> Option<Remembering<'a>> {
    let rule = campaign.return_callers.as_ref()?;
    let number = call.caller.as_ref()?;
    tags.retain(|key| rule.remember.covers(key.as_str()));
    let place = place.filter(|_| rule.remember.covers("geo"));
    if tags.is_empty() && place.is_none() {
        return None;
    }
    let until = now.plus_seconds(i64::from(rule.days) * 86400);
    Some(Remembering { caller: Caller { campaign: &call.campaign, number }, tags, place, until })
}

/// Tags of `after` that `before` has not.
fn added(before: &Call, after: &Call) -> TagSet {
    let new = |(key, values): (&crate::tag::TagKey, &std::collections::BTreeSet<_>)| {
        let values = values.iter().filter(|value| !before.tags.contains(key, value));
        values.map(|value| (key.clone(), value.clone())).collect::<Vec<_>>()
    };
    after.tags.iter().flat_map(new).collect()
}

/// Drops, in firing order, what would take a call's tags past what they may weigh.
fn hold_to_budget(call: &Call, pings: &mut [Ping]) {
    let mut left = MAX_TAG_BYTES.saturating_sub(call.tags.weight());
    for ping in pings {
        let weight = ping.tags.weight();
        if weight <= left {
            left -= weight;
            continue;
        }
        let note = format!("its tags were dropped: a call holds {MAX_TAG_BYTES} bytes of tags");
        ping.delivery.report.notes.push(note);
        ping.delivery.report.tags = Some(TagSet::new());
        ping.tags = TagSet::new();
    }
}

/// Applies postings that waited for this call and takes them off the caller, until none is left.
async fn hand_over(
    store: &(impl Calls + Callers),
    call: &Call,
    memory: CallerMemory,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(number) = &call.caller else { return Ok(()) };
    let caller = Caller { campaign: &call.campaign, number };
    let mut waiting = memory.waiting;
    let mut unsettled = memory.unsettled;
    while unsettled || !waiting.is_empty() {
        let mut applied = Vec::with_capacity(waiting.len());
        for Waiting { id, posting, .. } in waiting {
            store.post(call, &posting).await?;
            applied.push(id);
        }
        waiting = store.settle(caller, &applied, now).await?;
        unsettled = false;
    }
    Ok(())
}

/// The notes of a posting that was dropped for weight, shared with postbacks.
pub(super) fn fits(call: &Call, tags: &TagSet) -> Result<(), Cow<'static, str>> {
    if call.tags.weight() + tags.weight() <= MAX_TAG_BYTES {
        return Ok(());
    }
    Err(Cow::from(format!("a call holds at most {MAX_TAG_BYTES} bytes of tags")))
}
