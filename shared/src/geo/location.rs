//! Where one caller is.
//!
//! A location starts as what the area code says and is then replaced, never added to: the newest
//! place wins whole, so that a caller is never in the ZIP code of one state and in another state.
//! The area code is the number's own and stays whatever anyone says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::area_codes::{self, Coverage};
use super::place::Place;
use crate::phone::E164;
use crate::tag::{TagKey, TagSet, TagValue};

/// An area code and the place that was told last, each of them if there is one. In JSON:
/// `{"area_code":614,"told":"us-10101"}`.
///
/// Country, state and ZIP code follow from these two, so they cannot contradict each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area_code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Place>,
}

impl Location {
    /// What the caller's number says (spec section 5).
    ///
    /// Nothing for a hidden number, one from outside the North American plan, and one that belongs
    /// to no place, such as toll-free. An area code that the table does not have stands alone: it
    /// may be newer than the table, and campaigns can match it all the same.
    #[must_use]
    pub fn of_caller(number: Option<&E164>) -> Self {
        let area_code = number
            .and_then(E164::area_code)
            .filter(|code| area_codes::coverage(*code) != Coverage::NoPlace);
        Self { area_code, told: None }
    }

    /// This location with country, state and ZIP code replaced; the area code stays.
    #[must_use]
    pub fn replaced_by(&self, place: &Place) -> Self {
        Self { area_code: self.area_code, told: Some(*place) }
    }

    /// Where somebody told that the caller is; `None` while the area code alone says so.
    #[must_use]
    pub fn told(&self) -> Option<Place> {
        self.told
    }

    /// The area code of a North American caller.
    #[must_use]
    pub fn area_code(&self) -> Option<u16> {
        self.area_code
    }

    /// The place that was told last, or else that of the area code.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.told.or_else(|| match area_codes::coverage(self.area_code?) {
            Coverage::Place(place) => Some(place),
            Coverage::NoPlace | Coverage::Unlisted => None,
        })
    }

    /// The token `caller_zip`: `10101`.
    #[must_use]
    pub fn caller_zip(&self) -> Option<String> {
        self.place()?.zip().map(|zip| zip.to_string())
    }

    /// The token `caller_state`, lower case without the country: `ny`.
    #[must_use]
    pub fn caller_state(&self) -> Option<String> {
        self.place()?.state().map(|state| state.to_string())
    }

    /// The token `caller_country`: `us`.
    #[must_use]
    pub fn caller_country(&self) -> Option<String> {
        self.place().map(|place| place.country().to_string())
    }

    /// The values of the `geo` tag: area code, country, state and ZIP code as far as known, as in
    /// `614`, `us`, `us-10101`, `us-ny`.
    #[must_use]
    pub fn geo_values(&self) -> BTreeSet<String> {
        let mut values: BTreeSet<String> =
            self.area_code.map(|code| code.to_string()).into_iter().collect();
        if let Some(place) = self.place() {
            let country = place.country();
            values.insert(country.to_string());
            values.extend(place.state().map(|state| Place::State(country, state).to_string()));
            values.insert(place.to_string());
        }
        values
    }

    /// The tag `geo` with its values; no tag where nothing is known.
    #[must_use]
    pub fn tags(&self) -> TagSet {
        let tag = |value: &String| Some((TagKey::parse("geo").ok()?, TagValue::parse(value).ok()?));
        self.geo_values().iter().filter_map(tag).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(number: &str) -> Location {
        Location::of_caller(Some(&E164::parse(number).unwrap()))
    }

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    fn geo(location: Location) -> String {
        location.geo_values().into_iter().collect::<Vec<_>>().join(" ")
    }

    fn tokens(location: Location) -> [String; 3] {
        [location.caller_zip(), location.caller_state(), location.caller_country()]
            .map(Option::unwrap_or_default)
    }

    #[test]
    fn a_call_starts_where_its_area_code_is() {
        let starts = [
            ("+16145550100", "614 us us-oh"),
            ("+14165550100", "416 ca ca-on"),
            ("+18675550100", "867 ca"),
            ("+17875550100", "787 pr"),
            ("+18765550100", "876 jm"),
            ("+18005550100", ""),
            ("+18885550100", ""),
            ("+15005550006", ""),
            ("+19005550100", ""),
            ("+19995550100", "999"),
            ("+442079460958", ""),
        ];
        for (number, values) in starts {
            assert_eq!(geo(of(number)), values, "{number}");
        }
        assert_eq!(Location::of_caller(None), Location::default());
    }

    #[test]
    fn a_zip_code_replaces_state_and_country_and_leaves_the_area_code() {
        let start = of("+16145550100");
        assert_eq!(tokens(start), ["", "oh", "us"]);

        let moved = start.replaced_by(&place("us-10101"));

        assert_eq!(geo(moved), "614 us us-10101 us-ny");
        assert_eq!(tokens(moved), ["10101", "ny", "us"]);
        assert_eq!(moved, start.replaced_by(&Place::from_zip("10101").unwrap()));
        assert!(moved.told().is_some() && start.told().is_none());
    }

    #[test]
    fn the_geo_tag_has_the_values_and_is_absent_without_any() {
        let tags = of("+16145550100").replaced_by(&place("us-10101")).tags();
        assert_eq!(tags.len(), 1);
        assert_eq!(tags.values("geo").collect::<Vec<_>>(), ["614", "us", "us-10101", "us-ny"]);
        assert!(Location::default().tags().is_empty());
    }

    #[test]
    fn every_kind_of_place_replaces_all_of_the_one_before() {
        let start = of("+16145550100").replaced_by(&place("us-10101"));
        let moved = |text| geo(start.replaced_by(&place(text)));
        assert_eq!(moved("us-ca"), "614 us us-ca");
        assert_eq!(moved("us"), "614 us");
        assert_eq!(moved("us-00000"), "614 us us-00000");
        assert_eq!(moved("us-00901"), "614 us us-00901 us-pr");
        assert_eq!(moved("gb-lnd"), "614 gb gb-lnd");
        assert_eq!(tokens(start.replaced_by(&place("us-00000"))), ["00000", "", "us"]);
        assert_eq!(tokens(start.replaced_by(&place("gb-lnd"))), ["", "lnd", "gb"]);
    }

    #[test]
    fn a_location_is_stored_small_and_comes_back_the_same() {
        let stored = |location: &Location| serde_json::to_string(location).unwrap();
        let start = of("+16145550100");
        let moved = start.replaced_by(&place("us-10101"));
        assert_eq!(stored(&start), r#"{"area_code":614}"#);
        assert_eq!(stored(&moved), r#"{"area_code":614,"told":"us-10101"}"#);
        assert_eq!(stored(&Location::default()), "{}");
        for location in [start, moved, Location::default()] {
            assert_eq!(serde_json::from_str::<Location>(&stored(&location)).unwrap(), location);
        }
        assert!(serde_json::from_str::<Location>(r#"{"told":"us-zz"}"#).is_err());
    }

    fn any_place() -> impl Strategy<Value = Place> {
        let text = "us-[0-9]{5}|us-(ny|oh|pr)|ca-(on|qc)|(us|ca|gb|fr)|(gb|de)-[a-z0-9]{1,3}";
        text.prop_filter_map("no place", |text| Place::parse(&text).ok())
    }

    fn any_caller() -> impl Strategy<Value = Option<E164>> {
        proptest::option::of(r"\+1[2-9][0-9]{9}|\+44[0-9]{10}".prop_map(|text| E164::parse(&text)))
            .prop_map(|number| number.and_then(Result::ok))
    }

    proptest! {
        #[test]
        fn the_same_place_twice_is_once_and_the_last_place_wins(
            caller in any_caller(), first in any_place(), second in any_place(),
        ) {
            let start = Location::of_caller(caller.as_ref());
            let once = start.replaced_by(&second);
            prop_assert_eq!(once.replaced_by(&second), once);
            prop_assert_eq!(start.replaced_by(&first).replaced_by(&second), once);
        }

        #[test]
        fn no_place_changes_the_area_code(caller in any_caller(), place in any_place()) {
            let start = Location::of_caller(caller.as_ref());
            let moved = start.replaced_by(&place);
            prop_assert_eq!(moved.area_code(), start.area_code());
            prop_assert_eq!(moved.place(), Some(place));
        }

        #[test]
        fn every_location_survives_storing(caller in any_caller(), place in any_place()) {
            let location = Location::of_caller(caller.as_ref()).replaced_by(&place);
            let stored = serde_json::to_string(&location)
                .map_err(|fault| TestCaseError::fail(fault.to_string()))?;
            let back = serde_json::from_str::<Location>(&stored)
                .map_err(|fault| TestCaseError::fail(fault.to_string()))?;
            prop_assert_eq!(back, location);
        }
    }
}
