//! How a webhook wants its answers read: which values, under which keys.

use std::collections::BTreeSet;

use super::MAX_KEYS;
use super::path::Path;
use super::prefix::TagPrefix;
use crate::fault::Faults;
use crate::tag::{TagKey, TagKeyFault};

/// A webhook's `response_map` and `tag_prefix`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Tags with where their values stand; when there is none, every root key is a tag.
    pub paths: Vec<(TagKey, Path)>,
    /// What is put before every key, mapped or not.
    pub prefix: Option<TagPrefix>,
}

impl Mapping {
    /// The key that a name of the answer or of the map becomes.
    ///
    /// # Errors
    /// When that is no tag key.
    pub fn key(&self, name: &str) -> Result<TagKey, TagKeyFault> {
        match &self.prefix {
            Some(prefix) => prefix.key(name),
            None => TagKey::parse(name),
        }
    }

    /// What is wrong with the map as a whole, for saving to refuse: too many tags, a tag twice, or
    /// one that could never be set. Pointers are relative to the map, with keys as they were parsed.
    #[must_use]
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.paths.len() > MAX_KEYS {
            faults.extend(Faults::here(format!("has at most {MAX_KEYS} tags")));
        }
        let mut seen = BTreeSet::new();
        for (tag, _) in &self.paths {
            let fault = match self.key(tag.as_str()) {
                _ if !seen.insert(tag) => Some("is there twice".to_owned()),
                Err(fault) => Some(format!("cannot follow the tag prefix: {fault}")),
                Ok(key) if key.is_reserved() && key.as_str() != "caller_zip" => {
                    Some(format!("{key} is a name that Hookline answers itself"))
                }
                Ok(_) => None,
            };
            if let Some(detail) = fault {
                faults.extend(Faults::at(tag.as_str(), detail));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(tags: &[&str], prefix: Option<&str>) -> Mapping {
        let entry = |tag: &&str| (TagKey::parse(tag).unwrap(), Path::parse("a").unwrap());
        Mapping {
            paths: tags.iter().map(entry).collect(),
            prefix: prefix.map(|text| TagPrefix::parse(text).unwrap()),
        }
    }

    #[test]
    fn tags_that_could_never_be_set_are_faults() {
        let long = "x".repeat(127);
        let plain = mapping(&["score", "geo", "caller_zip", "call_id", "Score"], None);
        let prefixed = mapping(&["call_id", "zip", &long], Some("caller_"));

        assert_eq!(
            plain.faults().to_string(),
            "/call_id: call_id is a name that Hookline answers itself; /score: is there twice"
        );
        assert_eq!(
            prefixed.faults().to_string(),
            format!("/{long}: cannot follow the tag prefix: a tag key has at most 128 characters")
        );
        assert!(mapping(&[], Some("crm_")).faults().is_empty());
    }

    #[test]
    fn a_map_has_a_limit() {
        let tags: Vec<String> = (0..=MAX_KEYS).map(|n| format!("t{n}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        assert_eq!(mapping(&tags, None).faults().to_string(), ": has at most 100 tags");
        assert!(mapping(&tags[1..], None).faults().is_empty());
    }
}
