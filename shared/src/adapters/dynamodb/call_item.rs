//! The item of a call.
//!
//! | attribute | holds |
//! |---|---|
//! | `campaign_id` `uuid` `call_key` `caller_number` `called_number` `number_name` `started_at` | as first reported |
//! | `e:EVENT` | who claimed the event, so that it is applied once |
//! | `postbacks` | ids of the postings that were applied, likewise |
//! | `t:KEY` | the values of one tag, a string set |
//! | `b:…` | a buyer chosen, or one who answered, JSON |
//! | `r:…` | a recording, JSON |
//! | `recurring_bytes` | what the events weigh of which a call may have any number |
//! | `j:…` | what told its story on, JSON |
//! | `place` | where somebody said that the caller is, JSON; else the number tells |
//! | `begun` | whether what was known at its start is on it |
//! | `revenue` `payout` `posted_conversion` | as postbacks say |
//! | `ended_at` `end_reported_at` `connected_seconds` `hung_up_by` | how it ended |
//! | `contacts_begun` `contacts_ended` | contacts of a call that its platform transfers, string sets; of those that ended how, JSON |
//! | `converted` `deduped` `decided_at` | what was decided about it |
//! | `timers_set` `connect_fired` | how far what it owes has been seen to |
//! | `course_version` | how often what it owes has changed |
//! | `due_shard` `due_at` | in the index `due`: when somebody has to look at what it owes |
//! | `pending` | the deliveries whose first attempt is owed, a string set |
//! | `cookies` `cookies_version` | the jar, and how often it has changed |
//! | `log` `logged_at` | in the index `log`: the campaign and the day of its start |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::CALL_RETENTION_DAYS;
use super::item::{
    Item, get_flag, get_json, get_millis, get_number, get_tags, get_text, json, number,
    primary_key, tag_sets, text,
};
use super::log::{self, Logged};
use super::past_due::DUE_SHARDS;
use super::update::Update;
use crate::call::{
    BuyerEvent, Call, CallEvent, CallId, CallKey, Cookies, Course, Decision, End, HANDLING_TIME,
    HangUp, JournalEntry, MAX_RECURRING_BYTES, Moment, Recording,
};
use crate::campaign::{Amounts, CampaignId};
use crate::delivery::PendingDelivery;
use crate::geo::Place;
use crate::phone::E164;
use crate::ports::intake::Claim;
use crate::secret;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// What the attribute names of tags start with.
pub(super) const TAG: &str = "t:";
const BUYER_EVENT: &str = "b:";
const EVENT: &str = "e:";
const RECORDING: &str = "r:";
const JOURNAL: &str = "j:";

/// The key of a call's item.
pub(super) fn call_primary_key(id: &CallId) -> Item {
    primary_key(partition(id), "CALL")
}

/// The partition that a call and its deliveries share.
pub(super) fn partition(id: &CallId) -> String {
    format!("CALL#{id}")
}

/// When something kept with a call is forgotten, unix seconds.
pub(super) fn expiry(now: Timestamp) -> i64 {
    now.plus_seconds(CALL_RETENTION_DAYS * 86400).as_seconds()
}

/// The attribute that says who claimed an event.
pub(super) fn claimant_name(event: &CallEvent) -> String {
    format!("{EVENT}{}#{}", event.moment.name(), event.occurrence())
}

/// Whether the item is of a call in the event's campaign that does not have the event yet.
pub(super) fn is_unclaimed(claim: &Claim<'_>, item: &Item) -> bool {
    let campaign = claim.event.campaign.as_ref().map(CampaignId::as_str);
    get_text(item, "campaign_id") == campaign && !item.contains_key(&claimant_name(claim.event))
}

/// Reads a call's item; `None` when it is none.
pub(super) fn call_of(id: &CallId, item: &Item) -> Option<Call> {
    let decimal = |name| get_text(item, name).and_then(|text| text.parse().ok());
    let phone = |name| get_text(item, name).and_then(|text| E164::parse(text).ok());
    let campaign = CampaignId::parse(get_text(item, "campaign_id")?).ok()?;
    let call_key = CallKey::stored(get_text(item, "call_key")?.to_owned());
    let call = Call::new(id.clone(), campaign, get_text(item, "uuid")?.to_owned(), call_key);
    let call = Call {
        caller: phone("caller_number"),
        called: phone("called_number"),
        number_name: get_text(item, "number_name").map(str::to_owned),
        started_at: get_millis(item, "started_at"),
        end: end_of(item),
        buyer_events: item
            .keys()
            .filter(|name| name.starts_with(BUYER_EVENT))
            .filter_map(|name| get_json::<BuyerEvent>(item, name))
            .collect(),
        recordings: item
            .keys()
            .filter(|name| name.starts_with(RECORDING))
            .filter_map(|name| get_json::<Recording>(item, name))
            .collect(),
        journal: item
            .keys()
            .filter(|name| name.starts_with(JOURNAL))
            .filter_map(|name| get_json::<JournalEntry>(item, name))
            .collect(),
        amounts: Amounts { revenue: decimal("revenue"), payout: decimal("payout") },
        posted_conversion: get_flag(item, "posted_conversion"),
        begun: get_flag(item, "begun").unwrap_or_default(),
        course: course_of(item),
        pending: pending_of(item),
        cookies: Cookies {
            text: get_text(item, "cookies").unwrap_or_default().to_owned(),
            version: get_number(item, "cookies_version").unwrap_or_default().unsigned_abs(),
        },
        ..call
    };
    Some(call.standing(tags_of(item), place_of(item)))
}

fn end_of(item: &Item) -> Option<End> {
    let seconds = get_number(item, "connected_seconds").map(u32::try_from);
    Some(End {
        at: get_millis(item, "ended_at")?,
        reported_at: get_millis(item, "end_reported_at")?,
        connected_seconds: seconds.and_then(Result::ok),
        hung_up_by: get_text(item, "hung_up_by").map(str::to_owned),
    })
}

fn course_of(item: &Item) -> Course {
    let decision = get_flag(item, "converted").zip(get_millis(item, "decided_at"));
    let deduped = get_flag(item, "deduped").unwrap_or_default();
    Course {
        version: get_number(item, "course_version").unwrap_or_default().unsigned_abs(),
        due_at: get_millis(item, "due_at"),
        timers_set: get_flag(item, "timers_set").unwrap_or_default(),
        connect_fired: get_flag(item, "connect_fired").unwrap_or_default(),
        decision: decision.map(|(converted, at)| Decision { converted, deduped, at }),
    }
}

fn pending_of(item: &Item) -> BTreeSet<PendingDelivery> {
    let texts = item.get("pending").and_then(|set| set.as_ss().ok());
    texts.into_iter().flatten().filter_map(|text| PendingDelivery::from_text(text)).collect()
}

/// The tags in a call's item.
pub(super) fn tags_of(item: &Item) -> TagSet {
    get_tags(item, TAG)
}

/// Where somebody said that the caller is.
pub(super) fn place_of(item: &Item) -> Option<Place> {
    get_json(item, "place")
}

/// The update that claims an event: what [`Call::take_in`] does, for whoever asks first.
pub(super) fn claim_update(claim: &Claim<'_>) -> Update {
    let event = claim.event;
    let mut update = Update::default();
    update.set_once("uuid", text(claim.uuid.clone()));
    update.set_once("call_key", text(claim.call_key.expose()));
    update.set_once("expires_at", number(expiry(claim.now)));
    if let Some(campaign) = &event.campaign {
        update.set_once("campaign_id", text(campaign.as_str()));
    }
    if let Some(caller) = &event.caller {
        update.set_once("caller_number", text(caller.as_str()));
    }
    if let Some(place) = &event.place {
        update.set_once("place", json(place));
    }
    if let Some(called) = &event.called {
        update.set_once("called_number", text(called.as_str()));
    }
    if let Some(name) = &event.number_name {
        update.set_once("number_name", text(name.clone()));
    }
    if let (Moment::Start, Some(campaign)) = (&event.moment, &event.campaign) {
        update.set_once("started_at", number(event.occurred_at.as_millis()));
        for (name, value) in log::entry(Logged::Calls, campaign, &event.call, event.occurred_at) {
            update.set_once(name, value);
        }
    }
    if let Some(buyer_event) = event.buyer_event() {
        let rank = if buyer_event.answered { 2 } else { 1 };
        let text = serde_json::to_string(&buyer_event).unwrap_or_default();
        let at = buyer_event.at.as_millis();
        let name = format!("{BUYER_EVENT}{at:015}:{rank}:{}", secret::sha256_hex(&text));
        update.set(&name, json(&buyer_event));
    }
    if let Some(recording) = event.recording() {
        let at = recording.at.as_millis();
        let name = format!("{RECORDING}{at:015}:{}", secret::sha256_hex(&recording.url));
        update.set(&name, json(&recording));
    }
    if let Some(bytes) = event.recurring_bytes(claim.now) {
        let left = MAX_RECURRING_BYTES.saturating_sub(bytes);
        let size = |bytes: usize| number(i64::try_from(bytes).unwrap_or(i64::MAX));
        update.add("recurring_bytes", size(bytes));
        update.require_absent_or("recurring_bytes", "<=", size(left));
    }
    let (entry, told) = journal_attribute(&event.journal_entry(claim.now));
    update.set(&entry, told);
    if let Moment::Ended(hang_up) = &event.moment {
        end_update(&mut update, hang_up, event.occurred_at, claim.now);
    }
    if event.moment.changes_what_is_owed() {
        update.add("course_version", number(1));
        make_due(&mut update, &event.call, claim.now.plus(HANDLING_TIME));
    }
    for (name, values) in tag_sets(&event.tags, TAG) {
        update.add(&name, values);
    }
    let claimant = claimant_name(event);
    update.set(&claimant, text(claim.uuid.clone()));
    update.require_absent(&claimant);
    match &event.campaign {
        Some(campaign) => {
            update.require_absent_or("campaign_id", "=", text(campaign.as_str()));
        }
        None => update.require_present("campaign_id"),
    }
    update
}

/// An entry of the journal as an attribute; the same entry is the same attribute.
pub(super) fn journal_attribute(entry: &JournalEntry) -> (String, AttributeValue) {
    let told = serde_json::to_string(entry).unwrap_or_default();
    let hash: String = secret::sha256_hex(&told).chars().take(16).collect();
    (format!("{JOURNAL}{:015}:{hash}", entry.at.as_millis()), text(told))
}

fn end_update(update: &mut Update, hang_up: &HangUp, at: Timestamp, now: Timestamp) {
    update.set_once("ended_at", number(at.as_millis()));
    update.set_once("end_reported_at", number(now.as_millis()));
    if let Some(seconds) = hang_up.connected_seconds {
        update.set_once("connected_seconds", number(i64::from(seconds)));
    }
    if let Some(by) = &hang_up.hung_up_by {
        update.set_once("hung_up_by", text(by.clone()));
    }
    let amounts = [("revenue", hang_up.amounts.revenue), ("payout", hang_up.amounts.payout)];
    for (name, amount) in amounts {
        if let Some(amount) = amount {
            update.set_once(name, text(amount.to_string()));
        }
    }
}

/// Puts a call, or a delivery of it, into the index `due`.
pub(super) fn make_due(update: &mut Update, call: &CallId, at: Timestamp) {
    update.set("due_shard", due_shard(call));
    update.set("due_at", number(at.as_millis()));
}

/// Puts it into the index at another time, or takes it out.
pub(super) fn make_due_again(update: &mut Update, call: &CallId, at: Option<Timestamp>) {
    if let Some(at) = at {
        return make_due(update, call, at);
    }
    update.remove("due_at");
    update.remove("due_shard");
}

/// The partition of the index `due` for all that belongs to a call.
pub(super) fn due_shard(call: &CallId) -> AttributeValue {
    number(i64::from(call.part(u32::from(DUE_SHARDS))))
}
