//! What somebody typed into a form: names and values in the order they were posted.
//!
//! A form is read leniently and never refuses: what is no number stays text, so that whoever checks
//! the document says what is wrong with it, and what was typed can be shown again as it was.

use serde_json::{Value, json};

use super::super::form::Filled;
use super::pairs::Pair;

impl Filled {
    /// Every value under a name, in order, line breaks as `\n`.
    fn all(&self, name: &str) -> impl Iterator<Item = String> {
        self.values(name).map(|value| value.replace("\r\n", "\n"))
    }

    /// The first value under a name as it was typed; empty when there is none.
    pub(super) fn whole(&self, name: &str) -> String {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value under a name without the blanks around it.
    pub(super) fn one(&self, name: &str) -> String {
        self.text(name).to_owned()
    }

    /// Whether a box was ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The rows that these fields repeat, each cell as typed; a cell that was not posted is empty.
    pub(super) fn rows<const CELLS: usize>(&self, names: [&str; CELLS]) -> Vec<[String; CELLS]> {
        let mut columns = names.map(|name| self.all(name).collect::<Vec<_>>().into_iter());
        let count = columns.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let cell = |column: &mut std::vec::IntoIter<String>| column.next().unwrap_or_default();
        (0..count).map(|_| columns.each_mut().map(cell)).collect()
    }

    /// Rows of two fields, trimmed.
    pub(super) fn pairs(&self, name: &str, value: &str) -> Vec<Pair> {
        let rows = self.rows([name, value]);
        let pair = |[name, value]: [String; 2]| Pair {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
        };
        rows.into_iter().map(pair).collect()
    }
}

/// Rows of a list that holds so many at most: all of them, or else one more than it holds, so that what
/// checks them says so and a page does not grow without end. Rows left alone go first.
pub(super) fn bounded<Row>(
    mut rows: Vec<Row>,
    most: usize,
    is_blank: impl Fn(&Row) -> bool,
) -> Vec<Row> {
    if rows.len() > most {
        rows.retain(|row| !is_blank(row));
        rows.truncate(most + 1);
    }
    rows
}

/// Says of a list that it has more rows than it holds. Those behind the first too many are gone.
pub(super) fn too_many(most: usize) -> String {
    format!("at most {most} rows: what was behind these is left out")
}

/// A whole number as JSON, or else the text as it stands.
pub(super) fn number(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
}

/// The lines of a text that say something, trimmed.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A member of a document as a form shows it: a text as it is, a number as it prints, nothing empty.
pub(super) fn shown(document: &Value, member: &str) -> String {
    match document.get(member) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_together_from_repeated_fields() {
        let typed = Filled::of(&[
            ("k", "a"),
            ("v", " 1 "),
            ("other", "x"),
            ("k", ""),
            ("v", ""),
            ("k", "c"),
        ]);
        let row = |key: &str, value: &str| [key.to_owned(), value.to_owned()];
        assert_eq!(typed.rows(["k", "v"]), [row("a", " 1 "), row("", ""), row("c", "")]);
        assert_eq!(typed.rows(["none", "neither"]), Vec::<[String; 2]>::new());
    }

    #[test]
    fn what_is_no_number_stays_as_it_was_typed() {
        assert_eq!(number("90"), json!(90));
        assert_eq!(number("-1"), json!(-1));
        assert_eq!(number("1.5 s"), json!("1.5 s"));
    }

    #[test]
    fn a_list_that_is_too_long_keeps_one_row_too_many_and_none_left_alone() {
        let kept = |rows: &[&str]| bounded(rows.to_vec(), 2, |row| row.is_empty()).len();
        assert_eq!(kept(&["a", ""]), 2);
        assert_eq!(kept(&["a", "", "b", ""]), 2);
        assert_eq!(kept(&["a", "b", "c", "d", "e"]), 3);
    }

    #[test]
    fn line_breaks_of_browsers_become_plain_ones() {
        assert_eq!(Filled::of(&[("body", "a\r\nb ")]).whole("body"), "a\nb ");
    }
}
