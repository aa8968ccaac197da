//! What an item weighs in `DynamoDB`, from its JSON on the wire.
//!
//! The rules are those of "DynamoDB item sizes and formats" in the developer guide (read in November
//! 2026): names and texts by their UTF-8, a number by its digits, and a little for what has parts.

use serde_json::Value;

/// What a list or a map takes besides its parts, and each part besides what it holds.
const NESTING: usize = 3;
const A_PART: usize = 1;

/// The size of an item, in bytes.
#[must_use]
pub fn item_bytes(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| name.len() + value_bytes(value)).sum()
}

/// The size of a value with its type, such as `{"S": "text"}`.
fn value_bytes(value: &Value) -> usize {
    let Some((kind, held)) = value.as_object().and_then(|typed| typed.iter().next()) else {
        return 0;
    };
    let parts = || held.as_array().into_iter().flatten();
    match kind.as_str() {
        "S" => held.as_str().map_or(0, str::len),
        "N" => number_bytes(held),
        // Four characters of base64 are three bytes.
        "B" => held.as_str().map_or(0, |text| text.trim_end_matches('=').len() * 3 / 4),
        "SS" => parts().map(|part| part.as_str().map_or(0, str::len)).sum(),
        "NS" => parts().map(number_bytes).sum(),
        "L" => NESTING + parts().map(|part| A_PART + value_bytes(part)).sum::<usize>(),
        "M" => {
            let parts = held.as_object().into_iter().flatten();
            NESTING
                + parts.map(|(name, part)| A_PART + name.len() + value_bytes(part)).sum::<usize>()
        }
        _ => 1,
    }
}

/// Two digits a byte, and one byte more.
fn number_bytes(text: &Value) -> usize {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    text.as_str().map_or(0, |text| digits(text).div_ceil(2) + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_has_its_weight() {
        let item = json!({
            "pk": {"S": "CALL#é"}, "n": {"N": "-1234.5"}, "b": {"B": "AAAA"}, "t": {"BOOL": true},
            "set": {"SS": ["a", "bc"]}, "l": {"L": [{"S": "xy"}]}, "m": {"M": {"k": {"NULL": true}}},
        });
        let expected = (2 + 7) + (1 + 4) + (1 + 3) + (1 + 1) + (3 + 3) + (1 + 3 + 3) + (1 + 3 + 3);
        assert_eq!(item_bytes(&item), expected);
    }
}
