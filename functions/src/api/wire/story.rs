//! What told a call's story on, and where its tags came from.

use hookline::allowance::Allowance;
use hookline::call::{self, OriginSource, RawEvent, Source};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::shown_deliveries::weight;
use super::{Tags, Time, Trigger};

/// The most tags and origins that are told of one call: some 400 KB.
const MAX_ORIGINS: usize = 2000;
/// The most that is told of what else the platform said, in bytes of a function's payload.
const MAX_RAW_BYTES: usize = 512 * 1024;

/// Something that told a call's story on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Event {
    /// When it happened: by the platform's clock for its events, else by Hookline's.
    at: Time,
    /// Where it came from.
    source: EventSource,
    /// `start`, `selected`, `answered`, `ended` or `recording`, when the platform reported it.
    #[serde(rename = "event", skip_serializing_if = "Option::is_none")]
    reported: Option<String>,
    /// The buyer it is about, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<String>,
    /// When the platform reported it, by Hookline's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_at: Option<Time>,
    /// The tags that came by it.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    #[schema(required = false)]
    tags: Tags,
    /// `true` when not all of its tags are named here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    cut: bool,
    /// What else the platform said, under its own names; credentials are masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    raw: Option<Map<String, Value>>,
    /// `true` when not all of what else it said is here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    raw_cut: bool,
}

/// Where an event came from.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventSource {
    /// The platform reported it.
    Event,
    /// The campaign's default tags.
    Defaults,
    /// What was remembered of the caller.
    Remembered,
    /// A partner posted back.
    Postback,
}

/// One value of a tag and all who are known to have brought it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagOrigin {
    /// The key.
    key: String,
    /// The value.
    value: String,
    /// Who brought it, oldest first; nobody where it is not known.
    from: Vec<Origin>,
}

/// Somebody who brought a tag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Origin {
    /// When; absent for what the call came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Time>,
    /// Who.
    source: TagSource,
    /// `start`, `selected`, `answered`, `ended` or `recording`, with `event`.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// The buyer that the event is about, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<String>,
    /// The webhook, with `webhook`.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    /// What fired it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<Trigger>,
    /// The delivery, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
}

/// Who brings tags.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TagSource {
    /// The caller's number: its area code and where that is.
    Number,
    /// What was remembered of the caller.
    Remembered,
    /// The campaign's default tags.
    Defaults,
    /// The platform, with an event.
    Event,
    /// A partner who was asked by a webhook.
    Webhook,
    /// A partner who posted back.
    Postback,
}

/// The entries of a journal with what else the platform said, as far as there is room for it.
pub(super) fn told(call: &call::Call, said: Vec<RawEvent>) -> Vec<Event> {
    let mut room = Allowance::of(MAX_RAW_BYTES);
    let mut events: Vec<(&call::JournalEntry, Event)> =
        call.journal.iter().map(|entry| (entry, Event::from(entry))).collect();
    for said in said {
        let mut about =
            events.iter_mut().filter(|(entry, event)| said.is_of(entry) && event.raw.is_none());
        let Some((_, event)) = about.next() else { continue };
        let fits = room.spend(weight(&said.raw.fields));
        event.raw_cut = said.raw.cut || !fits;
        event.raw = fits.then_some(said.raw.fields);
    }
    events.into_iter().map(|(_, event)| event).collect()
}

/// As many of these as there is room for, and how many more there are.
pub(super) fn within(origins: Vec<call::TagOrigin>) -> (Vec<TagOrigin>, usize) {
    let all = origins.len();
    let mut room = MAX_ORIGINS;
    let fits = |origin: &call::TagOrigin| {
        let left = room.checked_sub(1 + origin.from.len());
        room = left.unwrap_or_default();
        left.is_some()
    };
    let told: Vec<TagOrigin> = origins.into_iter().take_while(fits).map(Into::into).collect();
    let untold = all - told.len();
    (told, untold)
}

impl From<call::TagOrigin> for TagOrigin {
    fn from(origin: call::TagOrigin) -> Self {
        Self {
            key: origin.key.to_string(),
            value: origin.value.as_str().to_owned(),
            from: origin.from.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<call::Origin> for Origin {
    fn from(origin: call::Origin) -> Self {
        let of = |source| Self {
            at: origin.at.map(Time),
            source,
            event: None,
            buyer: None,
            webhook: None,
            trigger: None,
            delivery: None,
        };
        match origin.source {
            OriginSource::Number => of(TagSource::Number),
            OriginSource::Remembered => of(TagSource::Remembered),
            OriginSource::Defaults => of(TagSource::Defaults),
            OriginSource::Postback => of(TagSource::Postback),
            OriginSource::Event { event, buyer } => {
                Self { event: Some(event), buyer, ..of(TagSource::Event) }
            }
            OriginSource::Webhook { webhook, trigger, delivery } => Self {
                webhook: Some(webhook.to_string()),
                trigger: Some(trigger.into()),
                delivery: Some(delivery.as_str().to_owned()),
                ..of(TagSource::Webhook)
            },
        }
    }
}

impl From<&call::JournalEntry> for Event {
    fn from(entry: &call::JournalEntry) -> Self {
        let (source, reported, buyer, reported_at) = match &entry.source {
            Source::Event { event, buyer, reported_at } => {
                (EventSource::Event, Some(event.clone()), buyer.clone(), Some(*reported_at))
            }
            Source::Defaults => (EventSource::Defaults, None, None, None),
            Source::Remembered => (EventSource::Remembered, None, None, None),
            Source::Postback => (EventSource::Postback, None, None, None),
        };
        Self {
            at: entry.at.into(),
            source,
            reported,
            buyer,
            reported_at: reported_at.map(Time),
            tags: entry.tags.clone().into(),
            cut: entry.cut,
            raw: None,
            raw_cut: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use hookline::tag::{TagKey, TagValue};

    use super::*;

    #[test]
    fn origins_are_told_as_far_as_there_is_room_and_the_rest_is_counted() {
        let source = OriginSource::Postback;
        let origin = |n: usize, from: usize| call::TagOrigin {
            key: TagKey::parse("a").unwrap(),
            value: TagValue::parse(&n.to_string()).unwrap(),
            from: vec![call::Origin { at: None, source: source.clone() }; from],
        };
        let few: Vec<_> = (0..10).map(|n| origin(n, 199)).collect();
        let (told, untold) = within(few.clone());
        assert_eq!((told.len(), untold), (10, 0));

        let more = few.into_iter().chain([origin(10, 0), origin(11, 0)]).collect();
        let (told, untold) = within(more);
        assert_eq!((told.len(), untold), (10, 2));
    }
}
