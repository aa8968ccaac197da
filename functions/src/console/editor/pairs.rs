//! Rows of two texts that belong together: a header's name and value, a tag and where it stands.

use serde_json::{Map, Value, json};

use super::super::field_faults::FieldFaults;

/// Two texts that belong together: a header's name and value, a tag and where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// What it is called.
    pub(super) name: String,
    /// What it is.
    pub(super) value: String,
}

impl Pair {
    /// Whether somebody left this row alone.
    pub(super) fn is_blank(&self) -> bool {
        self.name.is_empty() && self.value.is_empty()
    }
}

/// The members of an object as rows.
pub(super) fn pairs_of(object: Option<&Value>) -> Vec<Pair> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    members.map(|(name, value)| Pair { name: name.clone(), value: text(value) }).collect()
}

pub(super) fn object_of(rows: &[Pair]) -> Value {
    let used = rows.iter().filter(|row| !row.is_blank());
    used.map(|row| (row.name.clone(), json!(row.value))).collect::<Map<_, _>>().into()
}

/// The rows whose name an earlier row has.
fn repeated(rows: &[Pair]) -> Vec<usize> {
    let same = |row: &Pair, other: &Pair| !other.is_blank() && other.name == row.name;
    let earlier = |at: usize, row: &Pair| rows.iter().take(at).any(|other| same(row, other));
    let used = rows.iter().enumerate().filter(|(_, row)| !row.is_blank());
    used.filter(|(at, row)| earlier(*at, row)).map(|(at, _)| at).collect()
}

/// The last row of that name, in upper or lower case.
pub(super) fn named_row(rows: &[Pair], name: &str) -> Option<usize> {
    let is_it = |row: &Pair| !row.is_blank() && row.name == name;
    let similar = |row: &Pair| row.name.eq_ignore_ascii_case(name);
    rows.iter().rposition(is_it).or_else(|| rows.iter().rposition(similar))
}

impl FieldFaults {
    /// Says of each row whose name an earlier one has that it is there twice.
    pub(super) fn add_repeated(&mut self, list: &str, rows: &[Pair]) {
        for row in repeated(rows) {
            self.add(format!("{list}.{row}"), "is there twice");
        }
    }
}
