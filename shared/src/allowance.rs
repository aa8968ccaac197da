//! How much may still be taken of something that has a bound.

/// What is left of a bound, in whatever it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    left: usize,
}

impl Allowance {
    /// All of it.
    #[must_use]
    pub fn of(bound: usize) -> Self {
        Self { left: bound }
    }

    /// Whether there is so much left.
    #[must_use]
    pub fn covers(self, weight: usize) -> bool {
        weight <= self.left
    }

    /// Takes so much, if there is so much left; else what is left stays for what is lighter.
    #[must_use]
    pub fn spend(&mut self, weight: usize) -> bool {
        let covered = self.covers(weight);
        if covered {
            self.left -= weight;
        }
        covered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_heavy_leaves_room_for_what_is_lighter() {
        let mut room = Allowance::of(10);
        let taken = [6, 5, 4, 1, 0].map(|weight| room.spend(weight));
        assert_eq!(taken, [true, false, true, false, true]);
        assert!(room.covers(0) && !room.covers(1));
    }
}
