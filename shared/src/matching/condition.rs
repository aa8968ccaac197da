//! One condition: a key, an operator and the values it is asked about.

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::fault::{ConditionFault, Problem};
use super::number::Threshold;
use super::operator::{self, Comparison, Operator};
use super::pattern::Pattern;
use super::{object, text};
use crate::facts::Facts;
use crate::tag::{TagKey, TagValue};

/// The most values in one condition.
pub const MAX_VALUES: usize = 1000;

/// A condition on the values of one key.
///
/// Serialises as text (`geo:us-ny`) when it has at most one value and the text reads back as the
/// same condition, else as `{key, op, values}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    key: TagKey,
    test: Test,
}

/// What is asked of the values. The lists are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Equals(Vec<TagValue>),
    Differs(Vec<TagValue>),
    Compares(Comparison, Vec<Threshold>),
    Matches(Vec<Pattern>),
    Exists,
    Missing,
}

/// A value as it was written, with where that was.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) pointer: String,
    pub(super) position: Option<usize>,
}

impl Condition {
    /// Reads the text form, `key:op value`.
    ///
    /// # Errors
    /// Every fault, with its position in characters from 1.
    pub fn parse(text: &str) -> Result<Self, Vec<ConditionFault>> {
        text::read(text)
    }

    /// Reads either form: a text, or an object of `key`, `op` (default `==`) and `values` or
    /// `value`.
    ///
    /// A JSON number is taken as it prints, `1.10` as `1.1`; write a text where that matters.
    ///
    /// # Errors
    /// Every fault, with its pointer relative to the condition.
    pub fn from_json(json: &Value) -> Result<Self, Vec<ConditionFault>> {
        match json {
            Value::String(text) => text::read(text),
            Value::Object(fields) => object::read(fields),
            _ => Err(vec![ConditionFault::here(Problem::NotACondition)]),
        }
    }

    /// Puts a condition together, or the faults of both its halves.
    pub(super) fn of(
        key: Result<TagKey, Vec<ConditionFault>>,
        test: Result<Test, Vec<ConditionFault>>,
    ) -> Result<Self, Vec<ConditionFault>> {
        match (key, test) {
            (Ok(key), Ok(test)) => Ok(Self { key, test }),
            (key, test) => {
                let halves = [key.err(), test.err()];
                Err(halves.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// The key whose values are looked at: a tag's or a system token's.
    #[must_use]
    pub fn key(&self) -> &TagKey {
        &self.key
    }

    /// How the values are looked at.
    #[must_use]
    pub fn operator(&self) -> Operator {
        match self.test {
            Test::Equals(_) => Operator::Equal,
            Test::Differs(_) => Operator::NotEqual,
            Test::Compares(comparison, _) => Operator::Compare(comparison),
            Test::Matches(_) => Operator::Regex,
            Test::Exists => Operator::Exists,
            Test::Missing => Operator::Missing,
        }
    }

    /// Whether the condition, taken alone, holds.
    #[must_use]
    pub fn holds(&self, facts: &impl Facts) -> bool {
        self.holds_of(&facts.values(self.key.as_str()))
    }

    /// The same of the values that its key has.
    pub(super) fn holds_of(&self, known: &[Cow<'_, str>]) -> bool {
        let any = |holds: &dyn Fn(&str) -> bool| known.iter().any(|value| holds(value));
        match &self.test {
            Test::Equals(wanted) => any(&|value| wanted.iter().any(|it| it.as_str() == value)),
            Test::Differs(others) => !any(&|value| others.iter().any(|it| it.as_str() == value)),
            Test::Compares(comparison, thresholds) => any(&|value| {
                let accepts = |ordering| comparison.accepts(ordering);
                thresholds.iter().any(|threshold| threshold.compare(value).is_some_and(accepts))
            }),
            Test::Matches(patterns) => any(&|value| patterns.iter().any(|it| it.finds(value))),
            // A system token may be known and empty, which says as little as none at all.
            Test::Exists => any(&|value| !value.is_empty()),
            Test::Missing => !any(&|value| !value.is_empty()),
        }
    }

    /// The condition in text form, once for each of its values.
    pub(super) fn texts(&self) -> Vec<String> {
        let (key, operator) = (&self.key, self.operator());
        if operator.takes_no_value() {
            return vec![format!("{key}:{operator}")];
        }
        let spell = |value: &str| {
            if operator != Operator::Regex && value.starts_with(operator::is_sign) {
                format!("{key}:{operator} {value}")
            } else if operator == Operator::Equal && Operator::from_name(value).is_none() {
                format!("{key}:{value}")
            } else {
                format!("{key}:{operator}{value}")
            }
        };
        self.values().into_iter().map(spell).collect()
    }

    /// The values as they were written; none where the operator takes none.
    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        match &self.test {
            Test::Equals(values) | Test::Differs(values) => {
                values.iter().map(TagValue::as_str).collect()
            }
            Test::Compares(_, thresholds) => thresholds.iter().map(Threshold::as_str).collect(),
            Test::Matches(patterns) => patterns.iter().map(Pattern::as_str).collect(),
            Test::Exists | Test::Missing => Vec::new(),
        }
    }

    fn as_text(&self) -> Option<String> {
        let [text] = <[String; 1]>::try_from(self.texts()).ok()?;
        (Self::parse(&text).as_ref() == Ok(self)).then_some(text)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.as_text() {
            return serializer.serialize_str(&text);
        }
        let mut object = serializer.serialize_struct("Condition", 3)?;
        object.serialize_field("key", self.key.as_str())?;
        object.serialize_field("op", self.operator().as_str())?;
        object.serialize_field("values", &self.values())?;
        object.end()
    }
}

impl Test {
    /// Reads the values that an operator is written with; each that does not suit it is a fault.
    ///
    /// The caller has seen to it that there is a value if, and only if, the operator takes one.
    pub(super) fn of(operator: Operator, values: &[Written]) -> Result<Self, Vec<ConditionFault>> {
        Ok(match operator {
            Operator::Equal => Self::Equals(each(values, tag_value)?),
            Operator::NotEqual => Self::Differs(each(values, tag_value)?),
            Operator::Compare(comparison) => {
                Self::Compares(comparison, each(values, |text| threshold(operator, text))?)
            }
            Operator::Regex => Self::Matches(each(values, |text| Ok(Pattern::parse(text)?))?),
            Operator::Exists => Self::Exists,
            Operator::Missing => Self::Missing,
        })
    }
}

impl Written {
    fn fault(&self, problem: Problem) -> ConditionFault {
        ConditionFault { pointer: self.pointer.clone(), position: self.position, problem }
    }
}

fn tag_value(text: &str) -> Result<TagValue, Problem> {
    Ok(TagValue::parse(text)?)
}

fn threshold(operator: Operator, text: &str) -> Result<Threshold, Problem> {
    Threshold::parse(text).ok_or_else(|| Problem::not_a_number(operator, text))
}

/// Reads every value, or reports every value that cannot be read.
fn each<T>(
    values: &[Written],
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<T>, Vec<ConditionFault>> {
    let mut good = Vec::with_capacity(values.len());
    let mut faults = Vec::new();
    for value in values {
        match read(&value.text) {
            Ok(one) => good.push(one),
            Err(problem) => faults.push(value.fault(problem)),
        }
    }
    if faults.is_empty() { Ok(good) } else { Err(faults) }
}
