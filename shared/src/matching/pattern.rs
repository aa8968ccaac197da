//! Regular expressions of conditions: linear time, and small.

use regex_lite::{Regex, RegexBuilder};

/// The longest expression, in bytes.
const MAX_PATTERN_BYTES: usize = 512;
/// The most a compiled expression may take, in bytes; bounds the time of one search with it.
const MAX_COMPILED_BYTES: usize = 32 * 1024;

/// A compiled expression, searched for anywhere in a value.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Regex);

/// Why a text is no [`Operator::Regex`](super::Operator::Regex) value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// More than 512 bytes.
    #[error("a regular expression has at most {MAX_PATTERN_BYTES} bytes")]
    TooLong,
    /// The expression is wrong, uses what needs backtracking, or is too big once compiled.
    #[error("this regular expression cannot be used: {0}")]
    Unusable(regex_lite::Error),
}

impl Pattern {
    /// Compiles an expression as it stands, outer spaces included.
    pub(super) fn parse(text: &str) -> Result<Self, PatternFault> {
        if text.len() > MAX_PATTERN_BYTES {
            return Err(PatternFault::TooLong);
        }
        let built = RegexBuilder::new(text).size_limit(MAX_COMPILED_BYTES).build();
        built.map(Self).map_err(PatternFault::Unusable)
    }

    /// Whether the expression is found anywhere in the value.
    pub(super) fn finds(&self, value: &str) -> bool {
        self.0.is_match(value)
    }

    /// The expression as it was written.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_found_anywhere_unless_anchored() {
        assert!(Pattern::parse("as").unwrap().finds("Jason"));
        assert!(!Pattern::parse("^as").unwrap().finds("Jason"));
        assert!(!Pattern::parse("^j").unwrap().finds("Jason"));
        assert!(Pattern::parse("(?i)^j").unwrap().finds("Jason"));
    }

    #[test]
    fn what_cannot_run_in_linear_time_or_little_room_is_refused() {
        assert_eq!(Pattern::parse(&"a".repeat(513)), Err(PatternFault::TooLong));
        for text in ["(", "(a)\\1", "a(?=b)", "(a{99}){99}", &"(".repeat(300)] {
            assert!(matches!(Pattern::parse(text), Err(PatternFault::Unusable(_))), "{text}");
        }
    }
}
