//! The place in a document that results fill: what stands between two comments.

/// The comment before it.
pub const BEGIN: &str = "<!-- what the bench measured: begin -->\n";
/// The comment after it.
pub const END: &str = "<!-- what the bench measured: end -->\n";

/// What stands before the place and after it; `None` when there is none.
#[must_use]
pub fn around(document: &str) -> Option<(&str, &str)> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some((before, after))
}

/// The document with this text in its place; `None` when it has none.
#[must_use]
pub fn filled(document: &str, text: &str) -> Option<String> {
    let (before, after) = around(document)?;
    Some(format!("{before}{BEGIN}{text}{END}{after}"))
}
