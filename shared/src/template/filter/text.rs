//! Filters on the characters of a value. Characters are Unicode scalar values, counted from 0.

use std::borrow::Cow;

use crate::template::escape;

/// In upper case, by Unicode's rules.
pub(super) fn upper(value: Cow<'_, str>) -> Cow<'_, str> {
    let done = value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase());
    if done { value } else { value.to_uppercase().into() }
}

/// In lower case, by Unicode's rules.
pub(super) fn lower(value: Cow<'_, str>) -> Cow<'_, str> {
    let done = value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if done { value } else { value.to_lowercase().into() }
}

/// Without white space at either end.
pub(super) fn trim(value: Cow<'_, str>) -> Cow<'_, str> {
    narrow(value, str::trim)
}

/// The first `count` characters, or as many as there are.
pub(super) fn left(value: Cow<'_, str>, count: usize) -> Cow<'_, str> {
    narrow(value, |text| split(text, count).0)
}

/// The last `count` characters, or as many as there are.
pub(super) fn right(value: Cow<'_, str>, count: usize) -> Cow<'_, str> {
    narrow(value, |text| match count.checked_sub(1) {
        None => "",
        Some(before) => match text.char_indices().nth_back(before) {
            None => text,
            Some((start, _)) => text.get(start..).unwrap_or_default(),
        },
    })
}

/// `count` characters after the first `from`, or as many as there are.
pub(super) fn mid(value: Cow<'_, str>, from: usize, count: usize) -> Cow<'_, str> {
    narrow(value, |text| split(split(text, from).1, count).0)
}

/// With all but unreserved characters percent-encoded.
pub(super) fn urlencode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    escape::percent(value, &mut out);
    out
}

/// The first `count` characters and the rest.
fn split(text: &str, count: usize) -> (&str, &str) {
    let end = text.char_indices().nth(count).map_or(text.len(), |(end, _)| end);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Part of a value, without a copy where the value is borrowed.
fn narrow(value: Cow<'_, str>, pick: impl Fn(&str) -> &str) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(pick(text)),
        Cow::Owned(text) => Cow::Owned(pick(&text).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::template::filter::tests::{fault, filtered};

    #[test]
    fn case_and_blanks() {
        assert_eq!(filtered("upper", &["Jo 1 ß"]), "JO 1 SS");
        assert_eq!(filtered("upper", &["JO 1"]), "JO 1");
        assert_eq!(filtered("lower", &["Jo É"]), "jo é");
        assert_eq!(filtered("lower", &["jo"]), "jo");
        assert_eq!(filtered("trim", &[" \u{a0}a b\t"]), "a b");
        assert_eq!(filtered("trim|default:-", &["  "]), "-");
        assert_eq!(fault("trim: "), "character 9: the filter trim takes no argument");
    }

    #[test]
    fn pieces_are_counted_in_characters() {
        let cases = [
            ("left:2", "hé"),
            ("left:9", "héllo"),
            ("left:0", ""),
            ("right:2", "lo"),
            ("right:4", "éllo"),
            ("right:5", "héllo"),
            ("right:9", "héllo"),
            ("right:0", ""),
            ("mid:0,2", "hé"),
            ("mid:1,3", "éll"),
            ("mid:4,9", "o"),
            ("mid:5,1", ""),
            ("mid:9,1", ""),
            ("upper|mid:1,1", "É"),
        ];
        for (filter, expected) in cases {
            assert_eq!(filtered(filter, &["héllo"]), expected, "{filter}");
        }
    }

    #[test]
    fn counts_are_whole_numbers() {
        for bad in ["left:", "left:-1", "left:+1", "left:1.5", "left:99999999999999999999"] {
            assert_eq!(
                fault(bad),
                "character 9: the filter left needs a number of characters, as in left:3",
                "{bad}"
            );
        }
        assert_eq!(
            fault("right:x"),
            "character 10: the filter right needs a number of characters, as in right:4"
        );
        for bad in ["mid:", "mid:1", "mid:1,", "mid:,1", "mid:1,2,3", "mid:1, 2"] {
            assert_eq!(
                fault(bad),
                "character 8: the filter mid needs how many characters to skip and to keep, \
                 as in mid:0,3",
                "{bad}"
            );
        }
    }

    #[test]
    fn urlencode_leaves_unreserved_characters() {
        assert_eq!(filtered("urlencode", &["a b/é~-._%"]), "a%20b%2F%C3%A9~-._%25");
    }
}
