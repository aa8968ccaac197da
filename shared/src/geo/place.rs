//! Places as campaigns and partners write them: `us`, `us-ny`, `us-10101`, `ca-on`, `gb-lnd`.
//!
//! States of the United States and provinces of Canada are checked against the list of them, so that
//! a slip of the pen does not overwrite a caller's state with one that does not exist. Of other
//! countries only the form is checked: two letters, then up to three letters or digits.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::zip_codes;

/// The states, the district, the territories and freely associated states, and the military's mail.
const US_STATES: &str = "aa ae ak al ap ar as az ca co ct dc de fl fm ga gu hi ia id il in ks ky la ma \
                         md me mh mi mn mo mp ms mt nc nd ne nh nj nm nv ny oh ok or pa pr pw ri sc sd \
                         tn tx ut va vi vt wa wi wv wy";
const CA_PROVINCES: &str = "ab bc mb nb nl ns nt nu on pe qc sk yt";

/// Up to `N` lower-case letters or digits, zeros after them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Code<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .filter(|byte| **byte != 0)
            .try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A country: its ISO 3166 alpha-2 code, printed lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(Code<2>);

impl Country {
    /// The United States.
    pub const US: Self = Self(Code(*b"us"));
    /// Canada.
    pub const CA: Self = Self(Code(*b"ca"));
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A state or province within a country, printed lower case without it: `ny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(Code<3>);

impl State {
    /// The state a word of a data file names.
    pub(super) const fn of_table(word: &[u8]) -> Option<Self> {
        match *word {
            [a, b] => Some(Self(Code([a, b, 0]))),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Five digits in the form of a US ZIP code, assigned or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zip(u32);

impl Zip {
    /// Its five digits as a number, at most 99999.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The state it belongs to; none when it was never assigned.
    #[must_use]
    pub fn state(self) -> Option<State> {
        zip_codes::state_of(self)
    }
}

impl fmt::Display for Zip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

/// A country, a state of it, or a US ZIP code. In text and JSON: `us`, `us-ny`, `us-10101`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A country and no more.
    Country(Country),
    /// A state or province of the country.
    State(Country, State),
    /// A US ZIP code; its state follows from it.
    Zip(Zip),
}

/// Why a text is no [`Place`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceFault {
    /// None of the forms.
    #[error("a place is a country, a state or a US ZIP code, as in us, us-ny, us-10101 or gb-lnd")]
    Form,
    /// Meant as a ZIP code, but not five digits.
    #[error("a ZIP code is five digits, leading zeros included, and may have -1234 after them")]
    Zip,
    /// The United States or Canada have no such state or province.
    #[error("{country} has no state or province {state:?}")]
    State {
        /// The country, which is known.
        country: Country,
        /// What stands after it.
        state: String,
    },
}

impl Place {
    /// Of the places that one sender names, the one that says more; the second when they say as
    /// much, or when there is no first.
    #[must_use]
    pub fn finer(first: Option<Self>, second: Self) -> Self {
        let fineness = |place: Self| match place {
            Self::Country(_) => 0,
            Self::State(..) => 1,
            Self::Zip(_) => 2,
        };
        first.filter(|first| fineness(*first) > fineness(second)).unwrap_or(second)
    }

    /// Reads `us`, `us-ny`, `us-10101` and `us-10101-1234` (the last four digits are dropped),
    /// `ca-on`, `gb`, `gb-lnd`, in any case, trimmed.
    ///
    /// # Errors
    /// When the text has none of these forms or names a state that does not exist.
    pub fn parse(text: &str) -> Result<Self, PlaceFault> {
        let text = text.trim().to_ascii_lowercase();
        let (country, rest) = text
            .split_once('-')
            .map_or((text.as_str(), None), |(country, rest)| (country, Some(rest)));
        let country = match *country.as_bytes() {
            [a @ b'a'..=b'z', b @ b'a'..=b'z'] => Country(Code([a, b])),
            _ => return Err(PlaceFault::Form),
        };
        match rest {
            None => Ok(Self::Country(country)),
            Some(zip)
                if country == Country::US && zip.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                Self::from_zip(zip)
            }
            Some(state) => Self::state_of(country, state),
        }
    }

    /// Reads a ZIP code without its country: `10101`, `10101-1234`, trimmed.
    ///
    /// # Errors
    /// When the text has none of these forms. A ZIP code that was never assigned is no fault.
    pub fn from_zip(text: &str) -> Result<Self, PlaceFault> {
        let text = text.trim();
        let (zip, more) = text.split_once('-').unwrap_or((text, "0000"));
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(zip, 5) || !digits(more, 4) {
            return Err(PlaceFault::Zip);
        }
        zip.parse().map(|number| Self::Zip(Zip(number))).map_err(|_| PlaceFault::Zip)
    }

    fn state_of(country: Country, state: &str) -> Result<Self, PlaceFault> {
        let code = match *state.as_bytes() {
            [a] => [a, 0, 0],
            [a, b] => [a, b, 0],
            [a, b, c] => [a, b, c],
            _ => return Err(PlaceFault::Form),
        };
        if !state.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(PlaceFault::Form);
        }
        let exists = match country {
            Country::US => US_STATES.split(' ').any(|known| known == state),
            Country::CA => CA_PROVINCES.split(' ').any(|known| known == state),
            _ => true,
        };
        if exists {
            Ok(Self::State(country, State(Code(code))))
        } else {
            Err(PlaceFault::State { country, state: state.to_owned() })
        }
    }

    /// The place a word of a data file names: a country or a state of two letters.
    pub(super) const fn of_table(word: &[u8]) -> Option<Self> {
        match *word {
            [a, b] => Some(Self::Country(Country(Code([a, b])))),
            [a, b, b'-', c, d] => Some(Self::State(Country(Code([a, b])), State(Code([c, d, 0])))),
            _ => None,
        }
    }

    /// The country it is in.
    #[must_use]
    pub fn country(self) -> Country {
        match self {
            Self::Country(country) | Self::State(country, _) => country,
            Self::Zip(_) => Country::US,
        }
    }

    /// The state or province it is or is in, if that is known.
    #[must_use]
    pub fn state(self) -> Option<State> {
        match self {
            Self::Country(_) => None,
            Self::State(_, state) => Some(state),
            Self::Zip(zip) => zip.state(),
        }
    }

    /// The ZIP code it is.
    #[must_use]
    pub fn zip(self) -> Option<Zip> {
        match self {
            Self::Zip(zip) => Some(zip),
            Self::Country(_) | Self::State(..) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => write!(f, "{country}"),
            Self::State(country, state) => write!(f, "{country}-{state}"),
            Self::Zip(zip) => write!(f, "{}-{zip}", Country::US),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, PlaceFault> {
        Place::parse(text).map(|place| place.to_string())
    }

    #[test]
    fn every_form_of_a_place_is_read() {
        let places = [
            ("us", "us"),
            ("us-ny", "us-ny"),
            (" US-NY ", "us-ny"),
            ("us-10101", "us-10101"),
            ("us-10101-1234", "us-10101"),
            ("us-00501", "us-00501"),
            ("us-pr", "us-pr"),
            ("ca-on", "ca-on"),
            ("gb", "gb"),
            ("GB-LND", "gb-lnd"),
            ("fr-75", "fr-75"),
            ("pr", "pr"),
        ];
        for (text, place) in places {
            assert_eq!(parsed(text).as_deref(), Ok(place), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        for text in
            ["", "-", "u", "usa", "u1", "us-", "us--ny", "10101", "us ny", "gb-lond", "gb-é"]
        {
            assert_eq!(parsed(text), Err(PlaceFault::Form), "{text}");
        }
        for text in ["us-1", "us-1010", "us-101011", "us-10101-", "us-10101-12", "us-10101-12-34"] {
            assert_eq!(parsed(text), Err(PlaceFault::Zip), "{text}");
        }
        let fault = parsed("us-on").unwrap_err();
        assert_eq!(fault, PlaceFault::State { country: Country::US, state: "on".to_owned() });
        assert_eq!(fault.to_string(), "us has no state or province \"on\"");
        assert!(matches!(parsed("ca-ny"), Err(PlaceFault::State { .. })));
    }

    #[test]
    fn a_zip_code_is_read_without_its_country() {
        let place = Place::from_zip(" 10101-1234 ").unwrap();
        assert_eq!(place, Place::parse("us-10101").unwrap());
        assert_eq!(place.zip().map(|zip| zip.to_string()).as_deref(), Some("10101"));
        assert_eq!(place.state().map(|state| state.to_string()).as_deref(), Some("ny"));
        assert_eq!(place.country(), Country::US);
        for text in ["", "1010", "1010a", "us-10101", "10101-", "101011234", "+1010"] {
            assert_eq!(Place::from_zip(text), Err(PlaceFault::Zip), "{text}");
        }
    }

    #[test]
    fn the_table_forms_are_the_written_ones() {
        for text in ["us-oh", "ca-on", "ca", "vi"] {
            assert_eq!(Place::of_table(text.as_bytes()), Place::parse(text).ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser_and_what_passes_reads_the_same_again(text in ".{0,12}") {
            if let Ok(place) = Place::parse(&text) {
                prop_assert_eq!(Place::parse(&place.to_string()), Ok(place));
            }
        }

        #[test]
        fn places_read_the_same_again(text in "[a-zA-Z]{2}(-[a-z0-9]{1,3})?|us-[0-9]{5}") {
            if let Ok(place) = Place::parse(&text) {
                prop_assert_eq!(Place::parse(&place.to_string()), Ok(place));
            }
        }
    }
}
