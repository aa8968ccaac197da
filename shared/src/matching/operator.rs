//! The operators of a condition and how they are spelled.

use std::cmp::Ordering;
use std::fmt;

/// How a condition looks at the values of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`: some value is this text. Taken when no operator is written.
    Equal,
    /// `!=`: no value is this text.
    NotEqual,
    /// `>`, `>=`, `<`, `<=`: some value is such a number.
    Compare(Comparison),
    /// `=~`: some value matches the regular expression.
    Regex,
    /// `exists`: there is a value.
    Exists,
    /// `missing`: there is no value.
    Missing,
}

/// How two numbers must stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// Every operator with its spelling, in the order of the specification.
const SPELLINGS: [(&str, Operator); 9] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Compare(Comparison::Greater)),
    (">=", Operator::Compare(Comparison::GreaterOrEqual)),
    ("<", Operator::Compare(Comparison::Less)),
    ("<=", Operator::Compare(Comparison::LessOrEqual)),
    ("=~", Operator::Regex),
    ("exists", Operator::Exists),
    ("missing", Operator::Missing),
];

impl Operator {
    /// The operator spelled so; the words `exists` and `missing` in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = SPELLINGS.iter().find(|(spelling, _)| name.eq_ignore_ascii_case(spelling));
        found.map(|(_, operator)| *operator)
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = SPELLINGS.iter().find(|(_, operator)| *operator == self);
        found.map_or("", |(spelling, _)| spelling)
    }

    /// Whether the operator stands alone, without a value.
    pub(super) fn takes_no_value(self) -> bool {
        matches!(self, Self::Exists | Self::Missing)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Comparison {
    /// Whether a value that stands so to the condition's number satisfies it.
    pub(super) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }
}

/// Whether a character is one that operators are spelled with.
pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '=' | '!' | '<' | '>' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_reads_back_from_its_spelling() {
        for (spelling, operator) in SPELLINGS {
            assert_eq!(Operator::from_name(spelling), Some(operator));
            assert_eq!(operator.to_string(), spelling);
        }
        assert_eq!(Operator::from_name("Exists"), Some(Operator::Exists));
        assert_eq!(Operator::from_name("=>"), None);
    }
}
