//! Replays deliveries: makes one that has ended, or waits for a retry, due again now, under its own id
//! (spec section 12).
//!
//! A delivery is one, however often somebody asks: what is yet to be attempted or is being attempted
//! goes its own way. One that was skipped is judged anew.

use std::time::Duration;

use futures_util::future::join_all;

use crate::call::CallId;
use crate::campaign::{Campaign, CampaignId, WebhookId};
use crate::delivery::{Delivery, DeliveryKey, MAX_ATTEMPTS};
use crate::ports::StoreError;
use crate::ports::call_log::{CallLog, Cursor, PageRefusal, PageRequest};
use crate::ports::calls::Calls;
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::deliveries::Replays;
use crate::ports::hints::{DelayedHint, Hint, Hints};
use crate::time::{Day, Timestamp};
use crate::trigger::Class;

/// How many deliveries one request to replay a range looks at.
const DELIVERIES_A_REQUEST: usize = 100;
/// How many days it looks through for them.
const DAYS_A_REQUEST: usize = 31;
/// How many writes are under way at a time.
const WRITES_AT_ONCE: usize = 10;

/// What became of a wish to replay a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// It is due now.
    Started,
    /// It was still to be attempted, or is being attempted; nothing changed.
    InProgress,
}

/// Why a delivery is not replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayRefusal {
    /// No such call.
    #[error("nothing is known of this call")]
    UnknownCall,
    /// The call has no such delivery.
    #[error("the call has no such delivery")]
    UnknownDelivery,
    /// It was a ping: its answer was for a call that was up.
    #[error("a ping is not replayed; fire a test instead")]
    Ping,
    /// There is nothing to send any more.
    #[error("its webhook was deleted")]
    WebhookDeleted,
    /// It would be given up at once.
    #[error("its webhook or campaign is disabled; enable it first")]
    WebhookDisabled,
    /// It was attempted as often as a delivery may be.
    #[error("it was attempted {MAX_ATTEMPTS} times, which is as often as may be")]
    AttemptsExhausted,
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Replays one delivery, told by its id.
///
/// # Errors
/// Why it is not replayed.
pub async fn replay_delivery(
    store: &(impl Calls + Campaigns + Replays),
    hints: &impl Hints,
    clock: &impl Clock,
    call: &CallId,
    delivery_id: &str,
) -> Result<Replayed, ReplayRefusal> {
    let (call, deliveries) = store.history(call).await?.ok_or(ReplayRefusal::UnknownCall)?;
    let named = |delivery: &Delivery| delivery.key.id().as_str() == delivery_id;
    let delivery = deliveries.into_iter().find(named).ok_or(ReplayRefusal::UnknownDelivery)?;
    let campaign = store.campaign_now(&call.campaign).await?;
    why_not(&delivery, campaign.as_deref())?;
    let now = clock.now();
    if !(delivery.is_replayable() && store.replay(&delivery, now).await?) {
        return Ok(Replayed::InProgress);
    }
    hints.send(vec![due(delivery.key)]).await;
    Ok(Replayed::Started)
}

/// Which failed deliveries are to be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRange {
    /// Created then or later.
    pub from: Timestamp,
    /// Created before then.
    pub to: Timestamp,
    /// Of this webhook alone.
    pub webhook: Option<WebhookId>,
}

/// How long after its creation a delivery may be asked for: as long as it is kept.
const KEPT: Duration = Duration::from_hours(90 * 24);
/// How far ahead of ours the clock of whoever asks may be.
const AHEAD: Duration = Duration::from_hours(24);

/// How far a range was replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedRange {
    /// How many are due now.
    pub replayed: usize,
    /// How many in the range were left alone: pings, deleted or disabled webhooks, and what somebody
    /// else replayed meanwhile.
    pub left_alone: usize,
    /// Where to go on; `None` at the end of the range.
    pub next: Option<Cursor>,
}

/// Replays the failed deliveries of a range, latest day first, as many as one request may; `after` is
/// where the request before ended.
///
/// # Errors
/// When `after` is of another range, or our own store failed.
pub async fn replay_failed(
    store: &(impl Campaigns + CallLog + Replays),
    hints: &impl Hints,
    clock: &impl Clock,
    campaign: &CampaignId,
    range: &ReplayRange,
    after: Option<&Cursor>,
) -> Result<ReplayedRange, PageRefusal> {
    let range = &range.within_reason(clock.now());
    let mut place = Place::after(range, after)?;
    let configured = store.campaign_now(campaign).await?;
    let mut sum = ReplayedRange { replayed: 0, left_alone: 0, next: None };
    for _ in 0..DAYS_A_REQUEST {
        let Some(Place { day, within }) = place else { break };
        let asked = PageRequest { limit: DELIVERIES_A_REQUEST, after: within };
        let page = store.failed_of(campaign, day, &asked).await?;
        let looked_at = !page.items.is_empty();
        let in_range: Vec<Delivery> =
            page.items.into_iter().filter(|delivery| range.covers(delivery)).collect();
        let count = in_range.len();
        let replayed = replay_all(store, hints, clock, in_range, configured.as_deref()).await?;
        sum.replayed += replayed;
        sum.left_alone += count - replayed;
        place = match page.next {
            Some(next) => Some(Place { day, within: Some(next) }),
            None => day.before().filter(|day| *day >= Day::of(range.from)).map(Place::at),
        };
        if looked_at {
            break;
        }
    }
    sum.next = place.map(|place| place.cursor());
    Ok(sum)
}

/// Replays those that may be, some at a time; says how many.
async fn replay_all(
    store: &impl Replays,
    hints: &impl Hints,
    clock: &impl Clock,
    deliveries: Vec<Delivery>,
    campaign: Option<&Campaign>,
) -> Result<usize, StoreError> {
    let may_be =
        |delivery: &Delivery| delivery.is_replayable() && why_not(delivery, campaign).is_ok();
    let (deliveries, now) = (deliveries.into_iter().filter(may_be), clock.now());
    let deliveries: Vec<Delivery> = deliveries.collect();
    let mut replayed = 0;
    for some in deliveries.chunks(WRITES_AT_ONCE) {
        let each = some.iter().map(async |delivery| {
            let made = store.replay(delivery, now).await?;
            Ok(made.then(|| due(delivery.key.clone())))
        });
        let made: Vec<Result<Option<DelayedHint>, StoreError>> = join_all(each).await;
        // Each that is due is hinted, also where the store failed another.
        let (made, failed): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
        let made: Vec<DelayedHint> = made.into_iter().flatten().flatten().collect();
        replayed += made.len();
        hints.send(made).await;
        failed.into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    Ok(replayed)
}

fn due(key: DeliveryKey) -> DelayedHint {
    Hint::Delivery(key).now()
}

fn why_not(delivery: &Delivery, campaign: Option<&Campaign>) -> Result<(), ReplayRefusal> {
    if delivery.trigger().class() == Class::Ping {
        return Err(ReplayRefusal::Ping);
    }
    if delivery.attempts_made() >= MAX_ATTEMPTS {
        return Err(ReplayRefusal::AttemptsExhausted);
    }
    let campaign = campaign.ok_or(ReplayRefusal::WebhookDeleted)?;
    let webhook = campaign.webhook(delivery.webhook());
    match webhook.filter(|webhook| webhook.trigger == delivery.trigger()) {
        None => Err(ReplayRefusal::WebhookDeleted),
        Some(webhook) if campaign.enabled && webhook.enabled => Ok(()),
        Some(_) => Err(ReplayRefusal::WebhookDisabled),
    }
}

impl ReplayRange {
    /// The part of it that deliveries can be in.
    fn within_reason(&self, now: Timestamp) -> Self {
        let (from, to) = (self.from.max(now.minus(KEPT)), self.to.min(now.plus(AHEAD)));
        Self { from, to, webhook: self.webhook.clone() }
    }

    fn covers(&self, delivery: &Delivery) -> bool {
        let webhook = self.webhook.as_ref();
        (self.from..self.to).contains(&delivery.created_at)
            && webhook.is_none_or(|webhook| webhook == delivery.webhook())
    }
}

/// A place in a range: a day, and a place in that day's list.
struct Place {
    day: Day,
    within: Option<Cursor>,
}

impl Place {
    fn at(day: Day) -> Self {
        Self { day, within: None }
    }

    /// Where to begin: at the latest day, or after `cursor`; `None` when the range has no day.
    fn after(range: &ReplayRange, cursor: Option<&Cursor>) -> Result<Option<Self>, PageRefusal> {
        let first = Day::of(range.from);
        let last = Day::of(range.to.minus(Duration::from_millis(1)));
        let Some(cursor) = cursor else {
            return Ok((first <= last).then(|| Self::at(last)));
        };
        let place = Self::read(cursor).filter(|place| (first..=last).contains(&place.day));
        place.map(Some).ok_or(PageRefusal::Cursor)
    }

    fn read(cursor: &Cursor) -> Option<Self> {
        let (day, within) = cursor.as_str().split_once('.')?;
        let within = Some(within).filter(|within| !within.is_empty());
        let within = within.map(|within| Cursor::given(within.to_owned()));
        Some(Self { day: Day::parse(day)?, within })
    }

    fn cursor(&self) -> Cursor {
        let within = self.within.as_ref().map_or("", Cursor::as_str);
        Cursor::given(format!("{}.{within}", self.day))
    }
}
