//! Numbers as conditions compare them: decimal, never floating point.

use std::cmp::Ordering;

use rust_decimal::Decimal;

/// A number that values are compared with; keeps the text it was written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Threshold {
    text: String,
    number: Decimal,
}

impl Threshold {
    /// Reads a decimal number; none when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Some(Self { text: text.to_owned(), number: decimal(text)? })
    }

    /// How a value stands to this number; none when the value is no number.
    pub(super) fn compare(&self, value: &str) -> Option<Ordering> {
        Some(decimal(value.trim())?.cmp(&self.number))
    }

    /// The number as it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Reads `[+-]digits[.digits][e[+-]digits]`, as people write numbers and JSON does.
///
/// None for anything else (`1,000`, `0x10`, `NaN`) and for a number whose size no [`Decimal`]
/// holds, about 28 digits; digits of a fraction beyond that are rounded.
fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = unsigned(mantissa).split_once('.').unwrap_or((unsigned(mantissa), "0"));
    let plain = is_digits(whole) && is_digits(fraction) && exponent.is_none_or(is_digits);
    // The grammar is checked here because the parser also takes underscores and bare points.
    if plain { text.parse().ok() } else { None }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(value: &str, threshold: &str) -> Option<Ordering> {
        Threshold::parse(threshold).and_then(|threshold| threshold.compare(value))
    }

    #[test]
    fn numbers_compare_by_worth_not_by_spelling() {
        assert_eq!(order("21.0", "21"), Some(Ordering::Equal));
        assert_eq!(order("9", "10"), Some(Ordering::Less));
        assert_eq!(order("-0", "0.00"), Some(Ordering::Equal));
        assert_eq!(order("1e3", "999.5"), Some(Ordering::Greater));
        assert_eq!(order("1.5E-2", "0.015"), Some(Ordering::Equal));
        assert_eq!(order("0.1", "0.10000000000000000001"), Some(Ordering::Less));
        assert_eq!(order("+16145551234", "1e10"), Some(Ordering::Greater));
        assert_eq!(order(&format!("0.{}", "9".repeat(60)), "0.9"), Some(Ordering::Greater));
    }

    #[test]
    fn what_is_no_number_has_no_order() {
        let huge = "9".repeat(40);
        let texts = [
            "", "x", "1,000", "1_000", "0x10", "NaN", "inf", ".", "1.", ".5", "--1", "1e", "e3",
            "1 2", "1e400", "1e-", "٣", &huge,
        ];
        for text in texts {
            assert_eq!(order(text, "1"), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_order_as_numbers(left: i64, right: i64) {
            prop_assert_eq!(order(&left.to_string(), &right.to_string()), Some(left.cmp(&right)));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9.eE_ ]{0,40}") {
            let _ = order(&text, "1");
        }
    }
}
