//! Matches, in the words of spec section 3 and judged by the oracle's own reading of it.

use serde_json::{Value, json};

use super::{KEYS, Tags, VALUES};
use crate::simulation::dice::Dice;

/// One condition, or several on one key of which any has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A tag has one of these values.
    Is(&'static str, Vec<&'static str>),
    /// A tag does not have this value.
    IsNot(&'static str, &'static str),
    /// A tag has a value.
    Exists(&'static str),
    /// A tag has none.
    Missing(&'static str),
    /// The buyer is this one.
    Buyer(&'static str),
    /// The call reached a buyer, or did not.
    Connected(bool),
    /// The call converted, or did not.
    Converted(bool),
}

/// What conditions see of a call.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its tags.
    pub tags: &'a Tags,
    /// The buyer that is spoken of.
    pub buyer: Option<&'a str>,
    /// Whether it reached a buyer.
    pub connected: bool,
    /// Whether it converted.
    pub converted: bool,
}

impl Condition {
    /// Up to two conditions on different keys; half of the time none.
    pub(super) fn draw(dice: &mut Dice, about_conversion: bool) -> Vec<Self> {
        if dice.happens(500) {
            return Vec::new();
        }
        let first = dice.index(KEYS.len());
        let keys =
            [first, (first + 1) % KEYS.len()].map(|at| KEYS.get(at).copied().unwrap_or("k0"));
        let count = if dice.happens(300) { 2 } else { 1 };
        let mut conditions = Vec::new();
        for key in keys.into_iter().take(count) {
            conditions.push(match dice.between(0, 9) {
                0 | 1 => Self::Is(key, vec![dice.one_of(&VALUES)]),
                2 => Self::Is(key, vec!["a", "c"]),
                3 | 4 => Self::IsNot(key, dice.one_of(&VALUES)),
                6 => Self::Missing(key),
                7 if conditions.is_empty() => Self::Buyer(dice.one_of(&["b0", "b1"])),
                8 if conditions.is_empty() => Self::Connected(dice.happens(500)),
                9 if conditions.is_empty() && about_conversion => {
                    Self::Converted(dice.happens(500))
                }
                _ => Self::Exists(key),
            });
        }
        conditions
    }

    /// As a campaign has it.
    pub(super) fn documents(&self) -> Vec<Value> {
        let yes_or_no = |yes: &bool| if *yes { "yes" } else { "no" };
        match self {
            Self::Is(key, values) => values.iter().map(|v| json!(format!("{key}:{v}"))).collect(),
            Self::IsNot(key, value) => vec![json!(format!("{key}:!={value}"))],
            Self::Exists(key) => vec![json!({"key": key, "op": "exists"})],
            Self::Missing(key) => vec![json!({"key": key, "op": "missing"})],
            Self::Buyer(id) => vec![json!(format!("buyer_id:{id}"))],
            Self::Connected(yes) => vec![json!(format!("connected:{}", yes_or_no(yes)))],
            Self::Converted(yes) => vec![json!(format!("converted:{}", yes_or_no(yes)))],
        }
    }

    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, seen: Seen<'_>) -> bool {
        let mut values = seen.tags.iter();
        match self {
            Self::Is(key, any) => values.any(|(k, v)| k == key && any.contains(&v.as_str())),
            Self::IsNot(key, value) => !values.any(|(k, v)| k == key && v == value),
            Self::Exists(key) => values.any(|(k, _)| k == key),
            Self::Missing(key) => !values.any(|(k, _)| k == key),
            Self::Buyer(id) => seen.buyer == Some(id),
            Self::Connected(yes) => seen.connected == *yes,
            Self::Converted(yes) => seen.converted == *yes,
        }
    }
}
