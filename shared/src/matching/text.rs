//! The text form of a condition: `key:op value`.
//!
//! The operator is the whole run of `= ! < > ~` after the colon, so that a mistyped one (`=>`,
//! `===`) is refused rather than taken for part of a value; a value that starts with such a sign
//! stands after an operator and a space. After `=~` everything is the expression. `exists` and
//! `missing` alone are operators; `==exists` is the word.

use super::condition::{Condition, Test, Written};
use super::fault::{ConditionFault, Problem};
use super::operator::{self, Operator};
use crate::tag::{TagKey, TagKeyFault};

/// Reads a condition; faults carry positions in characters from 1.
pub(super) fn read(text: &str) -> Result<Condition, Vec<ConditionFault>> {
    let Some((key_text, after_colon)) = text.split_once(':') else {
        return Err(vec![ConditionFault::at(end_of(text), Problem::NoColon)]);
    };
    let key = TagKey::parse(key_text)
        .map_err(|fault| vec![ConditionFault::at(key_position(key_text, fault), fault.into())]);
    Condition::of(key, read_test(text, after_colon.trim_start()))
}

/// Reads what stands after the colon: `tail`, which ends `text`.
fn read_test(text: &str, tail: &str) -> Result<Test, Vec<ConditionFault>> {
    let start_of = |tail: &str| end_of(text.strip_suffix(tail).unwrap_or(text));
    let (operator, value) = split_operator(tail)
        .map_err(|problem| vec![ConditionFault::at(start_of(tail), problem)])?;
    if operator.takes_no_value() {
        return Test::of(operator, &[]);
    }
    let value = value.trim_start();
    if value.is_empty() {
        return Err(vec![ConditionFault::at(end_of(text), Problem::NoValue(operator))]);
    }
    let position = Some(start_of(value));
    let written = Written { text: value.trim_end().to_owned(), pointer: String::new(), position };
    Test::of(operator, &[written])
}

/// The operator that the text starts with, and what follows it.
fn split_operator(text: &str) -> Result<(Operator, &str), Problem> {
    if let Some(word) = Operator::from_name(text.trim_end()) {
        return Ok((word, ""));
    }
    if let Some(expression) = text.strip_prefix("=~") {
        return Ok((Operator::Regex, expression));
    }
    let value = text.trim_start_matches(operator::is_sign);
    let signs = text.strip_suffix(value).unwrap_or_default();
    if signs.is_empty() {
        return Ok((Operator::Equal, value));
    }
    let known = Operator::from_name(signs).ok_or_else(|| Problem::unknown_operator(signs))?;
    Ok((known, value))
}

/// The position just behind a text.
fn end_of(text: &str) -> usize {
    text.chars().count() + 1
}

/// Where in the key the fault is.
fn key_position(key: &str, fault: TagKeyFault) -> usize {
    let leading = end_of(key.strip_suffix(key.trim_start()).unwrap_or_default());
    match fault {
        TagKeyFault::Character(wrong) => {
            let before = key.trim_start().chars().take_while(|c| *c != wrong);
            leading + before.count()
        }
        TagKeyFault::Empty => 1,
        TagKeyFault::TooLong => leading,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::TagValueFault;

    fn faults(text: &str) -> Vec<(usize, Problem)> {
        let found = read(text).unwrap_err();
        found.into_iter().map(|fault| (fault.position.unwrap(), fault.problem)).collect()
    }

    #[test]
    fn spaces_around_the_parts_mean_nothing() {
        let expected = read("sub_id:>=21").unwrap();
        for text in [" Sub ID : >= 21 ", "sub_id:>=  21", "sub_id: >=21\n"] {
            assert_eq!(read(text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn canonical_text_is_the_shortest_that_reads_back() {
        let cases = [
            ("geo: us-ny", "geo:us-ny"),
            ("geo: == us-ny", "geo:us-ny"),
            ("publisher_id: != 1234", "publisher_id:!=1234"),
            ("Sub ID: Exists", "sub_id:exists"),
            ("sub_id: ==exists", "sub_id:==exists"),
            ("sub_id: == <=", "sub_id:== <="),
            ("sub_id:!= =x", "sub_id:!= =x"),
            ("name:=~ ^j", "name:=~^j"),
            ("name:=~~x", "name:=~~x"),
            ("time: 10:30", "time:10:30"),
            ("caller_state:oh", "caller_state:oh"),
        ];
        for (text, canonical) in cases {
            let condition = read(text).unwrap();
            assert_eq!(condition.texts(), [canonical]);
            assert_eq!(serde_json::to_value(&condition).unwrap(), canonical);
            assert_eq!(read(canonical).unwrap(), condition);
        }
    }

    #[test]
    fn a_fault_names_its_position() {
        let unknown = |signs: &str| Problem::UnknownOperator(signs.to_owned());
        let not_a_number = |text| Problem::not_a_number(Operator::from_name(">").unwrap(), text);

        assert_eq!(faults(""), [(1, Problem::NoColon)]);
        assert_eq!(faults("geo"), [(4, Problem::NoColon)]);
        assert_eq!(faults(" :x"), [(1, Problem::Key(TagKeyFault::Empty))]);
        assert_eq!(faults(" gäo:x"), [(3, Problem::Key(TagKeyFault::Character('ä')))]);
        assert_eq!(faults("geo:"), [(5, Problem::NoValue(Operator::Equal))]);
        assert_eq!(faults("geo: != "), [(9, Problem::NoValue(Operator::NotEqual))]);
        assert_eq!(faults("age: => 3"), [(6, unknown("=>"))]);
        assert_eq!(faults("age:===3"), [(5, unknown("==="))]);
        assert_eq!(faults("age:> old"), [(7, not_a_number("old"))]);
        assert!(matches!(faults("name: =~ (")[..], [(10, Problem::Pattern(_))]));
        let long = format!("geo:{}", "x".repeat(1025));
        assert_eq!(faults(&long), [(5, Problem::Value(TagValueFault::TooLong))]);
    }

    #[test]
    fn faults_of_key_and_value_come_together() {
        let all: Vec<usize> = faults("a/b:> x").into_iter().map(|(position, _)| position).collect();
        assert_eq!(all, [2, 7]);
        assert_eq!(faults("a/b:=> x").len(), 2);
        assert_eq!(
            read("age:> x").unwrap_err()[0].to_string(),
            "> compares numbers, and \"x\" is not one (at character 7)"
        );
    }
}
