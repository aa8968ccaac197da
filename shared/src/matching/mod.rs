//! Matches: when a webhook fires and which conversion entry applies (spec section 3).
//!
//! Policy: a condition is read once, at save, and every fault in it is reported. Asking it about a
//! call cannot fail and takes time linear in what is known.
//!
//! - No condition always holds. `==` conditions on one key are any-of; all else must all hold.
//! - Tags have many values: `==`, `=~` and comparisons hold if any value does, `!=` if none equals,
//!   so also when the tag is missing.
//! - Several values in one condition: any of them will do, and for `!=` none may equal.
//! - `==` compares text exactly, with case: `Yes` is not `yes` and `23` is not `23.0`. Keys have no
//!   case. Regular expressions are unanchored; `(?i)` in front makes one ignore case.
//! - Comparisons are decimal; a value that is no number does not hold.

mod condition;
mod fault;
mod number;
mod object;
mod operator;
mod pattern;
mod text;

use serde::Serialize;

pub use condition::{Condition, MAX_VALUES};
pub use fault::{ConditionFault, Problem};
pub use operator::{Comparison, Operator};
pub use pattern::PatternFault;

use crate::facts::Facts;

/// How many alternatives a note names before it counts the rest.
const NAMED_ALTERNATIVES: usize = 3;
/// The most characters of one condition in a note.
const NOTE_CHARS: usize = 80;

/// What must hold before a webhook fires. On the wire: an array of [`Condition`]s.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Conditions(Vec<Condition>);

impl Conditions {
    /// Conditions in the order they were written.
    #[must_use]
    pub fn new(conditions: Vec<Condition>) -> Self {
        Self(conditions)
    }

    /// Whether everything holds.
    #[must_use]
    pub fn hold(&self, facts: &impl Facts) -> bool {
        self.first_unmet(facts).is_none()
    }

    /// The first condition that does not hold, as text for a report (`geo:us-ca`), with the
    /// alternatives of an any-of group (`geo:us-ca or geo:us-ny`); none when everything holds.
    #[must_use]
    pub fn unmet(&self, facts: &impl Facts) -> Option<String> {
        self.first_unmet(facts).map(|group| note(&group))
    }

    /// The conditions in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter()
    }

    /// Whether there is no condition, so that every call matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn first_unmet(&self, facts: &impl Facts) -> Option<Vec<&Condition>> {
        for (index, condition) in self.0.iter().enumerate() {
            if condition.operator() != Operator::Equal {
                if !condition.holds(facts) {
                    return Some(vec![condition]);
                }
                continue;
            }
            let same =
                |it: &&Condition| it.operator() == Operator::Equal && it.key() == condition.key();
            let was_met = self.0.iter().take(index).any(|earlier| same(&earlier));
            if was_met {
                continue;
            }
            let group = || self.0.iter().skip(index).filter(same);
            let known = facts.values(condition.key().as_str());
            if !group().any(|alternative| alternative.holds_of(&known)) {
                return Some(group().collect());
            }
        }
        None
    }
}

/// Names the conditions of one group, the first few in full.
fn note(group: &[&Condition]) -> String {
    let texts: Vec<String> = group.iter().flat_map(|condition| condition.texts()).collect();
    let negated = group.iter().any(|condition| condition.operator() == Operator::NotEqual);
    let word = if negated { " and " } else { " or " };
    let mut named: Vec<String> =
        texts.iter().take(NAMED_ALTERNATIVES).map(|text| fault::clip(text, NOTE_CHARS)).collect();
    let rest = texts.len().saturating_sub(NAMED_ALTERNATIVES);
    if rest > 0 {
        named.push(format!("{rest} more"));
    }
    named.join(word)
}

#[cfg(test)]
mod tests;
