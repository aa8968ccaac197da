//! Filters on phone numbers. What is no number becomes empty.

use std::borrow::Cow;

use crate::phone::E164;

/// The ASCII digits of a value.
pub(super) fn digits(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value;
    }
    value.chars().filter(char::is_ascii_digit).collect::<String>().into()
}

/// The number in E.164 form, with its plus sign.
pub(super) fn e164(value: Cow<'_, str>) -> Cow<'_, str> {
    match E164::parse(&value) {
        Ok(number) if number.as_str() == value => value,
        Ok(number) => number.as_str().to_owned().into(),
        Err(_) => Cow::Borrowed(""),
    }
}

/// The ten digits of a North American number.
pub(super) fn nanp(value: &str) -> String {
    let number = E164::parse(value).ok();
    let ten = number.as_ref().and_then(E164::nanp).map(str::to_owned);
    ten.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::template::filter::tests::filtered;

    #[test]
    fn digits_are_all_that_stays() {
        assert_eq!(filtered("digits", &["+1 (614) 555-0100 x٣"]), "16145550100");
        assert_eq!(filtered("digits", &["6145550100"]), "6145550100");
        assert_eq!(filtered("digits", &["none"]), "");
    }

    #[test]
    fn numbers_take_their_forms() {
        assert_eq!(filtered("e164", &["+16145550100"]), "+16145550100");
        assert_eq!(filtered("nanp", &["+16145550100"]), "6145550100");
        assert_eq!(filtered("nanp", &["+442079460000"]), "");
    }

    #[test]
    fn what_is_no_number_is_empty_and_not_hashed() {
        assert_eq!(filtered("e164", &["anonymous"]), "");
        assert_eq!(filtered("nanp", &["anonymous"]), "");
        assert_eq!(filtered("e164|sha256", &["anonymous"]), "");
        assert_eq!(filtered("e164", &["+16145550100", "anonymous"]), "+16145550100");
    }
}
