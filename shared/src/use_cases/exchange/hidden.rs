//! What must not be shown of an exchange: the call's key and the partner's credentials.
//!
//! A header is a credential by its name. An answer may repeat what it was sent, so whatever was
//! hidden in the request is hidden there too, wherever it stands, and a value that repeats a key
//! becomes no tag.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::answer::AnswerTags;
use crate::call::Firing;
use crate::campaign::Webhook;
use crate::credential::names_credential;
use crate::ports::sender::Request;
use crate::secret::MASK;

/// What is shorter is no key, and would be found in any text.
const MIN_BYTES: usize = 8;

/// Whether a header's value is not to be shown.
pub(super) fn is_credential(name: &HeaderName) -> bool {
    names_credential(name.as_str())
}

/// What URLs leave as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Texts to hide: longest first, so that none is left in part, and in lower case.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    texts: Vec<String>,
    /// Those that are nobody's data, whatever the call: what may not become a tag.
    keys: Vec<String>,
}

impl Hidden {
    /// What is to be hidden of a request and of what answers it: the call's key as it is and as the
    /// webhook's filters make it, the words of credential headers, and who the URL says is asking.
    pub(super) fn of(firing: &Firing<'_>, sent: &Request) -> Self {
        let mut keys = BTreeSet::from([firing.facts.call.key.expose().to_owned()]);
        keys.extend(dressed_keys(firing));
        keys.extend(userinfo(&sent.url));
        let mut words = BTreeSet::new();
        for (name, value) in sent.headers.iter().filter(|(name, _)| is_credential(name)) {
            let value = String::from_utf8_lossy(value.as_bytes());
            // What tokens make is the call's own data, which a partner may well answer with.
            let constant = firing
                .webhook
                .headers
                .iter()
                .any(|(header, template)| header == name && template.tokens().next().is_none());
            let found = value.split_whitespace().map(str::to_owned);
            if constant { keys.extend(found) } else { words.extend(found) }
        }
        Self::of_texts(words, keys)
    }

    fn of_texts(
        words: impl IntoIterator<Item = String>,
        keys: impl IntoIterator<Item = String>,
    ) -> Self {
        let keys = spellings(keys);
        let texts = longest_first(spellings(words).into_iter().chain(keys.iter().cloned()));
        Self { texts, keys: longest_first(keys) }
    }

    /// The text with a mask in place of each, in whatever case.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        // ASCII letters alone change, so places are the same in both.
        let mut lower = text.to_ascii_lowercase();
        for hidden in &self.texts {
            if lower.contains(hidden.as_str()) {
                shown = masked(&shown, &lower, hidden);
                lower = shown.to_ascii_lowercase();
            }
        }
        shown
    }

    /// Takes out of an answer's tags every value that repeats a key, and says so.
    pub(super) fn guard(&self, answer: &mut AnswerTags) {
        let repeats = |value: &str| {
            let value = value.to_ascii_lowercase();
            self.keys.iter().any(|key| value.contains(key.as_str()))
        };
        let (mut kept, mut dropped) = (Vec::new(), BTreeSet::new());
        for (key, values) in answer.tags.iter() {
            for value in values {
                if repeats(value.as_str()) {
                    dropped.insert(key.as_str().to_owned());
                } else {
                    kept.push((key.clone(), value.clone()));
                }
            }
        }
        if !dropped.is_empty() {
            answer.tags = kept.into_iter().collect();
            let note = |key| format!("{key}: a value was left out, it repeats a key");
            answer.notes.extend(dropped.into_iter().map(note));
        }
    }
}

/// Who a URL says is asking, as it stands there and as it is sent: a name without a password is a key
/// itself.
fn userinfo(url: &Url) -> Vec<String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (name, password) = (url.username(), url.password());
    let (clear, secret) = (decoded(name), password.map(decoded));
    let basic = STANDARD.encode(format!("{clear}:{}", secret.as_deref().unwrap_or_default()));
    match (password, secret) {
        (Some(password), Some(secret)) => vec![password.to_owned(), secret, basic],
        _ if name.is_empty() => Vec::new(),
        _ => vec![name.to_owned(), clear, basic],
    }
}

/// Texts long enough to be hidden, as they are and as URLs spell them, in lower case.
fn spellings(texts: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let long = texts.into_iter().filter(|text| text.len() >= MIN_BYTES);
    let spelt = long.flat_map(|text| {
        let encoded = utf8_percent_encode(&text, ENCODED).to_string();
        [text.to_ascii_lowercase(), encoded.to_ascii_lowercase()]
    });
    spelt.collect()
}

fn longest_first(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

/// What the filters of the webhook make of the call's key.
fn dressed_keys(firing: &Firing<'_>) -> Vec<String> {
    let Webhook { url, headers, body, .. } = firing.webhook;
    let templates = headers.iter().map(|(_, template)| template);
    let templates = templates.chain(body.iter().map(|body| &body.template));
    let mut dressed = url.values_of("call_key", firing);
    dressed.extend(templates.flat_map(|template| template.values_of("call_key", firing)));
    dressed
}

/// The text with a mask wherever `lower`, which is the same in lower case, has what is hidden.
fn masked(text: &str, lower: &str, hidden: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(hidden) {
        shown.push_str(text.get(from..at).unwrap_or_default());
        shown.push_str(MASK);
        from = at + found.len();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_credential_by_its_name() {
        let credential = |name: &str| is_credential(&HeaderName::try_from(name).unwrap());
        for name in [
            "Authorization",
            "X-Auth",
            "Set-Cookie",
            "Cookie",
            "X-Api-Key",
            "apikey",
            "x-access-token",
            "client-secret",
            "x-password",
            "php-session-id",
        ] {
            assert!(credential(name), "{name}");
        }
        for name in [
            "content-type",
            "user-agent",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "hookline-signature",
            "idempotency-key",
            "location",
            "date",
        ] {
            assert!(!credential(name), "{name}");
        }
    }

    #[test]
    fn texts_are_hidden_in_any_case_and_whole() {
        let texts = ["Secret-One", "secret-one-and-more", "short"].map(str::to_owned);
        let hidden = Hidden::of_texts(texts, []);
        assert_eq!(
            hidden.hide("é SECRET-ONE, secret-one-and-more; short secret-one"),
            "é ********, ********; short ********"
        );
        assert_eq!(hidden.hide(""), "");
    }

    #[test]
    fn a_key_is_hidden_as_urls_spell_it() {
        let hidden = Hidden::of_texts([], ["abcd+efg/==".to_owned()]);
        assert_eq!(hidden.hide("?k=abcd%2Befg%2f%3D%3D&x"), "?k=********&x");
    }

    #[test]
    fn who_is_asking_is_hidden_however_it_is_sent() {
        let of = |url: &str| userinfo(&Url::parse(url).unwrap());
        assert_eq!(of("https://a.example/"), [""; 0]);
        assert_eq!(
            of("https://user:p%40ssword@a.example/"),
            ["p%40ssword", "p@ssword", "dXNlcjpwQHNzd29yZA=="]
        );
        assert_eq!(
            of("https://sk_live_1@a.example/"),
            ["sk_live_1", "sk_live_1", "c2tfbGl2ZV8xOg=="]
        );
    }
}
