//! What matches are asked of: everything known about a call, by name.

use std::borrow::Cow;

use crate::tag::TagSet;

/// Values by key: the tags of a call and, where a use case adds them, its system tokens.
pub trait Facts {
    /// The values of a lower-case key, in any order; none when nothing is known of it.
    fn values(&self, key: &str) -> Vec<Cow<'_, str>>;
}

impl Facts for TagSet {
    fn values(&self, key: &str) -> Vec<Cow<'_, str>> {
        Self::values(self, key).map(Cow::Borrowed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::{TagKey, TagValue};

    #[test]
    fn tags_are_facts() {
        let value = |text| TagValue::parse(text).unwrap();
        let tags: TagSet = ["us-ny", "us"]
            .map(|text| (TagKey::parse("geo").unwrap(), value(text)))
            .into_iter()
            .collect();

        assert_eq!(Facts::values(&tags, "geo"), ["us", "us-ny"]);
        assert_eq!(Facts::values(&tags, "age"), Vec::<&str>::new());
    }
}
