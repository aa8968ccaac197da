//! Escaping a value for the place it stands in.
//!
//! Every escape works character by character, so that escaping parts and joining them is the same
//! as joining and then escaping.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Url,
    Header,
    /// Inside a JSON string.
    JsonString,
    /// Where a JSON value is expected.
    JsonBare,
    Form,
    Xml,
    Text,
}

/// A value that may not stand in a header.
#[derive(Debug)]
pub(super) struct ControlCharacter;

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends a text, escaped for its place; a bare JSON place is inside the quotes it then needs.
pub(super) fn write(place: Place, text: &str, out: &mut String) -> Result<(), ControlCharacter> {
    match place {
        Place::Url => percent(text, out),
        Place::Header if text.chars().any(char::is_control) => return Err(ControlCharacter),
        Place::Header | Place::Text => out.push_str(text),
        Place::JsonString | Place::JsonBare => json(text, out),
        Place::Form => out.extend(form_urlencoded::byte_serialize(text.as_bytes())),
        Place::Xml => xml(text, out),
    }
    Ok(())
}

/// Appends a text with all but unreserved characters percent-encoded.
pub(super) fn percent(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Appends a text as the inside of a JSON string (RFC 8259, section 7).
pub(super) fn json(text: &str, out: &mut String) {
    let special = |c| matches!(c, '"' | '\\' | '\0'..='\u{1f}');
    replace(text, out, special, |c, out| match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        control => {
            let digit = |value| char::from_digit(value, 16).unwrap_or('0');
            out.push_str("\\u00");
            out.push(digit(u32::from(control) / 16));
            out.push(digit(u32::from(control) % 16));
        }
    });
}

/// Appends a text for XML 1.0 text or attributes. White space other than blanks is written as a
/// reference, which attribute normalisation leaves alone; what XML cannot say becomes U+FFFD.
fn xml(text: &str, out: &mut String) {
    let special =
        |c| matches!(c, '&' | '<' | '>' | '"' | '\'' | '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    replace(text, out, special, |c, out| {
        out.push_str(match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&apos;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            _ => "\u{fffd}",
        });
    });
}

/// Copies a text but for the special characters, which `write` writes.
fn replace(
    text: &str,
    out: &mut String,
    special: impl Fn(char) -> bool,
    write: impl Fn(char, &mut String),
) {
    let mut from = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| special(*c)) {
        out.push_str(text.get(from..at).unwrap_or_default());
        write(c, out);
        from = at + c.len_utf8();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// Whether a text is a JSON number that fits a double, `true` or `false`.
pub(super) fn is_json_scalar(text: &str) -> bool {
    text == "true" || text == "false" || is_json_number(text)
}

fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (whole, mut rest) = split_digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let (digits, after) = split_digits(fraction);
        if digits.is_empty() {
            return false;
        }
        rest = after;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let (digits, after) = split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
        if digits.is_empty() {
            return false;
        }
        rest = after;
    }
    // Past the range of a double many readers refuse the whole document.
    rest.is_empty() && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(place: Place, text: &str) -> String {
        let mut out = String::from("<");
        write(place, text, &mut out).unwrap();
        out
    }

    #[test]
    fn each_place_has_its_escape() {
        let text = "a b+c&d=\"é\"\\/'<~-_.>\n";
        let cases = [
            (Place::Url, "<a%20b%2Bc%26d%3D%22%C3%A9%22%5C%2F%27%3C~-_.%3E%0A"),
            (Place::Form, "<a+b%2Bc%26d%3D%22%C3%A9%22%5C%2F%27%3C%7E-_.%3E%0A"),
            (Place::JsonString, "<a b+c&d=\\\"é\\\"\\\\/'<~-_.>\\n"),
            (Place::Xml, "<a b+c&amp;d=&quot;é&quot;\\/&apos;&lt;~-_.&gt;&#10;"),
            (Place::Text, "<a b+c&d=\"é\"\\/'<~-_.>\n"),
        ];
        for (place, expected) in cases {
            assert_eq!(escaped(place, text), expected, "{place:?}");
        }
    }

    #[test]
    fn control_characters_are_written_refused_or_replaced() {
        assert_eq!(escaped(Place::JsonString, "\0\r\t\u{1f}\u{7f}"), "<\\u0000\\r\\t\\u001f\u{7f}");
        assert_eq!(escaped(Place::Xml, "\0\r\t\u{ffff}"), "<\u{fffd}&#13;&#9;\u{fffd}");
        for refused in ["\r", "a\nb", "\t", "\0", "\u{7f}", "\u{85}"] {
            assert!(write(Place::Header, refused, &mut String::new()).is_err(), "{refused:?}");
        }
        assert_eq!(escaped(Place::Header, "José \"x\""), "<José \"x\"");
    }

    #[test]
    fn json_scalars_are_numbers_and_truth_values() {
        for yes in ["0", "-0", "23", "16145551234", "1.50", "-1.5e-3", "2E+8", "true", "false"] {
            assert!(is_json_scalar(yes), "{yes}");
        }
        for no in ["", "01", "+1", "1.", ".5", "1e", "--1", "1 ", "1e999", "null", "True", "0x1"] {
            assert!(!is_json_scalar(no), "{no}");
        }
    }
}
