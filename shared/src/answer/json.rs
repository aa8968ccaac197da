//! JSON as partners send it, opened only as deep as it is looked into.
//!
//! Members keep their order and repeated names, numbers their spelling (`1.10`, `1e3`), and depth
//! costs no stack: a value is text until it is asked what it holds.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The longest body that is read, in bytes (spec section 5).
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// One member of a JSON object with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name as it was sent; one whose escapes are no text stays escaped and quoted.
    pub key: String,
    /// The value.
    pub scalars: Scalars,
}

/// The texts in a value: one of a scalar, one for each scalar of an array.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scalars {
    /// Strings as they are, numbers as written, `true` and `false`; in order.
    pub values: Vec<String>,
    /// What held no text, in order.
    pub skipped: Vec<Skipped>,
}

/// Why a value, or an item of an array, gave no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It is `null`.
    Null,
    /// It is an object.
    Object,
    /// It is an array within an array.
    NestedArray,
    /// It is a string whose escapes are no Unicode text (`"\ud800"`).
    BrokenText,
}

/// What a body is when it is no JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnObject {
    /// More than [`MAX_BODY_BYTES`].
    #[error("The body is over {MAX_BODY_BYTES} bytes and was not read.")]
    TooLarge,
    /// Nothing, or white space.
    #[error("The body is empty, not a JSON object.")]
    Empty,
    /// Bytes that are no UTF-8.
    #[error("The body is not UTF-8 text, so not a JSON object.")]
    NotUtf8,
    /// It starts as HTML and XML do.
    #[error("The body is HTML or XML, not a JSON object.")]
    Markup,
    /// Any other text, or JSON with a mistake in it.
    #[error("The body is not valid JSON.")]
    NotJson,
    /// JSON of another type.
    #[error("The body is a JSON {0}, not a JSON object.")]
    Other(&'static str),
}

/// Reads a body that should be a JSON object; knows nothing of tags and their rules.
///
/// A byte order mark is tolerated. A name that is sent twice gives two entries.
///
/// # Errors
/// Says what the body is instead.
pub fn entries(body: &[u8]) -> Result<Vec<Entry>, NotAnObject> {
    let members = Node::of_body(body)?.members();
    Ok(members.into_iter().map(|(key, node)| Entry { key, scalars: node.scalars() }).collect())
}

/// One value of a document, not yet looked into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a>(&'a RawValue);

impl<'a> Node<'a> {
    /// The object that a body is; everything below it is known to be well formed.
    pub(super) fn of_body(body: &'a [u8]) -> Result<Self, NotAnObject> {
        if body.len() > MAX_BODY_BYTES {
            return Err(NotAnObject::TooLarge);
        }
        let text = std::str::from_utf8(body).map_err(|_| NotAnObject::NotUtf8)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        if text.is_empty() {
            return Err(NotAnObject::Empty);
        }
        if text.starts_with('<') {
            return Err(NotAnObject::Markup);
        }
        let root: &RawValue = serde_json::from_str(text).map_err(|_| NotAnObject::NotJson)?;
        match text.as_bytes().first() {
            Some(b'{') => Ok(Self(root)),
            Some(b'[') => Err(NotAnObject::Other("array")),
            Some(b'"') => Err(NotAnObject::Other("string")),
            Some(b't' | b'f') => Err(NotAnObject::Other("true or false")),
            Some(b'n') => Err(NotAnObject::Other("null")),
            _ => Err(NotAnObject::Other("number")),
        }
    }

    /// The members of an object in document order; none of anything else.
    pub(super) fn members(self) -> Vec<(String, Self)> {
        let mut json = serde_json::Deserializer::from_str(self.0.get());
        json.deserialize_map(Members).unwrap_or_default()
    }

    /// The items of an array; none of anything else.
    pub(super) fn items(self) -> Vec<Self> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0.get()).unwrap_or_default();
        items.into_iter().map(Self).collect()
    }

    /// The texts in the value.
    pub(super) fn scalars(self) -> Scalars {
        let mut scalars = Scalars::default();
        if self.is_array() {
            self.items().into_iter().for_each(|item| scalars.take(item));
        } else {
            scalars.take(self);
        }
        scalars
    }

    fn is_array(self) -> bool {
        self.0.get().starts_with('[')
    }
}

impl Scalars {
    fn take(&mut self, node: Node<'_>) {
        let text = node.0.get();
        match text.as_bytes().first() {
            Some(b'{') => self.skipped.push(Skipped::Object),
            Some(b'[') => self.skipped.push(Skipped::NestedArray),
            Some(b'n') => self.skipped.push(Skipped::Null),
            Some(b'"') => match serde_json::from_str(text) {
                Ok(text) => self.values.push(text),
                Err(_) => self.skipped.push(Skipped::BrokenText),
            },
            _ => self.values.push(text.to_owned()),
        }
    }
}

/// Collects the members of one object.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, Node<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let name = serde_json::from_str(key.get()).unwrap_or_else(|_| key.get().to_owned());
            members.push((name, Node(value)));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Vec<(String, Vec<String>, Vec<Skipped>)> {
        let entries = entries(body.as_bytes()).unwrap();
        entries.into_iter().map(|it| (it.key, it.scalars.values, it.scalars.skipped)).collect()
    }

    fn entry(
        key: &str,
        values: &[&str],
        skipped: &[Skipped],
    ) -> (String, Vec<String>, Vec<Skipped>) {
        (key.to_owned(), values.iter().map(|&text| text.to_owned()).collect(), skipped.to_owned())
    }

    #[test]
    fn values_are_read_as_they_were_written_and_in_order() {
        let body =
            "\u{feff} {\"b\": \" x \\u00e9\\n\", \"a\": 1.10, \"e\": 1e3, \"z\": 0, \"m\": -0.0,
            \"t\": true, \"f\": false, \"a\": 99999999999999999999.000, \"\": \"\"} ";
        assert_eq!(
            read(body),
            [
                entry("b", &[" x é\n"], &[]),
                entry("a", &["1.10"], &[]),
                entry("e", &["1e3"], &[]),
                entry("z", &["0"], &[]),
                entry("m", &["-0.0"], &[]),
                entry("t", &["true"], &[]),
                entry("f", &["false"], &[]),
                entry("a", &["99999999999999999999.000"], &[]),
                entry("", &[""], &[]),
            ]
        );
    }

    #[test]
    fn what_holds_no_text_is_told() {
        use Skipped::{BrokenText, NestedArray, Null, Object};
        assert_eq!(
            read(
                r#"{"n": null, "o": {"a": 1}, "l": [1, null, "x", [2], {}], "e": [], "s": "\ud800", "\ud800": 1}"#
            ),
            [
                entry("n", &[], &[Null]),
                entry("o", &[], &[Object]),
                entry("l", &["1", "x"], &[Null, NestedArray, Object]),
                entry("e", &[], &[]),
                entry("s", &[], &[BrokenText]),
                entry(r#""\ud800""#, &["1"], &[]),
            ]
        );
    }

    #[test]
    fn another_body_is_named_for_what_it_is() {
        let over = vec![b' '; MAX_BODY_BYTES + 1];
        let cases: [(&[u8], NotAnObject); 12] = [
            (b"", NotAnObject::Empty),
            (b" \r\n", NotAnObject::Empty),
            (b"<html>", NotAnObject::Markup),
            (b"\xff{}", NotAnObject::NotUtf8),
            (b"OK", NotAnObject::NotJson),
            (b"{\"a\":1} x", NotAnObject::NotJson),
            (b"{\"a\":01}", NotAnObject::NotJson),
            (b"[{}]", NotAnObject::Other("array")),
            (b"\"{}\"", NotAnObject::Other("string")),
            (b"-1", NotAnObject::Other("number")),
            (b"null", NotAnObject::Other("null")),
            (&over, NotAnObject::TooLarge),
        ];
        for (body, expected) in cases {
            assert_eq!(entries(body), Err(expected), "{:?}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let nested = |open: &str, close: &str, depth: usize| {
            format!("{{\"a\":{}1{}}}", open.repeat(depth), close.repeat(depth))
        };
        let deep = MAX_BODY_BYTES / 2 - 10;
        assert_eq!(read(&nested("[", "]", deep)), [entry("a", &[], &[Skipped::NestedArray])]);
        assert_eq!(read(&nested("{\"a\":", "}", 10_000)), [entry("a", &[], &[Skipped::Object])]);
        let unclosed = format!("{{\"a\":{}", "[".repeat(deep));
        assert_eq!(entries(unclosed.as_bytes()), Err(NotAnObject::NotJson));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = entries(&body);
        }

        #[test]
        fn an_entry_for_each_member(
            members in proptest::collection::vec(("\\PC{0,4}", "\\PC{0,6}"), 0..8),
        ) {
            let quote = |text: &str| serde_json::Value::from(text).to_string();
            let member = |(key, value): &(String, String)| format!("{}:{}", quote(key), quote(value));
            let body = members.iter().map(member).collect::<Vec<_>>().join(",");
            let read = entries(format!("{{{body}}}").as_bytes()).unwrap_or_default();
            let pairs: Vec<_> =
                read.into_iter().map(|it| (it.key, it.scalars.values.concat())).collect();
            prop_assert_eq!(pairs, members);
        }
    }
}
