//! What must not be shown of an exchange: the call's key and the partner's credentials.
//!
//! A header is a credential by its name: when it is one that carries cookies, or has a word in it
//! that credentials go by. Rather one too many is hidden than one too few. An answer may repeat what
//! it was sent, so whatever was hidden in the request is hidden there too, wherever it stands.

use std::collections::BTreeSet;

use http::HeaderName;

use crate::call::Firing;
use crate::campaign::Webhook;
use crate::ports::sender::Request;
use crate::secret::MASK;

/// What the names of headers with a credential have in them.
const CREDENTIAL_WORDS: [&str; 8] =
    ["auth", "cookie", "credential", "key", "pass", "secret", "session", "token"];
/// Headers that have such a word and name no more than a request.
const OPEN: [&str; 1] = ["idempotency-key"];
/// What is shorter is no key, and would be found in any text.
const MIN_BYTES: usize = 8;

/// Whether a header's value is not to be shown.
pub(super) fn is_credential(name: &HeaderName) -> bool {
    let name = name.as_str();
    !OPEN.contains(&name) && CREDENTIAL_WORDS.iter().any(|word| name.contains(word))
}

/// Texts to hide: longest first, so that none is left in part, and in lower case.
#[derive(Debug, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// What is to be hidden of a request and of what answers it: the call's key as it is and as the
    /// webhook's filters make it, the words of credential headers, and the URL's password.
    pub(super) fn of(firing: &Firing<'_>, sent: &Request) -> Self {
        let mut texts = BTreeSet::from([firing.facts.call.key.expose().to_owned()]);
        texts.extend(dressed_keys(firing));
        let credentials = sent.headers.iter().filter(|(name, _)| is_credential(name));
        for (_, value) in credentials {
            let value = String::from_utf8_lossy(value.as_bytes());
            texts.extend(value.split_whitespace().map(str::to_owned));
        }
        texts.extend(sent.url.password().map(str::to_owned));
        Self::of_texts(texts)
    }

    fn of_texts(texts: impl IntoIterator<Item = String>) -> Self {
        let long = texts.into_iter().filter(|text| text.len() >= MIN_BYTES);
        let mut texts: Vec<String> = long.map(|text| text.to_ascii_lowercase()).collect();
        texts.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
        Self(texts)
    }

    /// The text with a mask in place of each, in whatever case.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for hidden in &self.0 {
            shown = masked(&shown, hidden);
        }
        shown
    }
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

fn masked(text: &str, hidden: &str) -> String {
    // ASCII letters alone change, so places are the same in both.
    let lower = text.to_ascii_lowercase();
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
        let hidden = Hidden::of_texts(texts);
        assert_eq!(
            hidden.hide("é SECRET-ONE, secret-one-and-more; short secret-one"),
            "é ********, ********; short ********"
        );
        assert_eq!(hidden.hide(""), "");
    }
}
