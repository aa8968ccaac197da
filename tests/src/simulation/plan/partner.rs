//! How the partner behind a webhook behaves.

use super::{Tags, some_tags};
use crate::simulation::dice::Dice;
use crate::simulation::timeline::Millis;

/// What a partner does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Answers 200.
    Well,
    /// Answers 200, often not in time.
    Slow,
    /// Lets every connection time out.
    Dead,
    /// Takes no connection.
    Closed,
    /// Answers 500 to the first so many attempts of a delivery.
    Flapping(u32),
    /// Answers 410.
    Gone,
    /// Answers 429 or 503 with `Retry-After` to the first so many attempts of a delivery.
    Busy(u16, u64, u32),
    /// Answers 400, always.
    Refusing,
}

/// A partner.
#[derive(Debug, Clone)]
pub struct Conduct {
    /// What it does.
    pub manner: Manner,
    /// How long an answer takes, from and to.
    pub latency: (Millis, Millis),
    /// Tags in its answers.
    pub tags: Tags,
    /// Whether it sets a cookie.
    pub sets_cookie: bool,
}

impl Conduct {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let manner = match dice.between(0, 15) {
            0..=6 => Manner::Well,
            7 | 8 => Manner::Slow,
            9 => Manner::Dead,
            10 => Manner::Closed,
            11 | 12 => Manner::Flapping(dice.one_of(&[1, 1, 2, 4, 9])),
            13 => Manner::Busy(
                dice.one_of(&[429, 503]),
                dice.one_of(&[1, 45, 400, 50_000]),
                dice.one_of(&[1, 2, 5]),
            ),
            14 => Manner::Refusing,
            _ if dice.happens(400) => Manner::Gone,
            _ => Manner::Well,
        };
        let latency = dice.one_of(&[(1, 40), (20, 300), (300, 900)]);
        let tags = if dice.happens(600) { some_tags(dice, 3) } else { Tags::new() };
        Self { manner, latency, tags, sets_cookie: dice.happens(400) }
    }
}
