//! North American area codes and the place each belongs to.
//!
//! The place is a state of the United States, a province of Canada, or another country of the plan
//! by its own ISO code; the territories of the United States count among those (`pr`, not `us-pr`),
//! as the numbering plan lists them. Where a code serves more than one province the table says what
//! is most likely or certain: 902 and 782 are placed in Nova Scotia, which has about six times the
//! people of Prince Edward Island; 867 serves three territories of much the same size and is placed
//! in Canada only.

use super::place::Place;
use super::table::{self, Lines};

/// What an area code says about where a number is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// It belongs to this place.
    Place(Place),
    /// It is one of a service, such as toll-free, and belongs to no place.
    NoPlace,
    /// The table does not have it: not in service, or only since the table was made.
    Unlisted,
}

/// Area codes have three digits, the first of them 2 to 9.
const CODES: usize = 1000;

static COVERAGE: [Coverage; CODES] = read(include_bytes!("area_codes.txt"));

/// What the table says of an area code.
#[must_use]
pub fn coverage(area_code: u16) -> Coverage {
    COVERAGE.get(usize::from(area_code)).copied().unwrap_or(Coverage::Unlisted)
}

#[expect(clippy::panic, clippy::indexing_slicing, reason = "runs while compiling: stops the build")]
const fn read(file: &[u8]) -> [Coverage; CODES] {
    let mut table = [Coverage::Unlisted; CODES];
    let mut lines = Lines::of(file);
    while let Some(mut line) = lines.take() {
        let covered = match line.take() {
            Some(b"none") => Coverage::NoPlace,
            Some(word) => match Place::of_table(word) {
                Some(place) => Coverage::Place(place),
                None => panic!("a line begins with a place, as in us-oh or vi, or with none"),
            },
            None => continue,
        };
        while let Some(word) = line.take() {
            let Some(code) = table::number(word) else { panic!("an area code is three digits") };
            let slot = &mut table[code as usize];
            assert!(code >= 200 && matches!(slot, Coverage::Unlisted), "an area code stands once");
            *slot = covered;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn code_of(coverage: Coverage) -> String {
        match coverage {
            Coverage::Place(place) => place.to_string(),
            Coverage::NoPlace => "none".to_owned(),
            Coverage::Unlisted => "unlisted".to_owned(),
        }
    }

    /// Every code for which the two say different things, with what they say.
    fn differences(
        ours: impl Fn(u16) -> String,
        theirs: impl Fn(u16) -> String,
    ) -> Vec<(u16, String, String)> {
        (0..1000)
            .map(|code| (code, ours(code), theirs(code)))
            .filter(|(_, ours, theirs)| ours != theirs)
            .collect()
    }

    #[test]
    fn known_codes_have_their_place() {
        let expected = [
            (614, "us-oh"),
            (212, "us-ny"),
            (202, "us-dc"),
            (416, "ca-on"),
            (902, "ca-ns"),
            (867, "ca"),
            (787, "pr"),
            (340, "vi"),
            (876, "jm"),
            (809, "do"),
            (800, "none"),
            (888, "none"),
            (900, "none"),
            (500, "none"),
            (710, "none"),
            (999, "unlisted"),
            (0, "unlisted"),
        ];
        for (code, place) in expected {
            assert_eq!(code_of(coverage(code)), place, "{code}");
        }
        assert_eq!(coverage(u16::MAX), Coverage::Unlisted);
    }

    #[test]
    fn the_table_is_as_large_as_the_numbering_plan() {
        let count = |wanted: fn(&str) -> bool| {
            COVERAGE.iter().filter(|coverage| wanted(&code_of(**coverage))).count()
        };
        // The administrator's list of September 2026 has 454 codes in service that belong to a
        // place: 378 of the United States, 6 of them of its territories, 55 of Canada and 21 of
        // other countries. Canada's 273 is new since.
        assert_eq!(count(|place| place.starts_with("us-")), 372);
        assert_eq!(count(|place| ["pr", "vi", "gu", "as", "mp"].contains(&place)), 6);
        assert_eq!(count(|place| place == "ca" || place.starts_with("ca-")), 56);
        assert_eq!(count(|place| !["none", "unlisted"].contains(&place)), 455);
    }

    #[test]
    fn every_code_agrees_with_the_second_source() {
        let second = read(include_bytes!("area_codes_second_source.txt"));
        // The second source leaves out the codes without a place.
        let ours = |code| code_of(coverage(code)).replace("none", "unlisted");
        let theirs = |code| code_of(second[usize::from(code)]);

        // Not in it yet: the codes that came into service last.
        let newest = [
            (357, "us-ca"),
            (436, "us-oh"),
            (457, "us-la"),
            (465, "us-ny"),
            (471, "us-ms"),
            (483, "us-al"),
            (621, "us-tx"),
            (624, "us-ny"),
            (679, "us-mi"),
            (729, "us-tn"),
            (837, "us-ca"),
            (861, "us-il"),
            (924, "us-mn"),
        ];
        assert_eq!(
            differences(ours, theirs),
            newest.map(|(code, place)| (code, place.to_owned(), "unlisted".to_owned()))
        );
    }

    #[test]
    fn every_code_agrees_with_the_phonelib_crate_on_the_country() {
        let country_of = |code| code_of(coverage(code)).chars().take_while(|c| *c != '-').collect();
        // The crate gives codes without a place to the United States or Canada: no comparison.
        let theirs = |code: u16| match coverage(code) {
            Coverage::NoPlace => "none".to_owned(),
            Coverage::Place(_) | Coverage::Unlisted => {
                let country = phonelib::extract_country(&format!("+1{code:03}5550123"));
                country.map_or("unlisted".to_owned(), |country| country.code.to_lowercase())
            }
        };

        // Assigned, but not in service.
        let planned = [565, 761];
        assert_eq!(
            differences(country_of, theirs),
            planned.map(|code| (code, "unlisted".to_owned(), "us".to_owned()))
        );
    }

    #[test]
    fn every_state_agrees_with_the_zipcodes_crate() {
        // A ZIP code names every area code in use there, the neighbours' and Canada's too, so an
        // area code's state is the one that most of its ZIP codes are in.
        let mut named: BTreeMap<u16, BTreeMap<String, usize>> = BTreeMap::new();
        for zip in zipcodes::database() {
            for code in &zip.area_codes {
                let states = named.entry(code.parse().unwrap()).or_default();
                *states.entry(format!("us-{}", zip.state.to_lowercase())).or_default() += 1;
            }
        }
        let most_named = |code| {
            let most = named.get(&code)?.iter().max_by_key(|(_, zips)| **zips)?;
            Some(most.0.clone())
        };
        let state_of = |code| code_of(coverage(code));
        // Where it names no state, or ours is none of the United States', there is no comparison.
        let theirs = |code| match state_of(code) {
            ours if ours.starts_with("us-") => most_named(code).unwrap_or(ours),
            ours => ours,
        };
        assert_eq!(differences(state_of, theirs), []);
        assert_eq!(named.keys().filter(|code| state_of(**code).starts_with("us-")).count(), 344);
    }
}
