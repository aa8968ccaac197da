//! What a platform says in an event that the plain shape has no field for. It is kept for people to
//! read; nothing is decided by it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CallEvent, CallKey, JournalEntry, Source};
use crate::allowance::Allowance;
use crate::credential::{masked, may_be_named_by_another, may_name_another, names_credential};
use crate::secret::MASK;
use crate::time::Timestamp;

/// The most that is kept of one event, in bytes as JSON writes it; fields that have no room are left
/// out and `cut` says so.
pub const MAX_RAW_BYTES: usize = 16 * 1024;
/// The most of one event that is read for credentials, all its fields together: an event is read
/// before its key is asked, so this bounds what anybody can make us do.
const MAX_READ_BYTES: usize = 2 * MAX_RAW_BYTES;

/// The fields of an event that the plain shape does not know, under the platform's own names.
/// Credentials are masked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// The fields.
    pub fields: Map<String, Value>,
    /// Whether some were left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// What is kept of an event beside its call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawEvent {
    /// When the event happened, by the platform's clock.
    pub at: Timestamp,
    /// Which event it was.
    #[serde(flatten)]
    pub source: Source,
    /// What else it said.
    pub raw: Raw,
}

impl Raw {
    /// Keeps those of the fields that there is room for, one after another; of an object that has no
    /// room as a whole, those of its members. A field without a value says nothing.
    #[must_use]
    pub fn of(fields: Map<String, Value>) -> Self {
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let mut unread = Allowance::of(MAX_READ_BYTES);
        let (said, cut) = readable(fields, &mut unread, 2);
        let mut raw = Self { cut, ..Self::default() };
        let mut room = MAX_RAW_BYTES - "{}".len();
        let Value::Object(fields) = masked(Value::Object(said)) else { return raw };
        for (name, value) in fields {
            let (value, whole) = match value {
                value if written(&name, &value) <= room => (Some(value), true),
                Value::Object(members) => (within(&name, members, room), false),
                _ => (None, false),
            };
            raw.cut |= !whole;
            if let Some(value) = value {
                room = room.saturating_sub(written(&name, &value));
                raw.fields.insert(name, value);
            }
        }
        raw
    }

    /// Whether the event said nothing else.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.cut
    }

    /// The same with the call's key masked wherever a text repeats it.
    fn without(&self, key: &CallKey) -> Self {
        let hide = |text: &str| text.replace(key.expose(), MASK);
        let fields = self.fields.iter().map(|(name, value)| (hide(name), mapped(value, &hide)));
        Self { fields: fields.collect(), cut: self.cut }
    }
}

impl CallEvent {
    /// What is kept of an event that was reported `now` of the call with that key; `None` when the
    /// plain shape says all of it.
    #[must_use]
    pub fn raw_event(&self, now: Timestamp, key: &CallKey) -> Option<RawEvent> {
        (!self.raw.is_empty()).then(|| RawEvent {
            at: self.occurred_at,
            source: self.source(now),
            raw: self.raw.without(key),
        })
    }
}

impl RawEvent {
    /// Whether this is of the event that an entry of the journal is about.
    #[must_use]
    pub fn is_of(&self, entry: &JournalEntry) -> bool {
        self.at == entry.at && self.source == entry.source
    }
}

/// Those of the fields that there is room to read, and of an object that has none as a whole those of
/// its members, so many levels deep; and whether that is not all.
fn readable(
    fields: Map<String, Value>,
    room: &mut Allowance,
    levels: usize,
) -> (Map<String, Value>, bool) {
    let mut kept = Map::new();
    let (mut cut, mut name_cut) = (false, false);
    for (name, value) in fields {
        let bytes = written(&name, &value);
        // What goes by the name of a credential is hidden whatever it is.
        let value =
            if !room.covers(bytes) && names_credential(&name) { Value::from(MASK) } else { value };
        if room.spend(written(&name, &value)) {
            kept.insert(name, value);
            continue;
        }
        cut = true;
        name_cut |= may_name_another(&name);
        let Value::Object(members) = value else { continue };
        if levels > 1 && room.spend(written(&name, &Value::Object(Map::new()))) {
            let (members, _) = readable(members, room, levels - 1);
            if !members.is_empty() {
                kept.insert(name, Value::Object(members));
            }
        }
    }
    if name_cut {
        // Nothing says any more whether these are credentials.
        kept.retain(|name, _| !may_be_named_by_another(name));
    }
    (kept, cut)
}

/// The object of that name with those of its members that there is room for; `None` when none is
/// left.
fn within(name: &str, members: Map<String, Value>, room: usize) -> Option<Value> {
    let room = room.checked_sub(written(name, &Value::Object(Map::new())))?;
    let mut room = Allowance::of(room);
    let fits = |(member, value): &(String, Value)| room.spend(written(member, value));
    let kept: Map<String, Value> = members.into_iter().filter(fits).collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// The bytes of a field as JSON writes it, with the comma to the next.
fn written(name: &str, value: &Value) -> usize {
    serde_json::to_string(&(name, value)).map_or(usize::MAX, |text| text.len())
}

/// The value with every text in it, names included, mapped.
fn mapped(value: &Value, map: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(map(text)),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (map(name), mapped(value, map))).collect()
        }
        Value::Array(items) => items.iter().map(|item| mapped(item, map)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{CallId, EventKind};

    fn now() -> Timestamp {
        Timestamp::from_json(&json!("2026-11-23T17:00:05Z")).unwrap()
    }

    fn event(kind: EventKind, body: &Value) -> CallEvent {
        CallEvent::from_json(kind, CallId::parse("c1").unwrap(), body, now()).unwrap()
    }

    fn raw(fields: &Value) -> Raw {
        Raw::of(fields.as_object().unwrap().clone())
    }

    #[test]
    fn what_the_plain_shape_does_not_know_is_kept() {
        let start = json!({"call_id": "c1", "campaign_id": "solar", "caller_number": null,
            "occurred_at": "2026-11-23T17:00:00Z", "tags": {}, "buyer": {"id": "b1"},
            "queue": {"name": "east", "size": 0}, "language": "en", "note": null});
        let kept = json!({"buyer": {"id": "b1"}, "queue": {"name": "east", "size": 0},
            "language": "en"});
        assert_eq!(event(EventKind::Start, &start).raw, raw(&kept));

        let selected = json!({"occurred_at": "2026-11-23T17:00:03Z", "attempt": 1,
            "buyer": {"id": "b1", "name": "B", "tags": {"a": "b"}, "agent": "7", "team": null},
            "hung_up_by": "nobody"});
        let kept = json!({"buyer": {"agent": "7"}, "hung_up_by": "nobody"});
        assert_eq!(event(EventKind::Selected, &selected).raw, raw(&kept));

        let ended = json!({"occurred_at": "2026-11-23T17:00:03Z", "hung_up_by": "caller"});
        assert_eq!(event(EventKind::Ended, &ended).raw, Raw::default());
        assert_eq!(event(EventKind::Ended, &ended).raw_event(now(), &key()), None);
    }

    fn key() -> CallKey {
        CallKey::from_random([7; 24])
    }

    #[test]
    fn credentials_and_the_call_key_are_masked_wherever_they_stand() {
        let key = key();
        let told = format!("k={}", key.expose());
        let body = json!({"occurred_at": "2026-11-23T17:00:03Z", "call_key": key.expose(),
            "headers": [{"Authorization": "Bearer abc", "x-api-key": ["k"], "accept": "*/*"}],
            "authToken": {"a": 1}, "session": null, "from": {"text": told}, "name": "pwd", "value": 7,
            "said": "Bearer abc"});
        let ended = event(EventKind::Ended, &body);
        let kept = ended.raw_event(now(), &key).unwrap();
        let masked = json!({"call_key": MASK, "authToken": MASK,
            "headers": [{"Authorization": MASK, "x-api-key": MASK, "accept": "*/*"}],
            "from": {"text": "k=********"}, "name": "pwd", "value": MASK,
            "said": "Bearer ********"});
        assert_eq!(kept.raw, raw(&masked));
        assert!(kept.is_of(&ended.journal_entry(now())));
        assert!(!kept.is_of(&ended.journal_entry(now().plus_seconds(1))));
    }

    #[test]
    fn what_has_no_room_is_left_out_and_told() {
        let long = "\"".repeat(MAX_RAW_BYTES / 2);
        let kept = raw(&json!({"a": 1, "b": long, "c": {"d": [true]}}));
        let fields = json!({"a": 1, "c": {"d": [true]}}).as_object().unwrap().clone();
        assert_eq!(kept, Raw { fields, cut: true });

        let fat = "v".repeat(MAX_RAW_BYTES);
        let kept = raw(&json!({"a": {"b": 1, "c": fat, "d": [2]}, "e": {"f": fat}, "g": 3}));
        let fields = json!({"a": {"b": 1, "d": [2]}, "g": 3}).as_object().unwrap().clone();
        assert_eq!(kept, Raw { fields, cut: true });

        let text = "x".repeat(2 * MAX_RAW_BYTES);
        let kept = raw(&json!({"a": 1, "long": text, "of": {"b": 2, "long": text}, "token": text}));
        let fields = json!({"a": 1, "of": {"b": 2}, "token": MASK}).as_object().unwrap().clone();
        assert_eq!(kept, Raw { fields, cut: true });

        let filler = "x".repeat(2 * MAX_RAW_BYTES - 30);
        let kept = raw(&json!({"Value": "s1", "filler": filler, "name": "Authorization"}));
        assert_eq!(kept, Raw { fields: Map::new(), cut: true });

        let many = (0..5000).map(|n| (format!("{n}"), json!(n))).collect();
        let kept = Raw::of(many);
        let written = serde_json::to_string(&kept.fields).unwrap().len();
        assert!(kept.cut && (MAX_RAW_BYTES * 9 / 10..=MAX_RAW_BYTES).contains(&written));

        assert!(!Raw::of(Map::from_iter([("nothing".to_owned(), Value::Null)])).cut);
    }

    /// Reading all of these would take a build without optimisation minutes, were it quadratic.
    #[test]
    fn an_event_is_taken_at_once_however_much_it_says() {
        for part in ["eyJaaaaaaaa-hla_0123456789abcdef-", "key={"] {
            let text = part.repeat(MAX_READ_BYTES / part.len() - 1);
            let fields = (0..32).map(|n| (format!("field{n}"), Value::from(text.as_str())));
            assert_eq!(Raw::of(fields.collect()), Raw { fields: Map::new(), cut: true });
        }
        let short = "hla_0123456789abcdef ".repeat(500);
        let fields = (10..42).map(|n| (format!("field{n}"), Value::from(short.as_str())));
        let kept = Raw::of(fields.collect());
        assert_eq!(kept.fields.len(), MAX_READ_BYTES / short.len());
        let shown = Value::from(short.replace("hla_0123456789abcdef", MASK));
        assert!(kept.cut && kept.fields.values().all(|value| *value == shown));
    }

    #[test]
    fn it_is_kept_as_json_and_comes_back() {
        let body = json!({"occurred_at": "2026-11-23T17:00:03Z", "buyer": {"id": "b1"}, "x": 1});
        let kept = event(EventKind::Answered, &body).raw_event(now(), &key()).unwrap();
        let told = json!({"at": "2026-11-23T17:00:03Z", "source": "event", "event": "answered",
            "buyer": "b1", "reported_at": "2026-11-23T17:00:05Z", "raw": {"fields": {"x": 1}}});
        assert_eq!(serde_json::to_value(&kept).unwrap(), told);
        assert_eq!(serde_json::from_value::<RawEvent>(told).unwrap(), kept);
    }
}
