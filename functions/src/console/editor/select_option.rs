//! Options of a select.

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SelectOption {
    /// What is posted.
    pub(super) value: &'static str,
    /// What people read.
    pub(super) label: &'static str,
    /// Whether it is the one that stands.
    pub(super) selected: bool,
}

/// Options with the one marked that stands; the first stands when none does.
pub(super) fn select_options<const N: usize>(
    options: [(&'static str, &'static str); N],
    standing: &str,
) -> [SelectOption; N] {
    options.map(|(value, label)| SelectOption { value, label, selected: value == standing })
}
