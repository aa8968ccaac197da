//! What can be wrong with a condition, and where.

use std::fmt;

use super::condition::MAX_VALUES;
use super::operator::Operator;
use super::pattern::PatternFault;
use crate::tag::{TagKeyFault, TagValueFault};

/// The most characters of somebody's text that a message repeats.
const QUOTED_CHARS: usize = 40;

/// One fault in a condition. As text: the problem, then the position if there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConditionFault {
    /// JSON pointer (RFC 6901) relative to what was read: empty for the whole, `/values/0`.
    pub pointer: String,
    /// Where in the text form, in characters from 1; none in the object form.
    pub position: Option<usize>,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The condition is a number, an array and so on.
    #[error("a condition is a text or an object")]
    NotACondition,
    /// A text without a colon.
    #[error("a condition is written key:value, key:operator value, key:exists or key:missing")]
    NoColon,
    /// An object without `key`, or with one that is no text.
    #[error("a condition needs a key, as text")]
    NoKey,
    /// The key is none.
    #[error(transparent)]
    Key(#[from] TagKeyFault),
    /// An object with a field that conditions do not have.
    #[error("unknown field {0:?}; a condition has key, op and values")]
    UnknownField(String),
    /// An object whose `op` is no text.
    #[error("an operator is a text")]
    OperatorNotText,
    /// Something stands where an operator belongs.
    #[error(
        "unknown operator {0:?}; there are == != > >= < <= =~ exists missing, and a value that \
         starts with one of = ! < > ~ is set off by an operator and a space"
    )]
    UnknownOperator(String),
    /// The operator needs a value and has none.
    #[error("{0} needs a value")]
    NoValue(Operator),
    /// The operator stands alone and has a value.
    #[error("{0} takes no value")]
    UnwantedValue(Operator),
    /// An object with both `value` and `values`.
    #[error("a condition has either value or values")]
    TwiceValues,
    /// `values` is no array.
    #[error("values are an array")]
    ValuesNotList,
    /// More than [`MAX_VALUES`].
    #[error("a condition has at most {MAX_VALUES} values")]
    TooManyValues,
    /// A value that is null, an array or an object.
    #[error("a value is a text, a number, true or false")]
    NotAValue,
    /// The value is empty or too long.
    #[error(transparent)]
    Value(#[from] TagValueFault),
    /// A comparison with something that is no decimal number.
    #[error("{0} compares numbers, and {1:?} is not one")]
    NotANumber(Operator, String),
    /// The regular expression cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternFault),
}

impl ConditionFault {
    /// A fault of the whole that was read.
    pub(super) fn here(problem: Problem) -> Self {
        Self { pointer: String::new(), position: None, problem }
    }

    /// A fault at a position of the text form.
    pub(super) fn at(position: usize, problem: Problem) -> Self {
        Self { position: Some(position), ..Self::here(problem) }
    }

    /// A fault of one field of the object form.
    pub(super) fn of_field(field: &str, problem: Problem) -> Self {
        let pointer = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        Self { pointer, ..Self::here(problem) }
    }
}

impl fmt::Display for ConditionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)?;
        match self.position {
            Some(position) => write!(f, " (at character {position})"),
            None => Ok(()),
        }
    }
}

impl Problem {
    /// An [`Self::UnknownOperator`] that repeats no more than a message should.
    pub(super) fn unknown_operator(text: &str) -> Self {
        Self::UnknownOperator(clip(text, QUOTED_CHARS))
    }

    /// A [`Self::NotANumber`] that repeats no more than a message should.
    pub(super) fn not_a_number(operator: Operator, text: &str) -> Self {
        Self::NotANumber(operator, clip(text, QUOTED_CHARS))
    }

    /// An [`Self::UnknownField`] that repeats no more than a message should.
    pub(super) fn unknown_field(name: &str) -> Self {
        Self::UnknownField(clip(name, QUOTED_CHARS))
    }
}

/// The text, or its first characters and an ellipsis.
pub(super) fn clip(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
