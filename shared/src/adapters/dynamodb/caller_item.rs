//! The items of a caller of a campaign, one partition `CALLER#campaign#number`.
//!
//! | sort key | attributes | holds |
//! |---|---|---|
//! | `CALL` | `call_id` `started_at_ms` | the latest call by its start |
//! | `TAGS` | `r:KEY` `place` `until` | what the next call starts with, and until when |
//! | `DATA#ID` | `posting` `since` `until` | a posting that waits |
//! | `DEDUPE#WINDOW` | `until` | what is not done again for the caller, and until when |
//!
//! Each is forgotten by its own `expires_at`. That may come days late, so `until` is what counts.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{
    Item, get_json, get_millis, get_number, get_tags, get_text, json, number, primary_key,
};
use crate::call::CallId;
use crate::ports::callers::{Caller, CallerMemory, Waiting};
use crate::time::Timestamp;
use crate::window::{OpenWindow, Window, Windows};

/// What the attribute names of remembered tags start with.
pub(super) const REMEMBERED: &str = "r:";
/// What the sort keys of waiting postings start with.
pub(super) const DATA: &str = "DATA#";
/// What the sort keys of de-dupe windows start with.
pub(super) const DEDUPE: &str = "DEDUPE#";
const TAGS: &str = "TAGS";

/// The partition of a caller.
pub(super) fn partition(caller: Caller<'_>) -> String {
    format!("CALLER#{}#{}", caller.campaign, caller.number)
}

/// The key of the item that names the caller's latest call.
pub(super) fn last_call_primary_key(caller: Caller<'_>) -> Item {
    primary_key(partition(caller), "CALL")
}

/// The key of what is remembered.
pub(super) fn tags_primary_key(caller: Caller<'_>) -> Item {
    primary_key(partition(caller), TAGS)
}

/// The key of a waiting posting.
pub(super) fn data_primary_key(caller: Caller<'_>, id: &str) -> Item {
    primary_key(partition(caller), format!("{DATA}{id}"))
}

/// The latest call that the item names.
pub(super) fn last_call_of(item: &Item) -> Option<CallId> {
    CallId::parse(get_text(item, "call_id")?).ok()
}

/// A waiting posting as an item.
pub(super) fn data_item(caller: Caller<'_>, waiting: &Waiting) -> Item {
    let mut item = data_primary_key(caller, &waiting.id);
    let attributes = [
        ("posting", json(&waiting.posting)),
        ("since", number(waiting.since.as_millis())),
        ("until", number(waiting.expires_at.as_millis())),
        ("expires_at", expires_at(waiting.expires_at)),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    item
}

/// When DynamoDB may forget what counts until a time: whole seconds, never before it.
pub(super) fn expires_at(until: Timestamp) -> AttributeValue {
    number(until.plus_seconds(1).as_seconds())
}

/// An open window as an item.
pub(super) fn window_item(caller: Caller<'_>, open: &OpenWindow) -> Item {
    let sort = format!("{DEDUPE}{}", open.window.to_text());
    let mut item = primary_key(partition(caller), sort);
    item.insert("until".to_owned(), number(open.until.as_millis()));
    item.insert("expires_at".to_owned(), expires_at(open.until));
    item
}

/// The windows among a caller's items that are open.
pub(super) fn windows_of(items: &[Item], now: Timestamp) -> Windows {
    let open = items.iter().filter(|item| get_millis(item, "until") > Some(now));
    open.filter_map(|item| Window::from_text(get_text(item, "sk")?.strip_prefix(DEDUPE)?)).collect()
}

/// What the caller's items say to a call that starts `at`, as far as it has not expired. Data waits
/// for the next call: one that started before the latest does not get it.
pub(super) fn memory_of(items: &[Item], at: Timestamp, now: Timestamp) -> CallerMemory {
    let latest = items.iter().find_map(|item| get_number(item, "started_at_ms"));
    let is_next = latest.is_none_or(|latest| latest <= at.as_millis());
    let tags = items.iter().find(|item| get_text(item, "sk") == Some(TAGS));
    let tags = tags.filter(|item| get_millis(item, "until") > Some(now));
    CallerMemory {
        tags: tags.map(|item| get_tags(item, REMEMBERED)).unwrap_or_default(),
        place: tags.and_then(|item| get_json(item, "place")),
        waiting: if is_next { waiting_of(items, now) } else { Vec::new() },
        windows: windows_of(items, now),
    }
}

/// The postings that wait, oldest first, as far as they have not expired.
pub(super) fn waiting_of(items: &[Item], now: Timestamp) -> Vec<Waiting> {
    let mut waiting: Vec<Waiting> = items
        .iter()
        .filter_map(|item| {
            Some(Waiting {
                id: get_text(item, "sk")?.strip_prefix(DATA)?.to_owned(),
                posting: get_json(item, "posting")?,
                since: get_millis(item, "since")?,
                expires_at: get_millis(item, "until")?,
            })
        })
        .filter(|waiting| waiting.expires_at > now)
        .collect();
    waiting.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    waiting
}
