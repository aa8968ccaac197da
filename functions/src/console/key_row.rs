//! A key as pages show it. Of the key itself there is nothing to show: it is not kept.

use hookline::key::{BearerKey, Grant, Key};

use super::wording::{date_and_clock, span};

/// A key.
#[derive(Debug)]
pub(super) struct KeyRow {
    /// Its id.
    pub(super) id: String,
    /// Its name, or that it has none.
    pub(super) name: String,
    /// When it was made.
    pub(super) made: String,
    /// Whether it is refused for now.
    pub(super) paused: bool,
    /// Whether somebody is signed in with it who looks at the page.
    pub(super) is_own: bool,
    /// What it is for, as names and words.
    pub(super) grant: Vec<(&'static str, String)>,
}

/// A key that was made just now.
#[derive(Debug)]
pub(super) struct NewKey {
    /// Its name.
    pub(super) name: String,
    /// The key itself, the one time that it is shown.
    pub(super) key: String,
    /// Whether it is for the API, and for calls alone.
    pub(super) is_for_calls: bool,
}

impl NewKey {
    /// A key as its making gave it.
    pub(super) fn of(bearer: &BearerKey, key: &Key) -> Self {
        Self {
            name: named(key),
            key: bearer.expose().to_owned(),
            is_for_calls: key.grant == Grant::Api(hookline::key::Scope::Calls),
        }
    }
}

impl KeyRow {
    /// A key, for whoever is signed in with `own`.
    pub(super) fn of(key: &Key, own: &Key) -> Self {
        Self {
            id: key.hash.as_str().to_owned(),
            name: named(key),
            made: date_and_clock(key.created_at),
            paused: key.paused,
            is_own: key.hash == own.hash,
            grant: granted(&key.grant),
        }
    }

    /// The day that it was made on.
    pub(super) fn made_on(&self) -> &str {
        self.made.get(..10).unwrap_or_default()
    }

    /// The first letters of the id, to tell keys of one name apart.
    pub(super) fn short_id(&self) -> &str {
        self.id.get(..8).unwrap_or_default()
    }
}

fn named(key: &Key) -> String {
    if key.name.is_empty() { "without a name".to_owned() } else { key.name.clone() }
}

fn granted(grant: &Grant) -> Vec<(&'static str, String)> {
    match grant {
        Grant::Api(scope) => vec![("Scope", scope.as_str().to_owned())],
        Grant::Postback(grant) => {
            let prefix = grant.tag_prefix.as_ref().map(ToString::to_string);
            let cutoff = match grant.cutoff {
                None => "as long as the call is kept".to_owned(),
                Some(cutoff) if cutoff.is_zero() => "until the call ends".to_owned(),
                Some(cutoff) => format!("{} after the end", span(cutoff)),
            };
            vec![
                ("Tag prefix", prefix.unwrap_or_else(|| "none".to_owned())),
                ("Waits for a call", span(grant.storage)),
                ("Writes to a call", cutoff),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hookline::campaign::CampaignId;
    use hookline::key::{PostbackGrant, Scope};
    use hookline::time::Timestamp;

    use super::*;

    fn key(text: &str, grant: Grant) -> Key {
        let hash = BearerKey::given(text.to_owned()).hash();
        let created_at = Timestamp::from_millis(0).unwrap();
        Key { hash, name: String::new(), paused: false, paused_at: None, created_at, grant }
    }

    #[test]
    fn a_row_tells_what_a_key_is_for_and_whose_it_is() {
        let own = key("a", Grant::Api(Scope::Admin));
        let row = KeyRow::of(&own, &own);
        assert!(row.is_own && row.name == "without a name" && row.made == "1970-01-01 00:00:00");
        assert_eq!(row.grant, [("Scope", "admin".to_owned())]);
        let campaign = CampaignId::parse("solar").unwrap();
        let (storage, cutoff) = (Duration::from_hours(48), Some(Duration::from_mins(10)));
        let grant = PostbackGrant { campaign, tag_prefix: None, storage, cutoff };
        let row = KeyRow::of(&key("b", Grant::Postback(grant)), &own);
        let words: Vec<&str> = row.grant.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["none", "2 d", "10 min after the end"]);
        assert!(!row.is_own && row.short_id().len() == 8);
    }
}
