//! The parameters of a request: those of its form body, or those of its query.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// Names with values, as they came.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value under a name; `None` when it is empty too.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.pairs().filter(|(given, _)| *given == name);
        named.next().map(|(_, value)| value).filter(|value| !value.trim().is_empty())
    }

    /// Every name with its value.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All that says something, as tags, but for some names.
    pub(super) fn tags(&self, others: &[&str]) -> Map<String, Value> {
        let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let said = |(name, value): &(&str, &str)| !others.contains(name) && !value.is_empty();
        for (name, value) in self.pairs().filter(said) {
            tags.entry(name).or_default().push(value);
        }
        tags.into_iter().map(|(name, values)| (name.to_owned(), json!(values))).collect()
    }

    /// Everything under its own name. Twilio's names start in upper case; what a client application
    /// adds may be named as anything, so it stands apart under `parameters`.
    pub(super) fn raw(&self) -> Map<String, Value> {
        let mut raw = Map::new();
        let mut added = Map::new();
        for (name, value) in self.pairs() {
            let is_twilios = name.starts_with(|first: char| first.is_ascii_uppercase());
            let place = if is_twilios { &mut raw } else { &mut added };
            place.entry(name).or_insert_with(|| json!(value));
        }
        if !added.is_empty() {
            raw.insert("parameters".to_owned(), Value::Object(added));
        }
        raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_by_name_and_kept_in_order() {
        let form = Form::parse(b"From=%2B1614&Empty=+&From=x&a%26=b+c");
        assert_eq!(
            (form.get("From"), form.get("Empty"), form.get("To")),
            (Some("+1614"), None, None)
        );
        let pairs: Vec<_> = form.pairs().collect();
        assert_eq!(pairs, [("From", "+1614"), ("Empty", " "), ("From", "x"), ("a&", "b c")]);
    }

    #[test]
    fn what_a_client_adds_cannot_pass_for_anything_else() {
        let form = Form::parse(b"From=a&occurred_at=b&tags=c&From=d");
        let wanted = json!({"From": "a", "parameters": {"occurred_at": "b", "tags": "c"}});
        assert_eq!(Value::Object(form.raw()), wanted);
    }

    #[test]
    fn a_query_becomes_tags() {
        let query = Form::parse(b"sub_id=x&b=2&buyer_id=b7&empty=&b=1");
        let wanted = json!({"b": ["2", "1"], "sub_id": ["x"]});
        assert_eq!(Value::Object(query.tags(&["buyer_id"])), wanted);
    }
}
