//! What many samples of one quantity come to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bench::BenchError;

/// Quartiles, p1 and p99 of samples in one unit, each by nearest rank: a value that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many samples there were, at least one.
    pub n: usize,
    /// One in a hundred is at most this; of fewer than a hundred it is the least. Absent from results
    /// of before it was kept.
    #[serde(default)]
    pub p1: Option<f64>,
    /// A quarter of the samples is at most this.
    pub p25: f64,
    /// Half of them are at most this.
    pub median: f64,
    /// Three quarters are at most this.
    pub p75: f64,
    /// All but one in a hundred are at most this; of fewer than a hundred it is the greatest.
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
        let n = samples.len();
        let (p1, p25, median) = (Some(at(1)?), at(25)?, at(50)?);
        Some(Self { n, p1, p25, median, p75: at(75)?, p99: at(99)? })
    }

    /// The spread of what a row has just measured.
    ///
    /// # Errors
    /// When that is nothing.
    pub fn measured(samples: Vec<f64>) -> Result<Self, BenchError> {
        Self::of(samples).ok_or_else(|| BenchError::Unexpected("nothing was measured".to_owned()))
    }

    /// The spread of a quantity that is the same each time, such as the size of a file.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { n: 1, p1: Some(value), p25: value, median: value, p75: value, p99: value }
    }
}

/// A time as a sample, in milliseconds.
#[must_use]
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_nearest() {
        let samples = (1..=200).rev().map(f64::from).collect();

        let spread = Spread::of(samples);

        let p1 = Some(2.0);
        let wanted = Spread { n: 200, p1, p25: 50.0, median: 100.0, p75: 150.0, p99: 198.0 };
        assert_eq!(spread, Some(wanted));
        let p1 = Some(1.0);
        let three = Spread { n: 3, p1, p25: 1.0, median: 2.0, p75: 9.0, p99: 9.0 };
        assert_eq!(Spread::of(vec![9.0, 1.0, 2.0]), Some(three));
    }

    #[test]
    fn one_sample_is_all_of_them_and_none_is_no_spread() {
        assert_eq!(Spread::of(vec![7.0]), Some(Spread::exactly(7.0)));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
