//! Masks credentials in data of any shape.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use regex_lite::{Captures, Regex};
use serde_json::{Map, Value};

use super::names_credential;
use crate::secret::MASK;

/// What the name of a field goes by where a list has it beside the value.
const NAMES: [&str; 3] = ["field", "header", "name"];
/// What it goes by where none of those is there.
const KEY: &str = "key";
/// What such a value goes by.
const VALUES: [&str; 3] = ["val", "value", "values"];

fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether a field of that name may say what the value beside it is.
pub(crate) fn may_name_another(name: &str) -> bool {
    is_among(&NAMES, name) || is_among(&[KEY], name)
}

/// Whether a field beside it may say what the value of that name is.
pub(crate) fn may_be_named_by_another(name: &str) -> bool {
    is_among(&VALUES, name)
}

/// The value with the credentials in it masked, however deep they stand: what goes by the name of
/// one, and what [`masked_text`] finds in its texts. Names may also stand beside their values:
/// `{"name": …, "value": …}` and `[name, value]`.
#[must_use]
pub fn masked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(masked_text(&text)),
        Value::Object(fields) => Value::Object(masked_fields(fields)),
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), _] if names_credential(name) => {
                Value::from(vec![name.as_str(), MASK])
            }
            _ => items.into_iter().map(masked).collect(),
        },
        other => other,
    }
}

fn masked_fields(fields: Map<String, Value>) -> Map<String, Value> {
    let has = |names: &[&str]| fields.keys().any(|name| is_among(names, name));
    let names: &[&str] = if has(&NAMES) { &NAMES } else { &[KEY] };
    let is_pair = has(&VALUES) && has(names);
    let hides_value = fields
        .iter()
        .filter(|(name, _)| is_pair && is_among(names, name))
        .any(|(_, value)| value.as_str().is_some_and(names_credential));
    let masked_field = |(name, value): (String, Value)| {
        let is_name = is_pair && is_among(names, &name);
        let hidden =
            (names_credential(&name) && !is_name) || (hides_value && is_among(&VALUES, &name));
        let value = if hidden && !value.is_null() { Value::from(MASK) } else { masked(value) };
        (masked_text(&name), value)
    };
    fields.into_iter().map(masked_field).collect()
}

/// The text with the credentials in it masked: Hookline's own keys, JSON Web Tokens, what follows
/// `Bearer` and `Basic`, who a URL says is asking, and what goes by the name of a credential in
/// headers, queries, forms and JSON.
#[must_use]
pub fn masked_text(text: &str) -> String {
    let mut shown = Cow::Borrowed(text);
    for (pattern, mask) in MASKS.iter() {
        if let Cow::Owned(masked) = pattern.replace_all(&shown, *mask) {
            shown = Cow::Owned(masked);
        }
    }
    without_named_values(&shown)
}

type Mask = fn(&Captures<'_>) -> String;

/// Each pattern by itself, so that what one has looked at to no avail another match never begins in:
/// the time is proportional to the text, whoever wrote it. Alternatives of one pattern that end in
/// different places would make it quadratic.
static MASKS: LazyLock<[(Regex, Mask); 5]> = LazyLock::new(|| {
    let userinfo_of_url = r#"(?i)\b([a-z][a-z0-9+.-]*://)([^\s/?#"'<>:@]*)(:?)[^\s/?#"'<>]*@"#;
    let header_line = concat!(
        r#"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s*:\s*\\?["']?)"#,
        // These go on after quotation marks.
        r#"(?:(?:digest|oauth|hawk)\b[^\r\n]*|[^\r\n"'\\]+)"#,
    );
    let after_scheme = r#"(?i)\b(bearer|basic)(\s+)([^\s"'\\,;&<>]+)"#;
    let own_key = r"\bhl[acps]_[0-9a-f]{16,}";
    let web_token = r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*";
    [
        (pattern(userinfo_of_url), userinfo),
        (pattern(header_line), |found| format!("{}{}{MASK}", part(found, 1), part(found, 2))),
        (pattern(after_scheme), scheme),
        (pattern(own_key), |_| MASK.to_owned()),
        (pattern(web_token), |_| MASK.to_owned()),
    ]
});

/// A name and what sets it apart from its value in headers, queries, forms and JSON.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"([A-Za-z][\w.\[\]%-]*)\\?["']?\s*[:=]\s*(\\?["']?)"#));

#[expect(clippy::expect_used, reason = "the patterns are constant, and the tests make them all")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

fn part<'a>(found: &'a Captures<'_>, number: usize) -> &'a str {
    found.get(number).map_or("", |part| part.as_str())
}

/// A name without a password is a key itself.
fn userinfo(found: &Captures<'_>) -> String {
    let (scheme, name) = (part(found, 1), part(found, 2));
    if part(found, 3).is_empty() {
        format!("{scheme}{MASK}@")
    } else {
        format!("{scheme}{name}:{MASK}@")
    }
}

fn scheme(found: &Captures<'_>) -> String {
    let (scheme, space, given) = (part(found, 1), part(found, 2), part(found, 3));
    // `Basic` is a word too: what follows it is base64 of a name and a password, or else no word.
    let bare = given.trim_end_matches(['.', ':', '!', '?', ')']);
    let is_word = scheme.eq_ignore_ascii_case("basic")
        && bare.chars().all(char::is_alphabetic)
        && !bare.chars().skip(1).any(char::is_uppercase)
        && !STANDARD.decode(bare).is_ok_and(|decoded| decoded.contains(&b':'));
    if is_word { part(found, 0).to_owned() } else { format!("{scheme}{space}{MASK}") }
}

fn without_named_values(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for found in NAMED.captures_iter(text) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        let before = text.get(..name.start()).unwrap_or_default();
        let is_host = before.ends_with("//") || before.ends_with('@');
        let spelt = percent_decode_str(name.as_str()).decode_utf8_lossy();
        if name.start() < from || is_host || !names_credential(&spelt) {
            continue;
        }
        let is_quoted = !part(&found, 2).is_empty();
        let ends = |c: char| match c {
            '"' | '\'' | '\\' | '\r' | '\n' => true,
            ',' | ';' | '&' | '<' | '>' => !is_quoted,
            _ => !is_quoted && c.is_whitespace(),
        };
        let rest = text.get(whole.end()..).unwrap_or_default();
        // What is an object or a list has names of its own. It is not searched for an end either,
        // which may be far away for each of many.
        if rest.starts_with(['{', '[']) {
            continue;
        }
        let length = rest.find(ends).unwrap_or(rest.len());
        if length == 0 {
            continue;
        }
        shown.push_str(text.get(from..whole.end()).unwrap_or_default());
        shown.push_str(MASK);
        from = whole.end() + length;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_shown_without_the_credentials_in_them() {
        let key = "0123456789abcdef".repeat(3);
        for (text, shown) in [
            ("Authorization: Bearer hlc_x, accept: */*", "Authorization: ********"),
            (
                "accept: */*\r\nAuthorization: Digest a=\"b\", c=\"d\"\r\nhost: a",
                "accept: */*\r\nAuthorization: ********\r\nhost: a",
            ),
            ("sent Bearer abc.def-1~2/3+4== twice", "sent Bearer ******** twice"),
            ("BASIC dXNlcjpwYXNz", "BASIC ********"),
            ("X-Api-Key: abc\r\nAccept: */*", "X-Api-Key: ********\r\nAccept: */*"),
            ("a=1&api%5Fkey=2&pin=34;sig=5", "a=1&api%5Fkey=********&pin=********;sig=********"),
            ("https://u:p@a.example/x?y=z", "https://u:********@a.example/x?y=z"),
            ("wss://key@a.example", "wss://********@a.example"),
            (
                "https://a.example/r.wav?token=t&X-Amz-Signature=0f&X-Amz-Date=20261123#e",
                "https://a.example/r.wav?token=********&X-Amz-Signature=********&X-Amz-Date=20261123#e",
            ),
            (r#"{"authToken":"abc","n":1}"#, r#"{"authToken":"********","n":1}"#),
            (r#"{\"pwd\": \"a b&c\"}"#, r#"{\"pwd\": \"********\"}"#),
            ("note: jwt=a", "note: jwt=********"),
            (&format!("(hlp_{key})"), "(********)"),
            ("id eyJhbGciOiJIUzI1.eyJzdWIiOi.c2lnbm-_ end", "id ******** end"),
        ] {
            assert_eq!(masked_text(text), shown);
            assert_eq!(masked_text(shown), shown, "masked again");
        }
    }

    /// A quadratic search would take a build without optimisation a minute for the first of these alone.
    #[test]
    fn texts_that_are_nearly_full_of_credentials_are_read_once() {
        for (part, shown) in [
            ("eyJaaaaaaaa-hla_0123456789abcdef-", "eyJaaaaaaaa-********-"),
            ("eyJaaaaaaaa-", "eyJaaaaaaaa-"),
            ("key={", "key={"),
            ("a://b@", "a://********@"),
        ] {
            let count = 96 * 1024 / part.len();
            assert!(masked_text(&part.repeat(count)) == shown.repeat(count), "{part}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "",
            "Basic plan",
            "The basic Insurance, please.",
            "utm_keyword=solar&author=Ann",
            "https://a.example/@ann?email=a@b.example",
            "https://token.example:8080/x",
            "sip:alice@example.com",
            "passenger: 2, keypress=1",
            "2026-11-23T17:00:00Z",
            "arn:aws:connect:us-east-1:123456789012:instance/8f2c0a1e",
            "hlc_ is how keys begin",
        ] {
            assert_eq!(masked_text(text), text);
        }
    }

    #[test]
    fn values_are_masked_beside_the_names_of_credentials() {
        let told = json!({
            "list": [{"name": "Authorization", "value": "s1"}, {"Key": "pwd", "Value": 7},
                {"header": "x-api-key", "values": ["s2"]}, {"key": "lang", "value": "en"},
                {"name": "token", "value": null}],
            "pairs": [["authorization", "s3"], ["accept", "*/*"], ["a", "pin", "b"]],
            "deep": {"a": [{"cvv": 123, "otp": null, "note": "jwt=s4"}]},
            "Bearer s5": true, "key": "s6", "name": "Ann", "value": 1,
        });
        let shown = json!({
            "list": [{"name": "Authorization", "value": MASK}, {"Key": "pwd", "Value": MASK},
                {"header": "x-api-key", "values": MASK}, {"key": "lang", "value": "en"},
                {"name": "token", "value": null}],
            "pairs": [["authorization", MASK], ["accept", "*/*"], ["a", "pin", "b"]],
            "deep": {"a": [{"cvv": MASK, "otp": null, "note": format!("jwt={MASK}")}]},
            "Bearer ********": MASK, "key": MASK, "name": "Ann", "value": 1,
        });
        assert_eq!(masked(told), shown);
    }
}
