//! The item of a caller of a campaign.
//!
//! | attribute | holds |
//! |---|---|
//! | `last_call` `last_call_at` | the latest call by its start |
//! | `w:ID`, `waiting` | a posting that waits, JSON; and the set of their ids |
//! | `r:KEY` `place` `remembered_until` | what the next call starts with, and until when |

use serde::{Deserialize, Serialize};

use super::CALL_RETENTION_DAYS;
use super::item::{Item, get_json, get_number, get_tags, get_text, key, number, text};
use super::update::Update;
use crate::call::{CallEvent, CallId, Posting};
use crate::campaign::Campaign;
use crate::ports::callers::{Caller, CallerMemory, Waiting};
use crate::ports::intake::Claim;
use crate::time::Timestamp;

/// What the attribute names of remembered tags start with.
pub(super) const REMEMBERED: &str = "r:";
/// What the attribute names of waiting postings start with.
pub(super) const WAITING: &str = "w:";

/// A waiting posting as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredWaiting {
    pub(super) posting: Posting,
    pub(super) expires_at: Timestamp,
}

/// The key of a caller's item.
pub(super) fn caller_key(caller: Caller<'_>) -> Item {
    key(format!("CALLER#{}#{}", caller.campaign, caller.number), "CALLER")
}

/// The caller that a starting call is of.
pub(super) fn caller_of(event: &CallEvent) -> Option<Caller<'_>> {
    Some(Caller { campaign: event.campaign.as_ref()?, number: event.caller.as_ref()? })
}

/// The latest call that the item names.
pub(super) fn last_call(item: &Item) -> Option<CallId> {
    CallId::parse(get_text(item, "last_call")?).ok()
}

/// The update that makes a starting call the caller's latest, unless a later one started.
pub(super) fn claim_update(claim: &Claim<'_>, campaign: Option<&Campaign>) -> Update {
    let mut update = Update::default();
    let at = number(claim.event.occurred_at.as_millis());
    update.set("last_call", text(claim.event.call.as_str()));
    update.set("last_call_at", at.clone());
    update.require_absent_or("last_call_at", "<=", at);
    let remembered = campaign.and_then(|campaign| campaign.return_callers.as_ref());
    let days = remembered.map_or(0, |rule| i64::from(rule.days)).max(CALL_RETENTION_DAYS);
    let expiry = number(claim.now.plus_seconds(days * 86400).as_seconds());
    match campaign {
        Some(_) => update.set("expires_at", expiry),
        None => update.set_once("expires_at", expiry),
    }
    update
}

/// What the next call starts with, as far as it has not expired.
pub(super) fn memory_of(item: &Item, now: Timestamp) -> CallerMemory {
    let until = get_number(item, "remembered_until").unwrap_or(0);
    let mut memory = CallerMemory { waiting: waiting_of(item, now), ..CallerMemory::default() };
    if until > now.as_seconds() {
        memory.tags = get_tags(item, REMEMBERED);
        memory.place = get_json(item, "place");
    }
    memory
}

/// The postings that wait, as far as they have not expired.
pub(super) fn waiting_of(item: &Item, now: Timestamp) -> Vec<Waiting> {
    let mut waiting: Vec<Waiting> = item
        .keys()
        .filter_map(|name| {
            let id = name.strip_prefix(WAITING)?.to_owned();
            let StoredWaiting { posting, expires_at } = get_json(item, name)?;
            Some(Waiting { id, posting, expires_at })
        })
        .filter(|waiting| waiting.expires_at > now)
        .collect();
    waiting.sort_by(|a, b| (a.expires_at, &a.id).cmp(&(b.expires_at, &b.id)));
    waiting
}
