//! Faults by the field of a form that they belong to.
//!
//! A field has the name of its input; one of row 2 of a list is `matches.2.values`, and the row as a
//! whole `matches.2`. What belongs to no field stands under the empty name, at the top of the form.

use std::collections::BTreeMap;
use std::fmt::Display;

use hookline::fault::{Fault, Faults};

/// What is wrong, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldFaults(BTreeMap<String, Vec<String>>);

impl FieldFaults {
    /// The faults of a document at the fields that `field_of` finds for the names which their pointers go
    /// through; those of no field stand at the top.
    pub(super) fn of(faults: &Faults, field_of: impl Fn(&[String]) -> Option<String>) -> Self {
        let mut placed = Self::default();
        for Fault { pointer, detail } in faults.iter() {
            match field_of(&segments(pointer)) {
                Some(field) => placed.add(field, detail),
                None if pointer.is_empty() => placed.add("", detail),
                None => placed.add("", format!("{pointer}: {detail}")),
            }
        }
        placed
    }

    /// Notes a fault at a field.
    pub(super) fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(detail.into());
    }

    /// Notes everything of another.
    pub(super) fn extend(&mut self, other: Self) {
        for (field, details) in other.0 {
            self.0.entry(field).or_default().extend(details);
        }
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many faults there are.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Every fault with its field.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(field, details)| {
            details.iter().map(move |detail| (field.as_str(), detail.as_str()))
        })
    }

    /// What is wrong with a field itself.
    pub(super) fn at(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// Whether something is wrong with a field itself.
    pub(super) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Whether something is wrong with the cell of a row.
    pub(super) fn cell(&self, list: &str, row: impl Display, cell: &str) -> bool {
        self.has(&format!("{list}.{row}.{cell}")) || self.has(&format!("{list}.{row}"))
    }

    /// What is wrong anywhere in a row.
    pub(super) fn row(&self, list: &str, row: impl Display) -> Vec<&str> {
        let whole = format!("{list}.{row}");
        let cells = format!("{whole}.");
        let within = |field: &str| field == whole || field.starts_with(&cells);
        let found = self.0.iter().filter(|(field, _)| within(field));
        found.flat_map(|(_, details)| details.iter().map(String::as_str)).collect()
    }

    /// Whether something is wrong with any of these fields or in any of these lists.
    pub(super) fn any(&self, fields: &[&str]) -> bool {
        let root = |field: &str| field.split('.').next().unwrap_or_default().to_owned();
        self.0.keys().any(|field| fields.contains(&root(field).as_str()))
    }
}

/// The names that a JSON pointer goes through.
pub(super) fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_what_is_wrong_with_it_and_with_its_cells() {
        let mut placed = FieldFaults::default();
        placed.add("matches.1.key", "no key");
        placed.add("matches.1", "no good");
        placed.add("matches.10.key", "elsewhere");

        assert_eq!(placed.row("matches", 1), ["no good", "no key"]);
        assert!(placed.cell("matches", 1, "op"));
        assert!(!placed.cell("matches", 10, "op"));
        assert!(placed.any(&["url", "matches"]));
        assert_eq!(placed.count(), 3);
    }

    #[test]
    fn pointers_are_unescaped() {
        assert_eq!(segments("/x~0y/0/a~1b"), ["x~y", "0", "a/b"]);
        assert_eq!(segments(""), Vec::<String>::new());
    }
}
