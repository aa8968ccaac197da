//! Items and their attributes, read leniently: an attribute of another type is an absent one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::tag::{TagKey, TagSet, TagValue};
use crate::time::Timestamp;

/// An item as the SDK gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The table's key.
pub(super) fn primary_key(pk: String, sk: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A string set of one.
pub(super) fn set_of(value: impl Into<String>) -> AttributeValue {
    AttributeValue::Ss(vec![value.into()])
}

pub(super) fn get_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(super) fn get_number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(super) fn get_millis(item: &Item, name: &str) -> Option<Timestamp> {
    get_number(item, name).and_then(Timestamp::from_millis)
}

pub(super) fn get_flag(item: &Item, name: &str) -> Option<bool> {
    item.get(name)?.as_bool().ok().copied()
}

pub(super) fn get_json<T: serde::de::DeserializeOwned>(item: &Item, name: &str) -> Option<T> {
    serde_json::from_str(get_text(item, name)?).ok()
}

/// A value as JSON text; all that is stored so serialises.
pub(super) fn json<T: serde::Serialize>(value: &T) -> AttributeValue {
    text(serde_json::to_string(value).unwrap_or_default())
}

/// The sets whose attribute names start with `prefix`, as tags.
pub(super) fn get_tags(item: &Item, prefix: &str) -> TagSet {
    let tag = |(name, values): (&String, &AttributeValue)| {
        let key = TagKey::parse(name.strip_prefix(prefix)?).ok()?;
        let values = values.as_ss().ok()?.iter();
        let pair = |value: &String| Some((key.clone(), TagValue::parse(value).ok()?));
        Some(values.filter_map(pair).collect::<Vec<_>>())
    };
    item.iter().filter_map(tag).flatten().collect()
}

/// Tags as sets to be added, with their attribute names.
pub(super) fn tag_sets(tags: &TagSet, prefix: &str) -> Vec<(String, AttributeValue)> {
    tags.iter()
        .map(|(key, values)| {
            let values = values.iter().map(|value| value.as_str().to_owned()).collect();
            (format!("{prefix}{key}"), AttributeValue::Ss(values))
        })
        .collect()
}
