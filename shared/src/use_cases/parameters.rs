//! Reads what a partner posts: query, form and JSON alike (spec section 7).
//!
//! A posting is taken whole or not at all: a key, a value or an amount at fault refuses it, naming
//! the field. Values that no tag can hold (objects, nested arrays, null) are left out and noted,
//! since partners often cannot choose the documents they send.

use std::collections::BTreeSet;

use crate::answer::{self, Entry, TagPrefix};
use crate::call::{CallId, Posting, PostingId};
use crate::fault::Faults;
use crate::fields::parse_amount;
use crate::geo::Place;
use crate::phone::E164;
use crate::tag::{TagKey, TagValue};

const MAX_KEYS: usize = 100;
const MAX_VALUES: usize = 50;
const MAX_ID_CHARACTERS: usize = 128;
/// The most that one posting's tags weigh, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The body of a postback was none that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Names with values as they came, from the query and the body, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    notes: Vec<String>,
}

/// What the reserved parameters and the tags of a posting say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    pub(super) posting: Posting,
    pub(super) notes: Vec<String>,
}

impl Parameters {
    /// Reads a query string or a form body; `None` is an empty one.
    #[must_use]
    pub fn of_form(text: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(text.unwrap_or_default().as_bytes());
        Self { pairs: pairs.into_owned().collect(), notes: Vec::new() }
    }

    /// Adds a body by its media type: JSON, a form, or JSON by its looks when there is no type.
    ///
    /// # Errors
    /// When the body is of another type, or not what its type says.
    pub fn with_body(mut self, content_type: Option<&str>, body: &[u8]) -> Result<Self, Refused> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(self);
        }
        let media = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let json = media.eq_ignore_ascii_case("application/json")
            || media.to_ascii_lowercase().ends_with("+json")
            || body.trim_ascii_start().first() == Some(&b'{');
        if json {
            let entries = answer::entries(body).map_err(|what| Refused(what.to_string()))?;
            for Entry { key, scalars } in entries {
                if !scalars.skipped.is_empty() {
                    self.notes.push(format!("{key}: objects, nested arrays and null are left out"));
                }
                let pairs = scalars.values.into_iter().map(|value| (key.clone(), value));
                self.pairs.extend(pairs);
            }
            return Ok(self);
        }
        let form =
            media.is_empty() || media.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        match std::str::from_utf8(body) {
            Ok(text) if form => {
                self.pairs.extend(Self::of_form(Some(text)).pairs);
                Ok(self)
            }
            _ => Err(Refused("the body must be JSON or a form".to_owned())),
        }
    }

    /// Takes a reserved parameter out: its last value, trimmed; an empty one is none.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let mut taken = None;
        self.pairs.retain(|(key, value)| {
            let reserved = key.trim().eq_ignore_ascii_case(name);
            if reserved {
                taken = Some(value.trim().to_owned());
            }
            !reserved
        });
        taken.filter(|value| !value.is_empty())
    }

    /// Whether the sender wants 200 whatever happened: `strict=0`.
    pub fn take_lenient(&mut self) -> bool {
        self.take("strict").as_deref() == Some("0")
    }

    /// Takes the call that a source-data posting names.
    pub(super) fn take_call(&mut self) -> Result<Option<CallId>, Faults> {
        let text = self.take("call_id");
        text.map(|text| CallId::parse(&text))
            .transpose()
            .map_err(|fault| Faults::at("call_id", fault.to_string()))
    }

    /// Takes the caller that a source-data posting names.
    pub(super) fn take_caller(&mut self) -> Result<Option<E164>, Faults> {
        // A plus sign that was not percent-encoded arrives as a space.
        for (key, value) in &mut self.pairs {
            if key.trim().eq_ignore_ascii_case("caller_number") && value.starts_with(' ') {
                value.replace_range(..1, "+");
            }
        }
        let text = self.take("caller_number");
        text.map(|text| E164::parse(&text))
            .transpose()
            .map_err(|fault| Faults::at("caller_number", fault.to_string()))
    }

    /// Reads the rest as a posting of `sender`, each tag with `prefix` before its key.
    pub(super) fn read(mut self, sender: &str, prefix: Option<&TagPrefix>) -> Result<Read, Faults> {
        let mut faults = Faults::default();
        let mut posting = Posting::default();
        if let Some(text) = self.take("postback_id") {
            if text.chars().count() > MAX_ID_CHARACTERS {
                let detail = format!("has at most {MAX_ID_CHARACTERS} characters");
                faults.extend(Faults::at("postback_id", detail));
            }
            posting.id = Some(PostingId::of(sender, &text));
        }
        if let Some(text) = self.take("converted") {
            match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" => posting.converted = Some(true),
                "0" | "false" | "no" => posting.converted = Some(false),
                _ => faults.extend(Faults::at("converted", "must be 1 or 0")),
            }
        }
        for (name, place) in [("revenue", &mut posting.revenue), ("payout", &mut posting.payout)] {
            if let Some(text) = self.take(name) {
                match parse_amount(&text) {
                    Ok(amount) => *place = Some(amount),
                    Err(detail) => faults.extend(Faults::at(name, detail)),
                }
            }
        }
        let mut keys = BTreeSet::new();
        for (name, value) in std::mem::take(&mut self.pairs) {
            if let Err(found) = add(&mut posting, &name, &value, prefix) {
                faults.extend(found.under(name.trim()));
            }
            keys.insert(name);
        }
        if posting.tags.weight() > MAX_BYTES {
            faults.extend(Faults::at("tags", format!("weigh at most {MAX_BYTES} bytes together")));
        }
        if keys.len() > MAX_KEYS {
            faults.extend(Faults::at("tags", format!("are at most {MAX_KEYS}")));
        }
        if let Some((key, _)) = posting.tags.iter().find(|(_, values)| values.len() > MAX_VALUES) {
            let detail = format!("has at most {MAX_VALUES} values");
            faults.extend(Faults::at(key.as_str(), detail));
        }
        if faults.is_empty() { Ok(Read { posting, notes: self.notes }) } else { Err(faults) }
    }
}

fn add(
    posting: &mut Posting,
    name: &str,
    value: &str,
    prefix: Option<&TagPrefix>,
) -> Result<(), Faults> {
    let here = |fault: &dyn std::fmt::Display| Faults::here(fault.to_string());
    let key = match prefix {
        Some(prefix) => prefix.key(name),
        None => TagKey::parse(name),
    };
    let key = key.map_err(|fault| here(&fault))?;
    if value.trim().is_empty() {
        return Ok(());
    }
    match key.as_str() {
        "geo" | "caller_zip" => {
            let read = if key.as_str() == "geo" { Place::parse } else { Place::from_zip };
            let place = read(value).map_err(|fault| here(&fault))?;
            posting.place = Some(Place::finer(posting.place, place));
        }
        _ if key.is_reserved() => {
            return Err(Faults::here("is a name that Hookline answers itself"));
        }
        _ => {
            let value = TagValue::parse(value).map_err(|fault| here(&fault))?;
            posting.tags.insert(key, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Read, Faults> {
        Parameters::of_form(Some(query)).read("s", None)
    }

    #[test]
    fn query_form_and_json_say_the_same() {
        let query = read("score=7&interest=a&interest=b&revenue=0.00&converted=1").unwrap();
        let json = br#"{"score":7,"interest":["b","a"],"revenue":"0.00","converted":1}"#;
        let posted = Parameters::default().with_body(Some("application/json"), json).unwrap();
        assert_eq!(posted.read("s", None).unwrap().posting, query.posting);
        assert_eq!(query.posting.revenue.map(|amount| amount.to_string()).as_deref(), Some("0.00"));
        assert_eq!(query.posting.converted, Some(true));
    }

    #[test]
    fn every_field_at_fault_is_named_and_nothing_is_taken() {
        let faults = read("revenue=-1&converted=maybe&call_uuid=x&b%C3%A4d=1&ok=1").unwrap_err();
        let named: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(named, ["/converted", "/revenue", "/call_uuid", "/bäd"]);
    }

    #[test]
    fn a_body_that_is_neither_json_nor_form_is_refused() {
        let read = |content_type, body: &[u8]| Parameters::default().with_body(content_type, body);
        assert!(read(Some("text/xml"), b"<a/>").is_err());
        assert!(read(Some("application/json"), b"[1]").is_err());
        assert!(read(Some("application/json"), b"{\"a\":").is_err());
        assert!(read(None, b"").is_ok());
    }

    #[test]
    fn a_prefix_stands_before_every_tag() {
        let prefix = TagPrefix::parse("crm_").unwrap();
        let read = Parameters::of_form(Some("geo=us&x=1")).read("s", Some(&prefix)).unwrap();
        let keys: Vec<&str> = read.posting.tags.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!((keys, read.posting.place), (vec!["crm_geo", "crm_x"], None));
    }
}
