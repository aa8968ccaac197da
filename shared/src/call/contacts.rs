//! The contacts of a call that a platform sees as calls of their own: who is transferred goes on in a
//! new contact, and each contact begins and ends by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::CallId;
use crate::time::Timestamp;

/// The most contacts that are kept of a call; what begins after that is not waited for.
pub const MAX_CONTACTS: usize = 100;
/// The most ends that are kept of a call's contacts: of the first and all others, each told in two ways.
pub const MAX_CONTACT_ENDS: usize = 2 * (MAX_CONTACTS + 1);

/// What happened to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactChange {
    /// The caller is being transferred to it.
    Began,
    /// The caller, or whoever was reached by it, has left it.
    Ended(ContactEnd),
}

/// How a contact ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContactEnd {
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Who hung up, in the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hung_up_by: Option<String>,
    /// Whether it was the one who was connected by this contact, which is the caller if the contact
    /// holds them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub customer_left: bool,
}

/// The contacts of a call so far, in whatever order they were reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Contacts that the caller was transferred to. The first is the call itself and not among them.
    pub begun: BTreeSet<String>,
    /// Contacts that have ended. Of a contact whose end was told in two ways, the later stands.
    pub ended: BTreeMap<String, ContactEnd>,
}

impl Contacts {
    /// Whether the caller was ever transferred.
    #[must_use]
    pub fn has_transfer(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Notes that a contact has ended.
    pub fn note_end(&mut self, contact: &str, end: ContactEnd) {
        let kept = self.ended.entry(contact.to_owned()).or_insert_with(|| end.clone());
        if *kept < end {
            *kept = end;
        }
    }

    /// The contact that the call ended with and how; `None` while it is up.
    ///
    /// A caller who hung up has ended it: in the first contact whatever else is told, or, once that has
    /// ended, in the earliest other that ended since. Until then, and before it, another contact may
    /// hold whom an agent asks, and not the caller. Else it ends when no contact is left, the first nor
    /// any that began, and then by the last to end.
    #[must_use]
    pub fn end(&self, call: &CallId) -> Option<(&str, &ContactEnd)> {
        let (first, first_end) = self.ended.get_key_value(call.as_str())?;
        if first_end.customer_left {
            return Some((first, first_end));
        }
        let ends = || self.ended.iter().map(|(contact, end)| (contact.as_str(), end));
        let by_end =
            |(_, one): &(&str, &ContactEnd), (_, other): &(&str, &ContactEnd)| one.cmp(other);
        let hung_up = ends().filter(|(_, end)| end.customer_left && end.at >= first_end.at);
        let is_over = || self.begun.iter().all(|contact| self.ended.contains_key(contact));
        hung_up.min_by(by_end).or_else(|| is_over().then(|| ends().max_by(by_end)).flatten())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn end(second: i64, customer_left: bool) -> ContactEnd {
        let at = Timestamp::from_json(&json!(second)).unwrap();
        ContactEnd { at, hung_up_by: None, customer_left }
    }

    /// Contacts, those that ended each with the second and whether its customer left.
    fn contacts(begun: &[&str], ended: &[(&str, i64, bool)]) -> Contacts {
        let begun = begun.iter().map(|name| (*name).to_owned()).collect();
        let ended =
            ended.iter().map(|(contact, at, left)| ((*contact).to_owned(), end(*at, *left)));
        Contacts { begun, ended: ended.collect() }
    }

    #[test]
    fn a_call_is_over_with_its_last_contact_whatever_order_they_were_told_in() {
        let call = CallId::parse("a").unwrap();
        let over = [
            (contacts(&[], &[]), None),
            (contacts(&[], &[("a", 5, false)]), Some("a")),
            (contacts(&["b"], &[("a", 5, false)]), None),
            (contacts(&["b"], &[("b", 9, false)]), None),
            (contacts(&["b"], &[("a", 5, false), ("b", 9, false)]), Some("b")),
            (contacts(&["b"], &[("a", 9, false), ("b", 5, false)]), Some("a")),
            (contacts(&["b", "c"], &[("a", 5, false), ("b", 9, false)]), None),
        ];
        for (contacts, wanted) in over {
            assert_eq!(contacts.end(&call).map(|(contact, _)| contact), wanted, "{contacts:?}");
        }
    }

    #[test]
    fn who_hangs_up_ends_the_call_only_in_a_contact_that_holds_the_caller() {
        let call = CallId::parse("a").unwrap();
        let over = [
            (contacts(&["b"], &[("a", 5, true)]), Some("a")),
            (contacts(&["b"], &[("b", 5, true)]), None),
            (contacts(&["b", "c"], &[("a", 5, false), ("b", 9, true)]), Some("b")),
            (contacts(&["b"], &[("a", 5, true), ("b", 9, false)]), Some("a")),
        ];
        for (contacts, wanted) in over {
            assert_eq!(contacts.end(&call).map(|(contact, _)| contact), wanted, "{contacts:?}");
        }
    }

    #[test]
    fn of_several_that_were_left_the_first_counts_else_the_earliest_since() {
        let call = CallId::parse("a").unwrap();
        let (first_left, first_ended) = (("a", 5, true), ("a", 5, false));
        for (ended, wanted) in [
            ([first_left, ("b", 9, true), ("c", 7, true)], ("a", 5)),
            ([first_left, ("b", 3, true), ("c", 7, false)], ("a", 5)),
            ([first_ended, ("b", 9, true), ("c", 7, true)], ("c", 7)),
            ([first_ended, ("b", 3, true), ("c", 7, true)], ("c", 7)),
            ([first_ended, ("b", 5, true), ("c", 7, true)], ("b", 5)),
            ([first_ended, ("b", 3, true), ("c", 7, false)], ("c", 7)),
        ] {
            let mut orders = [ended, ended];
            orders[1].reverse();
            for order in orders {
                let mut told = contacts(&["b", "c"], &[]);
                for (contact, at, left) in order {
                    told.note_end(contact, end(at, left));
                }
                let found = told.end(&call).map(|(contact, end)| (contact, end.clone()));
                let (contact, at) = wanted;
                let left = ended.contains(&(contact, at, true));
                assert_eq!(found, Some((contact, end(at, left))), "{order:?}");
            }
        }
    }

    #[test]
    fn of_a_contact_whose_end_is_told_twice_the_later_stands() {
        for order in [[5, 9], [9, 5]] {
            let mut contacts = Contacts::default();
            for at in order {
                contacts.note_end("a", end(at, false));
            }
            assert_eq!(contacts.ended["a"], end(9, false), "{order:?}");
        }
    }
}
