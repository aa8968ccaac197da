//! Takes a call event in: claims it once, fires its pings, keeps what they brought (spec sections 1,
//! 5, 9 and 11).
//!
//! A repeated event sends nothing and answers with what stands. Where the first was cut off, the
//! repeat still does all that needs no partner: it puts on the call what it begins with, makes it
//! the caller's latest and hands over what waited.

use futures_util::join;
use serde::Serialize;

use super::begin_call::{BeganWith, begin, hand_over, settle};
use super::remember::remembering;
use super::{Ping, fire_pings};
use crate::call::{Call, CallEvent, CallFacts, CallKey, MAX_TAG_BYTES, Moment};
use crate::delivery::{Delivery, Report};
use crate::geo::Place;
use crate::key::BearerKey;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers};
use crate::ports::calls::Calls;
use crate::ports::clock::Clock;
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record};
use crate::ports::random::Random;
use crate::ports::sender::Sender;
use crate::tag::TagSet;

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
    random: &impl Random,
    event: &CallEvent,
    bearer: Option<&BearerKey>,
) -> Result<EventAnswer, ClaimError> {
    let now = clock.now();
    let call_key = CallKey::from_random(random.key_bytes());
    let claim = Claim { event, bearer, now, uuid: random.uuid(), call_key };
    let Claimed { mut call, campaign, caller, repeated } = store.claim(&claim).await?;

    let before = call.clone();
    let starts = event.moment == Moment::Start;
    let begins = starts && !call.begun;
    let began = if begins { begin(&mut call, &campaign, caller) } else { BeganWith::default() };
    // A repeat must not move a caller whom a webhook has moved since.
    if let (true, Some(place)) = (begins || !repeated, began.place.or(event.place)) {
        call.move_to(place);
    }
    let trigger = event.moment.trigger();
    let occurrence = event.occurrence();
    let buyer = event.moment.buyer().or(call.buyer());
    let facts = CallFacts { call: &call, campaign: &campaign, buyer, now, firing: None };
    let fire = async {
        if repeated {
            Vec::new()
        } else {
            fire_pings(sender, clock, facts, trigger, &occurrence).await
        }
    };
    let name =
        async { if starts { name_last_call(store, &call, event, now).await } else { Ok(false) } };
    let (mut pings, named) = join!(fire, name);
    hold_to_budget(&call, &mut pings);

    let learned = Learned::from(&pings);
    call.tags.merge(learned.tags.clone());
    if let Some(place) = learned.place {
        call.move_to(place);
    }
    let mut memorable = learned.tags;
    memorable.merge(began.posted_tags());
    let place = learned.place.or(began.posted_place());
    let deliveries: Vec<Delivery> = pings.into_iter().map(|ping| ping.delivery).collect();
    let record = Record {
        tags: call.tags.without(&before.tags),
        place: call.location.told().filter(|_| before.location != call.location),
        begins,
        deliveries: &deliveries,
        remembering: remembering(&call, &campaign, memorable, place, now),
        call: &call,
        now,
    };
    let is_latest = matches!(named, Ok(true)) && call.ended_at.is_none();
    let hand_over = async {
        if is_latest { hand_over(store, &call, &began.waiting, now).await } else { Ok(Vec::new()) }
    };
    // Each is let end before any fault is told: what the pings brought cannot be asked for again.
    let (standing, handed_over) = join!(store.record(&record), hand_over);
    let standing = standing?;
    named?;
    settle(store, &call, &handed_over?).await?;
    let reports = if repeated {
        store.reports(&call.id, trigger, &occurrence).await?
    } else {
        deliveries.into_iter().map(|delivery| delivery.report).collect()
    };
    let key = call.key.expose().to_owned();
    Ok(EventAnswer {
        call_id: call.id.to_string(),
        call_key: (event.moment == Moment::Start).then_some(key),
        tags: call.standing(standing.tags, standing.place).shown_tags(),
        webhooks: reports,
    })
}

async fn name_last_call(
    store: &impl Callers,
    call: &Call,
    event: &CallEvent,
    now: crate::time::Timestamp,
) -> Result<bool, StoreError> {
    let Some(number) = &call.caller else { return Ok(false) };
    let caller = Caller { campaign: &call.campaign, number };
    store.name_last_call(caller, &call.id, event.occurred_at, now).await
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
}

/// Drops, in firing order, the answers that would take a call's tags past what they may weigh.
fn hold_to_budget(call: &Call, pings: &mut [Ping]) {
    let mut filled = call.clone();
    for ping in pings {
        if filled.has_room_for(&ping.tags) {
            filled.tags.merge(ping.tags.clone());
            continue;
        }
        let note = format!("its tags were dropped: a call holds {MAX_TAG_BYTES} bytes of tags");
        ping.delivery.report.notes.push(note);
        ping.delivery.report.tags = Some(TagSet::new());
        ping.tags = TagSet::new();
        ping.place = None;
    }
}
