//! What many samples of one quantity come to.

use serde::{Deserialize, Serialize};

use crate::bench::BenchError;

/// Quartiles and p99 of samples in one unit, each by nearest rank: a value that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many samples there were, at least one.
    pub n: usize,
    /// A quarter of the samples is at most this.
    pub p25: f64,
    /// Half of them are at most this.
    pub median: f64,
    /// Three quarters are at most this.
    pub p75: f64,
    /// All but one in a hundred are at most this.
    pub p99: f64,
}

impl Spread {
    /// The spread of these samples; `None` when there are none.
    #[must_use]
    pub fn of(mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        // The smallest sample with at least that share of all at or below it.
        let at = |percent: usize| {
            let rank = samples.len().saturating_mul(percent).div_ceil(100);
            samples.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { n: samples.len(), p25: at(25)?, median: at(50)?, p75: at(75)?, p99: at(99)? })
    }

    /// The spread of what a row has just measured.
    ///
    /// # Errors
    /// When that is nothing.
    pub fn measured(samples: Vec<f64>) -> Result<Self, BenchError> {
        Self::of(samples).ok_or_else(|| BenchError::Unexpected("nothing was measured".to_owned()))
    }

    /// Each value less its counterpart: what one quantity comes to over another when medians are held
    /// against medians and p99s against p99s.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        Self {
            n: self.n.min(other.n),
            p25: self.p25 - other.p25,
            median: self.median - other.median,
            p75: self.p75 - other.p75,
            p99: self.p99 - other.p99,
        }
    }

    /// The spread of a quantity that is the same each time, such as the size of a file.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { n: 1, p25: value, median: value, p75: value, p99: value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_nearest() {
        let samples = (1..=200).rev().map(f64::from).collect();

        let spread = Spread::of(samples);

        let wanted = Spread { n: 200, p25: 50.0, median: 100.0, p75: 150.0, p99: 198.0 };
        assert_eq!(spread, Some(wanted));
        let three = Spread { n: 3, p25: 1.0, median: 2.0, p75: 9.0, p99: 9.0 };
        assert_eq!(Spread::of(vec![9.0, 1.0, 2.0]), Some(three));
    }

    #[test]
    fn one_spread_over_another_is_value_over_value() {
        let ours = Spread { n: 9, p25: 3.0, median: 5.0, p75: 7.0, p99: 11.0 };
        let other = Spread { n: 8, p25: 1.0, median: 2.0, p75: 2.5, p99: 20.0 };

        let wanted = Spread { n: 8, p25: 2.0, median: 3.0, p75: 4.5, p99: -9.0 };
        assert_eq!(ours.over(&other), wanted);
    }

    #[test]
    fn one_sample_is_all_of_them_and_none_is_no_spread() {
        assert_eq!(Spread::of(vec![7.0]), Some(Spread::exactly(7.0)));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
