//! Takes a call event in: claims it once, fires its pings, keeps what they brought, and sees to what
//! the call owes by it (spec sections 1, 5, 9, 10 and 11).
//!
//! A repeated event sends nothing and answers with what stands. Where the first was cut off, the
//! repeat still does all that needs no partner: it puts on the call what it begins with, makes it
//! the caller's latest and hands over what waited.

use std::future::{Ready, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::future::{Either, select};
use futures_util::join;
use serde::Serialize;

use super::advance_call::advance_by_event;
use super::begin_call::{BeganWith, begin, hand_over, settle};
use super::exchange::drop_tags;
use super::open_windows::open_windows;
use super::remember::remembering;
use super::{Ping, fire_pings};
use crate::call::{Call, CallEvent, CallFacts, CallKey, Moment};
use crate::campaign::Campaign;
use crate::delivery::{Delivery, DeliveryStatus, Report};
use crate::geo::{Location, Place};
use crate::key::BearerKey;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, Waiting};
use crate::ports::calls::Calls;
use crate::ports::clock::Clock;
use crate::ports::hints::Hints;
use crate::ports::intake::{Claim, ClaimError, Claimed, Intake, Record};
use crate::ports::random::Random;
use crate::ports::sender::Sender;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::{OpenWindow, Windows};

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
    /// Whether the event had come before; the reports tell what its pings came to then.
    #[serde(skip)]
    pub repeated: bool,
}

/// An event that was taken, for platforms that are answered in their own way.
#[derive(Debug)]
pub struct TakenEvent {
    /// What the platform is answered.
    pub answer: EventAnswer,
    /// The call as it now stands.
    pub call: Call,
    /// Its campaign.
    pub campaign: Arc<Campaign>,
}

/// How an event came in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arrival<'a> {
    /// The key it came with; `None` when the platform was let in otherwise.
    pub bearer: Option<&'a BearerKey>,
    /// When its pings have to be done, by our clock, where the platform waits for less long than
    /// their timeouts; those that are not done then have timed out.
    pub pings_until: Option<Timestamp>,
}

/// Takes an event in.
///
/// # Errors
/// When the event is not for us, or our own store failed; the event may then be sent again.
pub async fn take_event(
    store: &(impl Intake + Calls + Callers),
    sender: &impl Sender,
    hints: &impl Hints,
    clock: &impl Clock,
    random: &impl Random,
    event: &CallEvent,
    arrival: Arrival<'_>,
) -> Result<TakenEvent, ClaimError> {
    let now = clock.now();
    let call_key = CallKey::from_random(random.key_bytes());
    let Arrival { bearer, pings_until } = arrival;
    let claim = Claim { event, bearer, now, uuid: random.uuid(), call_key };
    let Claimed { mut call, campaign, mut caller, repeated } = store.claim(&claim).await?;

    let before = (call.tags.clone(), call.location);
    let starts = event.moment == Moment::Start;
    let begins = starts && !call.begun;
    let known_windows = starts.then(|| std::mem::take(&mut caller.windows));
    let began =
        if begins { begin(&mut call, &campaign, caller, now) } else { BeganWith::default() };
    // A repeat must not move a caller whom a webhook has moved since.
    if let (true, Some(place)) = (begins || !repeated, began.place.or(event.place)) {
        call.move_to(place);
    }
    let occurrence = event.occurrence();
    let number = call.caller.clone().filter(|_| starts);
    let owing = event.moment.changes_what_is_owed().then(|| call.clone());
    let late = async {
        let Some(number) = &number else { return Ok(None) };
        let caller = Caller { campaign: &campaign.id, number };
        late_postings(store, caller, event, now).await
    };
    let see_to = async {
        if let Some(call) = owing {
            see_to_what_it_owes(store, hints, clock, call, &campaign).await;
        }
    };
    let fire_and_keep = async {
        let fire = async {
            let buyer = event.moment.buyer().or(call.buyer());
            let facts = CallFacts { call: &call, campaign: &campaign, buyer, now };
            match event.moment.trigger() {
                Some(trigger) if !repeated => {
                    let windows = windows_for(store, &facts, trigger, known_windows).await;
                    let of = (trigger, occurrence.as_str());
                    fire_pings(sender, clock, facts, of, &windows, pings_until).await
                }
                _ => Vec::new(),
            }
        };
        let (mut pings, late) = beside(fire, late).await;
        let learned = learn(&mut call, &mut pings);
        let deliveries: Vec<Delivery> = pings.into_iter().map(|ping| ping.delivery).collect();
        let raw = if repeated { None } else { event.raw_event(now, &call.key) };
        let record = Record {
            raw: raw.map(|raw| (event, raw)),
            windows: opened_by(&deliveries, &campaign, now),
            deliveries: &deliveries,
            ..record_of(&call, &campaign, begins, &before, &began, learned, now)
        };
        let hand_over = async {
            let Some(late) = late.await? else { return Ok(Vec::new()) };
            hand_over(store, hints, &call, &campaign, &began.waiting, late, now).await
        };
        let (standing, handed_over) = join!(store.record(&record), hand_over);
        (standing, handed_over, deliveries)
    };
    // Each is let end before any fault is told: what the pings brought cannot be asked for again, and
    // what waited is this call's from when it is the caller's latest.
    let ((standing, handed_over, deliveries), ()) = join!(fire_and_keep, see_to);
    let standing = standing?;
    settle(store, &call, &handed_over?).await?;
    let reports = match event.moment.trigger() {
        Some(trigger) if repeated => store.reports(&call.id, trigger, &occurrence).await?,
        _ => deliveries.into_iter().filter_map(|delivery| delivery.report).collect(),
    };
    let call = call.standing(standing.tags, standing.place);
    let answer = EventAnswer {
        call_id: call.id.to_string(),
        call_key: starts.then(|| call.key.expose().to_owned()),
        tags: call.shown_tags(),
        webhooks: reports,
        repeated,
    };
    Ok(TakenEvent { answer, call, campaign })
}

/// What is kept of an event besides what was sent: what the call began with, and what it `learned`
/// since it stood as `before`.
fn record_of<'a>(
    call: &'a Call,
    campaign: &Campaign,
    begins: bool,
    (tags_before, location_before): &(TagSet, Location),
    began: &BeganWith,
    learned: Learned,
    now: Timestamp,
) -> Record<'a> {
    let mut memorable = learned.tags;
    memorable.merge(began.posted_tags());
    let place = learned.place.or(began.posted_place());
    Record {
        call,
        tags: call.tags.without(tags_before),
        place: call.location.told().filter(|_| *location_before != call.location),
        begins,
        journal: began.journal.clone(),
        deliveries: &[],
        raw: None,
        windows: Vec::new(),
        remembering: remembering(call, campaign, memorable, place, now),
        now,
    }
}

/// The windows that are open for the caller, where a webhook of the trigger asks for them; those that
/// are `known` need not be read. Where they cannot be read, none are: a ping too many is better than a
/// call without its data.
async fn windows_for(
    store: &impl Callers,
    facts: &CallFacts<'_>,
    trigger: Trigger,
    known: Option<Windows>,
) -> Windows {
    if let Some(known) = known {
        return known;
    }
    let asked = facts.campaign.webhooks_of(trigger).any(|webhook| webhook.dedupe_seconds != 0);
    open_windows(store, asked, facts.call, facts.now).await.unwrap_or_else(|error| {
        error.log(facts.call.id.as_str());
        Windows::new()
    })
}

/// The windows that delivered pings open.
fn opened_by(deliveries: &[Delivery], campaign: &Campaign, now: Timestamp) -> Vec<OpenWindow> {
    let delivered = deliveries.iter().filter(|delivery| delivery.status() == DeliveryStatus::Ok);
    let webhooks = delivered.filter_map(|delivery| campaign.webhook(delivery.webhook()));
    webhooks.filter_map(|webhook| webhook.window(now)).collect()
}

/// Sees to timers and to what follows the end. A fault of the store is logged and no more: the call
/// stays due, and the platform has done its part.
async fn see_to_what_it_owes(
    store: &(impl Calls + Callers),
    hints: &impl Hints,
    clock: &impl Clock,
    call: Call,
    campaign: &Campaign,
) {
    let id = call.id.clone();
    if let Err(error) = advance_by_event(store, hints, clock, call, campaign).await {
        error.log(id.as_str());
    }
}

/// Waits for the first; the other has begun with it, and is to be waited for further on.
async fn beside<A, O: Future>(
    first: impl Future<Output = A>,
    other: O,
) -> (A, Either<Pin<Box<O>>, Ready<O::Output>>) {
    match select(pin!(first), Box::pin(other)).await {
        Either::Left((first, other)) => (first, Either::Left(other)),
        Either::Right((other, first)) => (first.await, Either::Right(ready(other))),
    }
}

/// Makes a starting call its caller's latest and finds what waits for them then; `None` where a later
/// call is.
async fn late_postings(
    store: &impl Callers,
    caller: Caller<'_>,
    event: &CallEvent,
    now: Timestamp,
) -> Result<Option<Vec<Waiting>>, StoreError> {
    if store.name_last_call(caller, &event.call, event.occurred_at, now).await? {
        store.waiting(caller, now).await.map(Some)
    } else {
        Ok(None)
    }
}

/// What the pings of one event brought, together.
struct Learned {
    tags: TagSet,
    place: Option<Place>,
}

/// Puts on the call what its pings brought, in firing order. Tags add up; of several places that of
/// the latest webhook stands. An answer that would take the call's tags past what they may weigh is
/// dropped, and its report says so.
fn learn(call: &mut Call, pings: &mut [Ping]) -> Learned {
    let mut learned = Learned { tags: TagSet::new(), place: None };
    for ping in pings {
        let tags = std::mem::take(&mut ping.tags);
        if call.has_room_for(&tags) {
            call.tags.merge(tags.clone());
            learned.tags.merge(tags);
            learned.place = ping.place.or(learned.place);
            continue;
        }
        if let Some(report) = &mut ping.delivery.report {
            drop_tags(report);
        }
    }
    if let Some(place) = learned.place {
        call.move_to(place);
    }
    learned
}
