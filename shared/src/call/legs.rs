//! The legs of a call that a platform sees as calls of their own: who is transferred goes on in a
//! new leg, and each leg begins and ends by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::CallId;
use crate::time::Timestamp;

/// The most legs that are kept of a call; what begins after that is not waited for.
pub const MAX_LEGS: usize = 100;

/// What happened to a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegChange {
    /// The caller is being transferred to it.
    Began,
    /// The caller, or whoever was reached by it, has left it.
    Ended(LegEnd),
}

/// How a leg ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LegEnd {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Who hung up, in the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hung_up_by: Option<String>,
    /// Whether it was the one who was connected by this leg, which is the caller if the leg holds them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub customer_left: bool,
}

/// The legs of a call so far, in whatever order they were reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legs {
    /// Legs that the caller was transferred to. The first is the call itself and not among them.
    pub begun: BTreeSet<String>,
    /// Legs that have ended. Of a leg whose end was told in two ways, the later stands.
    pub ended: BTreeMap<String, LegEnd>,
}

impl Legs {
    /// Whether the caller was ever transferred.
    #[must_use]
    pub fn has_transfer(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Notes that a leg has ended.
    pub fn note_end(&mut self, leg: &str, end: LegEnd) {
        let kept = self.ended.entry(leg.to_owned()).or_insert_with(|| end.clone());
        if *kept < end {
            *kept = end;
        }
    }

    /// The leg that the call ended with and how; `None` while it is up.
    ///
    /// A caller who hung up has ended it, in the first leg or, once that has ended, in any: until
    /// then another leg may hold whom an agent asks, and not the caller. Else it ends when no leg is
    /// left, the first nor any that began, and then by the last to end.
    #[must_use]
    pub fn end(&self, call: &CallId) -> Option<(&str, &LegEnd)> {
        let first = self.ended.get(call.as_str());
        let holds_caller = |leg: &str| leg == call.as_str() || first.is_some();
        let ends = || self.ended.iter().map(|(leg, end)| (leg.as_str(), end));
        let hung_up = ends().filter(|(leg, end)| end.customer_left && holds_caller(leg));
        let is_over =
            || first.is_some() && self.begun.iter().all(|leg| self.ended.contains_key(leg));
        let last = |(_, one): &(&str, &LegEnd), (_, other): &(&str, &LegEnd)| one.cmp(other);
        hung_up.max_by(last).or_else(|| is_over().then(|| ends().max_by(last)).flatten())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn end(second: i64, customer_left: bool) -> LegEnd {
        let at = Timestamp::from_json(&json!(second)).unwrap();
        LegEnd { at, hung_up_by: None, customer_left }
    }

    /// Legs, those that ended each with the second and whether its customer left.
    fn legs(begun: &[&str], ended: &[(&str, i64, bool)]) -> Legs {
        let begun = begun.iter().map(|name| (*name).to_owned()).collect();
        let ended = ended.iter().map(|(leg, at, left)| ((*leg).to_owned(), end(*at, *left)));
        Legs { begun, ended: ended.collect() }
    }

    #[test]
    fn a_call_is_over_with_its_last_leg_whatever_order_they_were_told_in() {
        let call = CallId::parse("a").unwrap();
        let over = [
            (legs(&[], &[]), None),
            (legs(&[], &[("a", 5, false)]), Some("a")),
            (legs(&["b"], &[("a", 5, false)]), None),
            (legs(&["b"], &[("b", 9, false)]), None),
            (legs(&["b"], &[("a", 5, false), ("b", 9, false)]), Some("b")),
            (legs(&["b"], &[("a", 9, false), ("b", 5, false)]), Some("a")),
            (legs(&["b", "c"], &[("a", 5, false), ("b", 9, false)]), None),
        ];
        for (legs, wanted) in over {
            assert_eq!(legs.end(&call).map(|(leg, _)| leg), wanted, "{legs:?}");
        }
    }

    #[test]
    fn who_hangs_up_ends_the_call_only_in_a_leg_that_holds_the_caller() {
        let call = CallId::parse("a").unwrap();
        let over = [
            (legs(&["b"], &[("a", 5, true)]), Some("a")),
            (legs(&["b"], &[("b", 5, true)]), None),
            (legs(&["b", "c"], &[("a", 5, false), ("b", 9, true)]), Some("b")),
            (legs(&["b"], &[("a", 5, true), ("b", 9, false)]), Some("a")),
        ];
        for (legs, wanted) in over {
            assert_eq!(legs.end(&call).map(|(leg, _)| leg), wanted, "{legs:?}");
        }
    }

    #[test]
    fn of_a_leg_whose_end_is_told_twice_the_later_stands() {
        for order in [[5, 9], [9, 5]] {
            let mut legs = Legs::default();
            for at in order {
                legs.note_end("a", end(at, false));
            }
            assert_eq!(legs.ended["a"], end(9, false), "{order:?}");
        }
    }
}
