//! What an answer's reader left out, as a few sentences that are safe to show and to log.
//!
//! One sentence a reason, naming the first few keys, each cut short; so notes stay small whatever a
//! partner sends. Values are not repeated, except the start of one that should have been a place.

use std::collections::{BTreeMap, BTreeSet};

use super::{MAX_KEYS, MAX_VALUES};
use crate::tag::MAX_VALUE_BYTES;

/// How many keys a sentence names before it counts the rest.
const NAMED: usize = 3;
/// The most characters of a key, a path or a value in a sentence.
const NAME_CHARS: usize = 40;
/// The most characters of what is wrong with a place.
const FAULT_CHARS: usize = 100;

/// Why something was left out; sentences come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A mapped path leads nowhere.
    NotFound,
    /// An object, or an array in an array.
    Nested,
    /// Text whose escapes are broken.
    BrokenText,
    /// A name that cannot be a tag key.
    NoKey,
    /// A name of Hookline's own.
    Reserved,
    /// A place that is none.
    NoPlace,
    /// A value over its limit.
    LongValue,
    /// A key over the limit of keys.
    ManyKeys,
    /// Values over the limit of values.
    ManyValues,
}

/// Names by reason.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<Reason, Names>);

#[derive(Debug, Default)]
struct Names {
    first: Vec<String>,
    all: BTreeSet<String>,
}

impl Notes {
    /// Notes that what stands under a name was left out; the same name counts once a reason.
    pub(super) fn add(&mut self, reason: Reason, name: &str) {
        let name = shown(name, NAME_CHARS);
        // What is no key may be empty or blank, which only quotes make visible.
        self.insert(reason, if reason == Reason::NoKey { format!("\"{name}\"") } else { name });
    }

    /// Notes a text that is no place.
    pub(super) fn add_place(&mut self, key: &str, text: &str, fault: &str) {
        let (text, fault) = (shown(text.trim(), NAME_CHARS), shown(fault, FAULT_CHARS));
        self.insert(Reason::NoPlace, format!("{key} \"{text}\" ({fault})"));
    }

    /// The sentences.
    pub(super) fn into_sentences(self) -> Vec<String> {
        self.0.into_iter().map(|(reason, names)| sentence(reason, &names)).collect()
    }

    fn insert(&mut self, reason: Reason, name: String) {
        let names = self.0.entry(reason).or_default();
        if names.all.insert(name.clone()) && names.first.len() < NAMED {
            names.first.push(name);
        }
    }
}

fn sentence(reason: Reason, names: &Names) -> String {
    let what = match reason {
        Reason::NotFound => "Found nothing for".to_owned(),
        Reason::Nested => "Skipped objects and nested arrays in".to_owned(),
        Reason::BrokenText => "Skipped text that is not Unicode in".to_owned(),
        Reason::NoKey => "Skipped names that cannot be tags".to_owned(),
        Reason::Reserved => "Refused names that Hookline answers itself".to_owned(),
        Reason::NoPlace => "Ignored what is no place".to_owned(),
        Reason::LongValue => format!("Dropped values over {MAX_VALUE_BYTES} bytes in"),
        Reason::ManyKeys => format!("Dropped what was over {MAX_KEYS} tags"),
        Reason::ManyValues => format!("Dropped what was over {MAX_VALUES} values in"),
    };
    let listed = names.first.join(", ");
    match names.all.len() - names.first.len() {
        0 => format!("{what}: {listed}."),
        more => format!("{what}: {listed} and {more} more."),
    }
}

/// The start of a text somebody else wrote, with control and invisible characters escaped.
fn shown(text: &str, chars: usize) -> String {
    let spelled = |c: char| match c {
        '"' | '\'' => c.to_string(),
        _ => c.escape_debug().to_string(),
    };
    let start: String = text.chars().take(chars + 1).map(spelled).collect();
    match start.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", start.get(..end).unwrap_or_default()),
        None => start,
    }
}
