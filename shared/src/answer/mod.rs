//! Answers become tags: what the JSON answer to a ping says about a call (spec section 5).
//!
//! Policy: whatever a partner sends, reading it cannot fail. What can be used becomes tags, what
//! cannot is left out and named in a note, in sentences that are safe to show.
//!
//! - Each root key is a tag, or each entry of a `response_map` where there is one. Text is taken as
//!   it is and numbers as they were written; `null` and empty text say nothing and are not noted.
//! - The last key decides what a value is: `tag_prefix` is put on first. A `geo` or `caller_zip`
//!   that comes of it is no tag but a place; of several places the finest counts, the last of
//!   those that are as fine, and `caller_zip` before `geo`.
//! - The limits count distinct keys and values, in document order.
//!
//! The caller has seen to it that the answer was a 2xx one and in time.

mod json;
mod mapping;
mod notes;
mod path;
mod prefix;

pub use json::{Entry, MAX_BODY_BYTES, NotAnObject, Scalars, Skipped, entries};
pub use mapping::Mapping;
pub use path::{Path, PathFault, PathProblem};
pub use prefix::{TagPrefix, TagPrefixFault};

use crate::geo::{Place, PlaceFault};
use crate::tag::{TagKey, TagSet, TagValue, TagValueFault};
use json::Node;
use notes::{Notes, Reason};

/// The most keys that one answer sets (spec section 5).
pub const MAX_KEYS: usize = 100;
/// The most values of one key that one answer sets (spec section 5).
pub const MAX_VALUES: usize = 50;

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerTags {
    /// The tags to add to the call.
    pub tags: TagSet,
    /// Where the caller is instead of where the number says.
    pub place: Option<Place>,
    /// What was left out and why, one sentence a reason.
    pub notes: Vec<String>,
}

/// Reads the body of a 2xx answer.
#[must_use]
pub fn tags_of(body: &[u8], mapping: &Mapping) -> AnswerTags {
    let root = match Node::of_body(body) {
        Ok(root) => root,
        Err(other) => return AnswerTags { notes: vec![other.to_string()], ..Default::default() },
    };
    let mut reading = Reading::default();
    if mapping.paths.is_empty() {
        for (name, node) in root.members() {
            reading.take(&name, mapping, node.scalars());
        }
    }
    for (tag, path) in &mapping.paths {
        let found = path.find(root);
        if found.is_empty() {
            reading.notes.add(Reason::NotFound, &format!("{tag} ({path})"));
        }
        for node in found {
            reading.take(tag.as_str(), mapping, node.scalars());
        }
    }
    reading.finish()
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    tags: TagSet,
    geo: Option<Place>,
    zip: Option<Place>,
    notes: Notes,
}

impl Reading {
    /// Takes what one name of the answer or of the map brought.
    fn take(&mut self, name: &str, mapping: &Mapping, found: Scalars) {
        for skipped in found.skipped {
            match skipped {
                Skipped::Null => {}
                Skipped::Object | Skipped::NestedArray => self.notes.add(Reason::Nested, name),
                Skipped::BrokenText => self.notes.add(Reason::BrokenText, name),
            }
        }
        let values: Vec<_> = found.values.iter().filter(|text| !text.trim().is_empty()).collect();
        if values.is_empty() {
            return;
        }
        let Ok(key) = mapping.key(name) else {
            self.notes.add(Reason::NoKey, name);
            return;
        };
        match key.as_str() {
            "geo" => values.into_iter().for_each(|text| {
                if let Some(place) = self.place("geo", text, Place::parse) {
                    self.geo = Some(Place::finer(self.geo, place));
                }
            }),
            "caller_zip" => values.into_iter().for_each(|text| {
                if let Some(place) = self.place("caller_zip", text, Place::from_zip) {
                    self.zip = Some(Place::finer(self.zip, place));
                }
            }),
            _ if key.is_reserved() => self.notes.add(Reason::Reserved, name),
            _ => values.into_iter().for_each(|text| self.add(name, &key, text)),
        }
    }

    fn place(
        &mut self,
        key: &str,
        text: &str,
        read: impl Fn(&str) -> Result<Place, PlaceFault>,
    ) -> Option<Place> {
        match read(text) {
            Ok(place) => Some(place),
            Err(fault) => {
                self.notes.add_place(key, text, &fault.to_string());
                None
            }
        }
    }

    fn add(&mut self, name: &str, key: &TagKey, text: &str) {
        let value = match TagValue::parse(text) {
            Ok(value) => value,
            Err(TagValueFault::Empty) => return,
            Err(TagValueFault::TooLong) => return self.notes.add(Reason::LongValue, name),
        };
        let count = self.tags.values(key.as_str()).count();
        if count == 0 && self.tags.len() >= MAX_KEYS {
            self.notes.add(Reason::ManyKeys, name);
        } else if count >= MAX_VALUES && !self.tags.contains(key, &value) {
            self.notes.add(Reason::ManyValues, name);
        } else {
            self.tags.insert(key.clone(), value);
        }
    }

    fn finish(self) -> AnswerTags {
        AnswerTags {
            tags: self.tags,
            place: self.zip.or(self.geo),
            notes: self.notes.into_sentences(),
        }
    }
}

#[cfg(test)]
mod tests;
