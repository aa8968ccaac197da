//! The legs of a call that a platform sees as calls of their own: who is transferred goes on in a
//! new leg, and each leg begins and ends by itself.

use std::collections::BTreeSet;

use super::CallId;

/// The most legs that are kept of a call; what begins after that is not waited for.
pub const MAX_LEGS: usize = 100;

/// What happened to a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegChange {
    /// The caller is being transferred to it.
    Began,
    /// The caller, or whoever was reached by it, has left it.
    Ended,
}

/// The legs of a call so far, in whatever order they were reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legs {
    /// Legs that the caller was transferred to. The first is the call itself and not among them.
    pub begun: BTreeSet<String>,
    /// Legs that have ended.
    pub ended: BTreeSet<String>,
}

impl Legs {
    /// Whether the caller was ever transferred.
    #[must_use]
    pub fn has_transfer(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Whether no leg is left: the first has ended, and every other that began.
    #[must_use]
    pub fn are_over(&self, call: &CallId) -> bool {
        self.ended.contains(call.as_str()) && self.begun.is_subset(&self.ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legs(begun: &[&str], ended: &[&str]) -> Legs {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Legs { begun: set(begun), ended: set(ended) }
    }

    #[test]
    fn a_call_is_over_with_its_last_leg() {
        let call = CallId::parse("a").unwrap();
        let over = [
            (legs(&[], &[]), false),
            (legs(&[], &["a"]), true),
            (legs(&["b"], &["a"]), false),
            (legs(&["b"], &["b"]), false),
            (legs(&["b"], &["a", "b"]), true),
            (legs(&["b", "c"], &["a", "b"]), false),
        ];
        for (legs, wanted) in over {
            assert_eq!(legs.are_over(&call), wanted, "{legs:?}");
        }
    }
}
