//! What goes wrong in a run: each seed draws its own mixture, and from the horizon on all that is
//! left is that hints are lost.

use super::dice::Dice;
use super::timeline::Millis;

const MINUTE: Millis = 60_000;

/// How often each thing goes wrong, per mille, and how long things take.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// A request to the store is refused; nothing is done.
    pub throttled: u64,
    /// A request to the store is done, and its answer is lost.
    pub unanswered: u64,
    /// A request to the store is done twice, since the first answer was lost.
    pub repeated: u64,
    /// The function dies before or after a request, by each request.
    pub crash: u64,
    /// The function dies at any moment, by invocation.
    pub doom: u64,
    /// A hint is lost.
    pub lost: u64,
    /// A hint comes twice.
    pub doubled: u64,
    /// A hint, or an event, comes late.
    pub late: u64,
    /// How late that is at most.
    pub lateness: Millis,
    /// A request to the store takes long.
    pub slow: u64,
    /// How long that is at most.
    pub slowness: Millis,
    /// A call to Hookline is done, and its answer does not get back.
    pub deaf: u64,
}

/// What goes wrong when.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Until when all of it does.
    pub horizon: Millis,
    /// How far the clocks of two functions are apart at most.
    pub skew: u64,
    /// Whether nothing goes wrong at all.
    pub calm: bool,
    early: Rates,
    late: Rates,
}

impl Faults {
    /// What goes wrong in a run.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let mut some =
            |per_mille: &[u64]| if dice.happens(500) { dice.one_of(per_mille) } else { 0 };
        let early = Rates {
            throttled: some(&[5, 20, 60, 150]),
            unanswered: some(&[5, 20, 60, 150]),
            repeated: some(&[5, 50, 200]),
            crash: some(&[2, 10, 30, 80]),
            doom: some(&[20, 100, 250]),
            lost: some(&[50, 200, 500, 1000]),
            doubled: some(&[50, 300, 900]),
            late: some(&[100, 500]),
            lateness: 0,
            slow: some(&[20, 100]),
            slowness: 0,
            deaf: some(&[50, 200]),
        };
        let early = Rates {
            lateness: dice.one_of(&[2_000, 20_000, 90_000]),
            slowness: dice.one_of(&[1_000, 3_000, 20_000]),
            ..early
        };
        let late = Rates { lost: early.lost, ..Rates::default() };
        let calm = dice.happens(100);
        let horizon = dice.one_of(&[5 * MINUTE, 20 * MINUTE, 60 * MINUTE, 240 * MINUTE]);
        let skew = dice.one_of(&[0, 0, 50, 400]);
        Self {
            horizon,
            skew: if calm { 0 } else { skew },
            calm,
            early: if calm { Rates::default() } else { early },
            late: if calm { Rates::default() } else { late },
        }
    }

    /// The same from a later time on.
    pub(super) fn going_on_from(&self, at: Millis) -> Self {
        Self { horizon: at.saturating_add(self.horizon), ..*self }
    }

    /// How often things go wrong at a time.
    #[must_use]
    pub fn at(&self, now: Millis) -> Rates {
        if now < self.horizon { self.early } else { self.late }
    }
}
