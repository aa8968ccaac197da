//! The tags of a call with where each came from, in words.

use hookline::call::{Call, Origin, OriginSource, TagOrigin, tag_origins};
use hookline::delivery::Delivery;

use super::wording::clock;

/// The most origins of one value that are told.
const MAX_ORIGINS: usize = 4;

/// A tag: one of the values of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TagRow {
    /// Its key.
    pub(super) key: String,
    /// The value.
    pub(super) value: String,
    /// Who brought it, oldest first.
    pub(super) from: Vec<FromWhere>,
    /// How many more brought it.
    pub(super) more: usize,
}

/// Somebody who brought a tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FromWhere {
    /// Who.
    pub(super) text: String,
    /// The time of day; nothing for what the call came with.
    pub(super) at: Option<String>,
    /// Where there is more about it.
    pub(super) link: Option<String>,
}

/// The tags of a call.
pub(super) fn tags(call: &Call, deliveries: &[Delivery]) -> Vec<TagRow> {
    tag_origins(call, deliveries).iter().map(TagRow::of).collect()
}

impl TagRow {
    fn of(origin: &TagOrigin) -> Self {
        Self {
            key: origin.key.as_str().to_owned(),
            value: origin.value.as_str().to_owned(),
            from: origin.from.iter().take(MAX_ORIGINS).map(FromWhere::of).collect(),
            more: origin.from.len().saturating_sub(MAX_ORIGINS),
        }
    }
}

impl FromWhere {
    fn of(origin: &Origin) -> Self {
        let (text, link) = match &origin.source {
            OriginSource::Number => ("the caller's number".to_owned(), None),
            OriginSource::Remembered => ("an earlier call".to_owned(), None),
            OriginSource::Defaults => ("the campaign's defaults".to_owned(), None),
            OriginSource::Postback => ("a postback".to_owned(), None),
            OriginSource::Event { event, buyer: None } => (format!("the event {event}"), None),
            OriginSource::Event { event, buyer: Some(buyer) } => {
                (format!("the event {event} of {buyer}"), None)
            }
            OriginSource::Webhook { webhook, trigger, delivery } => {
                (format!("{webhook} on {trigger}"), Some(format!("#{}", delivery.as_str())))
            }
        };
        Self { text, at: origin.at.map(clock), link }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn each_value_is_told_with_who_brought_it() {
        let deliveries = fixtures::deliveries();
        let tags = tags(&fixtures::call(), &deliveries);
        let from = |key: &str| &tags.iter().find(|tag| tag.key == key).unwrap().from;
        let [crm, slow, ..] = &from("age")[..] else { panic!("{tags:?}") };
        assert_eq!((crm.text.as_str(), slow.text.as_str()), ("crm on start", "slow on start"));
        assert_eq!(crm.link, Some(format!("#{}", deliveries[0].key.id().as_str())));
        let event = FromWhere {
            text: "the event start".to_owned(),
            at: Some("17:00:00".to_owned()),
            link: None,
        };
        assert_eq!(*from("sub_id"), [event]);
        assert_eq!(from("geo")[0].text, "the caller's number");
        assert_eq!(*from("first_name"), []);
    }
}
