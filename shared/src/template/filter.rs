//! Filters: what a token's values go through before they are escaped.
//!
//! A value list never holds an empty value: what a filter makes empty is dropped. Most filters
//! change each value by itself; `first`, `last`, `join` and `json` make one of many, and `default`
//! fills the empty list.

mod date;
mod hash;
mod map;
mod number;
mod text;

use std::borrow::Cow;

use super::escape;
use super::fault::{Problem, RenderError};
use super::parse::{name_length, shown};
use date::DateFormat;
use map::Mapping;

/// Every filter's name, for messages.
pub(super) const NAMES: &str = "default, upper, lower, trim, digits, e164, nanp, left, right, mid, \
                                md5, sha256, hmac_sha256, base64, date, map, join, first, last, \
                                urlencode, json";

/// One filter with its argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Default(Box<str>),
    Upper,
    Lower,
    Trim,
    Digits,
    E164,
    Nanp,
    Left(usize),
    Right(usize),
    Mid {
        from: usize,
        count: usize,
    },
    Md5,
    Sha256,
    /// Signs with the secret of that lower-case name.
    HmacSha256(Box<str>),
    Base64,
    Date(DateFormat),
    Map(Mapping),
    Join(Box<str>),
    First,
    Last,
    UrlEncode,
    Json,
}

impl Filter {
    /// Reads one filter; every problem but an unknown name is about the argument.
    pub(super) fn parse(name: &str, argument: Option<&str>) -> Result<Self, Problem> {
        let plain = |filter, name| match argument {
            None => Ok(filter),
            Some(_) => Err(Problem::NoArgument(name)),
        };
        let needs = |filter, wants| Problem::Argument { filter, wants };
        let count = |filter, wants| {
            argument.and_then(whole_number).ok_or(Problem::Argument { filter, wants })
        };
        match name {
            "default" => argument
                .map(|text| Self::Default(text.into()))
                .ok_or(needs("default", "a text, as in default:none")),
            "upper" => plain(Self::Upper, "upper"),
            "lower" => plain(Self::Lower, "lower"),
            "trim" => plain(Self::Trim, "trim"),
            "digits" => plain(Self::Digits, "digits"),
            "e164" => plain(Self::E164, "e164"),
            "nanp" => plain(Self::Nanp, "nanp"),
            "left" => count("left", "a number of characters, as in left:3").map(Self::Left),
            "right" => count("right", "a number of characters, as in right:4").map(Self::Right),
            "mid" => argument
                .and_then(|pair| pair.split_once(','))
                .and_then(|(from, count)| Some((whole_number(from)?, whole_number(count)?)))
                .map(|(from, count)| Self::Mid { from, count })
                .ok_or(needs("mid", "how many characters to skip and to keep, as in mid:0,3")),
            "md5" => plain(Self::Md5, "md5"),
            "sha256" => plain(Self::Sha256, "sha256"),
            "hmac_sha256" => argument
                .filter(|secret| !secret.is_empty() && name_length(secret) == secret.len())
                .map(|secret| Self::HmacSha256(secret.to_ascii_lowercase().into()))
                .ok_or(needs("hmac_sha256", "the name of a secret, as in hmac_sha256:partner")),
            "base64" => plain(Self::Base64, "base64"),
            "date" => DateFormat::parse(argument.unwrap_or_default()).map(Self::Date),
            "map" => Mapping::parse(argument.unwrap_or_default()).map(Self::Map),
            "join" => argument
                .map(|separator| Self::Join(separator.into()))
                .ok_or(needs("join", "a separator, as in join:;")),
            "first" => plain(Self::First, "first"),
            "last" => plain(Self::Last, "last"),
            "urlencode" => plain(Self::UrlEncode, "urlencode"),
            "json" => plain(Self::Json, "json"),
            other => Err(Problem::UnknownFilter(shown(other))),
        }
    }

    /// The name of the secret it signs with.
    pub(super) fn secret(&self) -> Option<&str> {
        match self {
            Self::HmacSha256(secret) => Some(secret),
            _ => None,
        }
    }

    /// Puts values through; `secret` finds what `hmac_sha256` signs with.
    pub(super) fn apply<'v>(
        &'v self,
        mut values: Vec<Cow<'v, str>>,
        secret: impl FnOnce(&str) -> Option<Cow<'v, str>>,
    ) -> Result<Vec<Cow<'v, str>>, RenderError> {
        match self {
            Self::Default(text) if values.is_empty() => values.push(Cow::Borrowed(text)),
            Self::Upper => each(&mut values, text::upper),
            Self::Lower => each(&mut values, text::lower),
            Self::Trim => each(&mut values, text::trim),
            Self::Left(count) => each(&mut values, |value| text::left(value, *count)),
            Self::Right(count) => each(&mut values, |value| text::right(value, *count)),
            Self::Mid { from, count } => each(&mut values, |value| text::mid(value, *from, *count)),
            Self::Digits => each(&mut values, number::digits),
            Self::E164 => each(&mut values, number::e164),
            Self::Nanp => each(&mut values, |value| number::nanp(&value).into()),
            Self::Md5 => each(&mut values, |value| hash::md5(&value).into()),
            Self::Sha256 => each(&mut values, |value| hash::sha256(&value).into()),
            Self::HmacSha256(name) => {
                let unknown = || RenderError::UnknownSecret { secret: name.to_string() };
                let signer = secret(name).and_then(|key| hash::Signer::new(&key));
                let signer = signer.ok_or_else(unknown)?;
                each(&mut values, |value| signer.sign(&value).into());
            }
            Self::Base64 => each(&mut values, |value| hash::base64(&value).into()),
            Self::Date(format) => each(&mut values, |value| format.write(&value).into()),
            Self::Map(mapping) => each(&mut values, |value| mapping.apply(value)),
            Self::Join(separator) if values.len() > 1 => {
                values = vec![values.join(&**separator).into()];
            }
            Self::Default(_) | Self::Join(_) => {}
            Self::First => values.truncate(1),
            Self::Last => drop(values.drain(..values.len().saturating_sub(1))),
            Self::UrlEncode => each(&mut values, |value| text::urlencode(&value).into()),
            Self::Json => values = vec![json(&values).into()],
        }
        values.retain(|value| !value.is_empty());
        Ok(values)
    }
}

/// Changes each value by itself.
fn each<'v>(values: &mut [Cow<'v, str>], change: impl Fn(Cow<'v, str>) -> Cow<'v, str>) {
    for value in values {
        *value = change(std::mem::take(value));
    }
}

/// The values as JSON: `null`, a string, or an array of strings.
fn json(values: &[Cow<'_, str>]) -> String {
    let mut out = String::new();
    let string = |value: &str, out: &mut String| {
        out.push('"');
        escape::json(value, out);
        out.push('"');
    };
    match values {
        [] => out.push_str("null"),
        [value] => string(value, &mut out),
        [first, others @ ..] => {
            out.push('[');
            string(first, &mut out);
            for value in others {
                out.push(',');
                string(value, &mut out);
            }
            out.push(']');
        }
    }
    out
}

/// Digits only, and not too large.
fn whole_number(text: &str) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use crate::template::known::Known;
    use crate::template::{Context, RenderError, Template, TemplateFault};

    /// `[x|filters]` of these values.
    pub(super) fn filtered(filters: &str, values: &[&str]) -> String {
        let template = Template::parse(&format!("[x|{filters}]"), Context::Text).unwrap();
        template.render(&Known::of(&[("x", values)])).unwrap().text
    }

    /// The one thing wrong with `[x|filter]`.
    pub(super) fn fault(filter: &str) -> String {
        let faults = Template::parse(&format!("[x|{filter}]"), Context::Text).unwrap_err();
        faults.iter().map(TemplateFault::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn default_fills_what_is_empty() {
        assert_eq!(filtered("default:no: name", &[]), "no: name");
        assert_eq!(filtered("default:none", &[""]), "none");
        assert_eq!(filtered("digits|default:none", &["abc"]), "none");
        assert_eq!(filtered("default:none", &["Jo"]), "Jo");
        assert_eq!(filtered("default:", &[]), "");
        assert_eq!(
            fault("default"),
            "character 4: the filter default needs a text, as in default:none"
        );
    }

    #[test]
    fn several_values_are_sorted_and_reduced() {
        assert_eq!(filtered("trim", &["b", " a", "c"]), "a,b,c");
        assert_eq!(filtered("join:; ", &["b", "a", ""]), "a; b");
        assert_eq!(filtered("join:", &["b", "a"]), "ab");
        assert_eq!(filtered("join:-", &["a"]), "a");
        assert_eq!(filtered("join:-", &[]), "");
        assert_eq!(filtered("first", &["b", "a"]), "a");
        assert_eq!(filtered("last", &["b", "a"]), "b");
        assert_eq!(filtered("last", &[]), "");
        assert_eq!(filtered("first|default:x", &[]), "x");
        assert_eq!(fault("join"), "character 4: the filter join needs a separator, as in join:;");
        assert_eq!(fault("first:1"), "character 10: the filter first takes no argument");
    }

    #[test]
    fn json_writes_null_a_string_or_an_array() {
        assert_eq!(filtered("json", &[]), "null");
        assert_eq!(filtered("json", &["say \"é\"\n"]), r#""say \"é\"\n""#);
        assert_eq!(filtered("json", &["b", "1", "a"]), r#"["1","a","b"]"#);
        assert_eq!(filtered("json|json", &["a"]), r#""\"a\"""#);
    }

    #[test]
    fn filters_are_known_by_their_lower_case_names() {
        assert!(fault("Upper").starts_with("character 4: there is no filter \"Upper\""));
        assert!(fault(" trim").starts_with("character 4: there is no filter \" trim\""));
        let names: Vec<_> = super::NAMES.split(", ").collect();
        assert_eq!(names.len(), 21);
        for name in names {
            assert!(!matches!(
                super::Filter::parse(name, None),
                Err(super::Problem::UnknownFilter(_))
            ));
        }
    }

    #[test]
    fn a_value_cannot_grow_without_bound() {
        let known = Known::of(&[("x", &["\\\\\\\\"])]);
        let source = format!("[x{}]", "|json".repeat(16));
        let template = Template::parse(&source, Context::Text).unwrap();
        assert_eq!(template.render(&known), Err(RenderError::TooLong { limit: 262_144 }));
    }
}
