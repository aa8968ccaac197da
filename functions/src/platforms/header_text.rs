//! Texts in the headers of `CloudEvents` in binary mode (HTTP protocol binding 1.0.2, section
//! 3.1.3.2).

use percent_encoding::percent_decode_str;

/// Reads a header's value: quoted strings are unquoted, then percent-encoding is undone, once; `None`
/// when that is not UTF-8.
pub(super) fn header_text(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let text = unquoted(text.trim());
    percent_decode_str(&text).decode_utf8().ok().map(Into::into)
}

/// The text with its quoted strings unquoted (RFC 7230, section 3.2.6).
fn unquoted(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut within = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => within = !within,
            '\\' if within => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_the_binding_writes_them() {
        for (value, text) in [
            ("plain", Some("plain")),
            // The binding's own example.
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", Some("Euro € 😀")),
            ("euro%20%e2%82%ac", Some("euro €")),
            ("%41%2525", Some("A%25")),
            ("\"a b\\\"c\\\\\"", Some("a b\"c\\")),
            ("\"a%20b\" c", Some("a b c")),
            ("100% sure", Some("100% sure")),
            ("€", Some("€")),
            ("", Some("")),
            // Overlong: what a space must not be spelled like.
            ("%C0%A0", None),
        ] {
            assert_eq!(header_text(value.as_bytes()).as_deref(), text, "{value}");
        }
        assert_eq!(header_text(&[0xff]), None);
    }
}
