//! Telephone numbers, read once where they come in and compared as E.164 from then on.
//!
//! What people and partners write is accepted: the international form with `+`, and for the North
//! American plan also ten digits, or eleven that begin with 1. Any other number needs its `+`,
//! because without it nobody can tell a country code from an area code. Spaces, `-`, `.`, `(` and
//! `)` may stand anywhere, and `tel:` in front.
//!
//! North American numbers are checked as far as the area code's first digit, which is 2 to 9. The
//! plan says the same of the digit after the area code, but test numbers and partners' placeholders
//! break that rule, and a call must not fail over a number that only has to be carried along. For
//! the same reason nobody asks whether an area code is in service.

mod caller_number;

use std::fmt;

pub use caller_number::CallerNumber;
use serde::{Deserialize, Deserializer, Serialize};

/// The fewest digits of a number, country code included.
pub const MIN_DIGITS: usize = 8;
/// The most digits of a number, country code included (ITU-T E.164).
pub const MAX_DIGITS: usize = 15;

/// How many digits of a North American number follow the country code.
const NANP_DIGITS: usize = 10;

/// A telephone number in E.164 form: `+` and 8 to 15 digits, the first not 0.
///
/// Printing it shows all of it; logs take no number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct E164(String);

/// Why a text is no [`E164`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// There is no digit in it.
    #[error("a phone number must not be empty")]
    Empty,
    /// Something that is neither digit nor punctuation, or a `+` after the first digit.
    #[error("a phone number is made of digits, with + only in front of them, not {0:?}")]
    Character(char),
    /// Fewer than [`MIN_DIGITS`].
    #[error("a phone number has at least {MIN_DIGITS} digits, country code included")]
    TooShort,
    /// More than [`MAX_DIGITS`].
    #[error("a phone number has at most {MAX_DIGITS} digits, country code included")]
    TooLong,
    /// After `+` comes 0, with which no country code begins.
    #[error("no country code begins with 0")]
    CountryCode,
    /// Without `+`, and not of a length that only North American numbers have.
    #[error("a number without + is North American: ten digits, or eleven beginning with 1")]
    PlusMissing,
    /// Begins with `+1` and is not ten digits more, or its area code begins with 0 or 1.
    #[error("+1 is followed by ten digits, the first of them 2 to 9")]
    NorthAmerican,
}

impl E164 {
    /// Reads a number in any of the forms the module names.
    ///
    /// # Errors
    /// Names the first fault.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let (international, digits) = scan(without_scheme(text.trim()))?;
        match digits.len() {
            0 => return Err(PhoneFault::Empty),
            1..MIN_DIGITS => return Err(PhoneFault::TooShort),
            MIN_DIGITS..=MAX_DIGITS => {}
            _ => return Err(PhoneFault::TooLong),
        }
        let number = match (international, digits.len()) {
            (true, _) => format!("+{digits}"),
            (false, NANP_DIGITS) => format!("+1{digits}"),
            (false, 11) if digits.starts_with('1') => format!("+{digits}"),
            (false, _) => return Err(PhoneFault::PlusMissing),
        };
        if number.starts_with("+0") {
            return Err(PhoneFault::CountryCode);
        }
        if let Some(national) = number.strip_prefix("+1")
            && (national.len() != NANP_DIGITS || national.starts_with(['0', '1']))
        {
            return Err(PhoneFault::NorthAmerican);
        }
        Ok(Self(number))
    }

    /// The number with its `+`: `+16145550100`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits, country code included, without `+`: `16145550100`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// The ten digits of a North American number, `6145550100`; none for any other country.
    #[must_use]
    pub fn nanp(&self) -> Option<&str> {
        self.0.strip_prefix("+1")
    }

    /// The area code of a North American number, 200 to 999, in service or not.
    #[must_use]
    pub fn area_code(&self) -> Option<u16> {
        self.nanp()?.get(..3)?.parse().ok()
    }
}

/// The text after `tel:` (RFC 3966), or all of it.
fn without_scheme(text: &str) -> &str {
    match text.split_at_checked(4) {
        Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel:") => number,
        _ => text,
    }
}

/// The digits of a text, and whether a `+` stands in front of them.
fn scan(text: &str) -> Result<(bool, String), PhoneFault> {
    let mut international = false;
    let mut digits = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '-' | '.' | '(' | ')' => {}
            '+' if digits.is_empty() && !international => international = true,
            other => return Err(PhoneFault::Character(other)),
        }
    }
    Ok((international, digits))
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, PhoneFault> {
        E164::parse(text).map(|number| number.to_string())
    }

    #[test]
    fn every_way_to_write_a_number_gives_one_form() {
        for text in [
            "+16145551234",
            "6145551234",
            "16145551234",
            "(614) 555-1234",
            "614.555.1234",
            "1-614-555-1234",
            " +1 (614) 555-1234 ",
            "(+1) 614 555 1234",
            "tel:+1-614-555-1234",
            "TEL:6145551234",
        ] {
            assert_eq!(parsed(text).as_deref(), Ok("+16145551234"), "{text}");
        }
        assert_eq!(parsed("+44 20 7946 0958").as_deref(), Ok("+442079460958"));
        assert_eq!(parsed("+290 12345").as_deref(), Ok("+29012345"));
    }

    #[test]
    fn the_digits_after_the_area_code_are_not_judged() {
        assert_eq!(parsed("+16145550100").as_deref(), Ok("+16145550100"));
        assert_eq!(parsed("614 055 0100").as_deref(), Ok("+16140550100"));
        assert_eq!(parsed("+19995550100").as_deref(), Ok("+19995550100"));
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let faults = [
            ("", PhoneFault::Empty),
            (" tel: ", PhoneFault::Empty),
            ("+", PhoneFault::Empty),
            ("anonymous", PhoneFault::Character('a')),
            ("614-555-1234 x9", PhoneFault::Character('x')),
            ("614+5551234", PhoneFault::Character('+')),
            ("++16145551234", PhoneFault::Character('+')),
            ("٦١٤٥٥٥١٢٣٤", PhoneFault::Character('٦')),
            ("555-1234", PhoneFault::TooShort),
            ("+1234567", PhoneFault::TooShort),
            ("+1234567890123456", PhoneFault::TooLong),
            ("+0442079460958", PhoneFault::CountryCode),
            ("442079460958", PhoneFault::PlusMissing),
            ("26145551234", PhoneFault::PlusMissing),
            ("614555123", PhoneFault::PlusMissing),
            ("+1614555123", PhoneFault::NorthAmerican),
            ("+161455512345", PhoneFault::NorthAmerican),
            ("1145551234", PhoneFault::NorthAmerican),
            ("+10145551234", PhoneFault::NorthAmerican),
        ];
        for (text, fault) in faults {
            assert_eq!(parsed(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_north_american_number_has_ten_digits_and_an_area_code() {
        let number = E164::parse("+16145551234").unwrap();
        assert_eq!(number.digits(), "16145551234");
        assert_eq!(number.nanp(), Some("6145551234"));
        assert_eq!(number.area_code(), Some(614));

        let british = E164::parse("+442079460958").unwrap();
        assert_eq!(british.digits(), "442079460958");
        assert_eq!(british.nanp(), None);
        assert_eq!(british.area_code(), None);
    }

    #[test]
    fn json_carries_the_text_and_is_checked_on_the_way_in() {
        let number: E164 = serde_json::from_str("\"(614) 555-1234\"").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"+16145551234\"");
        let fault = serde_json::from_str::<E164>("\"5551234\"").unwrap_err().to_string();
        assert_eq!(fault, "a phone number has at least 8 digits, country code included");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser_and_what_passes_is_a_number(text in ".{0,24}") {
            if let Ok(number) = E164::parse(&text) {
                let digits = number.digits();
                prop_assert!((MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()));
                prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }

        #[test]
        fn reading_a_number_again_changes_nothing(text in r"(\+|tel:|)[ (]?[0-9]{8,15}") {
            if let Ok(number) = E164::parse(&text) {
                prop_assert_eq!(E164::parse(number.as_str()), Ok(number));
            }
        }
    }
}
