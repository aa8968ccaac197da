//! The number of a caller as platforms report it, who may have withheld it.

use super::{E164, PhoneFault, without_scheme};

/// What platforms say in place of a number that is withheld.
const WORDS: [&str; 7] =
    ["anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld"];

/// Numbers that spell such words on a keypad: ANONYMOUS, BLOCKED, PRIVATE, RESTRICTED, UNAVAILABLE and
/// UNKNOWN. Twilio's users report the first as the caller of anonymous calls; the others are spelled
/// out after it and nobody has confirmed them (looked up 2026-11-24). To take them for withheld costs
/// nothing: they are too long or too short for the country that they seem to be of, so nobody has
/// them.
const SPELLED: [&str; 6] =
    ["+266696687", "+2562533", "+7748283", "+7378742833", "+86282452253", "+8656696"];

/// A caller's number as somebody reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerNumber {
    /// It is this.
    Known(E164),
    /// The caller, or whoever carried the call, does not give it away.
    Withheld,
}

impl CallerNumber {
    /// Reads a number in any of the forms that [`E164::parse`] takes, or what stands for none: nothing
    /// at all, a word such as `anonymous` in any case, the same as a SIP address
    /// (`sip:anonymous@anonymous.invalid`, RFC 3323), or a number that spells it.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let text = text.trim();
        if text.is_empty() || SPELLED.contains(&text) || names_nobody(text) {
            return Ok(Self::Withheld);
        }
        E164::parse(text).map(Self::Known)
    }

    /// The number, unless it is withheld.
    #[must_use]
    pub fn known(self) -> Option<E164> {
        match self {
            Self::Known(number) => Some(number),
            Self::Withheld => None,
        }
    }
}

/// Whether a text is one of the words, or a SIP address with one of them for its user, with or
/// without a name in front and angle brackets around it.
fn names_nobody(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.split_once('>').map_or(rest, |(address, _)| address),
        None => text,
    };
    let address = match address.split_once(':') {
        Some((scheme, rest)) if ["sip", "sips"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) => {
            rest
        }
        _ => without_scheme(address),
    };
    let user = address.split_once('@').map_or(address, |(user, _)| user).trim();
    WORDS.iter().any(|word| user.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_withheld_in_many_words() {
        for text in [
            "",
            "  ",
            "anonymous",
            "Anonymous",
            "UNKNOWN",
            "restricted",
            " Private ",
            "unavailable",
            "withheld",
            "blocked",
            "sip:anonymous@anonymous.invalid",
            "SIP:Anonymous@10.0.0.1:5060;user=phone",
            "sips:unavailable@unknown.invalid",
            "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1928",
            "<sip:anonymous@anonymous.invalid>",
            "anonymous@anonymous.invalid",
            "tel:anonymous",
            "+266696687",
            "+2562533",
            "+7748283",
            "+7378742833",
            "+86282452253",
            "+8656696",
        ] {
            assert_eq!(CallerNumber::parse(text), Ok(CallerNumber::Withheld), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_numbers_and_other_texts_are_at_fault() {
        let known = |text| CallerNumber::parse(text).map(CallerNumber::known);
        let number = |text| Ok(Some(E164::parse(text).unwrap()));
        assert_eq!(known("tel:(614) 555-0100"), number("+16145550100"));
        // Without its plus it is a number in Austin.
        assert_eq!(known("7378742833"), number("+17378742833"));
        for text in ["nobody", "sip:alice@example.com", "client:alice", "anonymous2", "unknown 1"] {
            assert!(known(text).is_err(), "{text:?}");
        }
    }
}
