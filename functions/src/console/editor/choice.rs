//! Options of a select.

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// What is posted.
    pub(super) value: &'static str,
    /// What people read.
    pub(super) label: &'static str,
    /// Whether it is the one that stands.
    pub(super) chosen: bool,
}

/// Options with the one marked that stands; the first stands when none does.
pub(super) fn choices<const N: usize>(
    options: [(&'static str, &'static str); N],
    standing: &str,
) -> [Choice; N] {
    options.map(|(value, label)| Choice { value, label, chosen: value == standing })
}
