//! US ZIP codes and the state each belongs to.
//!
//! The state is that of the postal address, lower case: a state, the district, a territory or freely
//! associated state (`pr`, `gu`, `fm` …), or the military's `aa`, `ae` and `ap`. Retired ZIP codes
//! keep the state they had, because people and partners' files hold on to them for years. A ZIP code
//! that was never assigned has no state.

use super::place::{State, Zip};
use super::table::{self, Lines, Words};

/// A three-digit prefix, one state in it, and which of the hundred ZIP codes are that state's.
#[derive(Clone, Copy)]
struct Row {
    prefix: u32,
    state: State,
    assigned: u128,
}

const FILE: &[u8] = include_bytes!("zip_codes.txt");

/// Sorted by prefix. Few prefixes have more than one row.
static ROWS: [Row; Lines::of(FILE).count()] = read(FILE);

/// The state of a ZIP code, if it was ever assigned.
#[must_use]
pub fn state_of(zip: Zip) -> Option<State> {
    let (prefix, last) = (zip.number() / 100, zip.number() % 100);
    let first = ROWS.partition_point(|row| row.prefix < prefix);
    let rows = ROWS.get(first..)?.iter().take_while(|row| row.prefix == prefix);
    rows.filter(|row| row.assigned >> last & 1 == 1).map(|row| row.state).next()
}

#[expect(clippy::panic, clippy::indexing_slicing, reason = "runs while compiling: stops the build")]
const fn read<const N: usize>(file: &[u8]) -> [Row; N] {
    let mut lines = Lines::of(file);
    let Some(first) = lines.take() else { panic!("there are ZIP codes") };
    let mut rows = [read_row(first); N];
    let mut at = 1;
    while let Some(line) = lines.take() {
        rows[at] = read_row(line);
        assert!(rows[at - 1].prefix <= rows[at].prefix, "prefixes ascend");
        at += 1;
    }
    rows
}

#[expect(clippy::panic, reason = "runs while compiling: stops the build")]
const fn read_row(mut line: Words) -> Row {
    let (Some(prefix), Some(state)) = (line.take(), line.take()) else {
        panic!("a line is a prefix, a state and ZIP codes");
    };
    let (Some(prefix), Some(state)) = (table::number(prefix), State::of_table(state)) else {
        panic!("a line is a prefix, a state and ZIP codes");
    };
    let mut assigned = 0;
    while let Some(word) = line.take() {
        assigned |= match word {
            [_, _] => run(table::number(word), table::number(word)),
            [a, b, b'-', c, d] => run(table::number(&[*a, *b]), table::number(&[*c, *d])),
            _ => panic!("ZIP codes are two digits, or two digits to two digits"),
        };
    }
    Row { prefix, state, assigned }
}

/// One bit for each of the ZIP codes from the first to the last.
#[expect(clippy::panic, reason = "runs while compiling: stops the build")]
const fn run(first: Option<u32>, last: Option<u32>) -> u128 {
    match (first, last) {
        (Some(first), Some(last)) if first <= last => {
            (u128::MAX >> (127 - (last - first))) << first
        }
        _ => panic!("a run of ZIP codes ascends"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::geo::Place;

    fn state(zip: &str) -> Option<String> {
        let place = Place::from_zip(zip).unwrap();
        place.state().map(|state| state.to_string())
    }

    #[test]
    fn known_zip_codes_have_their_state() {
        let expected = [
            ("10101", "ny"),
            ("43215", "oh"),
            ("00501", "ny"),
            ("06390", "ny"),
            ("06320", "ct"),
            ("20588", "md"),
            ("20598", "va"),
            ("20500", "dc"),
            ("73960", "tx"),
            ("83414", "wy"),
            ("00901", "pr"),
            ("00801", "vi"),
            ("96799", "as"),
            ("96910", "gu"),
            ("96950", "mp"),
            ("96939", "pw"),
            ("34034", "aa"),
            ("09009", "ae"),
            ("96201", "ap"),
            ("99950", "ak"),
        ];
        for (zip, expected) in expected {
            assert_eq!(state(zip).as_deref(), Some(expected), "{zip}");
        }
    }

    #[test]
    fn a_zip_code_that_was_never_assigned_has_no_state() {
        for zip in ["00000", "00001", "10198", "43000", "99999"] {
            assert_eq!(state(zip), None, "{zip}");
        }
    }

    #[test]
    fn every_state_of_the_table_is_one_that_places_know() {
        for row in &ROWS {
            let place = format!("us-{}", row.state);
            assert_eq!(Place::parse(&place).map(Place::state), Ok(Some(row.state)));
        }
    }

    #[test]
    fn every_zip_code_agrees_with_the_zipcodes_crate() {
        let theirs: BTreeMap<&str, String> = zipcodes::database()
            .iter()
            .map(|zip| (zip.zip_code.as_str(), zip.state.to_lowercase()))
            .collect();

        let differences: Vec<_> = (0..100_000)
            .map(|number| format!("{number:05}"))
            .map(|zip| (state(&zip), theirs.get(zip.as_str()).cloned(), zip))
            .filter(|(ours, theirs, _)| ours != theirs)
            .map(|(ours, theirs, zip)| (zip, ours.unwrap_or_default(), theirs.unwrap_or_default()))
            .collect();

        // Military and diplomatic mail: the crate names the state it passes through, not the one
        // that the address says.
        let military = ["09905", "09980", "09981", "09982", "09983", "09984"];
        assert_eq!(
            differences,
            military.map(|zip| (zip.to_owned(), "ae".to_owned(), "nj".to_owned()))
        );
    }
}
